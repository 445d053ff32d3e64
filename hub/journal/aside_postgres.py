"""Small tables in the PostgreSQL that has the event store, by a connection of their own."""

import contextlib
from collections.abc import Iterator

import psycopg

from hub.journal.aside import Rows
from hub.journal.errors import StoreError
from hub.journal.postgres_connections import CONNECT_SECONDS


class PostgresDatabase:
    """Connects when it is asked, and again after the connection broke."""

    bytes_type = "BYTEA"
    serial_type = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
    in_turn = "FROM (SELECT pg_advisory_xact_lock(hashtext('{table}'))) AS turn"

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection | None = None

    def spelled(self, statement: str) -> str:
        return statement.replace("?", "%s")

    @contextlib.contextmanager
    def cursor(self) -> Iterator[Rows]:
        try:
            yield self._connected().cursor(binary=True)
        except psycopg.Error as error:
            self.close()
            raise StoreError(f"a table beside the store in PostgreSQL: {error}") from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_SECONDS)
        return self._connection
