"""Adapter and hub are killed, or away, while customers are on the line: calls stand, go on, and each counts once."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from hub.application.audit import audit
from hub.application.history import tail
from hub.children import die_with_parent
from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.journal.store import open_store
from hub.settings import Settings
from hub.simulated.client import HubClient
from hub.simulated.process import HubProcess, create_key
from tests.support.asterisk import Asterisk, agent, asterisk, caller

__all__ = ["asterisk"]
pytestmark = pytest.mark.acceptance

POLICY = """
[queues.care]
[[rules]]
queue = "care"
"""


class AdapterProcess:
    """`hub channel run phone`, and its death."""

    def __init__(self, hub: HubProcess, asterisk: Asterisk, directory: Path) -> None:
        self._log = directory / "adapter.log"
        file = directory / "channels.toml"
        table = {**asterisk.settings(), "announce": False, "ring_seconds": 5, "hub_patience_seconds": 1}
        file.write_text("[phone]\n" + "".join(f"{name} = {_toml(value)}\n" for name, value in table.items()))
        self._environment = {**hub.settings.environment(), "HUB_CHANNELS": str(file), "HUB_LOG_LEVEL": "info"}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Until it takes calls."""
        begin = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "hub", "channel", "run", "phone"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environment,
                preexec_fn=die_with_parent(),
            )
        async with asyncio.timeout(30):
            while "Asterisk at" not in self._log.read_text()[begin:]:
                assert self._process.returncode is None, self._log.read_text()
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """As a crash would."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


def _toml(value: object) -> str:
    return orjson.dumps(value).decode()


class Site:
    """A hub, its adapter and its agents, each a process."""

    def __init__(self, hub: HubProcess, adapter: AdapterProcess, client: HubClient) -> None:
        self.hub = hub
        self.adapter = adapter
        self.client = client

    async def sign_on(self, name: str) -> None:
        answer = await self.client.command("POST", f"/v1/agents/{name}/sign-on", {"name": name, "skills": {}})
        assert answer.status == 200, answer

    def events(self) -> list[Event]:
        store = open_store(self.hub.settings)
        try:
            return [one.event for one in tail(store, 0, store.head())]
        finally:
            store.close()

    async def happens(self, name: str, times: int = 1, seconds: float = 20) -> list[Event]:
        async with asyncio.timeout(seconds):
            while len(found := [one for one in self.events() if type(one).__name__ == name]) < times:
                await asyncio.sleep(0.1)
        return found

    def check(self, contacts: int) -> None:
        store = open_store(self.hub.settings)
        try:
            found = audit(list(tail(store, 0, store.head())))
        finally:
            store.close()
        assert (found.contacts, found.lost, found.duplicates, found.double_assigned) == (contacts, 0, 0, 0)


@pytest.fixture
async def site(asterisk: Asterisk, tmp_path: Path) -> AsyncIterator[Site]:
    (tmp_path / "policy.toml").write_text(POLICY)
    Path(str(asterisk.settings()["cdr_file"])).unlink(missing_ok=True)  # noqa: ASYNC240
    hub = HubProcess(Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml"))
    token = await create_key(hub.settings, "supervisor", "test")
    await hub.start()
    adapter = AdapterProcess(hub, asterisk, tmp_path)
    await adapter.start()
    try:
        async with HubClient(hub.api_url, token) as client:
            yield Site(hub, adapter, client)
    finally:
        await adapter.kill()
        await hub.stop()


async def test_calls_stand_when_the_adapter_is_killed_and_go_on_with_the_next_one(
    asterisk: Asterisk, site: Site
) -> None:
    await site.sign_on("ann")
    async with agent(asterisk, "ann", calls=2) as ann, caller(asterisk, "caller_hangs_up", pause=8) as talks:
        await site.happens("OfferAccepted")
        async with caller(asterisk, "caller_hangs_up", number="+982188002", pause=20) as waits:
            await site.happens("InteractionQueued", 2)
            async with caller(asterisk, "caller_hangs_up", number="+982188003", pause=3) as leaves:
                await site.happens("InteractionQueued", 3)
                await site.adapter.kill()
                assert talks.running
                assert waits.running
                assert await leaves.over() == 0
            await site.adapter.start()
            await site.happens("InteractionAbandoned")
            assert await talks.over() == 0
            [ended] = await site.happens("InteractionEnded")
            await wrap_up(site, ended)
            await site.happens("OfferAccepted", 2)
            assert await waits.over() == 0
        assert await ann.over() == 0
    await site.happens("InteractionEnded", 2)
    site.check(contacts=3)


async def wrap_up(site: Site, ended: Event) -> None:
    body = {"agent_id": "ann", "code": ""}
    answer = await site.client.command("POST", f"/v1/interactions/{ended.correlation}/wrap-up", body)
    assert answer.status in (200, 409, 422), answer


async def test_who_waits_while_the_hub_is_killed_is_answered_when_it_is_back(asterisk: Asterisk, site: Site) -> None:
    async with agent(asterisk, "ann") as ann, caller(asterisk, "caller_hangs_up", pause=15) as customer:
        await site.happens("InteractionQueued")
        os.kill(site.hub.pid, signal.SIGKILL)
        await site.hub.ended()
        await asyncio.sleep(1)
        assert customer.running
        await site.hub.start()
        await site.sign_on("ann")
        await site.happens("OfferAccepted")
        assert await customer.over() == 0
        assert await ann.over() == 0
    await site.happens("InteractionEnded")
    site.check(contacts=1)


async def test_who_calls_while_the_hub_is_away_gets_the_pbx_and_is_on_record_afterwards(
    asterisk: Asterisk, site: Site
) -> None:
    await site.hub.stop()
    async with caller(asterisk, "caller_hangs_up", pause=12) as customer:
        assert await customer.over() == 0
    await site.hub.start()
    await site.happens("InteractionAbandoned", seconds=30)
    await asyncio.sleep(6)
    [call] = await site.happens("ContactReceived")
    assert isinstance(call, ContactReceived)
    assert call.contact_id.startswith("call-")
    site.check(contacts=1)


async def test_who_calls_while_the_adapter_is_away_is_on_record_once_it_is_back(asterisk: Asterisk, site: Site) -> None:
    await site.adapter.kill()
    async with agent(asterisk, "ann") as ann, caller(asterisk, "caller_hangs_up", pause=2) as customer:
        assert await customer.over() == 0
        assert await ann.over() == 0
    await site.adapter.start()
    contacts = await site.happens("ContactReceived", seconds=30)
    [call] = [one for one in contacts if isinstance(one, ContactReceived) and one.subject.endswith("answered there")]
    assert call.contact_id.startswith("fallback-")
    assert not await has(site, "InteractionQueued")


async def test_a_message_left_with_the_pbx_while_the_adapter_is_away_is_work(asterisk: Asterisk, site: Site) -> None:
    await site.adapter.kill()
    async with caller(asterisk, "caller_speaks", pause=12) as customer:
        assert await customer.over() == 0
    await site.adapter.start()
    [call] = await site.happens("ContactReceived", seconds=30)
    assert isinstance(call, ContactReceived)
    assert call.subject.endswith("a message was left")
    assert [one.media_type for one in call.attachments] == ["audio/wav"]
    await site.happens("InteractionQueued")


async def has(site: Site, name: str) -> bool:
    return any(type(one).__name__ == name for one in site.events())
