"""The customers' own keys, beside the store and never in it: deleting one forgets its customer."""

import hashlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.journal import rows
from hub.journal.checkpoint import Checkpointer
from hub.journal.errors import KeyFileError, StoreError
from hub.journal.key_encryption import KeyEncryption, flush_directory

CACHED = 8_192
"""Ciphers kept at hand: 2.5 kB each."""
ALIASES_CACHED = 16_384
_LOCK_SECONDS = 30
_ALIAS_BYTES = 12
_REWRAPPED_AT_ONCE = 2_000
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


class PersonalKeys:
    """Opened when first asked for; any number of threads and processes. Raises KeyFileError."""

    def __init__(
        self,
        directory: Path,
        alias_key: Callable[[], bytes],
        is_lost: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_lost`: whether there is a store whose events were sealed with keys, so that none may be made anew."""
        self._file = directory / "personal.sqlite"
        self._wrapping = KeyEncryption(directory / "key-encryption.key")
        self._alias_key = alias_key
        self._is_lost = is_lost
        self._lock = threading.Lock()
        self._opened: sqlite3.Connection | None = None
        self._checkpointer = Checkpointer(self._connect, self._file)
        self._ciphers: dict[str, AESGCM | None] = {}
        self._aliases: dict[tuple[str, str], str] = {}
        self._hash: hashlib.blake2b | None = None

    def make(self, streams: Iterable[str]) -> None:
        """Have a durable key for each of these that has none yet and was never forgotten."""
        known = self._ciphers
        missing = [stream for stream in streams if stream not in known]
        if missing:
            with self._using():
                self._make_room(len(missing))
                self._find(missing)
                new = [stream for stream in missing if stream not in self._ciphers]
                if new:
                    self._add(new)

    def sealing(self, stream: str) -> AESGCM | None:
        """To seal with, its key durable, made where there was none; None: the customer was forgotten."""
        try:
            return self._ciphers[stream]
        except KeyError:
            self.make([stream])
            return self._ciphers.get(stream)

    def opening(self, stream: str) -> AESGCM | None:
        """To open with; None: the customer was forgotten, or there never was a key."""
        try:
            return self._ciphers[stream]
        except KeyError:
            self.look_up([stream])
            return self._ciphers.get(stream)

    def look_up(self, streams: Sequence[str]) -> None:
        """Have what keys there are of these at hand: many at once cost less."""
        missing = [stream for stream in streams if stream not in self._ciphers]
        if missing:
            with self._using():
                self._make_room(len(missing))
                self._find(missing)

    def alias(self, field: str, text: str) -> str:
        """What stands for a text where it is not known: the same for the same text of the same field, and nothing that
        leads back to it without the installation's key."""
        if not text:
            return ""
        try:
            return self._aliases[field, text]
        except KeyError:
            pass
        if self._hash is None:
            self._hash = hashlib.blake2b(key=self._alias_key(), digest_size=_ALIAS_BYTES, person=b"alias")
        keyed = self._hash.copy()
        keyed.update(f"{field}\x1f{text}".encode())
        alias = "alias-" + keyed.hexdigest()
        if len(self._aliases) >= ALIASES_CACHED:
            self._aliases = {}
        self._aliases[field, text] = alias
        return alias

    @property
    def file(self) -> Path:
        """Where they are."""
        return self._file

    def change_wrapping(self) -> int:
        """Have all keys wrapped with a new key-encryption key, or finish what a crash left of that; how many were
        wrapped anew. Other processes go on meanwhile; the old one is gone when this returns."""
        with self._using():
            connection = self._connection()
            with self._writing(connection):
                numbers = self._wrapping.numbers
                number = numbers[-1] if len(numbers) > 1 else self._wrapping.add()
                connection.execute("UPDATE wrapping SET newest = ?", (number,))
        changed, last = 0, ""
        while True:
            with self._using(), self._writing(connection):
                found = connection.execute(
                    "SELECT stream, wrapping, wrapped FROM keys WHERE stream > ? ORDER BY stream LIMIT ?",
                    (last, _REWRAPPED_AT_ONCE),
                ).fetchall()
                old = [row for row in found if row[1] != number and row[2]]
                connection.executemany(
                    "UPDATE keys SET wrapping = ?, wrapped = ? WHERE stream = ?",
                    [(number, self._rewrapped(*row, new=number), row[0]) for row in old],
                )
            if not found:
                break
            changed, last = changed + len(old), found[-1][0]
        with self._using():
            self._truncate(connection)
            self._wrapping.keep_only(number)
        return changed

    def _rewrapped(self, stream: str, old: int, wrapped: bytes, *, new: int) -> bytes:
        return self._wrapping.wrap(stream, self._wrapping.unwrap(stream, wrapped, old), new)

    def begin_forgetting(self, streams: Iterable[str], asked: str) -> None:
        """From now on nothing new of these customers goes to these streams. `asked` is kept until it is finished, so
        that whoever comes after a crash can finish it."""
        with self._using():
            connection = self._connection()
            with self._writing(connection):
                connection.executemany(
                    "INSERT INTO forgotten (stream, asked, finished) VALUES (?, ?, 0) ON CONFLICT DO NOTHING",
                    [(stream, asked) for stream in streams],
                )

    def unfinished(self) -> list[tuple[str, str]]:
        """Stream and `asked` of what was begun and not finished."""
        with self._using():
            if not self._file.exists():
                return []
            return self._connection().execute("SELECT stream, asked FROM forgotten WHERE NOT finished").fetchall()

    def returned(self, forgotten: Sequence[str]) -> list[str]:
        """Those of these forgotten streams that the file does not know to be."""
        if not forgotten:
            return []
        with self._using():
            known = self._connection().execute(
                "SELECT stream FROM forgotten WHERE finished AND stream IN (SELECT value FROM json_each(?))",
                (orjson.dumps(forgotten).decode(),),
            )
            return sorted(set(forgotten) - {stream for (stream,) in known})

    def forget(self, streams: Sequence[str]) -> None:
        """The keys of these are gone when this returns: from the file, from its log, from memory."""
        with self._using():
            connection = self._connection()
            with self._writing(connection):
                number = self._newest(connection)
                connection.executemany(
                    "INSERT OR REPLACE INTO keys VALUES (?, ?, x'')", [(stream, number) for stream in streams]
                )
                connection.executemany(
                    "INSERT INTO forgotten (stream, asked, finished) VALUES (?, '', 1)"
                    " ON CONFLICT DO UPDATE SET asked = '', finished = 1",
                    [(stream,) for stream in streams],
                )
            self._drop(streams)
            self._truncate(connection)

    def drop(self, streams: Iterable[str]) -> None:
        """Somebody forgot these: so does this process's memory."""
        with self._lock:
            self._drop(streams)

    def _drop(self, streams: Iterable[str]) -> None:
        self._aliases = {}
        for stream in streams:
            self._ciphers[stream] = None

    def _truncate(self, connection: sqlite3.Connection) -> None:
        """Nothing that was there is left in the write-ahead log. Readers stand in the way for an instant only."""
        for _ in range(_TRUNCATIONS):
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            time.sleep(_INSTANT_SECONDS)
        raise StoreError(
            f"the key is deleted, but {self._file}-wal may still hold it: another process reads there all the time; "
            "stop that, and forget the customer again"
        )

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            if self._opened is not None:
                self._checkpointer.close()
                self._opened.close()
                self._opened = None
            self._ciphers, self._aliases = {}, {}

    @contextmanager
    def _using(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except (sqlite3.Error, OSError) as error:
                raise StoreError(f"the customers' keys {self._file}: {error}") from error

    def _make_room(self, more: int) -> None:
        """Before anything is added: what was added longest ago goes."""
        excess = len(self._ciphers) + more - CACHED
        if excess > 0:
            kept = list(self._ciphers.items())[max(excess, CACHED // 4) :]
            self._ciphers = dict(kept)

    def _find(self, streams: Sequence[str]) -> None:
        """Take those that are there into the cache."""
        found = self._connection().execute(
            "SELECT stream, wrapping, wrapped FROM json_each(?) w JOIN keys ON stream = w.value",
            (orjson.dumps(streams).decode(),),
        )
        for stream, wrapping, wrapped in found.fetchall():
            key = self._wrapping.unwrap(stream, wrapped, wrapping) if wrapped else None
            self._ciphers[stream] = None if key is None else AESGCM(key)

    def _add(self, streams: Sequence[str]) -> None:
        """New keys, in one transaction. Another process may have been faster: what is there counts."""
        connection = self._connection()
        made = {stream: AESGCM.generate_key(256) for stream in streams}
        with self._writing(connection):
            number = self._newest(connection)
            wrap = self._wrapping.wrap
            lines = [(stream, number, wrap(stream, key, number)) for stream, key in made.items()]
            before = connection.total_changes
            rows.insert(connection.cursor(), "INSERT OR IGNORE INTO keys VALUES", lines)
            added = connection.total_changes - before
        self._checkpointer.wrote(len(lines) + 4)
        if added == len(made):
            self._ciphers.update((stream, AESGCM(key)) for stream, key in made.items())
        else:
            self._find(streams)

    @staticmethod
    @contextmanager
    def _writing(connection: sqlite3.Connection) -> Iterator[None]:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise

    def _newest(self, connection: sqlite3.Connection) -> int:
        """The key that wraps, as the file says that all processes look into."""
        return int(connection.execute("SELECT newest FROM wrapping").fetchone()[0])

    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> sqlite3.Connection:
        if not self._file.exists():
            if self._is_lost():
                raise KeyFileError(
                    f"the customers' keys {self._file} are missing, but the event store was written with them: restore "
                    "them from the backup; without them nobody's name, address or words can be read"
                )
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
            flush_directory(self._file.parent)
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
        return sqlite3.connect(self._file, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False)
