"""How a batch of the log changes the figures: by interval and queue, and by the clocks of the agents."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.customer.decide import HISTORY_POOL
from hub.domain.customer.events import ContactReceived, ContactSent
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
    WrapUpCompleted,
)
from hub.projections import agent_times
from hub.projections.agent_times import AgentTimes
from hub.projections.projection import BrokenViewError, Entry
from hub.projections.views import among


class Threshold(NamedTuple):
    """A queue's target for the service level, and within what time an abandonment is a short one. Seconds."""

    target_s: float = 20.0
    short_abandon_s: float = 5.0


COLUMNS = (
    "offered", "answered", "abandoned", "short_abandoned", "answered_in_target", "abandoned_in_target",
    "answered_wait_ms", "abandoned_wait_ms", "handled", "talk_ms", "wrap_up_ms",
    "offers", "declined", "timed_out", "rescinded", "ended", "contact_to_answer_ms", "contact_to_end_ms",
)  # fmt: skip
OFFERED, ANSWERED, ABANDONED, SHORT, ANSWERED_IN, ABANDONED_IN, ANSWERED_WAIT, ABANDONED_WAIT = range(8)
HANDLED, TALK, WRAP_UP, OFFERS, DECLINED, TIMED_OUT, RESCINDED, ENDED, TO_ANSWER, TO_END = range(8, 18)


@dataclass(slots=True)
class _Open:
    """An interaction that is not over. History books agents' times by interaction, live work by the agents' clocks."""

    start_ms: int
    queue: str
    pool: str
    queued_ms: int
    contact_ms: int
    """When the contact that opened it happened; `queued_ms` where the log does not say."""
    units: int
    offered_ms: int | None = None
    """When the open offer was made, None if there is none."""
    accepted_ms: int | None = None
    ended_ms: int | None = None

    @property
    def past(self) -> bool:
        return self.pool == HISTORY_POOL

    def values(self) -> tuple[Any, ...]:
        return (
            self.start_ms, self.queue, self.pool, self.queued_ms, self.contact_ms, self.units, self.offered_ms,
            self.accepted_ms, self.ended_ms,
        )  # fmt: skip


class _Arrivals:
    """When contacts happened that no interaction has taken up yet."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        inbound = {entry.event.contact_id for entry in entries if isinstance(entry.event, ContactReceived)}
        older = {
            entry.event.contact_id for entry in entries if isinstance(entry.event, InteractionQueued | ContactAttached)
        } - inbound
        rows = connection.execute(
            "SELECT contact, at_ms FROM metrics_arrivals WHERE contact IN (SELECT value FROM json_each(?))",
            (among(older),),
        )
        self.at: dict[str, int] = dict(rows) if older else {}
        self.stored = set(self.at)

    def write(self, connection: sqlite3.Connection) -> None:
        connection.executemany(
            "DELETE FROM metrics_arrivals WHERE contact = ?", [(one,) for one in self.stored - self.at.keys()]
        )
        connection.executemany(
            "INSERT OR REPLACE INTO metrics_arrivals VALUES (?, ?)",
            [(contact, at) for contact, at in self.at.items() if contact not in self.stored],
        )


class _Batch:
    def __init__(
        self,
        connection: sqlite3.Connection,
        entries: Sequence[Entry],
        interval_ms: int,
        limits: Mapping[str, Threshold],
    ) -> None:
        self.interval_ms = interval_ms
        self.limits = limits
        self.contacts: dict[tuple[int, str, str], int] = {}
        self.cells: dict[tuple[int, str], list[int]] = {}
        known = {entry.stream for entry in entries if type(entry.event) in _OF_INTERACTIONS}
        known -= {entry.stream for entry in entries if type(entry.event) is InteractionQueued}
        rows = connection.execute(
            "SELECT * FROM metrics_open WHERE interaction IN (SELECT value FROM json_each(?))", (among(known),)
        )
        self.open = {row[0]: _Open(*row[1:]) for row in rows}
        self.stored = set(self.open)
        self.arrivals = _Arrivals(connection, entries)
        touched = {entry.event.agent_id for entry in entries if type(entry.event) in _WITH_AGENT}  # type: ignore[attr-defined]
        self.agents = AgentTimes(connection, interval_ms, touched)

    def start_of(self, at_ms: int) -> int:
        return at_ms // self.interval_ms * self.interval_ms

    def cell(self, work: _Open) -> list[int]:
        key = work.start_ms, work.queue
        cell = self.cells.get(key)
        if cell is None:
            cell = self.cells[key] = [0] * len(COLUMNS)
        return cell

    def write(self, connection: sqlite3.Connection) -> None:
        connection.executemany(
            "INSERT INTO metrics_contacts VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET contacts = contacts + excluded.contacts",
            [(*key, count) for key, count in self.contacts.items()],
        )
        connection.executemany(
            f"INSERT INTO metrics_queues VALUES ({', '.join('?' * (2 + len(COLUMNS)))}) ON CONFLICT DO UPDATE SET "
            + ", ".join(f"{column} = {column} + excluded.{column}" for column in COLUMNS),
            [(*key, *cell) for key, cell in self.cells.items()],
        )
        connection.executemany(
            "DELETE FROM metrics_open WHERE interaction = ?", [(one,) for one in self.stored - self.open.keys()]
        )
        connection.executemany(
            "INSERT OR REPLACE INTO metrics_open VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(stream, *one.values()) for stream, one in self.open.items()],
        )
        self.arrivals.write(connection)
        self.agents.write(connection)


def _offered(batch: _Batch, entry: Entry, work: _Open, event: InteractionOffered) -> None:
    batch.cell(work)[OFFERS] += 1
    work.offered_ms, work.units = entry.at_ms, event.units
    batch.agents.count(event.agent_id, work.pool, entry.at_ms, agent_times.OFFERS)
    if not work.past:
        clock = batch.agents.at(event.agent_id, entry.at_ms, work.pool)
        clock.offered += 1
        clock.units += work.units


def _accepted(batch: _Batch, entry: Entry, work: _Open, event: OfferAccepted) -> None:
    wait, cell, limit = max(0, entry.at_ms - work.queued_ms), batch.cell(work), batch.limits.get(work.queue)
    cell[ANSWERED] += 1
    cell[ANSWERED_WAIT] += wait
    cell[TO_ANSWER] += max(0, entry.at_ms - work.contact_ms)
    cell[ANSWERED_IN] += wait <= (limit or batch.limits[""]).target_s * 1000
    if work.past:
        if work.offered_ms is not None:
            batch.agents.past(event.agent_id, work.pool, (work.offered_ms, entry.at_ms), agent_times.OFFER)
    else:
        clock = batch.agents.at(event.agent_id, entry.at_ms, work.pool)
        if work.offered_ms is None:
            clock.units += work.units
        else:
            clock.offered -= 1
        clock.active += 1
    work.offered_ms, work.accepted_ms = None, entry.at_ms


def _not_taken(batch: _Batch, entry: Entry, work: _Open, event: OfferDeclined | OfferTimedOut | OfferRescinded) -> None:
    of_queue, of_agent = _NOT_TAKEN[type(event)]
    batch.cell(work)[of_queue] += 1
    if of_agent is not None:
        batch.agents.count(event.agent_id, work.pool, entry.at_ms, of_agent)
    if not work.past and work.offered_ms is not None:
        clock = batch.agents.at(event.agent_id, entry.at_ms, work.pool)
        clock.offered -= 1
        clock.units -= work.units
    work.offered_ms = None


def _abandoned(batch: _Batch, entry: Entry, work: _Open, _: InteractionAbandoned) -> None:
    wait, cell, limit = max(0, entry.at_ms - work.queued_ms), batch.cell(work), batch.limits.get(work.queue)
    target_s, short_s = limit or batch.limits[""]
    cell[ABANDONED] += 1
    cell[ABANDONED_WAIT] += wait
    cell[SHORT] += wait <= short_s * 1000
    cell[ABANDONED_IN] += wait <= target_s * 1000
    del batch.open[entry.stream]


def _ended(batch: _Batch, entry: Entry, work: _Open, event: InteractionEnded) -> None:
    cell = batch.cell(work)
    cell[ENDED] += 1
    cell[TO_END] += max(0, entry.at_ms - work.contact_ms)
    if work.past:
        batch.agents.past(event.agent_id, work.pool, (work.accepted_ms or entry.at_ms, entry.at_ms), agent_times.TALK)
    else:
        clock = batch.agents.at(event.agent_id, entry.at_ms, work.pool)
        clock.active -= 1
        clock.wrap_up += 1
    work.ended_ms = entry.at_ms


def _wrapped_up(batch: _Batch, entry: Entry, work: _Open, event: WrapUpCompleted) -> None:
    ended = work.ended_ms or entry.at_ms
    accepted = work.accepted_ms or ended
    cell = batch.cell(work)
    cell[HANDLED] += 1
    cell[TALK] += max(0, ended - accepted)
    cell[WRAP_UP] += max(0, entry.at_ms - ended)
    batch.agents.count(event.agent_id, work.pool, entry.at_ms, agent_times.HANDLED)
    if work.past:
        batch.agents.past(event.agent_id, work.pool, (ended, entry.at_ms), agent_times.WRAP_UP)
    else:
        clock = batch.agents.at(event.agent_id, entry.at_ms, work.pool)
        clock.wrap_up -= 1
        clock.units -= work.units
    del batch.open[entry.stream]


_NOT_TAKEN: dict[type[Event], tuple[int, int | None]] = {
    OfferDeclined: (DECLINED, agent_times.DECLINED),
    OfferTimedOut: (TIMED_OUT, agent_times.TIMED_OUT),
    OfferRescinded: (RESCINDED, None),
}
_OF_INTERACTIONS: dict[type[Event], Callable[[_Batch, Entry, _Open, Any], None]] = {
    InteractionOffered: _offered,
    OfferAccepted: _accepted,
    OfferDeclined: _not_taken,
    OfferTimedOut: _not_taken,
    OfferRescinded: _not_taken,
    InteractionAbandoned: _abandoned,
    InteractionEnded: _ended,
    WrapUpCompleted: _wrapped_up,
}


def _queued(batch: _Batch, entry: Entry, event: InteractionQueued) -> None:
    at_ms = entry.at_ms
    came_ms = batch.arrivals.at.pop(event.contact_id, at_ms)
    work = _Open(batch.start_of(at_ms), event.queue, event.pool, at_ms, came_ms, event.units)
    batch.open[entry.stream] = work
    batch.cell(work)[OFFERED] += 1


def _attached(batch: _Batch, _: Entry, event: ContactAttached) -> None:
    batch.arrivals.at.pop(event.contact_id, None)


def _contact(batch: _Batch, entry: Entry, event: ContactReceived | ContactSent) -> None:
    if isinstance(event, ContactReceived):
        batch.arrivals.at[event.contact_id] = entry.at_ms
    direction = "inbound" if isinstance(event, ContactReceived) else "outbound"
    key = batch.start_of(entry.at_ms), event.channel.value, direction
    batch.contacts[key] = batch.contacts.get(key, 0) + 1


def _signed_on(batch: _Batch, entry: Entry, event: AgentSignedOn) -> None:
    clock = batch.agents.at(event.agent_id, entry.at_ms, event.pool)
    clock.state, clock.capacity = AgentState.READY.value, event.capacity


def _state_changed(batch: _Batch, entry: Entry, event: AgentStateChanged) -> None:
    batch.agents.at(event.agent_id, entry.at_ms).state = event.state.value


def _signed_off(batch: _Batch, entry: Entry, event: AgentSignedOff) -> None:
    batch.agents.at(event.agent_id, entry.at_ms).state = AgentState.SIGNED_OFF.value


_OTHERS: dict[type[Event], Callable[[_Batch, Entry, Any], None]] = {
    InteractionQueued: _queued,
    ContactAttached: _attached,
    ContactReceived: _contact,
    ContactSent: _contact,
    AgentSignedOn: _signed_on,
    AgentStateChanged: _state_changed,
    AgentSignedOff: _signed_off,
}
_WITH_AGENT = {*_OF_INTERACTIONS, AgentSignedOn, AgentStateChanged, AgentSignedOff} - {InteractionAbandoned}


def fold(
    connection: sqlite3.Connection, entries: Sequence[Entry], interval_ms: int, limits: Mapping[str, Threshold]
) -> None:
    batch = _Batch(connection, entries, interval_ms, limits)
    for entry in entries:
        kind = type(entry.event)
        if (fold := _OF_INTERACTIONS.get(kind)) is not None:
            work = batch.open.get(entry.stream)
            if work is None:
                raise BrokenViewError("metrics", f"{entry.stream} is not open (position {entry.position})")
            fold(batch, entry, work, entry.event)
        elif (other := _OTHERS.get(kind)) is not None:
            other(batch, entry, entry.event)
    batch.write(connection)
    if entries:
        connection.execute(
            "UPDATE metrics_totals SET events = events + ?, latest_ms = max(latest_ms, ?)",
            (len(entries), max(entry.at_ms for entry in entries)),
        )
