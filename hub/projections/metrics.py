"""Service-level and the other figures by interval and queue, from events and their own times only.

Everything that becomes of an interaction is booked in the interval in which it was queued, so that in each row, and in
each sum of rows, offered = answered + abandoned + open."""

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from hub.projections import agent_times, formulas
from hub.projections.metrics_fold import (
    ANSWERED_WAIT,
    COLUMNS,
    DECLINED,
    ENDED,
    HANDLED,
    OFFERS,
    RESCINDED,
    TALK,
    TIMED_OUT,
    TO_ANSWER,
    TO_END,
    WRAP_UP,
    Threshold,
    fold,
)
from hub.projections.projection import Entry, Projection, milliseconds, moment

INTERVAL_SECONDS = 1800


DEFAULT_THRESHOLD = Threshold()

DDL = f"""
CREATE TABLE metrics_settings (interval_ms INTEGER NOT NULL);
CREATE TABLE metrics_thresholds (
    queue TEXT PRIMARY KEY, target_ms INTEGER NOT NULL, short_abandon_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE metrics_totals (events INTEGER NOT NULL, latest_ms INTEGER NOT NULL);
CREATE TABLE metrics_contacts (
    start_ms INTEGER NOT NULL, channel TEXT NOT NULL, direction TEXT NOT NULL, contacts INTEGER NOT NULL,
    PRIMARY KEY (start_ms, channel, direction)
) WITHOUT ROWID;
CREATE TABLE metrics_queues (
    start_ms INTEGER NOT NULL, queue TEXT NOT NULL,
    {", ".join(f"{column} INTEGER NOT NULL" for column in COLUMNS)},
    PRIMARY KEY (start_ms, queue)
) WITHOUT ROWID;
CREATE TABLE metrics_open (
    interaction TEXT PRIMARY KEY, start_ms INTEGER NOT NULL, queue TEXT NOT NULL, pool TEXT NOT NULL,
    queued_ms INTEGER NOT NULL, contact_ms INTEGER NOT NULL, units INTEGER NOT NULL, offered_ms INTEGER,
    accepted_ms INTEGER, ended_ms INTEGER
) WITHOUT ROWID;
CREATE TABLE metrics_arrivals (contact TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;
{agent_times.DDL}
"""
"""The row '' of `metrics_thresholds` is for the queues that have none. `metrics_open` holds what is not over yet,
`metrics_arrivals` when contacts happened that no interaction has taken up yet."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts, and what the formulas make of them; times in seconds, None where there is nothing to take it of."""

    offered: int
    answered: int
    abandoned: int
    open: int
    short_abandoned: int
    answered_in_target: int
    abandoned_in_target: int
    service_level: float | None
    service_level_variant: str
    service_levels: dict[str, float | None]
    asa_s: float | None
    aht_s: float | None
    first_response_s: float | None
    resolution_s: float | None
    ended: int
    abandonment_rate: float | None
    handled: int
    offers: int
    declined: int
    timed_out: int
    rescinded: int
    non_response: float | None


@dataclass(frozen=True, slots=True)
class QueueInterval:
    """A queue's figures for what was queued in [start, end)."""

    start: datetime
    end: datetime
    queue: str
    target_s: float
    short_abandon_s: float
    figures: Figures

    def as_row(self) -> dict[str, Any]:
        """All of it by name, flat."""
        row = asdict(self)
        return {**{name: value for name, value in row.items() if name != "figures"}, **row["figures"]}


def queue_intervals(
    connection: sqlite3.Connection,
    start: datetime | None = None,
    end: datetime | None = None,
    queue: str | None = None,
) -> list[QueueInterval]:
    """The figures of each interval that begins in [start, end) and each queue that had work queued in it."""
    (interval_ms,) = connection.execute("SELECT interval_ms FROM metrics_settings").fetchone()
    limits = _thresholds(connection)
    where, arguments = _where(start, end, queue)
    rows = connection.execute(f"SELECT * FROM metrics_queues WHERE {where} ORDER BY start_ms, queue", arguments)
    found = []
    for start_ms, name, *sums in rows:
        limit = limits.get(name, limits[""])
        found.append(QueueInterval(moment(start_ms), moment(start_ms + interval_ms), name, *limit, _figures(sums)))
    return found


def totals(
    connection: sqlite3.Connection,
    start: datetime | None = None,
    end: datetime | None = None,
    queue: str | None = None,
) -> Figures:
    """The figures of everything queued in the intervals that begin in [start, end), of one queue or all."""
    where, arguments = _where(start, end, queue)
    sums = ", ".join(f"coalesce(SUM({column}), 0)" for column in COLUMNS)
    return _figures(connection.execute(f"SELECT {sums} FROM metrics_queues WHERE {where}", arguments).fetchone())


def totals_by_queue(
    connection: sqlite3.Connection, start: datetime | None = None, end: datetime | None = None
) -> dict[str, Figures]:
    """The same for each queue."""
    where, arguments = _where(start, end, None)
    sums = ", ".join(f"SUM({column})" for column in COLUMNS)
    rows = connection.execute(f"SELECT queue, {sums} FROM metrics_queues WHERE {where} GROUP BY queue", arguments)
    return {name: _figures(row) for name, *row in rows}


def contacts_by_channel(
    connection: sqlite3.Connection, start: datetime | None = None, end: datetime | None = None
) -> dict[str, dict[str, int]]:
    """Contacts by channel and direction that happened in the intervals that begin in [start, end)."""
    where, arguments = _where(start, end, None)
    rows = connection.execute(
        f"SELECT channel, direction, SUM(contacts) FROM metrics_contacts WHERE {where} GROUP BY channel, direction",
        arguments,
    )
    counts: dict[str, dict[str, int]] = {}
    for channel, direction, contacts in rows:
        counts.setdefault(channel, {})[direction] = contacts
    return counts


def _where(start: datetime | None, end: datetime | None, queue: str | None) -> tuple[str, list[Any]]:
    given = {
        "start_ms >= ?": None if start is None else milliseconds(start),
        "start_ms < ?": None if end is None else milliseconds(end),
        "queue = ?": queue,
    }
    used = [(condition, value) for condition, value in given.items() if value is not None]
    return " AND ".join(condition for condition, _ in used) or "1", [value for _, value in used]


def _thresholds(connection: sqlite3.Connection) -> dict[str, Threshold]:
    rows = connection.execute("SELECT queue, target_ms, short_abandon_ms FROM metrics_thresholds")
    return {queue: Threshold(target / 1000, short / 1000) for queue, target, short in rows}


def _figures(sums: Sequence[int]) -> Figures:
    of = formulas.Outcomes(*sums[:6])
    levels = formulas.service_levels(of)
    default = formulas.ServiceLevelVariant.WITHOUT_SHORT_ABANDONED
    return Figures(
        offered=of.offered,
        answered=of.answered,
        abandoned=of.abandoned,
        open=of.open,
        short_abandoned=of.short_abandoned,
        answered_in_target=of.answered_in_target,
        abandoned_in_target=of.abandoned_in_target,
        service_level=levels[default],
        service_level_variant=default.value,
        service_levels={variant.value: level for variant, level in levels.items()},
        asa_s=formulas.asa(sums[ANSWERED_WAIT] / 1000, of.answered),
        aht_s=formulas.aht((sums[TALK] + sums[WRAP_UP]) / 1000, sums[HANDLED]),
        first_response_s=formulas.first_response_time(sums[TO_ANSWER] / 1000, of.answered),
        resolution_s=formulas.resolution_time(sums[TO_END] / 1000, sums[ENDED]),
        ended=sums[ENDED],
        abandonment_rate=formulas.abandonment_rate(of.abandoned, of.offered),
        handled=sums[HANDLED],
        offers=sums[OFFERS],
        declined=sums[DECLINED],
        timed_out=sums[TIMED_OUT],
        rescinded=sums[RESCINDED],
        non_response=formulas.non_response(sums[TIMED_OUT], sums[OFFERS]),
    )


def projection(
    interval_seconds: int = INTERVAL_SECONDS,
    thresholds: Mapping[str, Threshold] | None = None,
    default: Threshold = DEFAULT_THRESHOLD,
) -> Projection:
    """The read model for this length of interval and these thresholds by queue. Other ones make another version: the
    view is rebuilt, so that one definition holds for all that is shown."""
    limits = {"": default, **(thresholds or {})}
    interval_ms = interval_seconds * 1000
    digest = hashlib.sha256(repr((interval_ms, sorted(limits.items()))).encode()).hexdigest()[:12]

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO metrics_settings VALUES (?)", (interval_ms,))
        connection.execute("INSERT INTO metrics_totals VALUES (0, 0)")
        connection.executemany(
            "INSERT INTO metrics_thresholds VALUES (?, ?, ?)",
            [(queue, round(limit[0] * 1000), round(limit[1] * 1000)) for queue, limit in limits.items()],
        )

    def apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        fold(connection, entries, interval_ms, limits)

    tables = ("metrics_settings", "metrics_thresholds", "metrics_totals", "metrics_contacts", "metrics_queues",
              "metrics_open", "metrics_arrivals", *agent_times.TABLES)  # fmt: skip
    return Projection("metrics", f"2+{digest}", tables, DDL, apply, fill)
