"""The file the read models live in: how it is opened for its one writer and for its many readers."""

import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path
from threading import Thread
from typing import TypeVar

import orjson

T = TypeVar("T")
_CHECKPOINT_PAGES = 1_000
"""Little and often: the flush of many pages at once would hold the event store's commits up."""
_PAGES_AN_EVENT, _PAGES_A_TRANSACTION = 1.5, 30
"""About what it takes."""
_STATEMENTS = 1_000
"""Kept prepared: what is written by many rows has a statement for each power of two."""


def open_views(path: Path) -> sqlite3.Connection:
    """A connection that can read the views and nothing else, for any one thread at a time. The projector must have
    made the file before."""
    connection = sqlite3.connect(
        f"file:{path.absolute()}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=10
    )
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA cache_size = -16384")
    return connection


def of_one_moment(views: sqlite3.Connection, question: Callable[[sqlite3.Connection], T]) -> T:
    """The answer to a question that looks more than once."""
    views.execute("BEGIN")
    try:
        return question(views)
    finally:
        views.execute("ROLLBACK")


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The projector's connection. NORMAL: a power cut may lose the newest transactions, never their order; they are
    applied again from the log. Checkpoints are left to `Checkpoints`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None, timeout=60, cached_statements=_STATEMENTS)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    connection.execute("PRAGMA cache_size = -65536")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def among(values: Iterable[str]) -> str:
    """The argument for `IN (SELECT value FROM json_each(?))`: any number of values, one statement."""
    return orjson.dumps(list(values)).decode()


class Checkpoints:
    """Moves the write-ahead log into the views' file without stalling the projector: most of it on a thread beside
    the writer, then the little rest between two transactions, after which the log starts over and stays bounded."""

    def __init__(self, path: Path, writer: sqlite3.Connection) -> None:
        self._path = path
        self._writer = writer
        self._pages = 0.0
        self._thread: Thread | None = None

    def committed(self, events: int) -> None:
        """To be told after each transaction of the writer."""
        self._pages += events * _PAGES_AN_EVENT + _PAGES_A_TRANSACTION
        if self._thread is not None:
            if not self._thread.is_alive():
                self._thread = None
                self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)")
        elif self._pages >= _CHECKPOINT_PAGES:
            self._pages = 0.0
            self._thread = Thread(target=self._checkpoint, name="views checkpoint", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Waits for the thread and moves what is left."""
        if self._thread is not None:
            self._thread.join()
        self._writer.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _checkpoint(self) -> None:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=60)
        try:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        finally:
            connection.close()
