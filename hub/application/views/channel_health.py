"""How each channel's adapter is: whether it runs and where, what it brings and carries out, and what it could not."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hub.bus.connection import BusError
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.ports import Clock, Recorded

MOST_REJECTED = 1_000
"""Set-aside contacts that are counted by channel: more are not looked at."""
PATIENCE_SECONDS = 1.0
"""So long monitoring waits for the bus: it reads much else in the same answer."""


class Holder(Protocol):
    """The process that carries out what an adapter is told."""

    @property
    def where(self) -> str: ...
    @property
    def since(self) -> str: ...
    @property
    def troubles(self) -> Sequence[tuple[str, str]]: ...


class Bus(Protocol):
    """What the bus knows of adapters."""

    async def holder(self, adapter: str, /) -> Holder | None: ...
    async def untold(self, adapter: str, /) -> int: ...


class RejectedByChannel(Protocol):
    """Contacts that were set aside."""

    async def list(self, limit: int, after: int, channel: str, text: str) -> tuple[Sequence[Any], int | None]: ...


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that an adapter can't reach: in words, and since when."""

    said: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """An adapter. `inside`: in the hub's own process. `reason` says why it does not run, where it is known; `troubles`
    what it runs without. Contacts are those of its channel since this hub started; `untold` waits to be carried out by
    it."""

    name: str
    channel: str
    configured: bool
    running: bool
    inside: bool
    where: str
    since: datetime | None
    reason: str
    troubles: tuple[Trouble, ...]
    last_in_at: datetime | None
    last_out_at: datetime | None
    untold: int | None
    rejected: int


@dataclass(frozen=True, slots=True)
class AdapterSeen:
    """What monitoring is told of an adapter. `troubles`: how many things it runs without, the first of them for
    `oldest_seconds`; None where the bus can't say."""

    name: str
    channel: str
    running: bool
    troubles: int | None
    oldest_seconds: float | None


class ChannelTraffic:
    """A follower of the log: when a contact of each channel came and left last."""

    def __init__(self) -> None:
        self.came: dict[str, datetime] = {}
        self.left: dict[str, datetime] = {}

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        for one in batch:
            event: Any = one.event
            if type(event) is ContactReceived:
                self.came[event.channel.value] = event.recorded_at
            elif type(event) is ContactSent:
                self.left[event.channel.value] = event.recorded_at


class Channels:
    """`adapters`: the channel of each there is; `configured`: those that somebody set up; `inside`: what keeps each in
    this process from running; `clock`: the one that adapters go by."""

    def __init__(
        self,
        adapters: Mapping[str, str],
        bus: Bus,
        traffic: ChannelTraffic,
        rejected: RejectedByChannel,
        configured: Callable[[], Collection[str]],
        inside: Callable[[], Mapping[str, str]],
        clock: Clock,
    ) -> None:
        self._adapters, self._bus, self._traffic, self._rejected = adapters, bus, traffic, rejected
        self._configured, self._inside, self._clock = configured, inside, clock
        self._met: set[str] = set()
        """Adapters that ran when somebody looked: they are missed when they are gone, wherever they were set up."""

    async def health(self) -> list[ChannelHealth]:
        """Of all there are, those that are set up first. Raises BusError."""
        inside, configured = self._inside(), {*self._configured(), *self._inside(), *self._met}
        found, _ = await self._rejected.list(MOST_REJECTED, 0, "", "")
        rejected = Counter(one.channel for one in found)
        told = await asyncio.gather(*(self._one(name, inside, configured, rejected) for name in self._adapters))
        return sorted(told, key=lambda one: (not one.configured, one.name))

    async def seen(self) -> list[AdapterSeen]:
        """Those that are set up or were seen before. Of a bus that can't say, or not soon, those in this process."""
        inside = self._inside()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                holders = dict(
                    zip(self._adapters, await asyncio.gather(*map(self._bus.holder, self._adapters)), strict=True)
                )
        except (BusError, TimeoutError):
            return [AdapterSeen(name, self._adapters.get(name, ""), not inside[name], None, None) for name in inside]
        self._met |= {name for name, holder in holders.items() if holder is not None}
        now = self._clock.now()
        told = []
        for name in sorted({*(self._adapters.keys() & self._configured()), *inside, *self._met}):
            holder = holders.get(name)
            troubles = _troubles(holder, now)
            oldest = max(((now - one.since).total_seconds() for one in troubles), default=0.0)
            running = holder is not None or inside.get(name) == ""
            told.append(AdapterSeen(name, self._adapters.get(name, ""), running, len(troubles), max(0.0, oldest)))
        return told

    async def _one(
        self, name: str, inside: Mapping[str, str], configured: Collection[str], rejected: Mapping[str, int]
    ) -> ChannelHealth:
        channel = self._adapters[name]
        holder = await self._bus.holder(name)
        running = holder is not None or inside.get(name) == ""
        self._met |= {name} if running else set()
        return ChannelHealth(
            name=name,
            channel=channel,
            configured=name in configured or running,
            running=running,
            inside=name in inside,
            where=holder.where if holder else "",
            since=_moment(holder.since) if holder else None,
            reason=_reason(name, running, inside, configured),
            troubles=_troubles(holder, self._clock.now()),
            last_in_at=self._traffic.came.get(channel),
            last_out_at=self._traffic.left.get(channel),
            untold=await self._bus.untold(name) if name in configured or running else None,
            rejected=rejected[channel],
        )


def _troubles(holder: Holder | None, now: datetime) -> tuple[Trouble, ...]:
    """One whose beginning can't be read begins now: anybody may have written the adapter."""
    told = holder.troubles if holder else ()
    return tuple(Trouble(said, _moment(since) or now) for said, since in told)


def _moment(told: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _reason(name: str, running: bool, inside: Mapping[str, str], configured: Collection[str]) -> str:
    if running:
        return ""
    if inside.get(name):
        return inside[name]
    if name in configured:
        return f"no process says that it runs it: start `hub channel run {name}`, or see its log"
    return ""
