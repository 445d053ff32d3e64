"""The agent board: who is here, in which state, on what, with how much capacity left."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
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
from hub.domain.ids import agent_stream
from hub.domain.interaction.events import Phase, WrapUpCompleted
from hub.projections.agent_times import handled_by_agent
from hub.projections.interactions_tables import HELD
from hub.projections.projection import BrokenViewError, Entry, Projection, moment
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


class Activity(StrEnum):
    """What an agent does this moment. Of several things at once the first of these counts."""

    ON_CONTACT = "on_contact"
    WRAP_UP = "wrap_up"
    OFFERED = "offered"
    AVAILABLE = "available"
    """Ready, and nothing to do."""
    AWAY = "away"
    NOT_ANSWERING = "not_answering"
    GONE = "gone"
    """Their desktop has not been heard of for too long."""
    SIGNED_OFF = "signed_off"


@dataclass(frozen=True, slots=True)
class HeldInteraction:
    """A piece of work an agent has. `units` it takes of their capacity: none while it is interrupted."""

    interaction_id: str
    queue: str
    phase: str
    units: int
    interrupted: bool


@dataclass(frozen=True, slots=True)
class AgentNow:
    """An agent this moment. `since`: of the state. `idle_since`: the later of the sign-on and the last completed
    wrap-up, None while they have work. `units_in_use` of `capacity` are taken."""

    id: str
    pool: str
    name: str
    skills: dict[str, int]
    languages: tuple[str, ...]
    attributes: dict[str, str]
    capacity: int
    ceilings: dict[str, int]
    """Most pieces of work of a channel at once; the policy's where a channel is not named."""
    channel_units: dict[str, int]
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


def agent_board(connection: sqlite3.Connection, since: datetime | None = None) -> list[AgentNow]:
    """Every agent who ever signed on, by id; `since`: from when to count what they handled, None: ever."""
    return _agents(connection, "", (), since)


def agent_now(connection: sqlite3.Connection, agent_id: str, since: datetime | None = None) -> AgentNow | None:
    """One agent, None if they never signed on."""
    found = _agents(connection, "WHERE stream = ?", (agent_stream(agent_id),), since)
    return found[0] if found else None


def activity(state: str, phases: Sequence[str]) -> Activity:
    """What an agent in this state with work in these phases does."""
    for phase, what in _BY_PHASE:
        if phase in phases:
            return what
    return _BY_STATE[AgentState(state)]


_BY_PHASE = (
    (Phase.ACTIVE, Activity.ON_CONTACT),
    (Phase.WRAP_UP, Activity.WRAP_UP),
    (Phase.OFFERED, Activity.OFFERED),
)
_BY_STATE = {
    AgentState.READY: Activity.AVAILABLE,
    AgentState.AWAY: Activity.AWAY,
    AgentState.NOT_ANSWERING: Activity.NOT_ANSWERING,
    AgentState.GONE: Activity.GONE,
    AgentState.SIGNED_OFF: Activity.SIGNED_OFF,
}


def states(connection: sqlite3.Connection) -> dict[str, int]:
    """How many agents are in each state; nobody is in one that is not named."""
    return dict(connection.execute("SELECT state, COUNT(*) FROM agents GROUP BY state").fetchall())


def activities(connection: sqlite3.Connection) -> dict[Activity, int]:
    """How many agents do what."""
    counts = dict.fromkeys(Activity, 0)
    phases: defaultdict[str, list[str]] = defaultdict(list)
    resting = _interrupted(connection)
    for agent, phase, no in connection.execute(f"SELECT agent, phase, no FROM interactions WHERE {HELD}"):
        if no not in resting:
            phases[agent].append(phase)
    for (agent,) in connection.execute("SELECT DISTINCT agent FROM interactions_offers"):
        phases[agent].append(Phase.OFFERED)
    for agent, state in connection.execute("SELECT id, state FROM agents"):
        counts[activity(state, phases[agent])] += 1
    return counts


def _agents(
    connection: sqlite3.Connection, where: str, arguments: tuple[str, ...], since: datetime | None
) -> list[AgentNow]:
    rows = connection.execute(f"SELECT * FROM agents {where} ORDER BY id", arguments).fetchall()
    held: defaultdict[str, list[HeldInteraction]] = defaultdict(list)
    resting = _interrupted(connection)
    for agent, no, interaction, queue, phase, units in connection.execute(
        _HELD, (rows[0][1] if len(rows) == 1 else None,)
    ):
        rests = no in resting and phase == Phase.ACTIVE
        held[agent].append(HeldInteraction(interaction, queue, phase, 0 if rests else units, rests))
    handled = handled_by_agent(connection, since)
    return [_agent(row, tuple(held[row[1]]), handled.get(row[1], 0)) for row in rows]


def _interrupted(connection: sqlite3.Connection) -> set[int]:
    return {no for (no,) in connection.execute("SELECT no FROM interactions_more WHERE interrupted")}


_HELD = f"""
SELECT agent, no, id, queue, phase, units FROM interactions WHERE {HELD} AND (?1 IS NULL OR agent = ?1)
UNION ALL
SELECT o.agent, no, id, queue, 'offered', o.units FROM interactions_offers o JOIN interactions USING (no)
WHERE ?1 IS NULL OR o.agent = ?1
ORDER BY 2
"""
"""What agents have or are asked to take, of one agent or of all."""


def _agent(row: Sequence[Any], held: tuple[HeldInteraction, ...], handled: int) -> AgentNow:
    _, agent, pool, name, skills, languages, capacity, attributes, ceilings, units, closed, *rest = row
    state, reason, since, signed_on, freed = rest
    signed_off = state == AgentState.SIGNED_OFF
    return AgentNow(
        id=agent,
        pool=pool,
        name=name,
        skills=orjson.loads(skills),
        languages=tuple(orjson.loads(languages)),
        attributes=orjson.loads(attributes),
        ceilings=orjson.loads(ceilings),
        channel_units=orjson.loads(units),
        closed_channels=tuple(orjson.loads(closed)),
        capacity=capacity,
        state=state,
        reason=reason,
        since=moment(since),
        signed_on_at=moment(signed_on),
        activity=activity(state, [one.phase for one in held if not one.interrupted]),
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


_REFITS = (AgentSkillsChanged, AgentCapacityChanged, AgentChannelsClosed)
_EVENTS = {AgentSignedOn, AgentStateChanged, AgentSignedOff, WrapUpCompleted, *_REFITS}
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
            case WrapUpCompleted() as event:
                batch.freed(event.agent_id, entry.at_ms)
    connection.executemany(
        "INSERT OR REPLACE INTO agents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", batch.rows.values()
    )


PROJECTION = Projection("agents", "2", ("agents",), DDL, _apply)
