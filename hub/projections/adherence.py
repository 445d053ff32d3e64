"""Adherence: what agents were in against what was planned for them."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged, ShiftsPlanned
from hub.domain.event import Event
from hub.projections import formulas
from hub.projections.projection import Entry, Projection, milliseconds

DDL = """
CREATE TABLE adherence_plan (
    agent TEXT NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (agent, start_ms)
) WITHOUT ROWID;
CREATE TABLE adherence_states (
    agent TEXT NOT NULL, position INTEGER NOT NULL, at_ms INTEGER NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (agent, position)
) WITHOUT ROWID;
CREATE INDEX adherence_plan_by_time ON adherence_plan (end_ms);
CREATE TABLE adherence_clock (latest_ms INTEGER NOT NULL)
"""
TABLES = ("adherence_plan", "adherence_states", "adherence_clock")
Span = tuple[int, int, str]
"""From, to (milliseconds), state."""


@dataclass(frozen=True, slots=True)
class Adherence:
    """One agent over some time, in seconds. Of the time that was planned so far, `as_planned_s` was spent in the
    planned state: `ready` whether with work or without, `away` also signed off. None: nothing was planned."""

    agent_id: str
    planned_s: float
    as_planned_s: float
    adherence: float | None

    def as_row(self) -> dict[str, Any]:
        """The same by name."""
        return asdict(self)


def adherence(
    connection: sqlite3.Connection,
    start: datetime | None = None,
    end: datetime | None = None,
    agent: str | None = None,
    *,
    as_of: datetime | None = None,
) -> list[Adherence]:
    """Every agent for whom something was planned in [start, end), by id, as far as it was over `as_of`: the newest
    event's time unless given."""
    (latest_ms,) = connection.execute("SELECT latest_ms FROM adherence_clock").fetchone()
    now = latest_ms if as_of is None else milliseconds(as_of)
    low = -(2**62) if start is None else milliseconds(start)
    high = now if end is None else min(now, milliseconds(end))
    planned: defaultdict[str, list[Span]] = defaultdict(list)
    for one, *span in connection.execute(
        "SELECT agent, start_ms, end_ms, state FROM adherence_plan WHERE end_ms > ?1 AND start_ms < ?2"
        " AND (?3 IS NULL OR agent = ?3) ORDER BY agent, start_ms",
        (low, high, agent),
    ):
        planned[one].append((max(span[0], low), min(span[1], high), span[2]))
    return [_of(connection, one, spans, high) for one, spans in planned.items()]


def _of(connection: sqlite3.Connection, agent: str, planned: Sequence[Span], until: int) -> Adherence:
    was = _spans(connection, agent, until)
    kept, at = 0, 0
    for start, end, state in planned:
        while at < len(was) and was[at][1] <= start:
            at += 1
        for begun, over, doing in was[at:]:
            if begun >= end:
                break
            if _is_as_planned(state, doing):
                kept += min(end, over) - max(start, begun)
    whole = sum(end - start for start, end, _ in planned)
    return Adherence(agent, whole / 1000, kept / 1000, formulas.adherence(kept, whole))


def _spans(connection: sqlite3.Connection, agent: str, until: int) -> list[Span]:
    """What an agent was in from when to when, from ever until then."""
    spans: list[Span] = []
    state, since = AgentState.SIGNED_OFF.value, -(2**62)
    for at_ms, new in connection.execute(
        "SELECT at_ms, state FROM adherence_states WHERE agent = ? ORDER BY position", (agent,)
    ):
        if at_ms > since:
            spans.append((since, at_ms, state))
            since = at_ms
        state = new
    return [*spans, (since, until, state)] if until > since else spans


def _is_as_planned(planned: str, was: str) -> bool:
    return was == planned or (planned == AgentState.AWAY and was == AgentState.SIGNED_OFF)


_EVENTS: frozenset[type[Event]] = frozenset((AgentSignedOn, AgentStateChanged, AgentSignedOff, ShiftsPlanned))


def _apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    changes = []
    for entry in entries:
        if type(entry.event) not in _EVENTS:  # matching what is none of these by its class takes a microsecond
            continue
        match entry.event:
            case AgentSignedOn() as event:
                changes.append((event.agent_id, entry.position, entry.at_ms, AgentState.READY.value))
            case AgentStateChanged() as event:
                changes.append((event.agent_id, entry.position, entry.at_ms, event.state.value))
            case AgentSignedOff() as event:
                changes.append((event.agent_id, entry.position, entry.at_ms, AgentState.SIGNED_OFF.value))
            case ShiftsPlanned() as event:
                _plan(connection, event)
    connection.executemany("INSERT INTO adherence_states VALUES (?, ?, ?, ?)", changes)
    if entries:
        latest_ms = max(entry.at_ms for entry in entries)
        connection.execute("UPDATE adherence_clock SET latest_ms = max(latest_ms, ?)", (latest_ms,))


def _plan(connection: sqlite3.Connection, event: ShiftsPlanned) -> None:
    """What was planned between its start and its end goes; what reaches into that from outside is cut."""
    agent, start, end = event.agent_id, milliseconds(event.start), milliseconds(event.end)
    touched = connection.execute(
        "SELECT start_ms, end_ms, state, reason FROM adherence_plan WHERE agent = ? AND start_ms < ? AND end_ms > ?",
        (agent, end, start),
    ).fetchall()
    connection.executemany(
        "DELETE FROM adherence_plan WHERE agent = ? AND start_ms = ?", [(agent, one[0]) for one in touched]
    )
    outside = [(begun, min(over, start), *rest) for begun, over, *rest in touched if begun < start]
    outside += [(max(begun, end), over, *rest) for begun, over, *rest in touched if over > end]
    shifts = [(milliseconds(one.start), milliseconds(one.end), one.state.value, one.reason) for one in event.shifts]
    connection.executemany(
        "INSERT OR REPLACE INTO adherence_plan VALUES (?, ?, ?, ?, ?)", [(agent, *one) for one in (*outside, *shifts)]
    )


def _fill(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO adherence_clock VALUES (0)")


PROJECTION = Projection("adherence", "1", TABLES, DDL, _apply, _fill, reads=_EVENTS, counts_all=True)
