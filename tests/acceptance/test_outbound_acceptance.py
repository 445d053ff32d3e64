"""A whole hub has contacts made by an adapter over NATS: each once over kill -9, answered to who asked, and on another
path where one fails."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from nats.errors import Error as NatsError

from hub.bus.connection import Connection, connect
from hub.bus.publisher import Publisher
from hub.channels.adapter import ChannelAdapter
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.contact import Channel, ConversationEvent, ConversationSignal
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.outbound.events import ContactDispatched, ContactFailed
from hub.domain.event import Event
from hub.domain.interaction.events import ContactAttached, InteractionQueued
from hub.journal.store import open_store
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.process import HubProcess

pytestmark = pytest.mark.acceptance

POLICY = """
[quiet_hours]
daily = []
[[value_tiers]]
name = "standard"
[[stages]]
name = "acquisition"
"""
ROUNDS, EACH = 3, 5
CLOCK = WallClock()


class Wire:
    """The adapter of one channel: what it was told to send leaves once, whatever the hub repeats."""

    def __init__(self, channel: Channel, refuses: bool = False) -> None:
        self.channel, self.refuses = channel, refuses
        self.left: list[dict[str, Any]] = []
        self._known: set[str] = set()

    async def serve(self, bus: Connection) -> None:
        publisher = Publisher(bus)
        adapter = ChannelAdapter(publisher, self.channel.value)
        try:
            told = await bus.jetstream().pull_subscribe(
                f"conversations.out.{self.channel}.>", f"{self.channel}-adapter"
            )
            while True:
                with suppress(TimeoutError, NatsError):
                    for message in await told.fetch(20, timeout=0.5):
                        await self._carry_out(adapter, orjson.loads(message.data))
                        await message.ack()
        finally:
            await publisher.close()

    async def _carry_out(self, adapter: ChannelAdapter, command: dict[str, Any]) -> None:
        data = command["data"]
        if data["command"] != "send":
            return
        if command["id"] not in self._known:
            self._known.add(command["id"])
            self.left.append(data)
        confirmed = await adapter.conversation(
            ConversationEvent(
                id=f"report-{command['id']}", channel=self.channel, thread=data["thread"],
                signal=ConversationSignal.FAILED if self.refuses else ConversationSignal.SENT,
                occurred_at=CLOCK.now(), contact_id=data["contact_id"], reason="no such number" if self.refuses else "",
            )
        )  # fmt: skip
        assert confirmed.status == "accepted", confirmed


@asynccontextmanager
async def serving(nats_url: str, *wires: Wire) -> AsyncIterator[None]:
    bus = await connect(nats_url, "adapters")
    tasks = [asyncio.create_task(wire.serve(bus)) for wire in wires]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(Exception):
            await bus.close()


class Api:
    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url

    async def __call__(self, path: str, body: dict[str, Any] | None = None) -> Any:
        method = "GET" if body is None else "POST"
        async with self.session.request(method, f"{self.url}{path}", json=body) as response:
            assert response.status in (200, 201), await response.text()
            return await response.json()

    async def calls(self, number: int, channel: str = "sms", **more: Any) -> Any:
        path = {"channel": channel, "address": f"+98912555{number:04}"}
        now = CLOCK.now().isoformat()
        return await self("/v1/contacts", {"id": f"c-{channel}-{number}", "path": path, "occurred_at": now, **more})

    async def until(self, path: str, phase: str) -> Any:
        async with asyncio.timeout(60):
            while (found := await self(path))["phase"] != phase:
                await asyncio.sleep(0.05)
        return found


def events_of(settings: Settings, *kinds: type[Event]) -> list[Any]:
    store = open_store(settings)
    try:
        return [one.event for one in store.read(0, 10_000) if isinstance(one.event, kinds)]
    finally:
        store.close()


def wanted(customer: str, request: str, **more: Any) -> dict[str, Any]:
    told = {
        "customer_id": customer, "purpose": "transactional", "channels": ["sms"], "text": "It is on its way",
        "sender": "hub", "request_id": request,
    }  # fmt: skip
    return {**told, **more}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "var", api_port=0)


async def test_each_contact_leaves_once_whenever_the_hub_is_killed(settings: Settings) -> None:
    chance = random.Random(5)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    hub, wire, asked = HubProcess(settings), Wire(Channel.SMS), dict[str, str]()
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        try:
            api = Api(session, (await hub.start()).api_url)
            await api("/v1/policies/paths", {"text": POLICY, "note": "no quiet hours"})
            for _ in range(ROUNDS):
                api = Api(session, hub.api_url())
                async with serving(hub.address.nats_url, wire):
                    for number in range(len(asked), len(asked) + EACH):
                        customer = (await api.calls(number))["customer_id"]
                        later = {} if number % 2 else {"by": (CLOCK.now() + timedelta(minutes=5)).isoformat()}
                        told = await api("/v1/outbound", wanted(customer, f"r-{number}", **later))
                        assert told["outcome"] == "now"
                        asked[told["outbound_id"]] = customer
                    await asyncio.sleep(chance.choice([0.0, 0.005, 0.03]))
                    os.killpg(hub.pid, signal.SIGKILL)
                    await hub.ended()
                await hub.start()
            api = Api(session, hub.api_url())
            async with serving(hub.address.nats_url, wire):
                for outbound in asked:
                    await api.until(f"/v1/outbound/{outbound}", "sent")
            [_, second, *_] = asked
            again = await api("/v1/outbound", wanted(asked[second], "r-1"))
            assert (again["outbound_id"], again["repeat"]) == (second, True)
            assert Counter(one["contact_id"] for one in wire.left) == Counter(list(asked))
            made = await asyncio.to_thread(events_of, settings, ContactSent)
            assert Counter(one.contact_id for one in made) == Counter(list(asked))
            dispatched = await asyncio.to_thread(events_of, settings, ContactDispatched)
            assert Counter(one.outbound_id for one in dispatched) == Counter(list(asked))
        finally:
            await hub.stop()


async def test_where_one_path_fails_another_is_taken_and_the_answer_comes_back_to_who_asked(settings: Settings) -> None:
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    hub, sms, mail = HubProcess(settings), Wire(Channel.SMS, refuses=True), Wire(Channel.EMAIL)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        try:
            api = Api(session, (await hub.start()).api_url)
            await api("/v1/policies/paths", {"text": POLICY, "note": "no quiet hours"})
            identifiers = [{"kind": "email", "value": "ann@example.org", "verified": True}]
            customer = (await api.calls(1, "phone", identifiers=identifiers))["customer_id"]
            async with asyncio.timeout(30):
                while not (opened := await asyncio.to_thread(events_of, settings, InteractionQueued)):
                    await asyncio.sleep(0.05)
            interaction = opened[0].correlation
            async with serving(hub.address.nats_url, sms, mail):
                told = await api(
                    "/v1/outbound",
                    wanted(customer, "r", channels=["sms", "email"], interaction_id=interaction, agent_id="ann"),
                )
                done = await api.until(f"/v1/outbound/{told['outbound_id']}", "sent")
            assert (done["channel"], done["tried"]) == ("email", ["sms"])
            assert [one["address"] for one in (*sms.left, *mail.left)] == ["+989125550001", "ann@example.org"]
            [failed] = await asyncio.to_thread(events_of, settings, ContactFailed)
            assert (failed.reason, failed.again) == ("no such number", True)
            path = {"channel": "email", "address": "ann@example.org"}
            thread = mail.left[0]["thread"]
            body = {"id": "answer-1", "path": path, "thread": thread, "occurred_at": CLOCK.now().isoformat()}
            await api("/v1/contacts", body)
            async with asyncio.timeout(30):
                while not (attached := await asyncio.to_thread(events_of, settings, ContactAttached)):
                    await asyncio.sleep(0.05)
            assert (attached[0].contact_id, attached[0].correlation) == ("answer-1", interaction)
            received = await asyncio.to_thread(events_of, settings, ContactReceived)
            assert received[-1].known_agents == {"direct": "ann"}
        finally:
            await hub.stop()
