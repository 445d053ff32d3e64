"""Many rows by few statements, and every question of the hot path answered from an index."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.journal import rows, sqlite
from hub.journal.codec import Codec

STREAM = ("originator_id", "originator_version")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    path = tmp_path / "events.sqlite"
    sqlite.SqliteStore(path, Codec()).close()
    connection = sqlite3.connect(path)
    yield connection
    connection.close()


@given(st.integers(0, 600), st.integers(1, 600))
def test_any_number_of_rows_is_inserted_in_order_and_found(many: int, others: int) -> None:
    connection = sqlite3.connect(":memory:")
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE facts (a TEXT, b INTEGER, UNIQUE (a, b))")
    wanted = [(f"s{number % 7}", number) for number in range(many)]
    rows.insert(cursor, "INSERT INTO facts VALUES", wanted)
    assert cursor.execute("SELECT a, b FROM facts ORDER BY rowid").fetchall() == wanted
    missing = [("s0", -number) for number in range(1, others + 1)]
    assert rows.present(cursor, "facts", ("a", "b"), wanted + missing) == many
    connection.close()


@pytest.mark.parametrize(
    ("question", "arguments"),
    [
        (rows.presence("stored_events", STREAM, 3), ("a", 1, "b", 2, "c", 3)),
        (sqlite._LOAD, ('[["a",0]]',)),
        (sqlite._SNAPSHOTS, ('["a"]',)),
        (sqlite._READ, (5, 10)),
        (sqlite._LAST, ("a",)),
        (f"{sqlite._CONTACTS} (?, ?)", ("a", "b")),
    ],
)
def test_no_question_reads_a_whole_table(
    connection: sqlite3.Connection, question: str, arguments: tuple[object, ...]
) -> None:
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {question}", arguments)]
    assert not [step for step in plan if step.startswith("SCAN") and "events" in step], plan
    assert [step for step in plan if step.startswith("SEARCH")], plan
