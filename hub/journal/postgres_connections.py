"""Connections to the event store in PostgreSQL: the one transaction that writes, and who has the store for itself."""

import contextlib
import os
import socket
from collections.abc import Callable, Iterator
from typing import LiteralString

import psycopg
from eventsourcing.postgres import PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow, dict_row, tuple_row

from hub.journal.errors import StoreError, StoreInUseError

CONNECT_SECONDS = 10
LOCK_SECONDS = 30
"""How long a writer waits for another one's transaction, and how long a stuck one may keep others waiting."""

_HOLDING = 0x687562_02
"""Advisory lock of working on the store."""

_LOCK_TABLE: LiteralString = (
    f"BEGIN; SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; LOCK TABLE stored_events IN EXCLUSIVE MODE"
)
"""Positions are handed out in the order of commits: a reader of the log never passes over one that appears later."""


class Datastore(PostgresDatastore):
    """The library's datastore on a URL, with all a URL can say (TLS, several hosts, a socket's directory)."""

    def __init__(self, url: str) -> None:
        super().__init__(
            "", "", "", "", "",
            connect_timeout=CONNECT_SECONDS,
            idle_in_transaction_session_timeout=LOCK_SECONDS,
            pool_size=2,
            max_overflow=2,
            originator_id_type="text",
        )  # fmt: skip
        self.pool.kwargs = {"application_name": _who("store"), **conninfo_to_dict(url), "row_factory": dict_row}

    @contextlib.contextmanager
    def rows(self) -> Iterator[psycopg.Cursor[TupleRow]]:
        """A cursor whose rows are tuples, and bytes bytes."""
        with self.get_connection() as connection, connection.cursor(binary=True, row_factory=tuple_row) as cursor:
            yield cursor

    @contextlib.contextmanager
    def writing(self) -> Iterator[psycopg.Cursor[TupleRow]]:
        """The one transaction that writes at a time. It commits at the end, or rolls back at an error."""
        with self.rows() as cursor:
            try:
                cursor.execute(_LOCK_TABLE, prepare=False, binary=False)
                yield cursor
                cursor.execute("COMMIT")
            except BaseException:
                if not cursor.connection.broken:
                    cursor.execute("ROLLBACK")
                raise


def hold_database(url: str, purpose: str, *, alone: bool) -> Callable[[], None]:
    """Take the store on PostgreSQL, shared or alone; returns how to let go. It ends with the connection."""
    try:
        connection = psycopg.connect(url, autocommit=True, application_name=_who(purpose))
    except psycopg.Error as error:
        raise StoreError(f"the event store can't be reached: {error}") from None
    lock: LiteralString = "pg_try_advisory_lock" if alone else "pg_try_advisory_lock_shared"
    row = connection.execute(f"SELECT {lock}(%s)", (_HOLDING,)).fetchone()
    if row is not None and row[0]:
        return connection.close
    holders = connection.execute(
        "SELECT DISTINCT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = 'advisory' AND objid = %s AND granted AND pg_locks.database = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())",
        (_HOLDING,),
    ).fetchall()
    connection.close()
    names = ", ".join(name for (name,) in holders) or "another process"
    raise StoreInUseError(f"the event store is in use by {names}: stop that first")


def _who(purpose: str) -> str:
    return f"pid {os.getpid()} on {socket.gethostname()} ({purpose})"[:63]
