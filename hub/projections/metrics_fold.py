"""How a batch of the log changes the figures: by interval and queue, and by the clocks of the agents."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from hub.domain.agent.events import (
    AgentCapacityChanged,
    AgentSignedOff,
    AgentSignedOn,
    AgentState,
    AgentStateChanged,
)
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.event import Event
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionTransferred,
)
from hub.projections import metrics_effects, metrics_work
from hub.projections.agent_times import AgentTimes
from hub.projections.formulas import ServiceLevelVariant
from hub.projections.metrics_cells import Cells
from hub.projections.metrics_columns import OFFERED, REFUSED, REOPENED
from hub.projections.metrics_work import Work, work_of
from hub.projections.projection import BrokenViewError, Entry
from hub.projections.rows import numbers, write
from hub.projections.views import among


class Threshold(NamedTuple):
    """A queue's target for the service level, within what time an abandonment is a short one (seconds), and how its
    service level is counted."""

    target_s: float = 20.0
    short_abandon_s: float = 5.0
    variant: str = ServiceLevelVariant.WITHOUT_SHORT_ABANDONED.value


class _Arrivals:
    """When contacts happened that no interaction has taken up yet."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        inbound = {entry.event.contact_id for entry in entries if type(entry.event) is ContactReceived}
        older = {entry.event.contact_id for entry in entries if type(entry.event) in _TAKEN_UP} - inbound  # type: ignore[attr-defined]
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


def _channels(connection: sqlite3.Connection, reopened: set[int]) -> dict[int, str]:
    """Of work that is taken up again: the list of interactions keeps what never changes of it."""
    if not reopened:
        return {}
    return dict(
        connection.execute(
            "SELECT no, channel FROM interactions WHERE no IN (SELECT value FROM json_each(?))", (numbers(reopened),)
        ).fetchall()
    )


class Batch:
    """What a batch adds to the tables, and the open interactions it touches."""

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
        self.refused: dict[tuple[int, str, str], int] = {}
        self._cells = Cells()
        known = {entry.no for entry in entries if type(entry.event) in _KNOWN}
        known -= {entry.no for entry in entries if type(entry.event) is InteractionQueued}
        rows = connection.execute(
            "SELECT * FROM metrics_open WHERE no IN (SELECT value FROM json_each(?))", (numbers(known),)
        )
        self.open = {row[0]: work_of(row[1:]) for row in rows}
        self.stored = set(self.open)
        self.channels = _channels(
            connection, {entry.no for entry in entries if type(entry.event) is InteractionReopened}
        )
        self.arrivals = _Arrivals(connection, entries)
        touched = {entry.event.agent_id for entry in entries if type(entry.event) in _WITH_AGENT}  # type: ignore[attr-defined]
        touched |= {entry.event.to_agent for entry in entries if type(entry.event) is InteractionTransferred}
        self.agents = AgentTimes(connection, interval_ms, touched)

    def start_of(self, at_ms: int) -> int:
        """The interval of a moment."""
        return at_ms // self.interval_ms * self.interval_ms

    def limit(self, queue: str) -> Threshold:
        """The queue's, or that of the queues that have none."""
        return self.limits.get(queue) or self.limits[""]

    def cell(self, work: Work, agent: str = "") -> list[int]:
        """Where what happens to it is booked, and what this agent does with it."""
        return self._cells.of(work, agent)

    def refuse(self, start_ms: int, at_ms: int, event: InteractionRefused) -> None:
        """Book a contact that found no place to wait."""
        refused = Work(start_ms, event.queue, event.pool, at_ms, at_ms, 0, channel=event.channel.value)
        self._cells.of(refused, "")[REFUSED] += 1
        key = start_ms, event.queue, event.reason
        self.refused[key] = self.refused.get(key, 0) + 1

    def write(self, connection: sqlite3.Connection) -> None:
        """Bring the tables to what the batch led to."""
        for table, counts in (("contacts", self.contacts), ("refused", self.refused)):
            connection.executemany(
                f"INSERT INTO metrics_{table} VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET count = count + excluded.count",
                [(*key, count) for key, count in counts.items()],
            )
        self._cells.write(connection)
        connection.executemany(
            "DELETE FROM metrics_open WHERE no = ?", [(one,) for one in self.stored - self.open.keys()]
        )
        write(
            connection,
            f"INSERT OR REPLACE INTO metrics_open ({metrics_work.COLUMNS}) VALUES",
            [(no, *one.values()) for no, one in sorted(self.open.items())],
        )
        self.arrivals.write(connection)
        self.agents.write(connection)


def _queued(batch: Batch, entry: Entry, event: InteractionQueued) -> None:
    at_ms, estimate = entry.at_ms, event.estimated_wait_seconds
    work = batch.open[entry.no] = Work(
        start_ms=batch.start_of(at_ms),
        queue=event.queue,
        pool=event.pool,
        queued_ms=at_ms,
        contact_ms=batch.arrivals.at.pop(event.contact_id, at_ms),
        units=event.units,
        consult=int(event.consult_of != ""),
        estimate_ms=None if estimate is None else round(estimate * 1000),
        channel=event.channel.value,
        segment=event.segment,
        tier=event.value_tier,
        stage=event.lifecycle_stage,
    )
    batch.cell(work)[OFFERED] += 1


def _refused(batch: Batch, entry: Entry, event: InteractionRefused) -> None:
    batch.arrivals.at.pop(event.contact_id, None)
    batch.refuse(batch.start_of(entry.at_ms), entry.at_ms, event)


def _reopened(batch: Batch, entry: Entry, event: InteractionReopened) -> None:
    at_ms = entry.at_ms
    came_ms = batch.arrivals.at.pop(event.contact_id, at_ms)
    work = Work(batch.start_of(at_ms), event.queue, "", at_ms, came_ms, event.units, again=1)
    work.channel = batch.channels.get(entry.no, "")
    batch.open[entry.no] = work
    batch.cell(work)[REOPENED] += 1


def _attached(batch: Batch, entry: Entry, event: ContactAttached) -> None:
    batch.arrivals.at.pop(event.contact_id, None)
    work = batch.open.get(entry.no)
    if work is not None and work.is_active:
        metrics_effects.reached(batch, work)


def _contact(batch: Batch, entry: Entry, event: ContactReceived | ContactSent) -> None:
    direction = "outbound"
    if type(event) is ContactReceived:
        direction = "inbound"
        if not event.auto:
            batch.arrivals.at[event.contact_id] = entry.at_ms
    key = batch.start_of(entry.at_ms), event.channel.value, direction
    batch.contacts[key] = batch.contacts.get(key, 0) + 1


def _signed_on(batch: Batch, entry: Entry, event: AgentSignedOn) -> None:
    clock = batch.agents.at(event.agent_id, entry.at_ms, event.pool)
    clock.state, clock.capacity, clock.known = AgentState.READY.value, event.capacity, 1


def _capacity_changed(batch: Batch, entry: Entry, event: AgentCapacityChanged) -> None:
    batch.agents.at(event.agent_id, entry.at_ms).capacity = event.capacity


def _state_changed(batch: Batch, entry: Entry, event: AgentStateChanged) -> None:
    batch.agents.at(event.agent_id, entry.at_ms).state = event.state.value


def _signed_off(batch: Batch, entry: Entry, event: AgentSignedOff) -> None:
    batch.agents.at(event.agent_id, entry.at_ms).state = AgentState.SIGNED_OFF.value


_OTHERS: dict[type[Event], Callable[[Batch, Entry, Any], None]] = {
    InteractionQueued: _queued,
    InteractionRefused: _refused,
    InteractionReopened: _reopened,
    ContactAttached: _attached,
    ContactReceived: _contact,
    ContactSent: _contact,
    AgentSignedOn: _signed_on,
    AgentCapacityChanged: _capacity_changed,
    AgentStateChanged: _state_changed,
    AgentSignedOff: _signed_off,
}
READ = frozenset((*metrics_effects.OF_INTERACTIONS, *_OTHERS))
"""Whose contents count here."""
_KNOWN = {*metrics_effects.OF_INTERACTIONS, ContactAttached}
_TAKEN_UP = {InteractionQueued, InteractionRefused, InteractionReopened, ContactAttached}
_WITH_AGENT = {
    *metrics_effects.WITH_AGENT,
    AgentSignedOn,
    AgentCapacityChanged,
    AgentStateChanged,
    AgentSignedOff,
}


def fold(
    connection: sqlite3.Connection, entries: Sequence[Entry], interval_ms: int, limits: Mapping[str, Threshold]
) -> None:
    """What the batch makes of the figures."""
    mine = [entry for entry in entries if type(entry.event) in READ]
    batch = Batch(connection, mine, interval_ms, limits)
    for entry in mine:
        kind = type(entry.event)
        if (effect := metrics_effects.OF_INTERACTIONS.get(kind)) is not None:
            work = batch.open.get(entry.no)
            if work is None:
                raise BrokenViewError("metrics", f"{entry.stream} is not open (position {entry.position})")
            effect(batch, entry, work, entry.event)
        elif (other := _OTHERS.get(kind)) is not None:
            other(batch, entry, entry.event)
    batch.write(connection)
    if entries:
        connection.execute(
            "UPDATE metrics_totals SET events = events + ?, latest_ms = max(latest_ms, ?)",
            (len(entries), max(entry.at_ms for entry in entries)),
        )
