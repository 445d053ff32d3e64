"""How each channel's adapter is: whether it runs and where, what it brings and carries out, and what it could not."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hub.domain.customer.events import ContactReceived, ContactSent
from hub.ports import Recorded

MOST_REJECTED = 1_000
"""Set-aside contacts that are counted by channel: more are not looked at."""


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
    this process from running."""

    def __init__(
        self,
        adapters: Mapping[str, str],
        bus: Bus,
        traffic: ChannelTraffic,
        rejected: RejectedByChannel,
        configured: Callable[[], Collection[str]],
        inside: Callable[[], Mapping[str, str]],
    ) -> None:
        self._adapters, self._bus, self._traffic, self._rejected = adapters, bus, traffic, rejected
        self._configured, self._inside = configured, inside

    async def health(self) -> list[ChannelHealth]:
        """Of all there are, those that are set up first. Raises BusError."""
        inside, configured = self._inside(), {*self._configured(), *self._inside()}
        found, _ = await self._rejected.list(MOST_REJECTED, 0, "", "")
        rejected = Counter(one.channel for one in found)
        told = await asyncio.gather(*(self._one(name, inside, configured, rejected) for name in self._adapters))
        return sorted(told, key=lambda one: (not one.configured, one.name))

    async def _one(
        self, name: str, inside: Mapping[str, str], configured: Collection[str], rejected: Mapping[str, int]
    ) -> ChannelHealth:
        channel = self._adapters[name]
        holder = await self._bus.holder(name)
        running = holder is not None or inside.get(name) == ""
        return ChannelHealth(
            name=name,
            channel=channel,
            configured=name in configured or running,
            running=running,
            inside=name in inside,
            where=holder.where if holder else "",
            since=datetime.fromisoformat(holder.since) if holder and holder.since else None,
            reason=_reason(name, running, inside, configured),
            troubles=_troubles(holder),
            last_in_at=self._traffic.came.get(channel),
            last_out_at=self._traffic.left.get(channel),
            untold=await self._bus.untold(name) if name in configured or running else None,
            rejected=rejected[channel],
        )


def _troubles(holder: Holder | None) -> tuple[Trouble, ...]:
    told = holder.troubles if holder else ()
    return tuple(Trouble(said, datetime.fromisoformat(since)) for said, since in told)


def _reason(name: str, running: bool, inside: Mapping[str, str], configured: Collection[str]) -> str:
    if running:
        return ""
    if inside.get(name):
        return inside[name]
    if name in configured:
        return f"no process says that it runs it: start `hub channel run {name}`, or see its log"
    return ""
