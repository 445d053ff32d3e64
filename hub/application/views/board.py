"""The wallboard: looked up once for all who follow it, told as what changed since they looked last."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from time import monotonic
from typing import Any, NamedTuple, Protocol

import orjson

from hub.application.deflating import Deflatable
from hub.application.views.board_rows import Ready, Served, agent_row, channel_row, queue_row
from hub.domain.contact import Channel
from hub.ports import Clock
from hub.projections.board import DAY, AgentLine, HeldLine, Look, look
from hub.projections.queues import QueueNow
from hub.projections.views import of_one_moment
from hub.router.policy.model import Policy

FRESH_SECONDS = 1.0
"""A board that was looked up no longer ago is shown again."""


class Reader(Protocol):
    """The read models."""

    async def read(self, question: Callable[[Any], "_Draft"], /) -> "_Draft": ...


class Lines(NamedTuple):
    """What the pool knows of its queues: the policy in force, and the wait somebody who joined now would have."""

    policy: Policy
    waits: Mapping[str, float | None]


class Changes(NamedTuple):
    """Rows as JSON, by name; `gone`: agents who signed off. `whole`: everything there is."""

    whole: bool
    position: int
    at: datetime
    queues: Mapping[str, bytes]
    agents: Mapping[str, bytes]
    gone: list[str]
    channels: Mapping[str, bytes]
    totals: bytes

    @property
    def is_nothing(self) -> bool:
        """Whether nobody need be told."""
        return not (self.whole or self.queues or self.agents or self.gone or self.channels or self.totals)

    def to_bytes(self) -> bytes:
        """All rows as lists, or those that changed by name."""
        rows = _list if self.whole else _named
        return b'{"full":%b,"position":%d,"at":%b,"queues":%b,"agents":%b,"gone":%b,"channels":%b,"totals":%b}' % (
            b"true" if self.whole else b"false", self.position, orjson.dumps(self.at, option=orjson.OPT_UTC_Z),
            rows(self.queues), rows(self.agents), orjson.dumps(self.gone), rows(self.channels), self.totals or b"null",
        )  # fmt: skip


class _Row(NamedTuple):
    """A row as it is shown; how far listeners had been told the log when it came to be so, and by which look."""

    stamp: int
    look: int
    body: bytes


class _Draft(NamedTuple):
    position: int
    at: datetime
    queues: dict[str, bytes]
    agents: dict[str, bytes]
    gone: list[str]
    channels: dict[str, bytes]
    totals: bytes


class Board:
    """`views` are looked at on a thread of theirs; `visible` says how far listeners have been told the log."""

    def __init__(self, views: Reader, clock: Clock, lines: Callable[[], Lines], visible: Callable[[], int]) -> None:
        self._views, self._clock, self._lines, self._visible = views, clock, lines, visible
        self._one_at_a_time = asyncio.Lock()
        self._looked_at = float("-inf")
        self._compare = _Compare()
        self.looks = 0
        """How often it was looked up."""
        self._began = -1
        """What changed up to this position nobody can be told any more: they are shown all of it."""
        self._position, self._at = 0, clock.now()
        self._queues: dict[str, _Row] = {}
        self._agents: dict[str, _Row] = {}
        self._gone: dict[str, _Row] = {}
        self._channels: dict[str, _Row] = {}
        self._totals = _Row(0, 0, b"")
        self._told: dict[int, Deflatable] = {}

    async def look(self) -> None:
        """Look anew."""
        async with self._one_at_a_time:
            lines, now = self._lines(), self._clock.now()
            draft = await self._views.read(
                lambda views: self._compare(of_one_moment(views, lambda one: look(one, now)), lines, now)
            )
            self._looked_at = monotonic()
            self._take(draft)

    async def fresh(self) -> None:
        """Look anew unless it was just done."""
        if monotonic() - self._looked_at >= FRESH_SECONDS:
            await self.look()

    def since(self, after: int | None) -> Changes:
        """Everything, or what whoever was told the log up to this position may not have seen of it."""
        if after is None or after <= self._began:
            return self._those(lambda _: True, whole=True)
        return self._those(lambda row: row.stamp >= after)

    def after_look(self, number: int) -> Deflatable:
        """What changed since the look of this number, empty: nothing. Made once for all who ask."""
        told = self._told.get(number)
        if told is None:
            changes = self._those(lambda row: row.look > number)
            told = self._told[number] = Deflatable(b"" if changes.is_nothing else changes.to_bytes())
        return told

    def _those(self, shown: Callable[[_Row], bool], *, whole: bool = False) -> Changes:
        def of(rows: Mapping[str, _Row]) -> dict[str, bytes]:
            return {name: row.body for name, row in rows.items() if shown(row)}

        totals = self._totals.body if shown(self._totals) else b""
        gone = [] if whole else list(of(self._gone))
        return Changes(
            whole, self._position, self._at, of(self._queues), of(self._agents), gone, of(self._channels), totals
        )

    def _take(self, draft: _Draft) -> None:
        stamp = self._visible()
        if not self.looks:
            self._began = stamp
        self.looks += 1
        self._told.clear()
        self._position, self._at = draft.position, draft.at
        for rows, new in ((self._queues, draft.queues), (self._agents, draft.agents), (self._channels, draft.channels)):
            rows.update((name, _Row(stamp, self.looks, body)) for name, body in new.items())
        for agent in draft.agents:
            self._gone.pop(agent, None)
        for agent in draft.gone:
            del self._agents[agent]
            self._gone[agent] = _Row(stamp, self.looks, b"")
        if draft.totals:
            self._totals = _Row(stamp, self.looks, draft.totals)


class _Compare:
    """What of a look differs from the one before it, made into rows. Used by one thread at a time."""

    def __init__(self) -> None:
        self._served: Served | None = None
        self._queues: dict[str, tuple[Any, ...]] = {}
        self._agents: dict[str, _Seen] = {}
        self._channels: dict[str, bytes] = {}
        self._totals = b""

    def __call__(self, seen: Look, lines: Lines, at: datetime) -> _Draft:
        queues = self._changed_queues(seen, lines)
        agents, gone = self._changed_agents(seen)
        channels = {one.value: _json(channel_row(one, seen)) for one in Channel}
        channels = {name: body for name, body in channels.items() if self._channels.get(name) != body}
        self._channels |= channels
        totals = _json(seen.live)
        totals, self._totals = (b"" if totals == self._totals else totals), totals
        return _Draft(seen.position, at, queues, agents, gone, channels, totals)

    def _changed_queues(self, seen: Look, lines: Lines) -> dict[str, bytes]:
        if self._served is None or self._served.policy is not lines.policy:
            self._served = Served(lines.policy)
        ready, found = self._served.ready(seen.agents, seen.held), {}
        limits, policy = seen.thresholds, lines.policy
        for name in sorted({*seen.queues, *policy.queues}):
            row = (
                seen.queues.get(name) or QueueNow(name),
                seen.day.get(name, _NO_DAY),
                limits.get(name) or limits[""],
                policy.queue(name).service_level.share,
                lines.waits.get(name),
                ready.get(name, _NOBODY),
                policy.labels.queues.get(name, {}),
            )
            if self._queues.get(name) != row:
                self._queues[name] = row
                found[name] = _json(queue_row(*row))
        return found

    def _changed_agents(self, seen: Look) -> tuple[dict[str, bytes], list[str]]:
        known, found = self._agents, {}
        here: dict[str, _Seen] = {}
        for line in seen.agents:
            agent = line[0]
            row = here[agent] = (line, seen.held.get(agent, _NOTHING))
            if known.get(agent) != row:
                found[agent] = _json(agent_row(AgentLine._make(line), [HeldLine._make(one) for one in row[1]]))
        self._agents = here
        return found, sorted(known.keys() - here.keys())


_Seen = tuple[tuple[Any, ...], list[tuple[Any, ...]]]
_NOTHING: list[tuple[Any, ...]] = []
_NO_DAY = (0,) * len(DAY)
_NOBODY = Ready()


def _json(row: Any) -> bytes:
    return orjson.dumps(row, option=orjson.OPT_UTC_Z)


def _list(rows: Mapping[str, bytes]) -> bytes:
    return b"[" + b",".join(rows.values()) + b"]"


def _named(rows: Mapping[str, bytes]) -> bytes:
    return b"{" + b",".join(b"%b:%b" % (orjson.dumps(name), body) for name, body in rows.items()) + b"}"
