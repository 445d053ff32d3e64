"""The wire of calls that wait in Kamailio: a Kamailio that is played on the bus, and customers who call it."""

import asyncio
import itertools
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, Protocol

import orjson

from hub.bus.kamailio_edge import KamailioEdgeBus, kamailio_edge_bus
from hub.bus.users import KAMAILIO_USER
from hub.clock import WallClock
from hub.domain.contact import Contact
from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.contract.hub_side import KAMAILIO_PASSWORD

CHANNEL: Final = "kamailio"
_UNSAID = "nothing is said into a call from here"
LEFT_OUT: Final[Mapping[str, str]] = {
    "threads": "a call is a thread of its own",
    **dict.fromkeys(("sends", "sends once", "unknown", "killed", "bus killed"), _UNSAID),
    "flood": "a call that ended does not come again: who calls once more makes another call",
}
EDGE: Final = "edge1"
_PATIENCE_SECONDS = 1.0
_CHECK_SECONDS = 0.4
_BEATS = 6
"""After so many signs of life of the adapter, more than its patience apart, a call that still waits was taken."""
_PAUSE = 0.02
_TOO_LONG = "9" * 70


class Edge(Protocol):
    """A Kamailio, and who calls it."""

    async def calls(self, number: str) -> None:
        """A customer, who waits from now on."""
        ...

    def status(self, number: str) -> int:
        """By which the call was turned away; 0: it waits."""
        ...


class PlayedKamailio:
    """It keeps how calls stand, says so when it is asked, and turns away whom it is told to."""

    def __init__(self, clock: WallClock) -> None:
        self._run = f"{clock.now().timestamp():.6f}"
        self._begin = int(clock.now().timestamp())
        self._numbers = itertools.count(1)
        self._keys: dict[str, str] = {}
        self._stand: dict[str, str] = {}
        self._statuses: dict[str, int] = {}
        self._telling = set[asyncio.Task[None]]()
        self.bus: KamailioEdgeBus | None = None

    async def calls(self, number: str) -> None:
        """As an edge's."""
        key = f"{self._begin}.{next(self._numbers)}.7"
        caller, dialled = (b64encode(one.encode()).decode() for one in (number, "1000"))
        self._keys[number], self._stand[key] = key, f"waiting:0:0::{caller}:{dialled}"
        await self._tell(key=key, stands=self._stand[key])

    def status(self, number: str) -> int:
        """As an edge's."""
        return self._statuses.get(self._keys[number], 0)

    def heard(self, order: bytes) -> None:
        """What every edge is told."""
        edge, do, key, _, *more = order.decode().split("|")
        if edge != EDGE:
            return
        if do == "tell":
            self._later(key)
        elif do in ("refuse", "forward") and self._stand.pop(key, ""):
            self._statuses[key] = int(more[0]) if do == "refuse" else 300

    def _later(self, nonce: str) -> None:
        task = asyncio.create_task(self._tell_all(nonce))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell_all(self, nonce: str) -> None:
        standing = list(self._stand.items())
        for key, stands in standing:
            await self._tell(nonce=nonce, key=key, stands=stands)
        await self._tell(nonce=nonce, all=len(standing))

    async def _tell(self, **said: str | int) -> None:
        if self.bus is not None:
            await self.bus.tell(orjson.dumps({"edge": EDGE, "run": self._run, **said}))


class KamailioDriver:
    """Customers who call, each from a number of their own. What one wants is known by the number."""

    def __init__(self, adapter: AdapterProcess, edge: Edge) -> None:
        self._adapter = adapter
        self._edge = edge
        self._said: dict[str, str] = {}
        self._waiting: dict[str, str] = {}
        self._beats = 0

    def heard(self, order: bytes) -> None:
        """Any order is a sign of life."""
        self._beats += order.startswith(f"{EDGE}|here|".encode())

    def words(self, contact: Contact) -> str:
        """As a driver's that knows what was said elsewhere."""
        return self._said.get(contact.path.address, "")

    async def start(self) -> int:
        """As a driver's."""
        return await self._adapter.start()

    async def kill(self) -> None:
        """As a driver's."""
        await self._adapter.kill()

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:  # noqa: ARG002
        """As a driver's. Who was turned away calls once more: that is another call."""
        if name in self._waiting:
            return "accepted"
        number = f"+982188{len(self._said):04}"
        self._said[number] = text
        await self._edge.calls(number)
        if await self._turned_away(number, seconds):
            self._said[number] = ""
            return "later"
        self._waiting[name] = number
        return "accepted"

    async def saw(self) -> list[Seen]:
        """As a driver's."""
        return []

    async def bad(self, seconds: float) -> str:
        """As a driver's."""
        await self._edge.calls(_TOO_LONG)
        return "refused" if await self._turned_away(_TOO_LONG, seconds) else "none"

    async def flood(self, count: int, seconds: float) -> int:  # noqa: ARG002
        """As a driver's."""
        return -1

    async def _turned_away(self, number: str, seconds: float) -> bool:
        """Before the adapter was heard of so often that it would have been."""
        enough, loop = self._beats + _BEATS, asyncio.get_running_loop()
        end = loop.time() + seconds
        while not self._edge.status(number) and self._beats < enough and loop.time() < end:  # noqa: ASYNC110
            await asyncio.sleep(_PAUSE)
        return bool(self._edge.status(number)) or self._beats < enough


def table() -> dict[str, object]:
    """`[kamailio]` of channels.toml."""
    return {
        "edges": [EDGE], "agent_uris": ["sip:{agent}@127.0.0.1:9"], "check_seconds": _CHECK_SECONDS,
        "hub_patience_seconds": _PATIENCE_SECONDS,
    }  # fmt: skip


def edge_url(environment: Mapping[str, str]) -> str:
    """Where a Kamailio finds the bus, as the user it is there."""
    where = environment["HUB_NATS_URL"].rpartition("//")[2]
    return f"nats://{KAMAILIO_USER}:{environment[KAMAILIO_PASSWORD]}@{where}"


@asynccontextmanager
async def driver_of(environment: Mapping[str, str], edge: Edge) -> AsyncIterator[KamailioDriver]:
    """With this Kamailio."""
    ready = f"takes calls of Kamailio {EDGE}"
    adapter = AdapterProcess("kamailio", Path(environment["HUB_DATA_DIR"]), table(), 0, environment, ready)
    driver = KamailioDriver(adapter, edge)
    async with kamailio_edge_bus(edge_url(environment), EDGE, driver.heard):
        try:
            yield driver
        finally:
            await adapter.kill()


@asynccontextmanager
async def driver(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    """The adapter finds its hub by this environment."""
    kamailio = PlayedKamailio(WallClock())
    async with (
        kamailio_edge_bus(edge_url(environment), EDGE, kamailio.heard) as kamailio.bus,
        driver_of(environment, kamailio) as customers,
    ):
        yield customers
