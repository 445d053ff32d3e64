"""Which customers were forgotten, so that whoever comes back begins a new stream."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from hub.domain.customer.identity import Home
from hub.domain.ids import next_generation
from hub.journal.errors import StoreError


class Generations:
    """Looks into the customers' keys, for one thread, where nothing can hold it up; knows at each look what any process
    has forgotten. `key` is the installation's."""

    def __init__(self, keys_file: Path, key: bytes) -> None:
        self._file = keys_file
        self._key = key
        self._connection: sqlite3.Connection | None = None
        self._last = 0
        self._forgotten: set[str] = set()

    def renewed(self, homes: Sequence[Home]) -> Sequence[Home]:
        """The streams these contacts belong to today. Raises StoreError where that can't be known."""
        self._look()
        if not self._forgotten:
            return homes
        return [home._replace(stream=self.current(home.stream)) for home in homes]

    def current(self, stream: str) -> str:
        """The stream that has taken the place of this one, as of the last look."""
        while stream in self._forgotten:
            stream = next_generation(self._key, stream)
        return stream

    def lineage(self, stream: str) -> tuple[str, ...]:
        """This stream and those that took its place one after the other: all but the last were forgotten. Raises
        StoreError where that can't be known."""
        self._look()
        found = [stream]
        while found[-1] in self._forgotten:
            found.append(next_generation(self._key, found[-1]))
        return tuple(found)

    def close(self) -> None:
        """Give the file back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> sqlite3.Connection | None:
        """None: the file is just being made."""
        connection = sqlite3.connect(self._file, timeout=0.1, isolation_level=None)
        connection.execute("PRAGMA query_only = ON")
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'forgotten'").fetchone():
            return connection
        connection.close()
        return None

    def _look(self) -> None:
        try:
            if self._connection is None:
                if not self._file.exists():
                    return
                self._connection = self._connected()
            if self._connection is None:
                return
            found = self._connection.execute("SELECT no, stream FROM forgotten WHERE no > ?", (self._last,)).fetchall()
        except sqlite3.Error as error:
            raise StoreError(f"the customers' keys {self._file}: {error}") from error
        for self._last, stream in found:
            self._forgotten.add(stream)
