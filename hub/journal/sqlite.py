"""The event store in one SQLite file: what a hub on one machine needs, durable at each commit."""

import contextlib
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import orjson
from eventsourcing.persistence import IntegrityError, PersistenceError
from eventsourcing.sqlite import SQLiteAggregateRecorder, SQLiteApplicationRecorder

from hub.domain.event import Event
from hub.journal import rows
from hub.journal.batch import Batch, contact_ids_of, judge, outcomes_of, prepare, snapshots_of, streams_of
from hub.journal.checkpoint import Checkpointer
from hub.journal.codec import Codec
from hub.journal.erasing import scanned
from hub.journal.errors import StoreError
from hub.journal.format import FORMAT, check_format
from hub.journal.sqlite_connections import Datastore
from hub.journal.sqlite_erasing import erase, scrub
from hub.journal.stamp import Stamp
from hub.journal.topics import topics_of
from hub.ports import ContactRow, Erasure, Outcome, Recorded, Snapshot, Stored, Unit

_CHECKPOINT_PATIENCE = 0.01
"""Seconds the writer is held up at most for a reader that stands in the way of a checkpoint: it is tried again."""

_PAGES_A_COMMIT = 4
"""Pages of the log that even the smallest commit takes."""

_KEY = ("originator_id", "originator_version")
_ROW = "rowid, originator_id, originator_version, topic, state"

_LOAD = (
    "SELECT e.rowid, originator_id, originator_version, topic, state FROM json_each(?) w CROSS JOIN stored_events e "
    "ON originator_id = w.value ->> 0 AND originator_version > w.value ->> 1 ORDER BY w.key, originator_version"
)
"""One statement for many streams: [[stream, version it is known up to], ...]."""
_LOAD_ONLY = _LOAD.replace(" ORDER BY", " AND topic IN (SELECT value FROM json_each(?)) ORDER BY")
_LAST = f"SELECT {_ROW} FROM stored_events WHERE originator_id = ? ORDER BY originator_version DESC LIMIT 1"
_READ = f"SELECT {_ROW} FROM stored_events WHERE rowid > ? ORDER BY rowid LIMIT ?"
_AT = f"SELECT {_ROW} FROM stored_events WHERE rowid IN (SELECT value FROM json_each(?)) ORDER BY rowid"
_STATES = "SELECT topic, state FROM json_each(?) w CROSS JOIN stored_events ON originator_id = w.value"
_SCAN = (
    f"SELECT {_ROW} FROM stored_events WHERE rowid > ?1 AND rowid <= ?2 AND (topic IN (SELECT value FROM json_each(?3))"
    " OR rowid = (SELECT max(rowid) FROM stored_events WHERE rowid <= ?2)) ORDER BY rowid"
)
_PART = (
    f"SELECT {_ROW} FROM stored_events WHERE originator_id = ? AND originator_version > ?"
    " ORDER BY originator_version LIMIT ?"
)
_HEAD = "SELECT coalesce(max(rowid), 0) FROM stored_events"
_VERSION = "SELECT coalesce(max(originator_version), 0) FROM stored_events WHERE originator_id = ?"
_CONTACTS = "SELECT contact_id, stream, body_hash FROM contact_ids WHERE contact_id IN"
_CONTACTS_ASKED = 128
"""Receipts that one statement asks for."""
_SNAPSHOTS = (
    "SELECT originator_id, originator_version, topic, state FROM snapshots "
    "WHERE originator_id IN (SELECT value FROM json_each(?)) ORDER BY originator_version"
)
_FORGET_SNAPSHOTS = "DELETE FROM snapshots WHERE originator_id = ? AND originator_version <= ?"
_FORMAT = "SELECT version FROM store_format"
_FORMAT_TABLE = (
    "CREATE TABLE IF NOT EXISTS store_format (id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL)"
)


class SqliteRecorder(SQLiteApplicationRecorder):
    """The library's recorder, which also takes the rows of many units at once."""

    def construct_create_table_statements(self) -> list[str]:
        return [
            *super().construct_create_table_statements(),
            "CREATE TABLE IF NOT EXISTS contact_ids ("
            "contact_id TEXT PRIMARY KEY, stream TEXT NOT NULL, body_hash BLOB NOT NULL) WITHOUT ROWID",
        ]

    def insert_batch(self, cursor: sqlite3.Cursor, batch: Batch) -> int:
        """Insert all rows in this transaction; returns the position of the first event. Positions follow each other:
        the write lock is held. IntegrityError: at least one unit can't be written."""
        first: int = cursor.execute(_HEAD).fetchone()[0] + 1
        if rows.present(cursor, "stored_events", _KEY, batch.expected) < len(batch.expected):
            raise IntegrityError("a unit was decided on a version that is not there")
        if batch.untouched and rows.present(cursor, "stored_events", _KEY, batch.untouched):
            raise IntegrityError("a stream that a unit was decided on has moved on")
        rows.insert(cursor, f"INSERT INTO stored_events ({', '.join(_KEY)}, topic, state) VALUES", batch.events)
        rows.insert(cursor, "INSERT INTO contact_ids VALUES", batch.contacts)
        return first


class SqliteStore:
    """An event store in a SQLite file."""

    def __init__(self, path: Path, codec: Codec) -> None:
        self.codec = codec
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._datastore = Datastore(path)
        self._recorder = SqliteRecorder(self._datastore)
        self._snapshots = SQLiteAggregateRecorder(self._datastore, events_table_name="snapshots")
        self._checkpointer = Checkpointer(self._connect, path)
        self._stamp = Stamp(path)
        try:
            with self._failing():
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
                first = self._insert(batch)
            except IntegrityError:
                first, problems = self._insert_possible(units)
        return outcomes_of(units, problems, first)

    def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        after = after or {}
        wanted = orjson.dumps([[stream, after.get(stream, 0)] for stream in dict.fromkeys(streams)]).decode()
        return self._load(streams, _LOAD, wanted)

    def load_only(self, streams: Sequence[str], classes: Collection[type[Event]]) -> dict[str, list[Recorded]]:
        wanted = orjson.dumps([[stream, 0] for stream in dict.fromkeys(streams)]).decode()
        return self._load(streams, _LOAD_ONLY, wanted, orjson.dumps(topics_of(classes)).decode())

    def _load(self, streams: Sequence[str], statement: str, *arguments: str) -> dict[str, list[Recorded]]:
        found: dict[str, list[Recorded]] = {stream: [] for stream in streams}
        with self._failing(), self._datastore.reading() as cursor:
            rows = cursor.execute(statement, arguments).fetchall()
        self.codec.look_up_keys({row[1] for row in rows})
        for recorded in map(self.codec.recorded, rows):
            found[recorded.stream].append(recorded)
        return found

    def last(self, stream: str) -> Recorded | None:
        with self._failing(), self._datastore.reading() as cursor:
            row = cursor.execute(_LAST, (stream,)).fetchone()
        return None if row is None else self.codec.recorded(row)

    def contacts(self, ids: Sequence[str]) -> dict[str, ContactRow]:
        with self._failing(), self._datastore.reading() as cursor:
            return _contacts(cursor, ids)

    def read(self, after: int, limit: int) -> list[Recorded]:
        return self._decoded(self._rows(after, limit))

    def read_stored(self, after: int, limit: int) -> list[Stored]:
        return list(map(Stored._make, self._rows(after, limit)))

    def at(self, positions: Sequence[int]) -> list[Recorded]:
        with self._failing(), self._datastore.reading() as cursor:
            return self._decoded(cursor.execute(_AT, (orjson.dumps(positions).decode(),)).fetchall())

    def head(self) -> int:
        with self._failing(), self._datastore.reading() as cursor:
            return int(cursor.execute(_HEAD).fetchone()[0])

    def stamp(self) -> int | None:
        return self._stamp()

    def has_unsealed(self, streams: Sequence[str]) -> bool:
        with self._failing(), self._datastore.reading() as cursor:
            rows = cursor.execute(_STATES, (orjson.dumps(streams).decode(),)).fetchall()
        return any(self.codec.is_unsealed(topic, state) for topic, state in rows)

    def scan(self, after: int, upto: int, classes: Collection[type[Event]]) -> list[Recorded]:
        wanted = orjson.dumps(topics_of(classes)).decode()
        with self._failing(), self._datastore.reading() as cursor:
            rows = cursor.execute(_SCAN, (after, upto, wanted)).fetchall()
        return scanned(self.codec, map(Stored._make, rows))

    def part(self, stream: str, after: int, limit: int) -> list[Recorded]:
        with self._failing(), self._datastore.reading() as cursor:
            rows = cursor.execute(_PART, (stream, after, limit)).fetchall()
        return self._decoded(rows)

    def erase(self, erasures: Sequence[Erasure], *, pretend: bool = False) -> int:
        with self._failing():
            return erase(self._path, self.codec, erasures, pretend=pretend)

    def scrub(self) -> None:
        with self._failing():
            scrub(self._path)

    def save_snapshot(self, stream: str, version: int, state: bytes, topic: str) -> None:
        sealed = self.codec.seal(stream, topic, state)
        if sealed is None:
            return
        with self._failing(), self._datastore.writing() as cursor:
            cursor.execute(_FORGET_SNAPSHOTS, (stream, version))
            cursor.execute(self._snapshots.insert_events_statement, (stream, version, topic, sealed))

    def drop_snapshots(self, streams: Sequence[str]) -> None:
        with self._failing(), self._datastore.writing() as cursor:
            cursor.executemany("DELETE FROM snapshots WHERE originator_id = ?", [(stream,) for stream in streams])

    def load_snapshots(self, streams: Sequence[str]) -> dict[str, Snapshot]:
        with self._failing(), self._datastore.reading() as cursor:
            rows = cursor.execute(_SNAPSHOTS, (orjson.dumps(streams).decode(),)).fetchall()
        self.codec.look_up_keys({row[0] for row in rows})
        return snapshots_of(self.codec, rows)

    def close(self) -> None:
        self._checkpointer.close()
        self._stamp.close()
        self._datastore.close()
        self.codec.close()

    def _insert(self, batch: Batch) -> int:
        with self._datastore.writing() as cursor:
            first = self._recorder.insert_batch(cursor, batch)
        self._checkpointer.wrote(_PAGES_A_COMMIT + len(batch.events))
        return first

    def _insert_possible(self, units: Sequence[Unit]) -> tuple[int, list[Exception | None]]:
        """Under the write lock, look which units can be written, and write those."""
        with self._datastore.writing() as cursor:
            versions = {stream: cursor.execute(_VERSION, (stream,)).fetchone()[0] for stream in streams_of(units)}
            problems = judge(units, versions, _contacts(cursor, contact_ids_of(units)))
            possible = prepare(self.codec, [u for u, problem in zip(units, problems, strict=True) if problem is None])
            if possible is None:
                raise IntegrityError("units that follow each other were found to leave a gap")
            return self._recorder.insert_batch(cursor, possible), problems

    def _rows(self, after: int, limit: int) -> list[tuple[int, str, int, str, bytes]]:
        with self._failing(), self._datastore.reading() as cursor:
            return cursor.execute(_READ, (after, limit)).fetchall()

    def _decoded(self, rows: list[tuple[int, str, int, str, bytes]]) -> list[Recorded]:
        return [self.codec.recorded(row) for row in rows]

    def _migrate(self) -> None:
        with self._datastore.reading() as cursor:
            made = cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'store_format'").fetchone()
            if made and self._checked_format(cursor) == FORMAT:
                return
        with self._datastore.writing() as cursor:
            cursor.execute(_FORMAT_TABLE)
            if self._checked_format(cursor) < 1:
                for statement in self._recorder.create_table_statements + self._snapshots.create_table_statements:
                    cursor.execute(statement)
            cursor.execute("INSERT OR REPLACE INTO store_format VALUES (1, ?)", (FORMAT,))

    def _checked_format(self, cursor: sqlite3.Cursor) -> int:
        row = cursor.execute(_FORMAT).fetchone()
        found = 0 if row is None else int(row[0])
        check_format(found, str(self._path))
        return found

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=_CHECKPOINT_PATIENCE, isolation_level=None)

    @contextlib.contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (PersistenceError, sqlite3.Error) as error:
            raise StoreError(f"event store {self._path}: {error}") from error


def _contacts(cursor: sqlite3.Cursor, ids: Sequence[str]) -> dict[str, ContactRow]:
    found: dict[str, ContactRow] = {}
    for start in range(0, len(ids), _CONTACTS_ASKED):
        part = ids[start : start + _CONTACTS_ASKED]
        rows = cursor.execute(f"{_CONTACTS} ({','.join('?' * len(part))})", part).fetchall()
        found |= {row[0]: ContactRow._make(row) for row in rows}
    return found
