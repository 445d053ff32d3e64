"""The hub, the bus, and both are killed at random moments under load: nothing is lost, doubled, or given to two."""

import asyncio
import os
import random
import signal
from collections import Counter
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from hub.application.explaining.audit import audit
from hub.application.imports.history import tail
from hub.bus.connection import connect
from hub.bus.publisher import Publisher
from hub.channels.adapter import ChannelAdapter
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal
from hub.domain.contact import Path as ContactPath
from hub.domain.customer.events import ContactReceived
from hub.domain.interaction.state import Phase
from hub.journal.store import open_store
from hub.settings import Settings
from hub.simulated.agents import SimulatedAgents
from hub.simulated.behaviour import AgentProfile, Steady
from hub.simulated.client import HubClient
from hub.simulated.process import HubProcess, create_key

pytestmark = pytest.mark.acceptance

CONTACTS = 400
PER_SECOND = 25
AGENTS = 20
KILLS = (("hub",), ("bus",), ("hub", "bus"), ("hub",), ("bus",), ("hub", "bus"))
SETTLE_SECONDS = 90
OPEN = (Phase.WAITING, Phase.OFFERED, Phase.ACTIVE, Phase.WRAP_UP)


async def test_whatever_is_killed_each_contact_counts_once(tmp_path: Path) -> None:
    seed = random.Random(4711)
    settings = Settings(data_dir=tmp_path / "var", api_port=0)
    hub = HubProcess(settings)
    confirmed: Counter[str] = Counter()
    async with AsyncExitStack() as parts:
        token = await create_key(hub.settings, "supervisor", "chaos")
        await hub.start()
        parts.push_async_callback(hub.stop)
        client = await parts.enter_async_context(HubClient(hub.api_url, token))
        bus = await connect(hub.address.nats_url, "chaos")
        parts.push_async_callback(bus.close)
        adapter = ChannelAdapter(Publisher(bus), "chaos")
        profiles = [
            AgentProfile(f"a{n}", f"Agent {n}", {"sales": 5, "support": 5, "billing": 5, "complaints": 5})
            for n in range(AGENTS)
        ]
        agents = SimulatedAgents(client, profiles, Steady(0.3, 0.1))
        background = [asyncio.create_task(agents.run()), asyncio.create_task(hub.watch())]
        parts.push_async_callback(_cancel, background)
        await agents.ready()
        await agents.sign_on_all()
        async with asyncio.TaskGroup() as work:
            work.create_task(_kill(hub, seed))
            for number in range(CONTACTS):
                await asyncio.sleep(1 / PER_SECOND)
                work.create_task(_call(adapter, number, seed.random() < 0.15, confirmed))
        await _until_nothing_is_open(client, background)
    assert hub.restarts  # how often depends on the machine: a kill may hit a hub that is still starting
    assert confirmed == Counter({f"c{number}": 1 for number in range(CONTACTS)})
    store = open_store(hub.settings)
    try:
        events = list(tail(store, 0, store.head()))
    finally:
        store.close()
    recorded = Counter(one.event.contact_id for one in events if isinstance(one.event, ContactReceived))
    assert recorded == confirmed
    found = audit(events)
    assert (found.contacts, found.interactions) == (CONTACTS, CONTACTS)
    assert (found.lost, found.duplicates, found.double_assigned, found.over_capacity) == (0, 0, 0, 0)
    assert found.open == 0


async def _call(adapter: ChannelAdapter, number: int, hangs_up: bool, confirmed: Counter[str]) -> None:
    path = ContactPath(channel=Channel.PHONE, address=f"+4930{number % 120:06}")
    contact = Contact(id=f"c{number}", path=path, occurred_at=WallClock().now(), thread=f"t{number}", service="sales")
    assert (await adapter.contact(contact)).status == "accepted"
    confirmed[contact.id] += 1
    if hangs_up:
        left = ConversationEvent(
            id=f"h{number}", channel=Channel.PHONE, thread=f"t{number}",
            signal=ConversationSignal.CUSTOMER_LEFT, occurred_at=WallClock().now(),
        )  # fmt: skip
        assert (await adapter.conversation(left)).status == "accepted"


async def _kill(hub: HubProcess, seed: random.Random) -> None:
    for victims in KILLS:
        await asyncio.sleep(1.0 + 2.0 * seed.random())
        while not hub.pid or not _bus_of(hub.pid):
            await asyncio.sleep(0.05)
        pids = {"hub": hub.pid, "bus": _bus_of(hub.pid)}
        for victim in victims:
            with suppress(ProcessLookupError):
                os.kill(pids[victim], signal.SIGKILL)


def _bus_of(pid: int) -> int:
    """The process id of a hub's nats-server, 0 while it has none."""
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                if (Path("/proc") / child / "comm").read_text().strip() == "nats-server":
                    return int(child)
    return 0


async def _until_nothing_is_open(client: HubClient, background: list[asyncio.Task[None]]) -> None:
    async with asyncio.timeout(SETTLE_SECONDS):
        for phase in OPEN:
            while (await client.get("/v1/interactions", phase=phase.value, limit=1))["interactions"]:
                for task in background:
                    if task.done():
                        task.result()
                await asyncio.sleep(0.2)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
