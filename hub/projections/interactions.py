"""Interactions as screens see them: one row each, its timeline, and lists by queue, phase and agent."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.event import Event
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    Phase,
    WrapUpCompleted,
)
from hub.projections.projection import BrokenViewError, Entry, Projection, milliseconds, moment, moment_or_none
from hub.projections.views import among

OPEN = "phase IN ('waiting', 'offered', 'active', 'wrap_up')"
"""SQL: neither abandoned nor completed. Partial indexes are used only where a query repeats these very words."""
HELD = "phase IN ('offered', 'active', 'wrap_up')"
"""SQL: takes capacity of an agent."""

_CONSTANT = "no, id, pool, queue, priority, channel, service, customer, contact, thread, queued_ms"
_CHANGING = (
    "phase, contacts, offers, agent, offer, expires_ms, units, outcome, offered_ms, accepted_ms, ended_ms,"
    " completed_ms, ended_by, code"
)
_PHASE, _CONTACTS, _OFFERS, _AGENT, _OFFER, _EXPIRES, _UNITS, _OUTCOME, _OFFERED, _ACCEPTED, _ENDED, _COMPLETED = range(
    12
)
_ENDED_BY, _CODE = 12, 13
_TIMES = {10, 16, 19, 20, 21, 22}
"""Places of the times in a row: constant columns, then changing ones."""

DDL = f"""
CREATE TABLE interactions (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    pool TEXT NOT NULL, queue TEXT NOT NULL, priority INTEGER NOT NULL, channel TEXT NOT NULL, service TEXT NOT NULL,
    customer TEXT NOT NULL, contact TEXT NOT NULL, thread TEXT NOT NULL, queued_ms INTEGER NOT NULL,
    phase TEXT NOT NULL, contacts INTEGER NOT NULL, offers INTEGER NOT NULL,
    agent TEXT NOT NULL, offer TEXT NOT NULL, expires_ms INTEGER, units INTEGER NOT NULL, outcome TEXT NOT NULL,
    offered_ms INTEGER, accepted_ms INTEGER, ended_ms INTEGER, completed_ms INTEGER,
    ended_by TEXT NOT NULL, code TEXT NOT NULL
);
CREATE INDEX interactions_by_queue ON interactions (queue);
CREATE INDEX interactions_open ON interactions (queue, phase, queued_ms, agent) WHERE {OPEN};
CREATE INDEX interactions_held ON interactions (agent, phase, units) WHERE {HELD};
CREATE INDEX interactions_open_of_customer ON interactions (customer) WHERE {OPEN};
CREATE TABLE interactions_timeline (
    no INTEGER NOT NULL, position INTEGER NOT NULL, at_ms INTEGER NOT NULL, type TEXT NOT NULL, actor TEXT NOT NULL,
    agent TEXT NOT NULL, offer TEXT NOT NULL, detail TEXT NOT NULL, policy TEXT NOT NULL, reasons TEXT NOT NULL,
    PRIMARY KEY (no, position)
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class InteractionRow:
    """One interaction. `no` orders them by when they were queued and pages lists; `agent` is who has it, or had it
    last; `outcome` is empty until it is `answered` or `abandoned`."""

    no: int
    id: str
    pool: str
    queue: str
    priority: int
    channel: str
    service: str
    customer_id: str
    contact_id: str
    thread: str
    queued_at: datetime
    phase: str
    contacts: int
    offers: int
    agent_id: str
    offer_id: str
    expires_at: datetime | None
    units: int
    outcome: str
    offered_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    completed_at: datetime | None
    ended_by: str
    code: str


@dataclass(frozen=True, slots=True)
class InteractionFact:
    """One line of an interaction's timeline. `detail`: the contact that joined, the reason given, the wrap-up code or
    who ended it, as the type says."""

    position: int
    at: datetime
    type: str
    actor: str
    agent_id: str
    offer_id: str
    detail: str
    policy: str
    reasons: tuple[str, ...]


def interaction(connection: sqlite3.Connection, interaction_id: str) -> InteractionRow | None:
    """One interaction, None if there is no such."""
    found = _select(connection, "WHERE id = ?", interaction_id)
    return found[0] if found else None


def timeline(connection: sqlite3.Connection, interaction_id: str) -> list[InteractionFact]:
    """All that happened to an interaction, oldest first."""
    rows = connection.execute(
        "SELECT position, at_ms, type, actor, agent, offer, detail, policy, reasons FROM interactions_timeline"
        " WHERE no = (SELECT no FROM interactions WHERE id = ?) ORDER BY position",
        (interaction_id,),
    )
    return [
        InteractionFact(position, moment(at), kind, actor, agent, offer, detail, policy, tuple(reasons.splitlines()))
        for position, at, kind, actor, agent, offer, detail, policy, reasons in rows
    ]


def interactions(
    connection: sqlite3.Connection,
    queue: str | None = None,
    phase: str | None = None,
    *,
    limit: int = 50,
    after: int = 0,
    newest_first: bool = False,
) -> list[InteractionRow]:
    """A page of interactions in the order they were queued, from the one after `no` = `after` on (0: the first)."""
    where, arguments = [], []
    if queue is not None:
        where.append("queue = ?")
        arguments.append(queue)
    if phase is not None:
        if phase not in (Phase.COMPLETED, Phase.ABANDONED):
            where.append(OPEN)
        where.append("phase = ?")
        arguments.append(phase)
    if after:
        where.append(f"no {'<' if newest_first else '>'} ?")
    condition = f"WHERE {' AND '.join(where)} " if where else ""
    given: list[object] = [*arguments, *([after] if after else []), limit]
    return _select(connection, f"{condition}ORDER BY no {'DESC' if newest_first else 'ASC'} LIMIT ?", *given)


def held_by(connection: sqlite3.Connection, agent_id: str) -> list[InteractionRow]:
    """What an agent has been offered, is on, or wraps up, oldest first."""
    return _select(connection, f"WHERE {HELD} AND agent = ? ORDER BY no", agent_id)


def open_of_customer(connection: sqlite3.Connection, customer_id: str) -> list[InteractionRow]:
    """A customer's interactions that are not over, oldest first."""
    return _select(connection, f"WHERE {OPEN} AND customer = ? ORDER BY no", customer_id)


def offers(connection: sqlite3.Connection, agent_id: str | None = None) -> list[InteractionRow]:
    """Interactions on offer, of one agent or of all, oldest first."""
    of_agent, arguments = ("", ()) if agent_id is None else (" AND agent = ?", (agent_id,))
    return _select(connection, f"WHERE {HELD} AND phase = 'offered'{of_agent} ORDER BY no", *arguments)


def _select(connection: sqlite3.Connection, rest: str, *arguments: object) -> list[InteractionRow]:
    rows = connection.execute(f"SELECT {_CONSTANT}, {_CHANGING} FROM interactions {rest}", arguments)
    return [_interaction_row(list(row)) for row in rows]


def _interaction_row(values: list[Any]) -> InteractionRow:
    for place in _TIMES:
        values[place] = moment_or_none(values[place])
    return InteractionRow(*values)


class _Batch:
    """Folds a batch: rows that are new, rows that change (from the table, then in memory), lines of timelines."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        self.new: dict[str, tuple[Any, ...]] = {}
        self.numbers: dict[str, int] = {}
        self.changing: dict[str, list[Any]] = {}
        self.lines: list[tuple[Any, ...]] = []
        known = {entry.stream for entry in entries if type(entry.event) in _FOLDS}
        known -= {entry.stream for entry in entries if type(entry.event) is InteractionQueued}
        if known:
            rows = connection.execute(
                f"SELECT id, no, {_CHANGING} FROM interactions WHERE id IN (SELECT value FROM json_each(?))",
                (among(known),),
            )
            for stream, no, *values in rows:
                self.numbers[stream] = no
                self.changing[stream] = values

    def queued(self, entry: Entry, event: InteractionQueued) -> None:
        stream = entry.stream
        self.numbers[stream] = entry.position
        self.new[stream] = (
            entry.position, stream, event.pool, event.queue, event.priority, event.channel.value, event.service,
            event.customer_id, event.contact_id, event.thread, entry.at_ms,
        )  # fmt: skip
        self.changing[stream] = ["waiting", 1, 0, "", "", None, event.units, "", None, None, None, None, "", ""]
        self.line(entry, "", "", event.contact_id, policy=event.policy, reasons="\n".join(event.reasons))

    def line(
        self, entry: Entry, agent: str, offer: str = "", detail: str = "", *, policy: str = "", reasons: str = ""
    ) -> None:
        event = entry.event
        self.lines.append((
            self.numbers[entry.stream], entry.position, entry.at_ms, type(event).__name__, event.actor,
            agent, offer, detail, policy, reasons,
        ))  # fmt: skip

    def write(self, connection: sqlite3.Connection) -> None:
        connection.executemany(
            f"INSERT INTO interactions ({_CONSTANT}, {_CHANGING}) VALUES ({', '.join('?' * 25)})",
            [(*values, *self.changing[stream]) for stream, values in self.new.items()],
        )
        connection.executemany(
            f"UPDATE interactions SET {' = ?, '.join(_CHANGING.split(', '))} = ? WHERE no = ?",
            [(*row, self.numbers[stream]) for stream, row in self.changing.items() if stream not in self.new],
        )
        connection.executemany("INSERT INTO interactions_timeline VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", self.lines)


def _attached(batch: _Batch, entry: Entry, row: list[Any], event: ContactAttached) -> None:
    row[_CONTACTS] += 1
    batch.line(entry, "", "", event.contact_id)


def _offered(batch: _Batch, entry: Entry, row: list[Any], event: InteractionOffered) -> None:
    row[_PHASE], row[_AGENT], row[_OFFER], row[_UNITS] = "offered", event.agent_id, event.offer_id, event.units
    row[_OFFERED], row[_EXPIRES] = entry.at_ms, milliseconds(event.expires_at)
    row[_OFFERS] += 1
    batch.line(entry, event.agent_id, event.offer_id, policy=event.policy, reasons="\n".join(event.reasons))


def _accepted(batch: _Batch, entry: Entry, row: list[Any], event: OfferAccepted) -> None:
    row[_PHASE], row[_AGENT], row[_OUTCOME], row[_ACCEPTED] = "active", event.agent_id, "answered", entry.at_ms
    row[_OFFER], row[_EXPIRES] = event.offer_id, None
    batch.line(entry, event.agent_id, event.offer_id)


def _not_taken(
    batch: _Batch, entry: Entry, row: list[Any], event: OfferDeclined | OfferTimedOut | OfferRescinded
) -> None:
    row[_PHASE], row[_AGENT], row[_OFFER], row[_EXPIRES] = "waiting", "", "", None
    reason = "" if isinstance(event, OfferTimedOut) else event.reason
    batch.line(entry, event.agent_id, event.offer_id, reason)


def _abandoned(batch: _Batch, entry: Entry, row: list[Any], _: InteractionAbandoned) -> None:
    row[_PHASE], row[_OUTCOME], row[_ENDED], row[_ENDED_BY] = "abandoned", "abandoned", entry.at_ms, "customer"
    row[_AGENT], row[_OFFER], row[_EXPIRES] = "", "", None
    batch.line(entry, "")


def _ended(batch: _Batch, entry: Entry, row: list[Any], event: InteractionEnded) -> None:
    row[_PHASE], row[_ENDED], row[_ENDED_BY] = "wrap_up", entry.at_ms, event.ended_by
    batch.line(entry, event.agent_id, "", event.ended_by)


def _wrapped_up(batch: _Batch, entry: Entry, row: list[Any], event: WrapUpCompleted) -> None:
    row[_PHASE], row[_COMPLETED], row[_CODE] = "completed", entry.at_ms, event.code
    batch.line(entry, event.agent_id, "", event.code)


_FOLDS: dict[type[Event], Callable[[_Batch, Entry, list[Any], Any], None]] = {
    ContactAttached: _attached,
    InteractionOffered: _offered,
    OfferAccepted: _accepted,
    OfferDeclined: _not_taken,
    OfferTimedOut: _not_taken,
    OfferRescinded: _not_taken,
    InteractionAbandoned: _abandoned,
    InteractionEnded: _ended,
    WrapUpCompleted: _wrapped_up,
}


def _apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    batch = _Batch(connection, entries)
    for entry in entries:
        event = entry.event
        if type(event) is InteractionQueued:
            batch.queued(entry, event)
        elif (fold := _FOLDS.get(type(event))) is not None:
            row = batch.changing.get(entry.stream)
            if row is None:
                raise BrokenViewError("interactions", f"{entry.stream} was never queued (position {entry.position})")
            fold(batch, entry, row, event)
    batch.write(connection)


PROJECTION = Projection("interactions", "1", ("interactions", "interactions_timeline"), DDL, _apply)
