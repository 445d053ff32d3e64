"""Connections to the event store's SQLite file: durable at each commit, their statements kept prepared."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from eventsourcing.persistence import IntegrityError, PersistenceError
from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteDatastore

LOCK_SECONDS = 30
"""How long a writer waits for another process's transaction."""

_PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=0",
    "PRAGMA cache_size=-65536",
    "PRAGMA mmap_size=268435456",
)


class _Pool(SQLiteConnectionPool):
    """The library's pool with connections that are durable at each commit and keep their statements prepared: its own
    keep one statement, which makes a small transaction prepare each of its statements again."""

    def _create_connection(self) -> SQLiteConnection:
        connection = sqlite3.connect(
            self.db_name, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=128
        )
        try:
            _use_write_ahead_log(connection)
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except sqlite3.Error as error:
            connection.close()
            raise PersistenceError(str(error)) from error
        connection.row_factory = sqlite3.Row
        return SQLiteConnection(sqlite_conn=connection, max_age=None)


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switching ignores the lock timeout while another process does the same."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


class Datastore(SQLiteDatastore):
    """The library's datastore, where a transaction that writes holds the write lock from its beginning: under its
    own deferred BEGIN, reading before writing fails at once when another process writes."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), lock_timeout=LOCK_SECONDS, originator_id_type="text")
        self.pool = _Pool(db_name=str(path), lock_timeout=LOCK_SECONDS, pool_timeout=LOCK_SECONDS)

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Cursor]:
        """A transaction that commits at the end, or rolls back at an error."""
        with self.get_connection(commit=True) as connection:
            cursor = connection.cursor().sqlite_cursor
            cursor.row_factory = None
            try:
                cursor.execute("BEGIN IMMEDIATE")
                try:
                    yield cursor
                    cursor.execute("COMMIT")
                except BaseException:
                    if cursor.connection.in_transaction:
                        cursor.execute("ROLLBACK")
                    raise
            except sqlite3.IntegrityError as error:
                raise IntegrityError(str(error)) from error
            except sqlite3.Error as error:
                raise PersistenceError(str(error)) from error
            finally:
                cursor.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Cursor]:
        """One statement sees one state of the store."""
        with self.get_connection(commit=False) as connection:
            cursor = connection.cursor().sqlite_cursor
            cursor.row_factory = None
            try:
                yield cursor
            except sqlite3.Error as error:
                raise PersistenceError(str(error)) from error
            finally:
                cursor.close()
