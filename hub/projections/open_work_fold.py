"""What a batch of the log adds to the open work and takes away from it."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, ShiftsPlanned
from hub.domain.customer.decide import HISTORY_POOL
from hub.domain.event import Event
from hub.domain.ids import agent_stream
from hub.domain.interaction.events import (
    CallbackMissed,
    InteractionAbandoned,
    InteractionExpired,
    InteractionMoved,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionQueued,
    InteractionReopened,
    InteractionTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.domain.interaction.placement import Placement
from hub.domain.policy.events import PolicyPublished
from hub.domain.pool.events import DayBegan, PolicyAdopted, QueueIntakeChanged
from hub.projections.projection import Entry
from hub.projections.rows import numbers, write
from hub.projections.views import among

_PLANNED, _FREED, _OFFERED, _ACCEPTED, _PACE = "planned", "freed", "offered", "accepted", "pace"
PURGE_EVERY = 4096
"""What is over is taken out of the tables when the log passes a multiple of so many positions: by then a page's rows go
together, where one by one they would have the page written for each of them."""


class Keep(NamedTuple):
    """How long (seconds) what is over is kept: `reopen` by channel, for work that its customer may reopen; `reentry`
    by queue, for dropped calls that come back; `known` for the last agent of a customer."""

    reopen: Mapping[str, float] = {}
    reentry: Mapping[str, float] = {}
    known: float = 90 * 86_400.0

    def milliseconds(self, channel: str, queue: str) -> int:
        """For how long an interaction is kept after its end; 0: not at all. An hour more than asked for, so that what
        came back at the last moment finds it."""
        seconds = max(self.reopen.get(channel, 0.0), self.reentry.get(queue, 0.0))
        return round(1000 * (seconds + 3600.0)) if seconds > 0 else 0


KeepOf = Callable[[str], Keep | None]
"""What the text of a routing policy asks to be kept; None: it can't be read, all stays as it is."""


_FREEING = (
    *(WrapUpCompleted, InteractionTransferred, InteractionPulledBack, InteractionParked, CallbackMissed),
    *(OfferDeclined, OfferTimedOut),
)
_OVER = (WrapUpCompleted, InteractionAbandoned, InteractionExpired)
_PLACING = (InteractionQueued, InteractionMoved, InteractionTransferred, InteractionReopened)
"""The kinds of `Placement`."""
READ: frozenset[type[Event]] = frozenset(
    (
        *(*_FREEING, *_OVER, *_PLACING, InteractionOffered, OfferAccepted),
        *(AgentSignedOn, AgentSignedOff, ShiftsPlanned),
        *(PolicyPublished, PolicyAdopted, DayBegan, QueueIntakeChanged),
    )
)
"""Whose contents count here."""


class _Work:
    """An interaction that is open, or over and kept `until_ms`."""

    __slots__ = ("changed", "channel", "customer", "queue", "stored", "until_ms")

    def __init__(
        self, queue: str, channel: str, customer: str, until_ms: int | None = None, *, stored: bool = False
    ) -> None:
        self.queue, self.channel, self.customer, self.until_ms = queue, channel, customer, until_ms
        self.stored, self.changed = stored, not stored

    def values(self) -> tuple[Any, ...]:
        """The row that keeps it, without its key."""
        return self.queue, self.channel, self.customer, self.until_ms


class Batch:
    """What a batch adds to the tables and takes away. An `owner` is the number of an interaction's stream or an
    agent's."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry], keep: Keep, keep_of: KeepOf) -> None:
        self.latest_ms, self.published = connection.execute("SELECT latest_ms, keep FROM open_work_clock").fetchone()
        self.keep = Keep(*orjson.loads(self.published)) if self.published else keep
        self.keep_of = keep_of
        rows = connection.execute(
            "SELECT * FROM open_work_interactions WHERE no IN (SELECT value FROM json_each(?))",
            (numbers({entry.no for entry in entries}),),
        )
        self.work = {no: _Work(*values, stored=True) for no, *values in rows}
        freed = {agent_stream(entry.event.agent_id) for entry in entries if type(entry.event) in _FREEING}  # type: ignore[attr-defined]
        self.signed_on = {
            agent
            for (agent,) in connection.execute(
                "SELECT agent FROM open_work_agents WHERE agent IN (SELECT value FROM json_each(?))", (among(freed),)
            )
        }
        self.came: dict[str, bool] = {}
        """The agents who signed on (True) or off."""
        self.position = entries[-1].position
        self.over: dict[int, int] = {}
        self.forget: set[int] = set()
        self.unlist: set[int] = set()
        self.events: dict[int, list[int]] = {}
        """Positions by owner."""
        self.last: dict[tuple[str, str], int] = {}
        self.agents: dict[str, tuple[str, int]] = {}

    def interaction(self, entry: Entry) -> None:
        no, event = entry.no, entry.event
        work = self.work.get(no)
        kind = type(event)
        if kind in _PLACING:
            work = self._placed(no, event, work)  # type: ignore[arg-type]
        if work is None:
            return
        self.events.setdefault(no, []).append(entry.position)
        if kind is InteractionOffered:
            self.last[agent_stream(event.agent_id), _OFFERED] = entry.position  # type: ignore[attr-defined]
        elif type(event) is OfferAccepted:
            self.last[agent_stream(event.agent_id), _ACCEPTED] = entry.position
            self.last[event.queue or work.queue, _PACE] = entry.position
            if work.customer:
                self.agents[work.customer] = (event.agent_id, entry.at_ms)
        if kind in _FREEING and (owner := agent_stream(event.agent_id)) in self.signed_on:  # type: ignore[attr-defined]
            self.last[owner, _freed_by(event)] = entry.position
        if kind in _OVER:
            self._over(entry, work)

    def _placed(self, no: int, event: Placement, work: _Work | None) -> _Work | None:
        """It entered a queue: opened, moved, transferred or reopened."""
        if isinstance(event, InteractionQueued):
            if event.pool == HISTORY_POOL:
                return None
            customer = "" if event.consult_of else event.customer_id
            work = self.work[no] = _Work(event.queue, event.channel.value, customer)
        elif isinstance(event, InteractionReopened) and (work is None or self._is_late(work)):
            # It was not kept so long: what is known of it begins here.
            self.forget.add(no)
            self.over.pop(no, None)
            self.events.pop(no, None)
            work = self.work[no] = _Work(event.queue, "", "")
        if work is not None:
            work.queue, work.until_ms, work.changed = event.queue, None, True
        return work

    def _is_late(self, work: _Work) -> bool:
        return work.until_ms is not None and work.until_ms <= self.latest_ms

    def _over(self, entry: Entry, work: _Work) -> None:
        kept = self.keep.milliseconds(work.channel, work.queue)
        if kept:
            work.until_ms, work.changed = entry.at_ms + kept, True
            return
        del self.work[entry.no]
        self.over[entry.no] = entry.position
        if work.stored:
            self.unlist.add(entry.no)

    def agent(self, entry: Entry) -> None:
        stream, event = entry.stream, entry.event
        if isinstance(event, AgentSignedOn | AgentSignedOff):
            self.forget.add(entry.no)
            self.events.pop(entry.no, None)
            for key in [key for key in self.last if key[0] == stream and key[1].startswith(_FREED)]:
                del self.last[key]
            is_on = self.came[stream] = isinstance(event, AgentSignedOn)
            (self.signed_on.add if is_on else self.signed_on.discard)(stream)
        elif isinstance(event, ShiftsPlanned):
            self.last[stream, _PLANNED] = entry.position
            return
        self.events.setdefault(entry.no, []).append(entry.position)

    def pool(self, entry: Entry) -> None:
        match entry.event:
            case PolicyAdopted():
                self.last[entry.stream, f"{PolicyAdopted.__name__} {entry.position}"] = entry.position
            case DayBegan():
                self.last[entry.stream, DayBegan.__name__] = entry.position
            case QueueIntakeChanged() as event:
                self.last[entry.stream, f"{type(event).__name__} {event.queue}"] = entry.position

    def policy(self, entry: Entry) -> None:
        if isinstance(entry.event, PolicyPublished) and (keep := self.keep_of(entry.event.text)) is not None:
            self.keep, self.published = keep, orjson.dumps(list(keep)).decode()

    def write(self, connection: sqlite3.Connection) -> None:
        run, purged = connection.executemany, self.position // PURGE_EVERY * PURGE_EVERY
        if self.forget:
            run("DELETE FROM open_work WHERE owner = ?", [(owner,) for owner in self.forget])
            run("DELETE FROM open_work_over WHERE owner = ?", [(owner,) for owner in self.forget])
        self._write_agents(connection)
        run("DELETE FROM open_work_interactions WHERE no = ?", [(no,) for no in self.unlist])
        fresh = [(no, one) for no, of in self.events.items() if self.over.get(no, purged + 1) > purged for one in of]
        write(connection, "INSERT INTO open_work VALUES", sorted(fresh))
        over = [(no, position) for no, position in self.over.items()]
        write(connection, "INSERT INTO open_work_over VALUES", over)
        changed = [(no, *one.values()) for no, one in self.work.items() if one.changed]
        write(connection, "INSERT OR REPLACE INTO open_work_interactions VALUES", changed)
        last = [(*key, position) for key, position in self.last.items()]
        write(connection, "INSERT OR REPLACE INTO open_work_last VALUES", last)
        answered = [(customer, *known) for customer, known in self.agents.items()]
        write(connection, "INSERT OR REPLACE INTO last_agents VALUES", answered)
        self._purge(connection, purged)
        self._trim(connection)

    def _write_agents(self, connection: sqlite3.Connection) -> None:
        run, agents = connection.executemany, [(agent,) for agent in self.came]
        if agents:
            run("DELETE FROM open_work_last WHERE owner = ? AND kind GLOB 'freed *'", agents)
            run("DELETE FROM open_work_agents WHERE agent = ?", agents)
            run("INSERT INTO open_work_agents VALUES (?)", [(agent,) for agent, is_on in self.came.items() if is_on])

    def _purge(self, connection: sqlite3.Connection, until: int) -> None:
        """Take out what was over by then."""
        (oldest,) = connection.execute("SELECT position FROM open_work_over ORDER BY position LIMIT 1").fetchone() or (
            until + 1,
        )
        if oldest <= until:
            connection.execute(
                "DELETE FROM open_work WHERE owner IN (SELECT owner FROM open_work_over WHERE position <= ?)", (until,)
            )
            connection.execute("DELETE FROM open_work_over WHERE position <= ?", (until,))

    def _trim(self, connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE open_work_clock SET latest_ms = ?, keep = ?", (self.latest_ms, self.published))
        old = connection.execute(
            "SELECT no FROM open_work_interactions WHERE until_ms <= ?", (self.latest_ms,)
        ).fetchall()
        if old:
            connection.executemany("DELETE FROM open_work WHERE owner = ?", old)
            connection.executemany("DELETE FROM open_work_interactions WHERE no = ?", old)
        connection.execute("DELETE FROM last_agents WHERE at_ms < ?", (self.latest_ms - round(1000 * self.keep.known),))


def _freed_by(event: Event) -> str:
    """Rests differ: what is remembered of one kind must not hide another one's."""
    how = ""
    if isinstance(event, OfferDeclined):
        how = "busy" if event.busy else ""
    elif isinstance(event, InteractionPulledBack):
        how = event.missed
    return f"{_FREED} {type(event).__name__} {how}".rstrip()


ROUTES: Mapping[str, Any] = {
    "interaction": Batch.interaction,
    "agent": Batch.agent,
    "routing": Batch.pool,
    "policy": Batch.policy,
}
