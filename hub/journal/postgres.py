"""The event store in PostgreSQL: for hubs on several machines, behind the same contract as the file."""

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, LiteralString

import psycopg
from eventsourcing.persistence import DataError, IntegrityError, PersistenceError
from eventsourcing.postgres import PostgresAggregateRecorder, PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import DictRow, TupleRow
from psycopg.sql import SQL

from hub.domain.event import Event
from hub.journal.batch import Batch, contact_ids_of, judge, outcomes_of, prepare, snapshots_of, streams_of
from hub.journal.codec import Codec
from hub.journal.erasing import rewritten, scanned
from hub.journal.errors import StoredEventError, StoreError
from hub.journal.format import FORMAT, check_format
from hub.journal.postgres_connections import Datastore
from hub.journal.topics import topics_of
from hub.ports import ContactRow, Erasure, Outcome, Recorded, Snapshot, Stored, Unit

_MIGRATING = 0x687562_01
"""Advisory lock of making the tables."""

_INSERT: LiteralString = """
WITH events AS (
    INSERT INTO stored_events (originator_id, originator_version, topic, state)
    SELECT * FROM unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[])
    RETURNING notification_id
), contacts AS (
    INSERT INTO contact_ids SELECT * FROM unnest(%b::bytea[], %b::text[], %b::bytea[])
)
SELECT min(notification_id), max(notification_id), (
    SELECT count(*) FROM unnest(%b::text[], %b::bigint[]) AS expected(stream, version) WHERE EXISTS (
        SELECT 1 FROM stored_events WHERE originator_id = stream AND originator_version = version)
) FROM events"""

_UNTOUCHED: LiteralString = """
SELECT 1 FROM unnest(%b::text[], %b::bigint[]) AS named(stream, version)
JOIN stored_events ON originator_id = stream AND originator_version = version LIMIT 1"""
_FORMAT_TABLE: LiteralString = "CREATE TABLE store_format (id int PRIMARY KEY CHECK (id = 1), version int NOT NULL)"
_ROW: LiteralString = "notification_id, originator_id, originator_version, topic, state"
_LOAD: LiteralString = f"""
SELECT e.* FROM unnest(%b::text[], %b::bigint[]) AS wanted(stream, after) CROSS JOIN LATERAL (
    SELECT {_ROW} FROM stored_events WHERE originator_id = stream AND originator_version > after
    ORDER BY originator_version OFFSET 0) AS e"""
_LOAD_ONLY: LiteralString = f"""
SELECT e.* FROM unnest(%b::text[]) AS wanted(stream) CROSS JOIN LATERAL (
    SELECT {_ROW} FROM stored_events WHERE originator_id = stream AND topic = ANY(%b::text[])
    ORDER BY originator_version OFFSET 0) AS e"""
_LAST: LiteralString = (
    f"SELECT {_ROW} FROM stored_events WHERE originator_id = %b ORDER BY originator_version DESC LIMIT 1"
)
_READ: LiteralString = f"SELECT {_ROW} FROM stored_events WHERE notification_id > %b ORDER BY notification_id LIMIT %b"
_AT: LiteralString = (
    f"SELECT {_ROW} FROM stored_events WHERE notification_id = ANY(%b::bigint[]) ORDER BY notification_id"
)
_STATES: LiteralString = "SELECT topic, state FROM stored_events WHERE originator_id = ANY(%b::text[])"
_SCAN: LiteralString = f"""
SELECT {_ROW} FROM stored_events WHERE notification_id > %b AND notification_id <= %b AND (topic = ANY(%b::text[])
    OR notification_id = (SELECT max(notification_id) FROM stored_events WHERE notification_id <= %b))
ORDER BY notification_id"""
_PART: LiteralString = f"""
SELECT {_ROW} FROM stored_events WHERE originator_id = %b AND originator_version > %b
ORDER BY originator_version LIMIT %b"""
_ERASE: LiteralString = "UPDATE stored_events SET state = %b WHERE notification_id = %b"
_HEAD: LiteralString = "SELECT coalesce(max(notification_id), 0) FROM stored_events"
_VERSIONS: LiteralString = """
SELECT stream, coalesce((SELECT max(originator_version) FROM stored_events WHERE originator_id = stream), 0)
FROM unnest(%b::text[]) AS wanted(stream)"""
_CONTACTS: LiteralString = "SELECT contact_id, stream, body_hash FROM contact_ids WHERE contact_id = ANY(%b::bytea[])"
_SNAPSHOTS: LiteralString = """
SELECT originator_id, originator_version, topic, state FROM snapshots WHERE originator_id = ANY(%b::text[])
ORDER BY originator_version"""


class PostgresRecorder(PostgresApplicationRecorder):
    """The library's recorder, which also takes the rows of many units at once. The library's insert function is left
    out: it inserts without the table lock, and a reader of the log loses events."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        super().__init__(datastore)
        del self.sql_create_statements[self.create_insert_function_statement_index]
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS contact_ids "
                "(contact_id bytea PRIMARY KEY, stream text NOT NULL, body_hash bytea NOT NULL)"
            ).format()
        )

    def insert_batch(self, cursor: psycopg.Cursor[TupleRow], batch: Batch) -> int:
        """Insert all rows in this transaction; returns the position of the first event. Positions follow each other:
        the table is locked. IntegrityError: at least one unit can't be written."""
        streams, versions, topics, states = _columns(batch.events, 4)
        ids, owners, hashes = _columns(batch.contacts, 3)
        expected = _columns(batch.expected, 2)
        if batch.untouched and cursor.execute(_UNTOUCHED, _columns(batch.untouched, 2), prepare=True).fetchone():
            raise IntegrityError("a stream that a unit was decided on has moved on")
        cursor.execute(
            _INSERT,
            (streams, versions, topics, states, [one.encode() for one in ids], owners, hashes, *expected),
            prepare=True,
        )
        first, last, present = cursor.fetchone() or (None, None, 0)
        if present != len(batch.expected):
            raise IntegrityError("a unit was decided on events that are not there")
        if not batch.events:
            return self._next(cursor)
        if last - first + 1 != len(batch.events):
            raise PersistenceError(f"{len(batch.events)} events took the positions {first} to {last}")
        return int(first)

    def _next(self, cursor: psycopg.Cursor[TupleRow]) -> int:
        return int((cursor.execute(_HEAD).fetchone() or (0,))[0]) + 1


class PostgresStore:
    """An event store in a PostgreSQL database."""

    def __init__(self, url: str, codec: Codec) -> None:
        self.codec = codec
        parts = conninfo_to_dict(url)
        self._place = f"{parts.get('dbname', '')} at {parts.get('host', 'localhost')}"
        self._datastore = Datastore(url)
        try:
            with self._failing():
                self._recorder = PostgresRecorder(self._datastore)
                self._snapshots = PostgresAggregateRecorder(self._datastore, events_table_name="snapshots")
                self._migrate()
        except BaseException:
            self._datastore.close()
            raise

    def append(self, units: Sequence[Unit]) -> list[Outcome]:
        batch = prepare(self.codec, units)
        problems: list[Exception | None] = [None] * len(units)
        with self._failing():
            try:
                if batch is None:
                    raise IntegrityError("a unit leaves a gap behind another")
                with self._datastore.writing() as cursor:
                    first = self._recorder.insert_batch(cursor, batch)
            except IntegrityError:
                first, problems = self._insert_possible(units)
        return outcomes_of(units, problems, first)

    def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        after = after or {}
        found = dict.fromkeys(streams)
        return self._load(streams, _LOAD, list(found), [after.get(stream, 0) for stream in found])

    def load_only(self, streams: Sequence[str], classes: Collection[type[Event]]) -> dict[str, list[Recorded]]:
        return self._load(streams, _LOAD_ONLY, list(dict.fromkeys(streams)), topics_of(classes))

    def _load(self, streams: Sequence[str], statement: LiteralString, *arguments: Any) -> dict[str, list[Recorded]]:
        found: dict[str, list[Recorded]] = {stream: [] for stream in streams}
        with self._failing(), self._datastore.rows() as cursor:
            rows = cursor.execute(statement, arguments, prepare=True).fetchall()
        self.codec.look_up_keys({row[1] for row in rows})
        for row in rows:
            found[row[1]].append(self.codec.recorded(row))
        return found

    def last(self, stream: str) -> Recorded | None:
        row = self._one(_LAST, stream)
        return None if row is None else self.codec.recorded(row)

    def contacts(self, ids: Sequence[str]) -> dict[str, ContactRow]:
        with self._failing(), self._datastore.rows() as cursor:
            return _contacts(cursor, ids)

    def read(self, after: int, limit: int) -> list[Recorded]:
        return [self.codec.recorded(row) for row in self._rows(after, limit)]

    def read_stored(self, after: int, limit: int) -> list[Stored]:
        return [Stored._make(row) for row in self._rows(after, limit)]

    def at(self, positions: Sequence[int]) -> list[Recorded]:
        with self._failing(), self._datastore.rows() as cursor:
            rows = cursor.execute(_AT, (list(positions),), prepare=True).fetchall()
        return [self.codec.recorded(row) for row in rows]

    def head(self) -> int:
        row = self._one(_HEAD)
        return 0 if row is None else int(row[0])

    def stamp(self) -> int | None:
        """Never told: to ask the server takes as long as to ask it for the head."""
        return None

    def has_unsealed(self, streams: Sequence[str]) -> bool:
        with self._failing(), self._datastore.rows() as cursor:
            rows = cursor.execute(_STATES, (list(streams),), prepare=True).fetchall()
        return any(self.codec.is_unsealed(topic, state) for topic, state in rows)

    def scan(self, after: int, upto: int, classes: Collection[type[Event]]) -> list[Recorded]:
        with self._failing(), self._datastore.rows() as cursor:
            rows = cursor.execute(_SCAN, (after, upto, topics_of(classes), upto), prepare=True).fetchall()
        return scanned(self.codec, map(Stored._make, rows))

    def part(self, stream: str, after: int, limit: int) -> list[Recorded]:
        with self._failing(), self._datastore.rows() as cursor:
            rows = cursor.execute(_PART, (stream, after, limit), prepare=True).fetchall()
        return [self.codec.recorded(row) for row in rows]

    def erase(self, erasures: Sequence[Erasure], *, pretend: bool = False) -> int:
        positions = [one.position for one in erasures]
        with self._failing(), self._datastore.rows() as cursor, cursor.connection.transaction():
            rows = cursor.execute(_AT, (positions,), prepare=True).fetchall()
            found = rewritten(self.codec, erasures, map(Stored._make, rows))
            if not pretend:
                cursor.executemany(_ERASE, found)
        return len(found)

    def scrub(self) -> None:
        """PostgreSQL keeps what was changed until VACUUM frees its place and something else is written there."""

    def save_snapshot(self, stream: str, version: int, state: bytes, topic: str) -> None:
        sealed = self.codec.seal(stream, topic, state)
        if sealed is None:
            return
        with self._failing(), self._datastore.rows() as cursor, cursor.connection.transaction():
            cursor.execute(
                "DELETE FROM snapshots WHERE originator_id = %b AND originator_version <= %b", (stream, version)
            )
            cursor.execute("INSERT INTO snapshots VALUES (%b, %b, %b, %b)", (stream, version, topic, sealed))

    def drop_snapshots(self, streams: Sequence[str]) -> None:
        with self._failing(), self._datastore.rows() as cursor, cursor.connection.transaction():
            cursor.execute("DELETE FROM snapshots WHERE originator_id = ANY(%b::text[])", (list(streams),))

    def load_snapshots(self, streams: Sequence[str]) -> dict[str, Snapshot]:
        with self._failing(), self._datastore.rows() as cursor:
            rows = cursor.execute(_SNAPSHOTS, (list(streams),), prepare=True).fetchall()
        self.codec.look_up_keys({row[0] for row in rows})
        return snapshots_of(self.codec, rows)

    def close(self) -> None:
        self._datastore.close()
        self.codec.close()

    def _insert_possible(self, units: Sequence[Unit]) -> tuple[int, list[Exception | None]]:
        """Under the write lock, look which units can be written, and write those."""
        with self._datastore.writing() as cursor:
            versions = dict(cursor.execute(_VERSIONS, (streams_of(units),)).fetchall())
            problems = judge(units, versions, _contacts(cursor, contact_ids_of(units)))
            possible = prepare(self.codec, [u for u, problem in zip(units, problems, strict=True) if problem is None])
            if possible is None:
                raise IntegrityError("units that follow each other were found to leave a gap")
            return self._recorder.insert_batch(cursor, possible), problems

    def _rows(self, after: int, limit: int) -> list[TupleRow]:
        with self._failing(), self._datastore.rows() as cursor:
            return cursor.execute(_READ, (after, limit), prepare=True).fetchall()

    def _one(self, statement: LiteralString, *arguments: Any) -> TupleRow | None:
        with self._failing(), self._datastore.rows() as cursor:
            return cursor.execute(statement, arguments, prepare=True).fetchone()

    def _migrate(self) -> None:
        """Make the tables where they are missing: one process does, under an advisory lock, others wait for it."""
        with self._datastore.get_connection() as connection:
            if self._found_format(connection) == FORMAT:
                return
            # Taken outside the transaction: one that waited inside would go on with what it knew of the tables before.
            connection.execute("SELECT pg_advisory_lock(%s)", (_MIGRATING,))
            try:
                with connection.transaction():
                    found = self._found_format(connection)
                    if not found:
                        self._make_tables(connection)
                    elif found < FORMAT:
                        connection.execute("UPDATE store_format SET version = %s", (FORMAT,))
            finally:
                connection.execute("SELECT pg_advisory_unlock(%s)", (_MIGRATING,))
        self._datastore.register_type_adapters()

    def _found_format(self, connection: psycopg.Connection[DictRow]) -> int:
        made = connection.execute("SELECT to_regclass('store_format') IS NOT NULL AS made").fetchone()
        if made is None or not made["made"]:
            return 0
        row = connection.execute("SELECT version FROM store_format").fetchone()
        found = 0 if row is None else int(row["version"])
        check_format(found, self._place)
        return found

    def _make_tables(self, connection: psycopg.Connection[DictRow]) -> None:
        try:
            for statement in self._recorder.sql_create_statements + self._snapshots.sql_create_statements:
                if "CREATE TYPE" not in statement.as_string() or not self._has_type(connection):
                    connection.execute(statement)
            connection.execute("CREATE TABLE store_format (id int PRIMARY KEY CHECK (id = 1), version int NOT NULL)")
            connection.execute("INSERT INTO store_format VALUES (1, %s)", (FORMAT,))
        except psycopg.errors.InsufficientPrivilege as error:
            raise StoreError(
                f"event store {self._place}: {error}; run `hub migrate` once as a user who may make tables"
            ) from None

    def _has_type(self, connection: psycopg.Connection[DictRow]) -> bool:
        name = self._recorder.stored_event_type_name
        row = connection.execute("SELECT to_regtype(%s) IS NOT NULL AS made", (name,)).fetchone()
        return row is not None and bool(row["made"])

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except DataError as error:
            raise StoredEventError(f"event store {self._place} can't hold this: {error}") from error
        except PersistenceError as error:
            raise StoreError(f"event store {self._place}: {error}") from error


def _contacts(cursor: psycopg.Cursor[TupleRow], ids: Sequence[str]) -> dict[str, ContactRow]:
    rows = cursor.execute(_CONTACTS, ([one.encode() for one in ids],)).fetchall()
    return {row[0].decode(): ContactRow(row[0].decode(), row[1], row[2]) for row in rows}


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
