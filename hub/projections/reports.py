"""Reports: the figures of queues told apart by interval, queue, agent, channel and where customers stood."""

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from functools import cache
from typing import Any

from hub.domain.errors import InvalidError
from hub.projections.formulas import Outcomes, ServiceLevelVariant, service_levels
from hub.projections.measures.measure import Value
from hub.projections.metrics import thresholds
from hub.projections.metrics_columns import COLUMNS, DIMENSIONS, REPORT_MS
from hub.projections.metrics_fold import Threshold
from hub.projections.projection import milliseconds, moment
from hub.projections.report_measures import MEASURES, OF_CONTACTS, OF_NO_AGENT, OF_SURVEYS
from hub.projections.views import among

MOST_ROWS = 100_000
"""Of a report: who asks for more is told to ask for less, never given a part."""


class Grain(StrEnum):
    """How long the intervals of a report are."""

    QUARTER = "15m"
    HOUR = "1h"
    DAY = "1d"


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is asked: intervals that begin in [start, end), a row for each value of the dimensions in `by`
    and, with a `grain`, each interval of the time zone; `only`: where they have one of these values."""

    start: datetime | None = None
    end: datetime | None = None
    by: Collection[str] = ()
    grain: Grain | None = None
    zone: tzinfo = UTC
    only: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A row of a report; what it is not told apart by is None."""

    start: datetime | None
    end: datetime | None
    told: Mapping[str, str]
    service_level_variant: ServiceLevelVariant
    """Of one queue its own, of several the default."""
    figures: Mapping[str, Value]

    def as_row(self) -> dict[str, Any]:
        """All of it by name."""
        told = {name: self.told.get(name) for name in DIMENSIONS}
        variant = {"service_level_variant": self.service_level_variant}
        return {"start": self.start, "end": self.end, **told, **variant, **self.figures}


Key = tuple[Any, ...]
_Sums = dict[str, int | None]


def reports(connection: sqlite3.Connection, asked: Question) -> list[ReportLine]:
    """The rows, by interval, then by the dimensions in their order. What can't be told apart like this is None."""
    by = [one for one in DIMENSIONS if one in asked.by]
    unknown = dict.fromkeys(OF_NO_AGENT) if "agent" in by else {}
    nothing: _Sums = {**dict.fromkeys((*COLUMNS, "wait_max_ms"), 0), **unknown}
    found = {key: {**sums, **unknown} for key, sums in _of_queues(connection, asked, by).items()}
    if not by and asked.grain is None:
        found.setdefault((0,), nothing)
    contacts, surveys = _of_contacts(connection, asked, by), _of_surveys(connection, asked, by)
    for names, more in ((OF_CONTACTS, contacts), (OF_SURVEYS, surveys)):
        if more is not None:
            none = dict.fromkeys(names, 0)
            found = {key: {**found.get(key, nothing), **more.get(key, none)} for key in (found.keys() | more.keys())}
    limits = thresholds(connection)
    return [_line(key, by, sums, asked, limits) for key, sums in sorted(found.items(), key=lambda one: one[0])]


def _line(
    key: Key, by: Sequence[str], sums: Mapping[str, int | None], asked: Question, limits: Mapping[str, Threshold]
) -> ReportLine:
    begins, *values = key
    start = None if asked.grain is None else moment(begins)
    told = dict(zip(by, values, strict=True))
    queues = [told["queue"]] if "queue" in told else [*asked.only.get("queue", ())]
    limit = limits.get(queues[0]) if len(queues) == 1 else None
    variant = ServiceLevelVariant((limit or limits[""]).variant)
    figures = {one.slug: one.value(sums) for one in MEASURES}
    if figures["offered"] is not None:
        outcomes = Outcomes(*(sums[one] or 0 for one in COLUMNS[: len(fields(Outcomes))]))
        figures["service_level"] = service_levels(outcomes)[variant]
    return ReportLine(
        start=start,
        end=None if start is None else _end(start, asked),
        told=told,
        service_level_variant=variant,
        figures=figures,
    )


def _of_queues(connection: sqlite3.Connection, asked: Question, by: Sequence[str]) -> dict[Key, _Sums]:
    sums = [f"SUM({one})" for one in COLUMNS] + ["MAX(wait_max_ms)"]
    rows = _grouped(connection, "metrics_reports", asked, {one: one for one in DIMENSIONS}, by, sums)
    return {key: dict(zip((*COLUMNS, "wait_max_ms"), values, strict=True)) for key, values in rows.items()}


def _of_contacts(connection: sqlite3.Connection, asked: Question, by: Sequence[str]) -> dict[Key, _Sums] | None:
    """None: contacts know nothing but their channel."""
    if not {*by, *asked.only} <= {"channel"} or not _fits(connection, "metrics_settings", asked):
        return None
    sums = [f"SUM(count * (direction = '{one}'))" for one in ("inbound", "outbound")]
    rows = _grouped(connection, "metrics_contacts", asked, {"channel": "channel"}, by, sums)
    return {key: dict(zip(OF_CONTACTS, values, strict=True)) for key, values in rows.items()}


def _of_surveys(connection: sqlite3.Connection, asked: Question, by: Sequence[str]) -> dict[Key, _Sums] | None:
    columns = {one: one for one in ("queue", "agent", "channel", "segment")}
    if not {*by, *asked.only} <= columns.keys() or not _fits(connection, "satisfaction_settings", asked):
        return None
    stored = ("csat_answered", "csat_sum", "csat_satisfied", "nps_answered", "nps_promoters", "nps_detractors")
    rows = _grouped(connection, "satisfaction_sums", asked, columns, by, [f"SUM({one})" for one in stored])
    return {key: dict(zip(OF_SURVEYS, values, strict=True)) for key, values in rows.items()}


def _fits(connection: sqlite3.Connection, settings: str, asked: Question) -> bool:
    """Whether intervals as long as it keeps them can be put into those that are asked for."""
    (interval_ms,) = connection.execute(f"SELECT interval_ms FROM {settings}").fetchone()
    return asked.grain is None or interval_ms <= (REPORT_MS if asked.grain is Grain.QUARTER else 2 * REPORT_MS)


def _grouped(
    connection: sqlite3.Connection,
    table: str,
    asked: Question,
    columns: Mapping[str, str],
    by: Sequence[str],
    sums: Sequence[str],
) -> dict[Key, Sequence[Any]]:
    connection.create_function("begin_of_interval", 1, _begins(asked), deterministic=True)
    begins = "begin_of_interval(start_ms)" if asked.grain else "0"
    given: dict[str, Any] = {f"{columns[name]} IN (SELECT value FROM json_each(?))": among(values)
                             for name, values in asked.only.items()}  # fmt: skip
    given |= {} if asked.start is None else {"start_ms >= ?": milliseconds(asked.start)}
    given |= {} if asked.end is None else {"start_ms < ?": milliseconds(asked.end)}
    told = [begins, *(columns[one] for one in by)]
    numbers = ", ".join(str(number + 1) for number in range(len(told)))
    rows = connection.execute(
        f"SELECT {', '.join([*told, *sums])} FROM {table} WHERE {' AND '.join(given) or '1'} GROUP BY {numbers}"
        f" LIMIT {MOST_ROWS + 1}",
        list(given.values()),
    ).fetchall()
    if len(rows) > MOST_ROWS:
        raise InvalidError(f"this report has over {MOST_ROWS} rows: ask for a shorter time, or tell less apart", "by")
    return {tuple(row[: len(told)]): row[len(told) :] for row in rows}


def _begins(asked: Question) -> Callable[[int], int]:
    @cache
    def begins(start_ms: int) -> int:
        if asked.grain is None or asked.grain is Grain.QUARTER:
            return start_ms // REPORT_MS * REPORT_MS
        local = moment(start_ms).astimezone(asked.zone).replace(minute=0)
        if asked.grain is Grain.DAY:
            local = local.replace(hour=0, fold=0)
        return milliseconds(local.astimezone(UTC))

    return begins


def _end(start: datetime, asked: Question) -> datetime:
    if asked.grain is Grain.DAY:
        return (start.astimezone(asked.zone) + timedelta(days=1)).astimezone(UTC)
    return start + timedelta(minutes=15 if asked.grain is Grain.QUARTER else 60)
