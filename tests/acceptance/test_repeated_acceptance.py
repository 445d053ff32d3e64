"""A command that comes again under its key after its hub was killed is answered as the first time, and done once: also
where the hub died between writing and answering."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from hub.clock import WallClock
from hub.domain.access.events import ApiKeyIssued, Role
from hub.domain.customer.outbound.events import ContactPlanned
from hub.domain.event import Event
from hub.journal.store import open_store
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.process import HubProcess

pytestmark = pytest.mark.acceptance

ROUTING = """
[queues.care]
[queues.advice]
[[rules]]
service = "advice"
queue = "advice"
[[rules]]
queue = "care"
"""
PATHS = """
[quiet_hours]
daily = []
[[value_tiers]]
name = "standard"
[[stages]]
name = "acquisition"
"""
KINDS = (
    "message", "note", "consult", "outbound contact", "transfer", "case", "wrap-up", "link", "API key", "survey",
    "canned answer",
)  # fmt: skip
TALKS = ("message", "note", "consult", "transfer", "wrap-up")
ANN = {"agent_id": "ann"}
CLOCK = WallClock()
Answer = tuple[int, Any]


@dataclass
class Asked:
    """A command under its key."""

    method: str
    path: str
    body: dict[str, Any]
    key: str
    by: str = ""
    """Whose key; empty: the admin's."""
    meanwhile: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """What others do before it comes again, and what it must not undo."""


class Site:
    """One hub that is killed, and who asks it."""

    def __init__(self, hub: HubProcess, session: aiohttp.ClientSession, ann: str) -> None:
        self.hub, self.session, self._ann, self._number = hub, session, ann, 0

    async def ask(self, method: str, path: str, body: Any = None, key: str = "", by: str = "") -> Answer:
        named = ({"Idempotency-Key": key} if key else {}) | ({"Authorization": f"Bearer {by}"} if by else {})
        async with self.session.request(method, self.hub.api_url() + path, json=body, headers=named) as response:
            return response.status, await response.json()

    async def done(self, method: str, path: str, body: Any = None) -> Any:
        status, told = await self.ask(method, path, body)
        assert status in (200, 201, 202), (path, status, told)
        return told

    async def kill(self) -> None:
        os.killpg(self.hub.pid, signal.SIGKILL)
        await self.hub.ended()

    async def contact(self, channel: str) -> dict[str, Any]:
        """Somebody new."""
        self._number += 1
        name, address = f"c-{self._number}", f"+98912{self._number:07}"
        body = {"id": name, "thread": name, "path": {"channel": channel, "address": address}}
        told = await self.done("POST", "/v1/contacts", {**body, "occurred_at": CLOCK.now().isoformat()})
        return {"id": name, **told}

    async def talk(self) -> str:
        """Ann has somebody who texts; the interaction."""
        customer = (await self.contact("sms"))["customer_id"]
        async with asyncio.timeout(30):
            while True:
                for offer in (await self.done("GET", "/v1/offers?agent_id=ann"))["offers"]:
                    if offer["customer_id"] == customer:
                        await self.done("POST", f"/v1/offers/{offer['offer_id']}/accept", ANN)
                        return str(offer["interaction_id"])
                await asyncio.sleep(0.02)

    async def commands(self) -> dict[str, Asked]:
        """One of each, about people and work that nothing else is about."""
        talks = {kind: await self.talk() for kind in TALKS}
        called, other, angry, happy = [(await self.contact("phone"))["customer_id"] for _ in range(4)]
        opened = await self.done("POST", f"/v1/customers/{happy}/cases", {"kind": "problem", "subject": "no signal"})
        case = opened["events"][0]["event"]["case_id"]
        await self.done("POST", f"/v1/cases/{case}/resolve", {"resolution": "repaired"})
        await self.done("POST", f"/v1/interactions/{talks['wrap-up']}/end", ANN)
        mine = f"mine-{self._number}"
        said = {"folder": "", "title": "Hello", "texts": {"en": "Hello"}}
        work = {kind: f"/v1/interactions/{interaction}" for kind, interaction in talks.items()}
        given = [
            ("message", "POST", f"{work['message']}/messages", {**ANN, "text": f"hello {mine}"}),
            ("note", "POST", f"{work['note']}/notes", {**ANN, "text": "they were kind"}),
            ("consult", "POST", f"{work['consult']}/consult", {**ANN, "queue": "advice"}),
            ("outbound contact", "POST", "/v1/outbound", {
                "customer_id": called, "purpose": "transactional", "channels": ["sms"], "sender": "hub",
                "text": f"on its way {mine}",
            }),
            ("transfer", "POST", f"{work['transfer']}/transfer", {**ANN, "queue": "advice"}),
            ("case", "POST", f"/v1/customers/{angry}/cases", {"kind": "complaint", "subject": "a bill"}),
            ("wrap-up", "POST", f"{work['wrap-up']}/wrap-up", {**ANN, "code": "solved"}),
            ("link", "POST", f"/v1/customers/{called}/links", {"customer_id": other, "reason": "one voice"}),
            ("API key", "POST", "/v1/keys", {"name": f"key {mine}", "role": "supervisor"}),
            ("survey", "POST", f"/v1/customers/{happy}/surveys", {"kind": "csat", "about": case, "channel": "sms"}),
            ("canned answer", "PUT", f"/v1/canned-answers/{mine}", said),
        ]  # fmt: skip
        asked = {kind: Asked(*one, f"{kind}-{mine}") for kind, *one in given}
        for kind in TALKS:
            asked[kind].by = self._ann
        asked["canned answer"].meanwhile = [("PUT", f"/v1/canned-answers/{mine}", {**said, "title": "Good day"})]
        asked["message"].meanwhile = [
            ("POST", f"{work['message']}/end", ANN),
            ("POST", f"{work['message']}/wrap-up", {**ANN, "code": "solved"}),
        ]
        asked["transfer"].meanwhile = [("POST", f"{work['transfer']}/assign", ANN)]
        return asked

    async def send(self, asked: dict[str, Asked]) -> dict[str, Answer]:
        """All of them at once."""
        answers = await asyncio.gather(
            *(self.ask(one.method, one.path, one.body, one.key, one.by) for one in asked.values())
        )
        return dict(zip(asked, answers, strict=True))

    async def killed_after(self, answered: int, asked: dict[str, Asked]) -> None:
        """All of them at once; once so many were answered the hub is no more, and whatever else it did nobody heard."""
        flying = [asyncio.create_task(self.send({kind: one})) for kind, one in asked.items()]
        for _, done in zip(range(answered), asyncio.as_completed(flying), strict=False):
            await done
        await self.kill()
        await asyncio.gather(*flying, return_exceptions=True)

    def log(self) -> list[Event]:
        """Every fact."""
        store = open_store(self.hub.settings)
        try:
            return [one.event for one in store.read(0, 100_000)]
        finally:
            store.close()


@dataclass
class Story:
    """Commands, what they were answered, what they were answered again after the hub was killed, and the log then."""

    asked: dict[str, Asked]
    first: dict[str, Answer]
    again: dict[str, Answer] = field(default_factory=dict)
    log: list[Event] = field(default_factory=list)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    where = tmp_path_factory.mktemp("repeated")
    (where / "policy.toml").write_text(ROUTING)
    settings = Settings(data_dir=where / "var", api_port=0, policy=where / "policy.toml")
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    ann = (await asyncio.to_thread(issue_key, settings, Role.AGENT, "ann", "ann"))["token"]
    hub = HubProcess(settings)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        try:
            await hub.start()
            site = Site(hub, session, ann)
            await site.done("POST", "/v1/policies/paths", {"text": PATHS, "note": "no quiet hours"})
            await site.done("POST", "/v1/agents/ann/sign-on", {"name": "Ann", "capacity": 10_000})
            yield site
        finally:
            await hub.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stories(site: Site) -> list[Story]:
    """The hub is killed three times: behind commands that were answered, twice while others fly. What was answered, or
    was answered when it came again, comes once more after the next time."""
    asked = await site.commands()
    told = [Story(asked, await site.send(asked))]
    for answered in (1, 4, 0):
        flying = await site.commands() if answered else {}
        await site.killed_after(answered, flying)
        await site.hub.start()
        for one in told[-1].asked.values():
            for method, path, body in one.meanwhile:
                await site.done(method, path, body)
        told[-1].again = await site.send(told[-1].asked)
        told.append(Story(flying, await site.send(flying)))
    log = await asyncio.to_thread(site.log)
    return [replace(one, log=log) for one in told if one.asked]


@pytest.mark.parametrize("kind", KINDS)
def test_a_repeat_is_answered_as_the_first_and_done_once_after_the_hub_was_killed(
    stories: list[Story], kind: str
) -> None:
    for story in stories:
        status, told = story.first[kind]
        assert status in (200, 201, 202), told
        assert story.again[kind] == (status, told)
        assert is_done_once(kind, story.asked[kind], told, story.log)


@pytest.mark.asyncio(loop_scope="module")
async def test_a_key_of_another_command_is_refused_after_the_hub_was_killed(site: Site, stories: list[Story]) -> None:
    for kind, other in OTHERWISE.items():
        one = stories[0].asked[kind]
        assert (await site.ask(one.method, one.path, {**one.body, **other}, one.key, one.by))[0] == 422, kind


OTHERWISE = {
    "note": {"text": "no"}, "case": {"subject": "no"}, "link": {"reason": "no"}, "canned answer": {"title": "no"},
    "API key": {"name": "no"}, "wrap-up": {"code": "no"}, "transfer": {"queue": "care"},
}  # fmt: skip


def is_done_once(kind: str, asked: Asked, told: Any, log: list[Event]) -> bool:
    """Whether what was told of a command stands in the log, and no more."""
    if kind == "API key":
        return [one.key_id for one in log if isinstance(one, ApiKeyIssued) and one.name == asked.body["name"]] == [
            told["key_id"]
        ]
    if kind in ("message", "outbound contact"):
        planned = [one for one in log if isinstance(one, ContactPlanned) and one.text == asked.body["text"]]
        return [one.outbound_id for one in planned] == [told["outbound_id"]]
    cause = told["events"][0]["event"]["causation"]
    found = Counter(type(one).__name__ for one in log if one.causation == cause)
    del found["PoolCommitted"]
    return found == Counter(one["type"] for one in told["events"])
