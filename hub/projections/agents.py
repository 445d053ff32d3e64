"""The agent board: who is here, in which state, on what, with how much capacity left."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from hub.domain.agent.events import (
    AgentCapacityChanged,
    AgentChannelsClosed,
    AgentSignedOff,
    AgentSignedOn,
    AgentSkillsChanged,
    AgentState,
    AgentStateChanged,
)
from hub.domain.event import Event
from hub.domain.ids import agent_stream
from hub.domain.interaction.events import (
    CallbackMissed,
    InteractionParked,
    InteractionPulledBack,
    InteractionTransferred,
    WrapUpCompleted,
)
from hub.projections.activity import OF_STATE, Activity, activity
from hub.projections.agent_intervals import handled_by_agent
from hub.projections.interactions_tables import HELD
from hub.projections.projection import BrokenViewError, Entry, Projection, moment
from hub.projections.rows import write
from hub.projections.views import among

DDL = """
CREATE TABLE agents (
    stream TEXT PRIMARY KEY, id TEXT NOT NULL, pool TEXT NOT NULL, name TEXT NOT NULL,
    skills BLOB NOT NULL, languages BLOB NOT NULL, capacity INTEGER NOT NULL,
    attributes BLOB NOT NULL, ceilings BLOB NOT NULL, units BLOB NOT NULL, closed BLOB NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL, since_ms INTEGER NOT NULL, signed_on_ms INTEGER NOT NULL,
    freed_ms INTEGER
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class HeldInteraction:
    """A piece of work an agent has. `units` it takes of their capacity: none while it is interrupted."""

    interaction_id: str
    queue: str
    channel: str
    phase: str
    units: int
    interrupted: bool


@dataclass(frozen=True, slots=True)
class AgentNow:
    """An agent this moment. `since`: of the state. `idle_since`: as the router counts it, the later of the sign-on and
    of the last time they were done with work (wrap-up, transfer, parking, pull-back, missed callback); None while they
    have work. `units_in_use` of `capacity` are taken."""

    agent_id: str
    pool: str
    name: str
    skills: dict[str, int]
    languages: tuple[str, ...]
    attributes: dict[str, str]
    capacity: int
    ceilings: dict[str, int]
    """Most pieces of work of a channel at once; the policy's where a channel is not named."""
    units: dict[str, int]
    """What work of a channel takes of their capacity; the policy's where a channel is not named."""
    closed_channels: tuple[str, ...]
    """Channels they get nothing of until they say that they are ready."""
    state: str
    reason: str
    since: datetime
    signed_on_at: datetime
    activity: Activity
    units_in_use: int
    idle_since: datetime | None
    interactions: tuple[HeldInteraction, ...]
    handled: int
    """Interactions wrapped up since the start of the day (or whatever the board was asked for)."""


def agent_board(
    connection: sqlite3.Connection, since: datetime | None = None, *, after: str = "", limit: int | None = None
) -> list[AgentNow]:
    """Everybody who ever signed on, by id: the first `limit` of those after an id. `since`: from when to count what
    they handled, None: ever. It costs as much as it tells, however many agents there are."""
    rows = connection.execute(
        "SELECT * FROM agents WHERE stream > ? ORDER BY stream LIMIT ?",
        (agent_stream(after), -1 if limit is None else limit),
    ).fetchall()
    return _agents(connection, rows, since)


def agent_now(connection: sqlite3.Connection, agent_id: str, since: datetime | None = None) -> AgentNow | None:
    """One agent, None if they never signed on."""
    rows = connection.execute("SELECT * FROM agents WHERE stream = ?", (agent_stream(agent_id),)).fetchall()
    return next(iter(_agents(connection, rows, since)), None)


def states(connection: sqlite3.Connection) -> dict[str, int]:
    """How many agents are in each state; nobody is in one that is not named."""
    return dict(connection.execute("SELECT state, COUNT(*) FROM agents GROUP BY state").fetchall())


def _agents(connection: sqlite3.Connection, rows: Sequence[Any], since: datetime | None) -> list[AgentNow]:
    """Of these rows, which are neighbours."""
    if not rows:
        return []
    first, last = rows[0][1], rows[-1][1]
    held: defaultdict[str, list[HeldInteraction]] = defaultdict(list)
    for agent, interaction, queue, channel, phase, units, rests in connection.execute(_HELD, (first, last)):
        held[agent].append(HeldInteraction(interaction, queue, channel, phase, 0 if rests else units, bool(rests)))
    handled = handled_by_agent(connection, since, first, last)
    return [_agent(row, tuple(held[row[1]]) if row[1] in held else (), handled.get(row[1], 0)) for row in rows]


_HELD = f"""
SELECT agent, id, queue, channel, phase, units, rests FROM (
    SELECT i.agent, no, id, queue, channel, phase, units, phase = 'active' AND coalesce(more.interrupted, 0) AS rests
    FROM interactions i LEFT JOIN interactions_more more USING (no)
    WHERE {HELD} AND i.agent BETWEEN ?1 AND ?2
    UNION ALL
    SELECT o.agent, no, id, queue, channel, 'offered', o.units, 0
    FROM interactions_offers o JOIN interactions USING (no)
    WHERE o.agent BETWEEN ?1 AND ?2
) ORDER BY no
"""
"""What agents from one to another have or are asked to take."""


def _agent(row: Sequence[Any], held: tuple[HeldInteraction, ...], handled: int) -> AgentNow:
    _, agent, pool, name, skills, languages, capacity, attributes, ceilings, units, closed, *rest = row
    state, reason, since, signed_on, freed = rest
    signed_off = state == AgentState.SIGNED_OFF
    return AgentNow(
        agent_id=agent,
        pool=pool,
        name=name,
        skills=orjson.loads(skills),
        languages=tuple(orjson.loads(languages)),
        attributes=orjson.loads(attributes),
        ceilings=orjson.loads(ceilings),
        units=orjson.loads(units),
        closed_channels=tuple(orjson.loads(closed)),
        capacity=capacity,
        state=state,
        reason=reason,
        since=moment(since),
        signed_on_at=moment(signed_on),
        activity=activity(state, [one.phase for one in held if not one.interrupted]) if held else OF_STATE[state],
        units_in_use=sum(one.units for one in held),
        idle_since=None if held or signed_off else moment(max(signed_on, freed or signed_on)),
        interactions=held,
        handled=handled,
    )


class _Batch:
    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        touched = {agent_stream(entry.event.agent_id) for entry in entries}  # type: ignore[attr-defined]
        rows = connection.execute(
            "SELECT * FROM agents WHERE stream IN (SELECT value FROM json_each(?))", (among(touched),)
        )
        self.rows: dict[str, list[Any]] = {row[0]: list(row) for row in rows}

    def signed_on(self, entry: Entry, event: AgentSignedOn) -> None:
        stream, at = entry.stream, entry.at_ms
        self.rows[stream] = [
            stream, event.agent_id, event.pool, event.name, orjson.dumps(event.skills), orjson.dumps(event.languages),
            event.capacity, orjson.dumps(event.attributes), orjson.dumps(event.ceilings), orjson.dumps(event.units),
            b"[]", AgentState.READY.value, "", at, at, None,
        ]  # fmt: skip

    def changed(self, entry: Entry, state: AgentState, reason: str) -> None:
        row = self.row(entry)
        row[_STATE], row[_REASON], row[_SINCE] = state.value, reason, entry.at_ms
        if state in (AgentState.READY, AgentState.SIGNED_OFF):
            row[_CLOSED] = b"[]"

    def row(self, entry: Entry) -> list[Any]:
        row = self.rows.get(entry.stream)
        if row is None:
            raise BrokenViewError("agents", f"{entry.stream} never signed on (position {entry.position})")
        return row

    def refitted(self, entry: Entry, event: AgentSkillsChanged | AgentCapacityChanged | AgentChannelsClosed) -> None:
        row = self.row(entry)
        match event:
            case AgentSkillsChanged():
                row[_SKILLS], row[_LANGUAGES] = orjson.dumps(event.skills), orjson.dumps(event.languages)
                row[_ATTRIBUTES] = orjson.dumps(event.attributes)
            case AgentCapacityChanged():
                row[_CAPACITY], row[_CEILINGS] = event.capacity, orjson.dumps(event.ceilings)
                row[_UNITS] = orjson.dumps(event.units)
            case AgentChannelsClosed():
                row[_CLOSED] = orjson.dumps(event.channels)

    def freed(self, agent: str, at_ms: int) -> None:
        """Agents of history never signed on and are not on the board."""
        row = self.rows.get(agent_stream(agent))
        if row is not None:
            row[_FREED] = max(at_ms, row[_FREED] or at_ms)


_FREED_BY = (WrapUpCompleted, InteractionTransferred, InteractionParked, InteractionPulledBack, CallbackMissed)
_REFITS = (AgentSkillsChanged, AgentCapacityChanged, AgentChannelsClosed)
_EVENTS: frozenset[type[Event]] = frozenset((AgentSignedOn, AgentStateChanged, AgentSignedOff, *_FREED_BY, *_REFITS))
_SKILLS, _LANGUAGES, _CAPACITY, _ATTRIBUTES, _CEILINGS, _UNITS, _CLOSED = range(4, 11)
_STATE, _REASON, _SINCE, _FREED = 11, 12, 13, 15


def _apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    mine = [entry for entry in entries if type(entry.event) in _EVENTS]
    batch = _Batch(connection, mine)
    for entry in mine:
        match entry.event:
            case AgentSignedOn() as event:
                batch.signed_on(entry, event)
            case AgentStateChanged() as event:
                batch.changed(entry, event.state, event.reason)
            case AgentSignedOff() as event:
                batch.changed(entry, AgentState.SIGNED_OFF, event.reason)
            case AgentSkillsChanged() | AgentCapacityChanged() | AgentChannelsClosed() as event:
                batch.refitted(entry, event)
            case (
                WrapUpCompleted()
                | InteractionTransferred()
                | InteractionParked()
                | InteractionPulledBack()
                | CallbackMissed()
            ) as event:
                batch.freed(event.agent_id, entry.at_ms)
    write(connection, "INSERT OR REPLACE INTO agents VALUES", list(batch.rows.values()))


PROJECTION = Projection("agents", "3", ("agents",), DDL, _apply, reads=_EVENTS)
