"""How many agents do what, and how much of their time is busy: sums kept with each batch, so that nobody has to look at
every agent."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from hub.projections import formulas
from hub.projections.activity import Activity
from hub.projections.projection import milliseconds

DDL = """
CREATE TABLE metrics_agents_doing (
    activity TEXT NOT NULL, start_ms INTEGER NOT NULL,
    clocks INTEGER NOT NULL, agents INTEGER NOT NULL, since_ms INTEGER NOT NULL,
    PRIMARY KEY (activity, start_ms)
) WITHOUT ROWID;
CREATE TABLE metrics_busy (
    start_ms INTEGER PRIMARY KEY, busy_ms INTEGER NOT NULL, available_ms INTEGER NOT NULL
);
CREATE TABLE metrics_agents_latest (at_ms INTEGER NOT NULL)
"""
"""`metrics_agents_doing`: of the agents (`clocks`; those of them who ever signed on: `agents`) who do the same since
some moment in the interval from `start_ms` on, the sum of these moments; who is signed off has no moment.
`metrics_busy`: what is booked of all agents by interval. `metrics_agents_latest`: the newest moment of any agent."""
TABLES = ("metrics_agents_doing", "metrics_busy", "metrics_agents_latest")

Times = tuple[int, int]
"""Milliseconds busy, and available."""
_BUSY = (Activity.ON_CONTACT.value, Activity.WRAP_UP.value, Activity.OFFERED.value)


class Standing(NamedTuple):
    """What an agent does since when, and the interval of that moment."""

    activity: Activity
    start_ms: int
    known: int
    at_ms: int


def write(
    connection: sqlite3.Connection,
    before: Mapping[str, Standing],
    after: Mapping[str, Standing],
    booked: Mapping[int, Times],
    latest_ms: int,
) -> None:
    """Bring the sums along with what a batch made of the agents it touched until their newest moment, and add what it
    booked."""
    sums: dict[tuple[str, int], list[int]] = {}
    for agent, now in after.items():
        was = before.get(agent)
        if was != now:
            _add(sums, now, 1)
            if was is not None:
                _add(sums, was, -1)
    if sums:
        connection.executemany(
            "INSERT INTO metrics_agents_doing VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET clocks = clocks"
            " + excluded.clocks, agents = agents + excluded.agents, since_ms = since_ms + excluded.since_ms",
            [(*key, *total) for key, total in sums.items()],
        )
        connection.execute("DELETE FROM metrics_agents_doing WHERE clocks = 0")
    connection.execute("UPDATE metrics_agents_latest SET at_ms = max(at_ms, ?)", (latest_ms,))
    connection.executemany(
        "INSERT INTO metrics_busy VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET"
        " busy_ms = busy_ms + excluded.busy_ms, available_ms = available_ms + excluded.available_ms",
        [(start, *times) for start, times in booked.items()],
    )


def _add(sums: dict[tuple[str, int], list[int]], one: Standing, sign: int) -> None:
    activity, start_ms, known, at_ms = one
    total = sums.get((activity, start_ms))
    if total is None:
        total = sums[activity, start_ms] = [0, 0, 0]
    total[0] += sign
    total[1] += sign * known
    total[2] += sign * at_ms


def fill(connection: sqlite3.Connection) -> None:
    """The row that is always there."""
    connection.execute("INSERT INTO metrics_agents_latest VALUES (0)")


def activities(connection: sqlite3.Connection) -> dict[Activity, int]:
    """How many agents do what, of those who ever signed on."""
    rows = connection.execute("SELECT activity, SUM(agents) FROM metrics_agents_doing GROUP BY activity")
    return {**dict.fromkeys(Activity, 0), **{Activity(what): count for what, count in rows}}


def occupancy(
    connection: sqlite3.Connection, start: datetime | None = None, *, as_of: datetime | None = None
) -> float | None:
    """Of all agents who work here, over the intervals that begin at `start` or later, and up to `as_of`: the newest
    event's time unless given."""
    interval_ms, latest_ms = connection.execute(
        "SELECT interval_ms, latest_ms FROM metrics_settings, metrics_totals"
    ).fetchone()
    low = -(2**62) if start is None else -(-milliseconds(start) // interval_ms) * interval_ms
    busy, available = connection.execute(
        "SELECT coalesce(SUM(busy_ms), 0), coalesce(SUM(available_ms), 0) FROM metrics_busy WHERE start_ms >= ?", (low,)
    ).fetchone()
    running = _running(connection, low, latest_ms if as_of is None else milliseconds(as_of))
    return formulas.occupancy(busy + running[0], available + running[1])


def _running(connection: sqlite3.Connection, low: int, until: int) -> Times:
    """What agents are at from `low`, the beginning of an interval, until a moment: booked with their next event."""
    if until <= low:
        return 0, 0
    times = {True: 0, False: 0}
    for what, start_ms, clocks, since_ms in connection.execute(
        "SELECT activity, start_ms, clocks, since_ms FROM metrics_agents_doing WHERE activity IN (?, ?, ?, ?)",
        (*_BUSY, Activity.AVAILABLE.value),
    ):
        times[what in _BUSY] += clocks * until - (since_ms if start_ms >= low else clocks * low)
    (latest,) = connection.execute("SELECT at_ms FROM metrics_agents_latest").fetchone()
    if latest > until:
        for busy, early in connection.execute(_TOO_EARLY, (until,)):
            times[bool(busy)] += early
    return times[True], times[False]


_TOO_EARLY = """
SELECT offered OR active OR wrap_up AS busy, SUM(at_ms - ?1) FROM metrics_agents_now
WHERE at_ms > ?1 AND (offered OR active OR wrap_up OR state = 'ready') GROUP BY busy
"""
"""What the sums took off for agents whose moment had not come by then. Only where a moment in the past is asked for."""
