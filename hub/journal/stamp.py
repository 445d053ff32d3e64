"""Whether anybody wrote to a SQLite file since it was last asked: cheap enough to ask on the loop, over and over."""

import sqlite3
from pathlib import Path


class Stamp:
    """Asks on a connection of its own, for one thread, and waits for nobody."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None

    def __call__(self) -> int | None:
        """Another number after each write of any connection, whichever process has it; None: that can't be said now."""
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None, check_same_thread=False)
            [(version,)] = self._connection.execute("PRAGMA data_version").fetchall()
        except sqlite3.Error:
            self.close()
            return None
        return int(version)

    def close(self) -> None:
        """Give the file back."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
