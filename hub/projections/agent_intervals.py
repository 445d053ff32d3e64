"""Agents' times by interval as they are asked for: what is booked, and what runs, in pages."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from hub.domain.customer.decide import HISTORY_POOL
from hub.domain.errors import InvalidError
from hub.projections import formulas
from hub.projections.activity import Activity
from hub.projections.agent_times import (
    AVAILABLE,
    AWAY,
    CAPACITY,
    COLUMNS,
    DECLINED,
    GONE,
    HANDLED,
    HOLD,
    NOT_ANSWERING,
    OFFER,
    OFFERS,
    SIGNED_ON,
    TALK,
    TIMED_OUT,
    UNITS,
    WRAP_UP,
    AgentClock,
    Cells,
)
from hub.projections.projection import milliseconds, moment


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

    @property
    def place(self) -> "Place":
        """Where a page that ends with it ends."""
        return Place(milliseconds(self.start), self.agent_id, self.pool)


class Place(NamedTuple):
    """Where a page ended: the last row's interval, agent and pool."""

    start_ms: int
    agent: str = ""
    pool: str = ""

    def __str__(self) -> str:
        return f"{self.start_ms}/{self.pool}/{self.agent}"


def place_of(text: str) -> Place:
    """The place that a page said it ended at. Raises InvalidError."""
    start, *names = text.split("/", 2)
    if not start.removeprefix("-").isdecimal() or len(start) > 18 or len(names) != 2:
        raise InvalidError(f"{text!r} is not where a page of intervals ended", "after")
    return Place(int(start), names[1], names[0])


def agent_intervals(
    connection: sqlite3.Connection,
    start: datetime | None = None,
    end: datetime | None = None,
    agent: str | None = None,
    *,
    as_of: datetime | None = None,
    after: Place | None = None,
    limit: int | None = None,
) -> list[AgentInterval]:
    """Agents by interval, for intervals that begin in [start, end): by interval, agent and pool, the first `limit` of
    those after a place. Whatever an agent is at now counts up to `as_of`, which is the newest event's time unless
    given. It costs as much as it tells, however many agents there are."""
    (interval_ms,) = connection.execute("SELECT interval_ms FROM metrics_settings").fetchone()
    (latest_ms,) = connection.execute("SELECT latest_ms FROM metrics_totals").fetchone()
    until = latest_ms if as_of is None else milliseconds(as_of)
    low = -(2**62) if start is None else milliseconds(start)
    high = 2**62 if end is None else milliseconds(end)
    place = Place(low - 1) if after is None else max(after, Place(low - 1))
    found: list[AgentInterval] = []
    for begins in _starts(connection, max(low, place.start_ms), min(high, 2**62), until, interval_ms):
        left = -1 if limit is None else limit - len(found)
        if left == 0:
            break
        since = place if begins == place.start_ms else Place(begins)
        cells = _cells(connection, since, min(until, begins + interval_ms), interval_ms, agent, left)
        ordered = islice(sorted(cells.items()), None if limit is None else left)
        found += [_interval(key, cell, interval_ms) for key, cell in ordered]
    return found


def _starts(connection: sqlite3.Connection, low: int, high: int, until: int, interval_ms: int) -> Iterator[int]:
    """The intervals from `low` on in which anything is booked or runs, in order."""
    (running,) = connection.execute(
        "SELECT MIN(start_ms) FROM metrics_agents_doing WHERE activity <> ?", (Activity.SIGNED_OFF.value,)
    ).fetchone()
    at = -(-low // interval_ms) * interval_ms
    while at < high:
        (booked,) = connection.execute("SELECT MIN(start_ms) FROM metrics_agents WHERE start_ms >= ?", (at,)).fetchone()
        runs = max(at, running) if running is not None and max(at, running) < until else None
        begins = min((one for one in (booked, runs) if one is not None), default=high)
        if begins < high:
            yield begins
        at = begins + interval_ms


def _cells(
    connection: sqlite3.Connection, since: Place, until: int, interval_ms: int, agent: str | None, limit: int
) -> Cells:
    """One interval's cells after a place: of those that are booked and of those that run at least the first `limit`
    each."""
    start_ms = since.start_ms
    of_one, given = ("agent = ?", (agent,)) if agent is not None else ("(agent, pool) > (?, ?)", since[1:])
    cells: Cells = {
        (start_ms, *row[:2]): list(row[2:])
        for row in connection.execute(
            f"SELECT agent, pool, {', '.join(COLUMNS)} FROM metrics_agents"
            f" WHERE start_ms = ? AND {of_one} ORDER BY agent, pool LIMIT ?",
            (start_ms, *given, limit),
        )
    }
    for row in connection.execute(
        f"SELECT * FROM metrics_agents_now WHERE {of_one} AND at_ms < ?"
        " AND (state <> 'signed_off' OR offered OR active OR wrap_up) ORDER BY agent LIMIT ?",
        (*given, until, limit),
    ):
        clock = AgentClock(*row)
        clock.at_ms = max(clock.at_ms, start_ms)
        clock.credit(until, cells, interval_ms)
    if agent is not None:
        return {key: cell for key, cell in cells.items() if key[1:] > since[1:]}
    return cells


def handled_by_agent(connection: sqlite3.Connection, since: datetime | None, first: str, last: str) -> dict[str, int]:
    """How many interactions each agent from one id to another has wrapped up in the intervals from `since` on."""
    low = -(2**62) if since is None else milliseconds(since)
    return dict(connection.execute(_HANDLED, (low, first, last)).fetchall())


_HANDLED = """
WITH RECURSIVE starts(start_ms) AS (
    SELECT MIN(start_ms) FROM metrics_agents WHERE start_ms >= ?1
    UNION ALL
    SELECT (SELECT MIN(start_ms) FROM metrics_agents WHERE start_ms > starts.start_ms) FROM starts
    WHERE starts.start_ms IS NOT NULL
)
SELECT agent, SUM(handled) FROM starts CROSS JOIN metrics_agents USING (start_ms)
WHERE agent BETWEEN ?2 AND ?3 GROUP BY agent
"""
"""In each interval only these agents: CROSS keeps SQLite to this order."""


def _interval(key: tuple[int, str, str], cell: list[int], interval_ms: int) -> AgentInterval:
    start_ms, agent, pool = key
    busy = 0 if pool == HISTORY_POOL else cell[OFFER] + cell[TALK] + cell[HOLD] + cell[WRAP_UP]
    available = 0 if pool == HISTORY_POOL else cell[AVAILABLE]
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
