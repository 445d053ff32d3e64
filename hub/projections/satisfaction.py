"""How satisfied customers say they were, by interval, queue, agent, channel and segment.

A survey and its answer are booked in the interval in which it was asked, so that in each row, and in each sum of rows,
nobody answered who was not asked."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from hub.domain.event import Event
from hub.domain.satisfaction.decide import customer_of_survey
from hub.domain.satisfaction.events import SatisfactionAsked, SatisfactionRecorded, SurveyKind
from hub.projections import formulas
from hub.projections.projection import Entry, Projection, milliseconds, moment
from hub.projections.rows import write
from hub.projections.views import among

DIMENSIONS = ("queue", "agent", "channel", "segment")
_KEY = ("start_ms", *DIMENSIONS)
_COUNTS = (
    "csat_asked", "csat_answered", "csat_sum", "csat_satisfied",
    "nps_asked", "nps_answered", "nps_promoters", "nps_detractors",
)  # fmt: skip
DDL = f"""
CREATE TABLE satisfaction_settings (interval_ms INTEGER NOT NULL);
CREATE TABLE satisfaction_sums (
    start_ms INTEGER NOT NULL, {", ".join(f"{one} TEXT NOT NULL" for one in DIMENSIONS)},
    {", ".join(f"{one} INTEGER NOT NULL" for one in _COUNTS)},
    PRIMARY KEY ({", ".join(_KEY)})
) WITHOUT ROWID;
CREATE TABLE satisfaction_unanswered (
    survey TEXT PRIMARY KEY, start_ms INTEGER NOT NULL, {", ".join(f"{one} TEXT NOT NULL" for one in DIMENSIONS)}
) WITHOUT ROWID
"""
TABLES = ("satisfaction_settings", "satisfaction_sums", "satisfaction_unanswered")
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SatisfactionFigures:
    """What was asked in [start, end), and answered since. A dimension that rows are not told apart by is None."""

    start: datetime | None
    end: datetime | None
    queue: str | None
    agent_id: str | None
    channel: str | None
    segment: str | None
    csat_asked: int
    csat_answered: int
    csat_mean: float | None
    csat_satisfied: float | None
    """Share of the answers that are 4 or 5."""
    nps_asked: int
    nps_answered: int
    nps_promoters: int
    nps_detractors: int
    nps: float | None
    """-100 to 100."""

    def as_row(self) -> dict[str, Any]:
        """The same by name."""
        return asdict(self)


def satisfaction(
    connection: sqlite3.Connection,
    start: datetime | None = None,
    end: datetime | None = None,
    by: Collection[str] = (),
    only: Mapping[str, str] = {},
) -> list[SatisfactionFigures]:
    """The figures of what was asked in the intervals that begin in [start, end): a row for each interval (`interval`
    in `by`) and value of those of DIMENSIONS that are in `by`; `only`: where they have this value."""
    (interval_ms,) = connection.execute("SELECT interval_ms FROM satisfaction_settings").fetchone()
    told = ["start_ms"] * ("interval" in by) + [one for one in DIMENSIONS if one in by]
    given: dict[str, Any] = {f"{name} = ?": only[name] for name in DIMENSIONS if name in only}
    given |= {} if start is None else {"start_ms >= ?": milliseconds(start)}
    given |= {} if end is None else {"start_ms < ?": milliseconds(end)}
    group = f" GROUP BY {', '.join(told)} ORDER BY {', '.join(told)}" if told else ""
    rows = connection.execute(
        f"SELECT {', '.join([*told, *(f'SUM({one})' for one in _COUNTS)])} FROM satisfaction_sums"
        f" WHERE {' AND '.join(given) or '1'}{group}",
        list(given.values()),
    )
    return [
        _figures(dict(zip([*told, *_COUNTS], row, strict=True)), interval_ms) for row in rows if row[-1] is not None
    ]


def _figures(row: Mapping[str, Any], interval_ms: int) -> SatisfactionFigures:
    start_ms = row.get("start_ms")
    promoters, detractors, answered = row["nps_promoters"], row["nps_detractors"], row["nps_answered"]
    return SatisfactionFigures(
        start=None if start_ms is None else moment(start_ms),
        end=None if start_ms is None else moment(start_ms + interval_ms),
        queue=row.get("queue"),
        agent_id=row.get("agent"),
        channel=row.get("channel"),
        segment=row.get("segment"),
        csat_asked=row["csat_asked"],
        csat_answered=row["csat_answered"],
        csat_mean=formulas.mean(row["csat_sum"], row["csat_answered"]),
        csat_satisfied=formulas.satisfied_share(row["csat_satisfied"], row["csat_answered"]),
        nps_asked=row["nps_asked"],
        nps_answered=answered,
        nps_promoters=promoters,
        nps_detractors=detractors,
        nps=formulas.net_promoter_score(promoters, detractors, answered),
    )


def projection(interval_seconds: int) -> Projection:
    """The read model for this length of interval; with another one it is made anew."""
    interval_ms = interval_seconds * 1000

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO satisfaction_settings VALUES (?)", (interval_ms,))

    def apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        found = [entry for entry in entries if type(entry.event) in _EVENTS and _is_home(entry)]
        if found:
            _apply(connection, found, interval_ms)

    return Projection("satisfaction", f"1+{interval_ms}", TABLES, DDL, apply, fill, _EVENTS)


_EVENTS: frozenset[type[Event]] = frozenset((SatisfactionAsked, SatisfactionRecorded))


def _is_home(entry: Entry) -> bool:
    """Not what other streams of the customer are told of it."""
    return customer_of_survey(entry.event.survey_id) == entry.stream  # type: ignore[attr-defined]


def _apply(connection: sqlite3.Connection, entries: Sequence[Entry], interval_ms: int) -> None:
    unanswered = _unanswered(connection, entries)
    stored = set(unanswered)
    sums: dict[Key, Counter[str]] = {}
    for entry in entries:
        match entry.event:
            case SatisfactionAsked() as event:
                start_ms = entry.at_ms // interval_ms * interval_ms
                key = (start_ms, event.queue, event.agent_id, event.about_channel or event.channel, event.segment)
                unanswered[event.survey_id] = key
                sums.setdefault(key, Counter())[f"{event.kind}_asked"] += 1
            case SatisfactionRecorded() as event if (asked := unanswered.pop(event.survey_id, None)) is not None:
                sums.setdefault(asked, Counter()).update(_of_answer(event))
    connection.executemany(
        f"INSERT INTO satisfaction_sums VALUES ({', '.join('?' * (len(_KEY) + len(_COUNTS)))})"
        f" ON CONFLICT DO UPDATE SET {', '.join(f'{one} = {one} + excluded.{one}' for one in _COUNTS)}",
        [(*key, *(counts[one] for one in _COUNTS)) for key, counts in sums.items()],
    )
    connection.executemany(
        "DELETE FROM satisfaction_unanswered WHERE survey = ?", [(one,) for one in stored - unanswered.keys()]
    )
    new = [(survey, *key) for survey, key in unanswered.items() if survey not in stored]
    write(connection, "INSERT OR REPLACE INTO satisfaction_unanswered VALUES", new)


def _unanswered(connection: sqlite3.Connection, entries: Sequence[Entry]) -> dict[str, Key]:
    answered = {entry.event.survey_id for entry in entries if isinstance(entry.event, SatisfactionRecorded)}
    rows = connection.execute(
        "SELECT * FROM satisfaction_unanswered WHERE survey IN (SELECT value FROM json_each(?))", (among(answered),)
    )
    return {survey: tuple(key) for survey, *key in rows}


def _of_answer(event: SatisfactionRecorded) -> dict[str, int]:
    score = event.score
    if event.kind is SurveyKind.CSAT:
        return {"csat_answered": 1, "csat_sum": score, "csat_satisfied": int(score >= formulas.SATISFIED_FROM)}
    promotes, detracts = score >= formulas.PROMOTERS_FROM, score <= formulas.DETRACTORS_TO
    return {"nps_answered": 1, "nps_promoters": int(promotes), "nps_detractors": int(detracts)}
