"""A hub, its phone adapter and its agents on a real Asterisk, each a process that can be killed by itself."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from hub.application.explaining.audit import audit
from hub.application.imports.history import tail
from hub.channels.ledger import Ledger
from hub.channels.phone.followed import Position
from hub.children import die_with_parent
from hub.domain.event import Event
from hub.journal.store import open_store
from hub.settings import Settings
from hub.simulated.client import HubClient
from hub.simulated.process import HubProcess, create_key
from tests.support.asterisk import Asterisk, Sipp, agent, caller

TALKS, WAITS, LEAVES, COMES = "+982188001", "+982188002", "+982188003", "+982188004"
"""Who calls."""
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
        async with asyncio.timeout(60):
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

    async def wrap_up(self, ended: Event) -> None:
        """So that ann is free for the next one."""
        body = {"agent_id": "ann", "code": ""}
        answer = await self.client.command("POST", f"/v1/interactions/{ended.correlation}/wrap-up", body)
        assert answer.status in (200, 409, 422), answer

    def events(self) -> list[Event]:
        store = open_store(self.hub.settings)
        try:
            return [one.event for one in tail(store, 0, store.head())]
        finally:
            store.close()

    async def happens(self, name: str, times: int = 1, seconds: float = 40) -> list[Event]:
        async with asyncio.timeout(seconds):
            while len(found := [one for one in self.events() if type(one).__name__ == name]) < times:
                await asyncio.sleep(0.1)
        return found

    async def records_read(self, asterisk: Asterisk) -> None:
        """Until the adapter has taken in whatever Asterisk did on its own."""
        async with asyncio.timeout(40):
            while self._read_of_records() < asterisk.recorded:
                await asyncio.sleep(0.1)

    def _read_of_records(self) -> int:
        ledger = Ledger(self.hub.data_dir / "channels/phone/ledger.sqlite")
        try:
            return Position.noted(ledger.remembered("records read")).read
        finally:
            ledger.close()

    def has(self, name: str) -> bool:
        return any(type(one).__name__ == name for one in self.events())

    def check(self, contacts: int) -> None:
        store = open_store(self.hub.settings)
        try:
            found = audit(list(tail(store, 0, store.head())))
        finally:
            store.close()
        assert (found.contacts, found.lost, found.duplicates, found.double_assigned) == (contacts, 0, 0, 0)


@asynccontextmanager
async def at_site(asterisk: Asterisk, folder: Path, nats_url: str = "") -> AsyncIterator[Site]:
    """With a bus of the hub's own, or this one."""
    (folder / "policy.toml").write_text(POLICY)
    policy = folder / "policy.toml"
    hub = HubProcess(Settings(data_dir=folder / "var", api_port=0, policy=policy, nats_url=nats_url))
    token = await create_key(hub.settings, "supervisor", "test")
    await hub.start()
    adapter = AdapterProcess(hub, asterisk, folder)
    try:
        await adapter.start()
        async with HubClient(hub.api_url, token) as client:
            yield Site(hub, adapter, client)
    finally:
        await adapter.kill()
        await hub.stop()


@dataclass(frozen=True, slots=True)
class Standing:
    """Calls that stand: one talks with ann, two wait. Each stays until it is hung up."""

    asterisk: Asterisk
    site: Site
    ann: Sipp
    talks: Sipp
    waits: Sipp
    leaves: Sipp

    async def leave(self) -> None:
        """One of those who wait hangs up; the others hear nothing of it."""
        await self.asterisk.hung_up_by(number=LEAVES)
        assert await self.leaves.over() == 0
        assert (self.talks.running, self.waits.running, self.ann.running) == (True, True, True)

    async def go_on(self) -> None:
        """The one who talks hangs up, ann takes the next, and that ends too."""
        await self.asterisk.hung_up_by(number=TALKS)
        [ended] = await self.site.happens("InteractionEnded")
        await self.site.wrap_up(ended)
        await self.site.happens("OfferAccepted", 2)
        await self.asterisk.hung_up_by(number=WAITS)
        assert [await one.over() for one in (self.talks, self.waits, self.ann)] == [0, 0, 0]
        await self.site.happens("InteractionEnded", 2)


@asynccontextmanager
async def standing(asterisk: Asterisk, site: Site) -> AsyncIterator[Standing]:
    """Calls, as they stand when something dies."""
    await site.sign_on("ann")
    async with agent(asterisk, "ann", calls=2) as ann, caller(asterisk, number=TALKS) as talks:
        await site.happens("OfferAccepted")
        async with caller(asterisk, number=WAITS) as waits, caller(asterisk, number=LEAVES) as leaves:
            await site.happens("InteractionQueued", 3)
            yield Standing(asterisk, site, ann, talks, waits, leaves)
