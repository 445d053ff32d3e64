"""The customers' own keys, beside the store and never in it: deleting one forgets its customer."""

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.journal import rows
from hub.journal.aliases import Aliases
from hub.journal.errors import StoreError
from hub.journal.key_encryption import KeyEncryption
from hub.journal.keys_file import KeysFile

CACHED = 8_192
"""Ciphers kept at hand: 2.5 kB each."""
_REWRAPPED_AT_ONCE = 2_000


class PersonalKeys:
    """Opened when first asked for; any number of threads and processes. Raises KeyFileError."""

    def __init__(
        self,
        directory: Path,
        alias_key: Callable[[], bytes],
        is_lost: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_lost`: whether there is a store whose events were sealed with keys, so that none may be made anew."""
        self._wrapping = KeyEncryption(directory / "key-encryption.key")
        self._file = KeysFile(directory / "personal.sqlite", self._wrapping, is_lost)
        self._alias = Aliases(alias_key)
        self._lock = threading.Lock()
        self._ciphers: dict[str, AESGCM | None] = {}

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
        return self._alias.of(field, text)

    @property
    def file(self) -> Path:
        """Where they are."""
        return self._file.path

    def change_wrapping(self) -> int:
        """Have all keys wrapped with a new key-encryption key, or finish what a crash left of that; how many were
        wrapped anew. Other processes go on meanwhile; the old one is gone when this returns."""
        with self._using(), self._file.writing() as connection:
            numbers = self._wrapping.numbers
            number = numbers[-1] if len(numbers) > 1 else self._wrapping.add()
            connection.execute("UPDATE wrapping SET newest = ?", (number,))
        changed, last = 0, ""
        while True:
            with self._using(), self._file.writing() as connection:
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
            self._file.truncate()
            self._wrapping.keep_only(number)
        return changed

    def _rewrapped(self, stream: str, old: int, wrapped: bytes, *, new: int) -> bytes:
        return self._wrapping.wrap(stream, self._wrapping.unwrap(stream, wrapped, old), new)

    def begin_forgetting(self, streams: Iterable[str], asked: str) -> None:
        """From now on nothing new of these customers goes to these streams. `asked` is kept until it is finished, so
        that whoever comes after a crash can finish it."""
        with self._using(), self._file.writing() as connection:
            connection.executemany(
                "INSERT INTO forgotten (stream, asked, finished) VALUES (?, ?, 0) ON CONFLICT DO NOTHING",
                [(stream, asked) for stream in streams],
            )

    def unfinished(self) -> list[tuple[str, str]]:
        """Stream and `asked` of what was begun and not finished."""
        with self._using():
            if not self.file.exists():
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
            with self._file.writing() as connection:
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
            self._file.truncate()

    def drop(self, streams: Iterable[str]) -> None:
        """Somebody forgot these: so does this process's memory."""
        with self._lock:
            self._drop(streams)

    def _drop(self, streams: Iterable[str]) -> None:
        self._alias.clear()
        for stream in streams:
            self._ciphers[stream] = None

    def close(self) -> None:
        """Give the file back."""
        with self._lock:
            self._file.close()
            self._ciphers = {}
            self._alias.clear()

    @contextmanager
    def _using(self) -> Iterator[None]:
        with self._lock:
            try:
                yield
            except (sqlite3.Error, OSError) as error:
                raise StoreError(f"the customers' keys {self.file}: {error}") from error

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
        made = {stream: AESGCM.generate_key(256) for stream in streams}
        with self._file.writing() as connection:
            number = self._newest(connection)
            lines = self._wrapping.wrap_all(made, number)
            before = connection.total_changes
            rows.insert(connection.cursor(), "INSERT OR IGNORE INTO keys VALUES", lines)
            added = connection.total_changes - before
        self._file.wrote(len(lines))
        if added == len(made):
            self._ciphers.update((stream, AESGCM(key)) for stream, key in made.items())
        else:
            self._find(streams)

    def _connection(self) -> sqlite3.Connection:
        return self._file.connection()

    @staticmethod
    def _newest(connection: sqlite3.Connection) -> int:
        """The key that wraps, as the file says that all processes look into."""
        return int(connection.execute("SELECT newest FROM wrapping").fetchone()[0])
