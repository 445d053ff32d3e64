"""The file that the customers' keys are in, beside the event store: how it is made, opened, written and wiped."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hub.journal.checkpoint import Checkpointer
from hub.journal.errors import KeyFileError, StoreError
from hub.journal.key_encryption import KeyEncryption, flush_directory

_LOCK_SECONDS = 30
_TRUNCATIONS = 50
_INSTANT_SECONDS = 0.02
_PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "wal_autocheckpoint = 0")
_DDL = """
CREATE TABLE IF NOT EXISTS keys (
    stream TEXT PRIMARY KEY, wrapping INTEGER NOT NULL, wrapped BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forgotten (
    no INTEGER PRIMARY KEY, stream TEXT NOT NULL UNIQUE, asked TEXT NOT NULL, finished INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS wrapping (id INTEGER PRIMARY KEY CHECK (id = 1), newest INTEGER NOT NULL);
"""
"""`keys`: of whom was forgotten `wrapped` is empty, for ever. `forgotten`: their streams, which are keyed hashes, in
the order they were forgotten; `asked`: by whom and why, until that is `finished`."""


class KeysFile:
    """Opened when first asked for. For one thread at a time; any number of processes."""

    def __init__(self, path: Path, wrapping: KeyEncryption, is_lost: Callable[[], bool]) -> None:
        """`is_lost`: whether there is a store whose events were sealed with keys, so that none may be made anew."""
        self.path = path
        self._wrapping = wrapping
        self._is_lost = is_lost
        self._opened: sqlite3.Connection | None = None
        self._checkpointer = Checkpointer(self._connect, path)

    def connection(self) -> sqlite3.Connection:
        """Raises KeyFileError where the file is lost."""
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that commits at the end, or rolls back at an error."""
        connection = self.connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def wrote(self, rows: int) -> None:
        """About so many were written."""
        self._checkpointer.wrote(rows + 4)

    def truncate(self) -> None:
        """Nothing that was there is left in the write-ahead log. Readers stand in the way for an instant only."""
        for _ in range(_TRUNCATIONS):
            busy, _, _ = self.connection().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            time.sleep(_INSTANT_SECONDS)
        raise StoreError(
            f"the key is deleted, but {self.path}-wal may still hold it: another process reads there all the time; "
            "stop that, and forget the customer again"
        )

    def close(self) -> None:
        """Give it back."""
        if self._opened is not None:
            self._checkpointer.close()
            self._opened.close()
            self._opened = None

    def _open(self) -> sqlite3.Connection:
        if not self.path.exists():
            if self._is_lost():
                raise KeyFileError(
                    f"the customers' keys {self.path} are missing, but the event store was written with them: restore "
                    "them from the backup; without them nobody's name, address or words can be read"
                )
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            flush_directory(self.path.parent)
        connection = self._connect()
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'wrapping'").fetchone() is None:
                self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        for statement in _DDL.split(";"):
            connection.execute(statement)
        if connection.execute("SELECT 1 FROM wrapping").fetchone() is None:
            newest = self._wrapping.newest if self._wrapping.file.exists() else self._wrapping.add()
            connection.execute("INSERT INTO wrapping VALUES (1, ?)", (newest,))
        connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False)
