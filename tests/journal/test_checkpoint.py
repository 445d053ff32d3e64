"""The write-ahead log stays bounded, and the store durable, without the writer doing it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hub.journal.checkpoint import PASSIVE_PAGES, Checkpointer, checkpoint
from hub.journal.store import open_store
from hub.settings import Settings
from tests.support.stores import unit


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "some.sqlite", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("CREATE TABLE t (x)")
        yield connection


def fill(database: sqlite3.Connection) -> None:
    for _ in range(50):
        database.execute("INSERT INTO t VALUES (zeroblob(4000))")


def test_a_short_log_is_moved_and_kept(database: sqlite3.Connection, tmp_path: Path) -> None:
    fill(database)
    with closing(sqlite3.connect(tmp_path / "some.sqlite", isolation_level=None)) as other:
        assert checkpoint(other, longest=10_000) > 50
    assert (tmp_path / "some.sqlite").stat().st_size > 50 * 4_000


def test_a_long_log_starts_over(database: sqlite3.Connection, tmp_path: Path) -> None:
    fill(database)
    with closing(sqlite3.connect(tmp_path / "some.sqlite", isolation_level=None)) as other:
        assert checkpoint(other, longest=10) == 0
    before = (tmp_path / "some.sqlite-wal").stat().st_size
    fill(database)
    assert (tmp_path / "some.sqlite-wal").stat().st_size == before


def test_enough_pages_start_it(database: sqlite3.Connection, tmp_path: Path) -> None:
    fill(database)
    path = tmp_path / "some.sqlite"
    before = path.stat().st_size
    checkpointer = Checkpointer(lambda: sqlite3.connect(path, isolation_level=None), path)
    checkpointer.wrote(PASSIVE_PAGES - 1)
    time.sleep(0.05)
    assert path.stat().st_size == before
    checkpointer.wrote(1)
    deadline = time.monotonic() + 10
    while path.stat().st_size == before and time.monotonic() < deadline:
        time.sleep(0.01)
    checkpointer.close()
    assert path.stat().st_size > before


def test_a_store_commits_to_disk_and_leaves_the_log_to_the_thread(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    store = open_store(settings)
    with store._datastore.writing() as cursor:  # type: ignore[attr-defined]
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)
        assert cursor.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    store.append([unit("agent-1")])
    store.close()
    assert not settings.sqlite_path.with_name("events.sqlite-wal").exists()
