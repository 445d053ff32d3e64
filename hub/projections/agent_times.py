"""What agents spent their time on, per interval: each moment counts once, however much they do at a time."""

import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from hub.domain.agent.events import AgentState
from hub.domain.customer.decide import HISTORY_POOL
from hub.projections import formulas
from hub.projections.projection import milliseconds, moment
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
    units INTEGER NOT NULL, capacity INTEGER NOT NULL, held INTEGER NOT NULL
) WITHOUT ROWID
"""
TABLES = ("metrics_agents", "metrics_agents_now")

_OF_STATE = {
    AgentState.READY.value: AVAILABLE,
    AgentState.AWAY.value: AWAY,
    AgentState.NOT_ANSWERING.value: NOT_ANSWERING,
    AgentState.GONE.value: GONE,
}
_SIGNED_OFF = AgentState.SIGNED_OFF.value

Cells = dict[tuple[int, str, str], list[int]]
"""(interval's start, agent, pool) -> the columns."""


@dataclass(frozen=True, slots=True)
class AgentInterval:
    """One agent in one interval; times in seconds. Of several things at once talk counts before hold before wrap-up
    before an open offer, so that busy = offer + talk + hold + wrap-up never exceeds the clock. History has no sign-ons:
    there, times are per interaction and there is no occupancy."""

    start: datetime
    end: datetime
    agent_id: str
    pool: str
    signed_on_s: float
    available_s: float
    offer_s: float
    talk_s: float
    hold_s: float
    wrap_up_s: float
    away_s: float
    not_answering_s: float
    gone_s: float
    handled: int
    offers: int
    declined: int
    timed_out: int
    occupancy: float | None
    concurrency_use: float | None
    non_response: float | None

    def as_row(self) -> dict[str, Any]:
        """The same by name."""
        return asdict(self)


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
            self.capacity, self.held,
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
        places = ", ".join("?" * (3 + len(COLUMNS)))
        sums = ", ".join(f"{column} = {column} + excluded.{column}" for column in COLUMNS)
        connection.executemany(
            f"INSERT INTO metrics_agents VALUES ({places}) ON CONFLICT DO UPDATE SET {sums}",
            [(*key, *cell) for key, cell in self._cells.items()],
        )
        connection.executemany(
            "INSERT OR REPLACE INTO metrics_agents_now VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [one.values() for one in self._clocks.values()],
        )


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


def agent_intervals(
    connection: sqlite3.Connection,
    start: datetime | None = None,
    end: datetime | None = None,
    agent: str | None = None,
    *,
    as_of: datetime | None = None,
) -> list[AgentInterval]:
    """Agents by interval, for intervals that begin in [start, end). Whatever an agent is at now counts up to `as_of`,
    which is the newest event's time unless given."""
    (interval_ms,) = connection.execute("SELECT interval_ms FROM metrics_settings").fetchone()
    cells = agent_cells(connection, start, end, agent, as_of=as_of)
    return [_interval(key, cell, interval_ms) for key, cell in sorted(cells.items())]


def agent_cells(
    connection: sqlite3.Connection,
    start: datetime | None,
    end: datetime | None,
    agent: str | None = None,
    *,
    as_of: datetime | None = None,
) -> Cells:
    """The bare sums behind `agent_intervals`."""
    where, arguments = _where(start, end, agent)
    rows = connection.execute(f"SELECT * FROM metrics_agents WHERE {where}", arguments)
    cells: Cells = {tuple(row[:3]): list(row[3:]) for row in rows}
    for key, cell in _running(connection, start, end, agent, as_of).items():
        cells[key] = [past + now for past, now in zip(cell_of(cells, key), cell, strict=True)]
    return cells


def occupancy(
    connection: sqlite3.Connection, start: datetime | None = None, *, as_of: datetime | None = None
) -> float | None:
    """Of all agents who signed on here, over the intervals from `start` on."""
    where, arguments = _where(start, None, None)
    past: tuple[int, int] = connection.execute(
        "SELECT coalesce(SUM(offer_ms + talk_ms + hold_ms + wrap_up_ms), 0), coalesce(SUM(available_ms), 0)"
        f" FROM metrics_agents WHERE {where} AND pool <> ?",
        (*arguments, HISTORY_POOL),
    ).fetchone()
    now = _busy_and_available(_running(connection, start, None, None, as_of))
    return formulas.occupancy(past[0] + now[0], past[1] + now[1])


def _running(
    connection: sqlite3.Connection,
    start: datetime | None,
    end: datetime | None,
    agent: str | None,
    as_of: datetime | None,
) -> Cells:
    """What agents are at now, up to `as_of`: booked with their next event."""
    interval_ms, latest_ms = connection.execute(
        "SELECT interval_ms, latest_ms FROM metrics_settings, metrics_totals"
    ).fetchone()
    until = latest_ms if as_of is None else milliseconds(as_of)
    low, high = _limits(start, end)
    cells: Cells = {}
    for row in connection.execute("SELECT * FROM metrics_agents_now WHERE ?1 IS NULL OR agent = ?1", (agent,)):
        AgentClock(*row).credit(until, cells, interval_ms)
    return {key: cell for key, cell in cells.items() if low <= key[0] < high}


def _where(start: datetime | None, end: datetime | None, agent: str | None) -> tuple[str, tuple[int | str, ...]]:
    of_one, one = (" AND agent = ?", (agent,)) if agent is not None else ("", ())
    return f"start_ms >= ? AND start_ms < ?{of_one}", (*_limits(start, end), *one)


def _limits(start: datetime | None, end: datetime | None) -> tuple[int, int]:
    return (milliseconds(start) if start else -(2**62)), (milliseconds(end) if end else 2**62)


def _busy_and_available(cells: Cells) -> tuple[int, int]:
    """Milliseconds busy and available, over all cells of agents who signed on here: not those of history."""
    known = [cell for (_, _, pool), cell in cells.items() if pool != HISTORY_POOL]
    return sum(sum(cell[OFFER : WRAP_UP + 1]) for cell in known), sum(cell[AVAILABLE] for cell in known)


def handled_by_agent(connection: sqlite3.Connection, since: datetime | None = None) -> dict[str, int]:
    """How many interactions each agent has wrapped up in the intervals from `since` on."""
    where, arguments = _where(since, None, None)
    return dict(
        connection.execute(f"SELECT agent, SUM(handled) FROM metrics_agents WHERE {where} GROUP BY agent", arguments)
    )


def _interval(key: tuple[int, str, str], cell: list[int], interval_ms: int) -> AgentInterval:
    start_ms, agent, pool = key
    busy, available = _busy_and_available({key: cell})
    seconds = [ms / 1000 for ms in cell[:UNITS]]
    return AgentInterval(
        start=moment(start_ms),
        end=moment(start_ms + interval_ms),
        agent_id=agent,
        pool=pool,
        signed_on_s=seconds[SIGNED_ON],
        available_s=seconds[AVAILABLE],
        offer_s=seconds[OFFER],
        talk_s=seconds[TALK],
        hold_s=seconds[HOLD],
        wrap_up_s=seconds[WRAP_UP],
        away_s=seconds[AWAY],
        not_answering_s=seconds[NOT_ANSWERING],
        gone_s=seconds[GONE],
        handled=cell[HANDLED],
        offers=cell[OFFERS],
        declined=cell[DECLINED],
        timed_out=cell[TIMED_OUT],
        occupancy=formulas.occupancy(busy, available),
        concurrency_use=formulas.concurrency_use(cell[UNITS], cell[CAPACITY]),
        non_response=formulas.non_response(cell[TIMED_OUT], cell[OFFERS]),
    )
