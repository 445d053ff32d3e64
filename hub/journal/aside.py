"""What is kept beside the event store, as it changes often and is no fact: small tables, in a file or in the store's
PostgreSQL."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

from hub.journal.errors import StoreError


class Rows(Protocol):
    """A cursor of either database."""

    def execute(self, statement: Any, arguments: Any = ..., /) -> Any: ...
    def fetchall(self) -> list[Any]: ...


class Database(Protocol):
    """Where the table is."""

    bytes_type: str
    serial_type: str
    """A primary key that counts by itself."""
    in_turn: str
    """Ends an `INSERT INTO {table} ... SELECT`: whoever has a lower number is seen by who comes later."""

    def spelled(self, statement: str) -> str:
        """A statement with `?` as this database takes it."""
        ...

    def cursor(self) -> contextlib.AbstractContextManager[Rows]:
        """Each statement is a transaction of its own. Raises StoreError."""
        ...

    def close(self) -> None: ...


class SqliteDatabase:
    """A file of its own, so that writing to it never waits for the log."""

    bytes_type = "BLOB"
    serial_type = "INTEGER PRIMARY KEY AUTOINCREMENT"
    in_turn = ""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        with self._failing():
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=10, check_same_thread=False)
            self._connection.executescript(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;"
            )

    def spelled(self, statement: str) -> str:
        return statement

    @contextlib.contextmanager
    def cursor(self) -> Iterator[Rows]:
        with self._failing():
            yield self._connection.cursor()

    def close(self) -> None:
        self._connection.close()

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._file}: {error}") from error
