"""Service-level and the other figures by interval and queue, from events and their own times only.

Everything that becomes of an interaction is booked in the interval in which it was queued, so that in each row, and in
each sum of rows, offered = answered + abandoned + expired + open. The queue is the one it was queued in
first, wherever it is answered."""

import hashlib
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from hub.domain.policy.events import PolicyPublished
from hub.projections import agent_times, agents_doing, formulas, metrics_cells, metrics_work
from hub.projections import metrics_columns as column
from hub.projections.metrics_columns import COLUMNS
from hub.projections.metrics_fold import READ, Threshold, fold
from hub.projections.projection import Entry, Projection, milliseconds, moment

INTERVAL_SECONDS = 1800


DEFAULT_THRESHOLD = Threshold()

ThresholdsOf = Callable[[str], Mapping[str, Threshold] | None]
"""The thresholds by queue that the text of a policy says; None: it can't be read."""

DDL = f"""
CREATE TABLE metrics_settings (interval_ms INTEGER NOT NULL);
CREATE TABLE metrics_thresholds (
    queue TEXT PRIMARY KEY, target_ms INTEGER NOT NULL, short_abandon_ms INTEGER NOT NULL,
    variant TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE metrics_totals (events INTEGER NOT NULL, latest_ms INTEGER NOT NULL);
CREATE TABLE metrics_contacts (
    start_ms INTEGER NOT NULL, channel TEXT NOT NULL, direction TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (start_ms, channel, direction)
) WITHOUT ROWID;
{metrics_cells.DDL};
CREATE TABLE metrics_refused (
    start_ms INTEGER NOT NULL, queue TEXT NOT NULL, reason TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (start_ms, queue, reason)
) WITHOUT ROWID;
{metrics_work.DDL};
CREATE TABLE metrics_arrivals (contact TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;
{agent_times.DDL}
"""
"""The row '' of `metrics_thresholds` is for the queues that have none.
`metrics_open` holds what is not over yet, `metrics_arrivals` when contacts happened that no interaction has taken up
yet."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts, and what the formulas make of them; times in seconds, None where there is nothing to take it of."""

    offered: int
    answered: int
    abandoned: int
    expired: int
    open: int
    refused: int
    refused_by_reason: dict[str, int]
    short_abandoned: int
    answered_in_target: int
    abandoned_in_target: int
    service_level: float | None
    service_level_variant: str
    service_levels: dict[str, float | None]
    asa_s: float | None
    aht_s: float | None
    hold_s: float | None
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
    transfers: int
    transferred: int
    transfer_rate: float | None
    moved: int
    parked: int
    reopened: int
    callbacks: int
    callbacks_kept: int
    callbacks_missed: int
    callbacks_kept_rate: float | None
    missed_calls: int
    estimated: int
    estimate_error_s: float | None
    estimate_absolute_error_s: float | None


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
    limits = thresholds(connection)
    where, arguments = _where(start, end, queue)
    rows = connection.execute(f"SELECT * FROM metrics_queues WHERE {where} ORDER BY start_ms, queue", arguments)
    refused = _refused(connection, where, arguments, "start_ms, queue")
    found = []
    for start_ms, name, *sums in rows:
        limit = limits.get(name, limits[""])
        figures = _figures(sums, refused.get((start_ms, name), {}), limit.variant)
        found.append(
            QueueInterval(
                start=moment(start_ms),
                end=moment(start_ms + interval_ms),
                queue=name,
                target_s=limit.target_s,
                short_abandon_s=limit.short_abandon_s,
                figures=figures,
            )
        )
    return found


def totals(
    connection: sqlite3.Connection,
    start: datetime | None = None,
    end: datetime | None = None,
    queue: str | None = None,
) -> Figures:
    """The figures of everything queued in the intervals that begin in [start, end), of one queue or all. The service
    level of all is counted as for queues that the policy says nothing of."""
    limits = thresholds(connection)
    where, arguments = _where(start, end, queue)
    sums = ", ".join(f"coalesce(SUM({column}), 0)" for column in COLUMNS)
    table = "metrics_all" if queue is None else "metrics_queues"
    found = connection.execute(f"SELECT {sums} FROM {table} WHERE {where}", arguments).fetchone()
    refused = _refused(connection, where, arguments, "''")
    return _figures(found, refused.get(("",), {}), limits.get(queue or "", limits[""]).variant)


def totals_by_queue(
    connection: sqlite3.Connection, start: datetime | None = None, end: datetime | None = None
) -> dict[str, Figures]:
    """The same for each queue."""
    where, arguments = _where(start, end, None)
    sums = ", ".join(f"SUM({column})" for column in COLUMNS)
    rows = connection.execute(f"SELECT queue, {sums} FROM metrics_queues WHERE {where} GROUP BY queue", arguments)
    refused, limits = _refused(connection, where, arguments, "queue"), thresholds(connection)
    return {name: _figures(row, refused.get((name,), {}), limits.get(name, limits[""]).variant) for name, *row in rows}


def contacts_by_channel(
    connection: sqlite3.Connection, start: datetime | None = None, end: datetime | None = None
) -> dict[str, dict[str, int]]:
    """Contacts by channel and direction that happened in the intervals that begin in [start, end)."""
    where, arguments = _where(start, end, None)
    rows = connection.execute(
        f"SELECT channel, direction, SUM(count) FROM metrics_contacts WHERE {where} GROUP BY channel, direction",
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


def thresholds(connection: sqlite3.Connection) -> dict[str, Threshold]:
    """The thresholds by queue that figures are counted by now; those of queues that have none are under ''."""
    rows = connection.execute("SELECT queue, target_ms, short_abandon_ms, variant FROM metrics_thresholds")
    return {queue: Threshold(target / 1000, short / 1000, variant) for queue, target, short, variant in rows}


def _refused(
    connection: sqlite3.Connection, where: str, arguments: list[Any], key: str
) -> dict[tuple[Any, ...], dict[str, int]]:
    """How many contacts were refused for which reason, by what `key` selects."""
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    for *of, reason, count in connection.execute(
        f"SELECT {key}, reason, SUM(count) FROM metrics_refused WHERE {where} GROUP BY {key}, reason", arguments
    ):
        found.setdefault(tuple(of), {})[reason] = count
    return found


def _keep_thresholds(connection: sqlite3.Connection, limits: Mapping[str, Threshold]) -> None:
    connection.executemany(
        "INSERT INTO metrics_thresholds VALUES (?, ?, ?, ?)",
        [(queue, round(one[0] * 1000), round(one[1] * 1000), str(one[2])) for queue, one in limits.items()],
    )


def _figures(sums: Sequence[int], refused: dict[str, int], variant: str) -> Figures:
    of = formulas.Outcomes(*sums[: column.EXPIRED + 1])
    levels = {one.value: level for one, level in formulas.service_levels(of).items()}
    seconds = [value / 1000 for value in sums]
    handle_s = seconds[column.TALK] + seconds[column.HOLD] + seconds[column.WRAP_UP]
    return Figures(
        offered=of.offered,
        answered=of.answered,
        abandoned=of.abandoned,
        expired=of.expired,
        open=of.open,
        refused=sums[column.REFUSED],
        refused_by_reason=refused,
        short_abandoned=of.short_abandoned,
        answered_in_target=of.answered_in_target,
        abandoned_in_target=of.abandoned_in_target,
        service_level=levels[variant],
        service_level_variant=variant,
        service_levels=levels,
        asa_s=formulas.asa(seconds[column.ANSWERED_WAIT], of.answered),
        aht_s=formulas.aht(handle_s, sums[column.HANDLED]),
        hold_s=formulas.mean(seconds[column.HOLD], sums[column.HANDLED]),
        first_response_s=formulas.first_response_time(seconds[column.TO_ANSWER], of.answered),
        resolution_s=formulas.resolution_time(seconds[column.TO_END], sums[column.ENDED]),
        ended=sums[column.ENDED],
        abandonment_rate=formulas.abandonment_rate(of.abandoned, of.offered),
        handled=sums[column.HANDLED],
        offers=sums[column.OFFERS],
        declined=sums[column.DECLINED],
        timed_out=sums[column.TIMED_OUT],
        rescinded=sums[column.RESCINDED],
        non_response=formulas.non_response(sums[column.TIMED_OUT], sums[column.OFFERS]),
        transfers=sums[column.TRANSFERS],
        transferred=sums[column.TRANSFERRED],
        transfer_rate=formulas.transfer_rate(sums[column.TRANSFERRED], of.answered),
        moved=sums[column.MOVED],
        parked=sums[column.PARKED],
        reopened=sums[column.REOPENED],
        callbacks=sums[column.CALLBACKS],
        callbacks_kept=sums[column.CALLBACKS_KEPT],
        callbacks_missed=sums[column.CALLBACKS_MISSED],
        callbacks_kept_rate=formulas.callbacks_kept(sums[column.CALLBACKS_KEPT], sums[column.CALLBACKS_MISSED]),
        missed_calls=sums[column.MISSED_CALLS],
        estimated=sums[column.ESTIMATED],
        estimate_error_s=formulas.mean(seconds[column.ESTIMATE_ERROR], sums[column.ESTIMATED]),
        estimate_absolute_error_s=formulas.mean(seconds[column.ESTIMATE_OFF], sums[column.ESTIMATED]),
    )


def projection(
    interval_seconds: int = INTERVAL_SECONDS,
    limits_first: Mapping[str, Threshold] | None = None,
    default: Threshold = DEFAULT_THRESHOLD,
    thresholds_of: ThresholdsOf = lambda _: None,
) -> Projection:
    """The read model for this length of interval. What happens counts by the thresholds, by queue, of the policy that
    was published last before it, which `thresholds_of` reads; before the first by these. Other ones to begin with make
    another version: the view is rebuilt."""
    limits = {"": default, **(limits_first or {})}
    interval_ms = interval_seconds * 1000
    digest = hashlib.sha256(repr((interval_ms, sorted(limits.items()))).encode()).hexdigest()[:12]

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO metrics_settings VALUES (?)", (interval_ms,))
        connection.execute("INSERT INTO metrics_totals VALUES (0, 0)")
        agents_doing.fill(connection)
        _keep_thresholds(connection, limits)

    def apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        limits = thresholds(connection)
        policies = [number for number, entry in enumerate(entries) if type(entry.event) is PolicyPublished]
        for start, end in pairwise([0, *policies, len(entries)]):
            first = entries[start].event if start < end else None
            published = thresholds_of(first.text) if isinstance(first, PolicyPublished) else None
            if published is not None:
                limits = {"": default, **published}
                connection.execute("DELETE FROM metrics_thresholds")
                _keep_thresholds(connection, limits)
            fold(connection, entries[start:end], interval_ms, limits)

    tables = ("metrics_settings", "metrics_thresholds", "metrics_totals", "metrics_contacts", "metrics_refused",
              *metrics_cells.TABLES, "metrics_open", "metrics_arrivals", *agent_times.TABLES)  # fmt: skip
    return Projection("metrics", f"8+{digest}", tables, DDL, apply, fill, READ | {PolicyPublished}, counts_all=True)
