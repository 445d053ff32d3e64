"""Streams by number: whatever is read in which pieces, a stream's number is the position of its first event."""

import random
import sqlite3
from collections.abc import Iterator

import pytest

from hub.projections import streams
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from tests.projections.histories import Log, World


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    streams.make(connection)
    yield connection
    connection.close()


@pytest.fixture
def log() -> Log:
    return World(random.Random(4), Log(gap=3)).run(400)


def firsts(log: Log) -> dict[str, int]:
    return {row.stream: row.position for row in reversed(log.rows)}


@pytest.mark.parametrize("remembered", [0, 3, 1_000])
def test_numbers_are_found_whether_they_are_remembered_or_not(
    log: Log, connection: sqlite3.Connection, remembered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "_REMEMBERED", remembered)
    numbers, expected = streams.Numbers(connection), firsts(log)
    for start in range(0, len(log.rows), 7):
        rows = log.rows[start : start + 7]
        assert numbers.of(rows) == [expected[row.stream] for row in rows]
        numbers.keep(rows)
    assert dict(connection.execute("SELECT stream, no FROM streams")) == expected


def test_a_stream_whose_beginning_is_not_in_the_log_has_no_number(log: Log, connection: sqlite3.Connection) -> None:
    later = next(row for row in log.rows if row.version > 1)
    assert streams.Numbers(connection).of([later]) == [0]


def test_a_transaction_that_failed_is_made_good_by_the_next(log: Log, connection: sqlite3.Connection) -> None:
    numbers = streams.Numbers(connection)
    connection.execute("BEGIN")
    numbers.of(log.rows)
    numbers.keep(log.rows)
    connection.execute("ROLLBACK")
    numbers.of(log.rows)
    numbers.keep(log.rows)
    assert dict(connection.execute("SELECT stream, no FROM streams")) == firsts(log)


def test_views_without_numbers_are_made_anew(log: Log) -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    Runner(connection, all_projections(), log.read, log.decode).run()
    connection.execute("DROP TABLE streams")
    runner = Runner(connection, all_projections(), log.read, log.decode)
    assert set(runner.positions().values()) == {0}
    assert runner.run() == log.rows[-1].position
    expected = {stream: no for stream, no in firsts(log).items() if not stream.startswith("pool-")}
    assert dict(connection.execute("SELECT stream, no FROM streams")) == expected
    connection.close()
