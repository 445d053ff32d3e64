"""What agents spend their time on, booked per interval: each moment counts once, however much they do at a time."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from hub.domain.agent.events import AgentState
from hub.domain.customer.decide import HISTORY_POOL
from hub.projections import agents_doing
from hub.projections.activity import OF_STATE, Activity
from hub.projections.agents_doing import Standing, Times
from hub.projections.rows import write
from hub.projections.views import among

COLUMNS = (
    "signed_on_ms", "available_ms", "offer_ms", "talk_ms", "hold_ms", "wrap_up_ms", "away_ms", "not_answering_ms",
    "gone_ms", "unit_ms", "capacity_ms", "handled", "offers", "declined", "timed_out",
)  # fmt: skip
SIGNED_ON, AVAILABLE, OFFER, TALK, HOLD, WRAP_UP, AWAY, NOT_ANSWERING, GONE, UNITS, CAPACITY = range(11)
HANDLED, OFFERS, DECLINED, TIMED_OUT = range(11, 15)

DDL = f"""
CREATE TABLE metrics_agents (
    start_ms INTEGER NOT NULL, agent TEXT NOT NULL, pool TEXT NOT NULL,
    {", ".join(f"{column} INTEGER NOT NULL" for column in COLUMNS)},
    PRIMARY KEY (start_ms, agent, pool)
) WITHOUT ROWID;
CREATE TABLE metrics_agents_now (
    agent TEXT PRIMARY KEY, pool TEXT NOT NULL, state TEXT NOT NULL, at_ms INTEGER NOT NULL,
    offered INTEGER NOT NULL, active INTEGER NOT NULL, wrap_up INTEGER NOT NULL,
    units INTEGER NOT NULL, capacity INTEGER NOT NULL, held INTEGER NOT NULL, known INTEGER NOT NULL
) WITHOUT ROWID;
{agents_doing.DDL}
"""
TABLES = ("metrics_agents", "metrics_agents_now", *agents_doing.TABLES)

_OF_STATE = {
    AgentState.READY.value: AVAILABLE,
    AgentState.AWAY.value: AWAY,
    AgentState.NOT_ANSWERING.value: NOT_ANSWERING,
    AgentState.GONE.value: GONE,
}
_SIGNED_OFF = AgentState.SIGNED_OFF.value

_SUMS = ", ".join(f"{column} = {column} + excluded.{column}" for column in COLUMNS)
Cells = dict[tuple[int, str, str], list[int]]
"""(interval's start, agent, pool) -> the columns."""


@dataclass(slots=True)
class AgentClock:
    """An agent as of the last event that changed what they do."""

    agent: str
    pool: str
    state: str = _SIGNED_OFF
    at_ms: int = 0
    offered: int = 0
    active: int = 0
    wrap_up: int = 0
    units: int = 0
    capacity: int = 0
    held: int = 0
    """Of `active`: the customer is on hold."""
    known: int = 0
    """Whether they ever signed on here."""

    @property
    def activity(self) -> Activity:
        """What they do since then."""
        if self.active:
            return Activity.ON_CONTACT
        if self.wrap_up:
            return Activity.WRAP_UP
        return Activity.OFFERED if self.offered else OF_STATE[self.state]

    def standing(self, interval_ms: int) -> Standing:
        """What is added up of all agents."""
        what = self.activity
        if what is Activity.SIGNED_OFF:
            return Standing(what, 0, self.known, 0)
        return Standing(what, self.at_ms // interval_ms * interval_ms, self.known, self.at_ms)

    def credit(self, until_ms: int, cells: Cells, interval_ms: int) -> None:
        """Book the time since the last change. Events that come with an earlier time book nothing."""
        if until_ms <= self.at_ms:
            return
        column = self._doing()
        if column is not None or self.state != _SIGNED_OFF:
            for start, length in split(self.at_ms, until_ms, interval_ms):
                cell = cell_of(cells, (start, self.agent, self.pool))
                if column is not None:
                    cell[column] += length
                if self.state != _SIGNED_OFF:
                    cell[SIGNED_ON] += length
                    cell[UNITS] += length * min(self.units, self.capacity)
                    cell[CAPACITY] += length * self.capacity
        self.at_ms = until_ms

    def values(self) -> tuple[str | int, ...]:
        """The row that keeps it."""
        return (
            self.agent, self.pool, self.state, self.at_ms, self.offered, self.active, self.wrap_up, self.units,
            self.capacity, self.held, self.known,
        )  # fmt: skip

    def _doing(self) -> int | None:
        if self.active:
            return TALK if self.active > self.held else HOLD
        if self.wrap_up:
            return WRAP_UP
        return OFFER if self.offered else _OF_STATE.get(self.state)


class AgentTimes:
    """Folds a batch: the clocks of the agents it touches, and what to add to the intervals."""

    def __init__(self, connection: sqlite3.Connection, interval_ms: int, agents: Iterable[str]) -> None:
        self._interval_ms = interval_ms
        self._cells: Cells = {}
        rows = connection.execute(
            "SELECT * FROM metrics_agents_now WHERE agent IN (SELECT value FROM json_each(?))", (among(agents),)
        )
        self._clocks = {row[0]: AgentClock(*row) for row in rows}
        self._before = {agent: clock.standing(interval_ms) for agent, clock in self._clocks.items()}

    def at(self, agent: str, at_ms: int, pool: str = "") -> AgentClock:
        """The agent's clock, advanced to this moment, for changing what they do from there on."""
        clock = self._clocks.get(agent)
        if clock is None:
            clock = self._clocks[agent] = AgentClock(agent, pool, at_ms=at_ms)
        clock.pool = pool or clock.pool
        clock.credit(at_ms, self._cells, self._interval_ms)
        return clock

    def count(self, agent: str, pool: str, at_ms: int, column: int) -> None:
        """One more of something at this moment. `pool` empty: the agent's."""
        if not pool and agent in self._clocks:
            pool = self._clocks[agent].pool
        cell_of(self._cells, (at_ms // self._interval_ms * self._interval_ms, agent, pool))[column] += 1

    def past(self, agent: str, pool: str, span: tuple[int, int], column: int) -> None:
        """Book a recorded span of an agent who was never signed on here."""
        for start, length in split(*span, self._interval_ms):
            cell_of(self._cells, (start, agent, pool))[column] += length

    def write(self, connection: sqlite3.Connection) -> None:
        cells = [(*key, *cell) for key, cell in self._cells.items()]
        write(connection, "INSERT INTO metrics_agents VALUES", cells, f"ON CONFLICT DO UPDATE SET {_SUMS}")
        clocks = [one.values() for one in self._clocks.values()]
        write(connection, "INSERT OR REPLACE INTO metrics_agents_now VALUES", clocks)
        after = {agent: clock.standing(self._interval_ms) for agent, clock in self._clocks.items()}
        latest_ms = max((clock.at_ms for clock in self._clocks.values()), default=0)
        agents_doing.write(connection, self._before, after, self._booked(), latest_ms)

    def _booked(self) -> dict[int, Times]:
        """By interval, what this batch books of agents who work here: not of those of history."""
        booked: dict[int, Times] = {}
        for (start, _, pool), cell in self._cells.items():
            if pool != HISTORY_POOL:
                busy, available = booked.get(start, (0, 0))
                busy += cell[OFFER] + cell[TALK] + cell[HOLD] + cell[WRAP_UP]
                booked[start] = busy, available + cell[AVAILABLE]
        return booked


def split(start_ms: int, end_ms: int, interval_ms: int) -> list[tuple[int, int]]:
    """A span cut at the borders of intervals: (interval's start, milliseconds in it)."""
    first = start_ms // interval_ms * interval_ms
    if end_ms <= first + interval_ms:
        return [(first, end_ms - start_ms)] if end_ms > start_ms else []
    borders = range(first, end_ms, interval_ms)
    return [(border, min(border + interval_ms, end_ms) - max(border, start_ms)) for border in borders]


def cell_of(cells: Cells, key: tuple[int, str, str]) -> list[int]:
    """The columns of one agent in one interval, zeros at first."""
    cell = cells.get(key)
    if cell is None:
        cell = cells[key] = [0] * len(COLUMNS)
    return cell
