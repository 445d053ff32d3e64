"""Reports reconcile: told apart however one likes, their sums are those of the intervals."""

import random
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.errors import InvalidError
from hub.projections import metrics
from hub.projections.measures.measure import Unit
from hub.projections.metrics_columns import DIMENSIONS
from hub.projections.metrics_fold import Threshold
from hub.projections.registry import all_projections
from hub.projections.report_measures import MEASURES, OF_NO_AGENT
from hub.projections.reports import Grain, Question, ReportLine, reports
from hub.projections.runner import Runner
from tests.projections.histories import CHANCE, LIVES, Log, World

STEPS = st.integers(1, 200)
FEW = settings(LIVES, max_examples=20)
COUNTS = [one.slug for one in MEASURES if one.unit is Unit.COUNT]
ZONES = st.sampled_from([UTC, ZoneInfo("Asia/Tehran"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/New_York")])


def project(log: Log, batch: int = 53) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    limits = {"sales": Threshold(61.0, 5.0, "of_offered")}
    Runner(connection, all_projections(thresholds=limits), log.read, log.decode, batch).run()
    return connection


@given(
    chance=CHANCE,
    steps=STEPS,
    by=st.sets(st.sampled_from(DIMENSIONS)),
    grain=st.sampled_from([None, *Grain]),
    zone=ZONES,
)
@FEW
def test_sums_of_rows_are_those_of_the_intervals(
    chance: random.Random, steps: int, by: set[str], grain: Grain | None, zone: timezone
) -> None:
    connection = project(World(chance).run(steps))
    rows = reports(connection, Question(by=by, grain=grain, zone=zone))
    figures = metrics.totals(connection)
    for name in COUNTS:
        values = [row.figures[name] for row in rows]
        if hasattr(figures, name) and None not in values:
            assert sum(value or 0 for value in values) == getattr(figures, name), name
    unknown = {name for name in OF_NO_AGENT if name in COUNTS} if "agent" in by else set()
    assert all(row.figures[name] is None for row in rows for name in unknown)
    for row in rows:
        _is_sound(row, grain, by)
    connection.close()


def _is_sound(row: ReportLine, grain: Grain | None, by: set[str]) -> None:
    assert set(row.told) == by
    assert set(row.as_row()) >= {"start", "end", "service_level_variant", *DIMENSIONS, *COUNTS}
    if grain is None:
        assert row.start is None
    else:
        assert row.start is not None
        assert row.end is not None
        assert row.start < row.end <= row.start + timedelta(hours=25)
    level, longest, mean = (row.figures[name] for name in ("service_level", "wait_max_s", "wait_avg_s"))
    assert level is None or 0 <= level <= 1
    if longest is not None and mean is not None:
        assert longest >= mean - 0.001


@given(chance=CHANCE, steps=STEPS)
@FEW
def test_a_queue_and_an_interval_say_what_the_interval_says(chance: random.Random, steps: int) -> None:
    connection = project(World(chance).run(steps))
    for interval in metrics.queue_intervals(connection):
        asked = Question(interval.start, interval.end, ("queue",), only={"queue": [interval.queue]})
        [row] = reports(connection, asked)
        same = ("offered", "answered", "abandoned", "expired", "open", "refused", "service_level", "asa_s", "aht_s",
                "hold_s", "first_response_s", "resolution_s", "abandonment_rate", "handled", "offers", "declined",
                "timed_out", "non_response", "transfers", "transfer_rate", "callbacks", "callbacks_kept",
                "reopened", "service_level_variant")  # fmt: skip
        told = row.as_row()
        expected = {name: getattr(interval.figures, name) for name in same}
        assert {name: told[name] for name in same} == pytest.approx(expected)
    connection.close()


@given(chance=CHANCE, steps=STEPS, batch=st.sampled_from([7, 500]))
@FEW
def test_any_division_into_batches_gives_the_same_reports(chance: random.Random, steps: int, batch: int) -> None:
    log = World(chance).run(steps)
    asked = Question(by=DIMENSIONS, grain=Grain.QUARTER)
    rows = [reports(connection, asked) for connection in (project(log), project(log, batch))]
    assert rows[0] == rows[1]


def test_agents_are_told_what_they_did() -> None:
    connection = project(World(random.Random(5)).run(400))
    rows = _by(reports(connection, Question(by=("agent",))), "agent")
    handled = dict(
        connection.execute(
            "SELECT agent, SUM(handled) FROM metrics_agents GROUP BY agent HAVING SUM(handled)"
        ).fetchall()
    )
    assert len(handled) > 1
    told = {agent: int(row.figures["handled"] or 0) for agent, row in rows.items()}
    (reopened,) = connection.execute("SELECT SUM(reopened) FROM metrics_all").fetchone()
    assert all(told.get(agent, 0) <= count for agent, count in handled.items())
    assert sum(handled.values()) - sum(told.values()) <= reopened


def test_days_begin_where_the_zone_says() -> None:
    connection = project(World(random.Random(5)).run(400))
    tehran = ZoneInfo("Asia/Tehran")
    rows = reports(connection, Question(grain=Grain.DAY, zone=tehran))
    assert rows
    for row in rows:
        assert row.start is not None
        local = row.start.astimezone(tehran)
        assert (local.hour, local.minute) == (0, 0)
    first = reports(connection, Question(datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 2, 9, tzinfo=UTC)))
    hours = reports(connection, Question(grain=Grain.HOUR))
    assert first[0].figures["offered"] == hours[0].figures["offered"]


def test_segments_are_those_the_customer_had() -> None:
    connection = project(World(random.Random(5)).run(400))
    stored = {row[0] for row in connection.execute("SELECT DISTINCT segment FROM metrics_reports")}
    rows = _by(reports(connection, Question(by=("segment",), only={"segment": ["B2B"]})), "segment")
    assert set(rows) == stored & {"B2B"}


def _by(rows: Sequence[ReportLine], name: str) -> dict[str, ReportLine]:
    return {row.told[name]: row for row in rows}


def test_a_report_that_is_too_long_is_refused_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = project(World(random.Random(5)).run(200))
    monkeypatch.setattr("hub.projections.reports.MOST_ROWS", 2)
    with pytest.raises(InvalidError, match="over 2 rows"):
        reports(connection, Question(by=DIMENSIONS))
