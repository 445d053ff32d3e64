"""Decisions of a real hub, in its own processes, are explained and come out the same."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub import app
from hub.application.explaining.decisions import Decisions
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Contact
from hub.domain.contact import Path as ContactPath
from hub.domain.errors import HubError
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.projections import open_work_marks
from hub.projections.open_work import projection
from hub.projections.open_work_marks import mark_before
from hub.projections.runner import Runner
from hub.router.policy.parsing import load_policy
from hub.router.pool import commands as ask
from hub.settings import Settings
from tests.router.days import full_centre
from tests.simulated.processes import run

pytestmark = pytest.mark.acceptance


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a centre that was busy for some seconds."""
    folder = tmp_path_factory.mktemp("demo") / "var"
    code, out, err = run("demo", "--seconds", "12", "--json", data_dir=folder)
    assert code == 0, (out, err)
    return folder


@pytest.fixture(scope="module")
def interactions(demo: Path) -> list[str]:
    with closing(sqlite3.connect(demo / "store" / "events.sqlite")) as store:
        return [
            name
            for (name,) in store.execute(
                "SELECT DISTINCT originator_id FROM stored_events WHERE originator_id LIKE 'interaction-%'"
            )
        ]


@pytest.fixture(scope="module")
def offered(demo: Path) -> str:
    """An interaction that was offered to somebody: some may still wait when the demo ends."""
    with closing(sqlite3.connect(demo / "store" / "events.sqlite")) as store:
        [(name,)] = store.execute(
            "SELECT originator_id FROM stored_events WHERE originator_id LIKE 'interaction-%'"
            " AND topic LIKE '%InteractionOffered%' LIMIT 1"
        )
        return str(name)


def test_every_decision_of_a_demo_comes_out_the_same(demo: Path, interactions: list[str]) -> None:
    code, out, err = run("explain", "--check", "--json", data_dir=demo)
    found = json.loads(out)
    assert (code, found["different"], found["missing"], found["findings"]) == (0, 0, 0, []), err
    assert found["by_kind"]["InteractionQueued"] == len(interactions) > 10
    assert found["by_kind"]["InteractionOffered"] > 10
    half = str(found["events"] // 2)
    parts = [json.loads(run("explain", "--check", *part, "--json", data_dir=demo)[1])
             for part in (("--to", half), ("--from", half))]  # fmt: skip
    assert sum(part["events"] for part in parts) == found["events"]
    assert sum(part["same"] for part in parts) == found["decisions"]
    code, out, err = run("explain", "--check", data_dir=demo)
    assert (code, err) == (0, "")
    assert "\n0 different, 0 offers missing" in out


def test_an_interaction_is_explained_for_people_and_programs(demo: Path, offered: str) -> None:
    code, out, err = run("explain", offered, data_dir=demo)
    assert (code, err) == (0, "")
    for word in ("queued in", "offered to", "the same", "rank", "fits", "idle seconds"):
        assert word in out, word
    code, out, err = run("explain", "--all", "--json", offered, data_dir=demo)
    told = json.loads(out)
    assert (code, err) == (0, "")
    assert told["interaction_id"] == offered
    assert [one["type"] for one in told["decisions"]][:2] == ["InteractionQueued", "InteractionOffered"]
    offer = told["decisions"][1]
    assert offer["same"] is True
    assert (offer["agents"][0]["agent_id"], offer["agents"][0]["rank"]) == (offer["agent_id"], 1)


def test_wrong_usage_and_unknown_interactions_are_told_apart(demo: Path) -> None:
    for arguments in ((), ("--check", "interaction-1"), ("interaction-1", "--from", "3"), ("--check", "--all")):
        code, out, _ = run("explain", *arguments, data_dir=demo)
        assert (code, out) == (2, ""), arguments
    code, out, err = run("explain", "interaction-nobody", data_dir=demo)
    assert (code, out) == (1, "")
    assert "there is no interaction 'interaction-nobody'" in err


async def test_from_its_marks_a_real_store_says_the_same(
    demo: Path, interactions: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_work_marks, "LEAST_EVENTS", 60)
    monkeypatch.setattr(open_work_marks, "EVENTS_A_ROW", 0)
    journal = EventJournal(open_store(Settings(data_dir=demo)))
    store, policy = journal.store, load_policy(None)
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as views:
        Runner(views, [projection()], store.read_stored, store.codec.decode, 20).run()
        marked = Decisions(journal, policy, lambda position: mark_before(views, position))
        marks = [position for (position,) in views.execute("SELECT position FROM open_work_marks ORDER BY position")]
        assert len(marks) > 3
        for after in marks:
            assert (await marked.verify(after)).findings == []
        for stream in interactions[::5]:
            assert await marked.of(stream, None) == await Decisions(journal, policy).of(stream, None)
    await journal.close()


class Centre:
    """A hub in this process, and what is done to it."""

    def __init__(self, hub: app.Hub, number: int) -> None:
        self.hub = hub
        self._names = (f"round-{number}-{one}" for one in range(10_000))

    async def do(self, kind: Any, **arguments: Any) -> None:
        command = kind(at=self.hub.clock.now(), id=next(self._names), actor="agent:test", **arguments)
        try:
            await self.hub.pool.execute(command)
        except HubError:
            return  # it came too late: that happens in a centre

    async def contact(self, number: int) -> None:
        name = next(self._names)
        channel = (Channel.PHONE, Channel.EMAIL, Channel.WEB)[number % 3]
        path = ContactPath(channel=channel, address=f"address-{number % 7}@example.org")
        service = ("sales", "support", "complaints")[number % 3]
        given = {
            "thread": f"thread-{number % 11}" if channel is Channel.WEB else name,
            "service": service,
            "language": "fa",
        }
        contact = Contact(id=name, path=path, occurred_at=self.hub.clock.now(), **given)
        await self.hub.intake.submit(contact, "adapter:test")

    async def life(self) -> None:
        """Answers, declines and ends a little of everything that is open."""
        for number, one in enumerate(list(self.hub.pool.state.interactions.values())):
            for offer, agent in one.state.open_offers:
                kind = ask.Decline if number % 4 == 0 else ask.Accept
                await self.do(kind, agent_id=agent, offer_id=offer)
            agent, stream = one.state.agent_id, one.stream
            if agent and number % 3 == 0:
                await self.do(ask.End, agent_id=agent, interaction_id=stream)
            elif agent and number % 3 == 1:
                await self.do(ask.Transfer, agent_id=agent, interaction_id=stream, queue="desk")
            codes = self.hub.pool.policy.queue(one.queue).wrap_up
            await self.do(ask.CompleteWrapUp, agent_id=agent, interaction_id=stream, code=codes[0] if codes else "")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    text = full_centre()[0][1].replace('hours = "office"\n', "")
    (tmp_path / "policy.toml").write_text(text)
    return Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml")


async def test_over_restarts_and_new_policies_the_api_explains(settings: Settings) -> None:
    texts = [text.replace('hours = "office"\n', "") for _, text in full_centre()[1:4]]
    answers: dict[str, Any] = {}
    for number, text in enumerate(texts):
        async with app.Hub(settings) as hub:
            centre = Centre(hub, number)
            for agent in range(9):
                skills = {"sales": 1 + agent % 4, "support": 1 + (agent + 2) % 4, "complaints": 2}
                await centre.do(
                    ask.SignOn, agent_id=f"a{agent}", name="", skills=skills, languages=("fa",), capacity=100
                )
            for step in range(45):
                await centre.contact(step + 17 * number)
                if step % 3 == 2:
                    await hub.pool.reached(await hub.journal.head())
                    await centre.life()
                if step == 15:
                    await hub.policies.publish(text, "", True, actor="operator:test", command_id=f"publish-{number}")
            if number == len(texts) - 1:
                answers = await _asked(hub)
    assert answers["unknown"] == 404
    assert answers["told"]["decisions"][0]["same"] is True
    code, out, err = run("explain", "--check", "--json", data_dir=settings.data_dir)
    found = json.loads(out)
    assert (code, found["findings"]) == (0, []), err
    assert found["by_kind"]["InteractionOffered"] > 40


async def _asked(hub: app.Hub) -> dict[str, Any]:
    """What the API says of an interaction, and of one that is not there."""
    issued = await hub.access.issue(Role.SUPERVISOR, "test", actor="operator:test")
    stream = next(iter(hub.pool.state.interactions))
    async with httpx.AsyncClient(base_url=hub.api_url, headers={"Authorization": f"Bearer {issued.token}"}) as client:
        async with asyncio.timeout(30):
            while (got := await client.get(f"/v1/interactions/{stream}/decisions", timeout=30)).status_code == 401:
                await asyncio.sleep(0.05)
        assert got.status_code == 200, got.text
        unknown = await client.get("/v1/interactions/interaction-nobody/decisions")
    return {"told": got.json(), "unknown": unknown.status_code}
