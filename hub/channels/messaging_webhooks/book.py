"""Which messages came: when first, and as what contact, so that a repeat is the same to the last digit."""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from hub.channels.ledger import LedgerError

KEPT = timedelta(days=60)
"""Providers bring what was not answered again for days, none for months."""
_TABLES = """
CREATE TABLE IF NOT EXISTS came (
    contact_id TEXT PRIMARY KEY, at TEXT NOT NULL, draft BLOB, is_taken INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS came_in_order ON came (at);
"""


class Came(NamedTuple):
    """`draft`: the contact, sealed, from when it is whole until the hub has it."""

    at: datetime
    draft: bytes | None
    is_taken: bool


class Book:
    """A file of the adapter's, that holds no words in the clear. What a power cut takes of it costs that a repeat may
    be told another time: so writing waits for no disk. Raises LedgerError."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=10)
            self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _TABLES)
        except sqlite3.Error as error:
            raise LedgerError(f"{file}: {error}") from error

    def came(self, contact_id: str, now: datetime) -> Came:
        """What is known of it; from now on it has come."""
        self._run("INSERT OR IGNORE INTO came VALUES (?, ?, NULL, 0)", contact_id, now.isoformat())
        [(at, draft, is_taken)] = self._run("SELECT at, draft, is_taken FROM came WHERE contact_id = ?", contact_id)
        return Came(datetime.fromisoformat(at), draft, bool(is_taken))

    def keep(self, contact_id: str, draft: bytes) -> None:
        """It is reported as this."""
        self._run("UPDATE came SET draft = ? WHERE contact_id = ?", draft, contact_id)

    def take(self, contact_id: str) -> None:
        """The hub has it."""
        self._run("UPDATE came SET draft = NULL, is_taken = 1 WHERE contact_id = ?", contact_id)

    def forget_old(self, now: datetime) -> None:
        """Drop what nobody brings again."""
        self._run("DELETE FROM came WHERE at < ?", (now - KEPT).isoformat())

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def _run(self, statement: str, *arguments: object) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, arguments)
        except sqlite3.Error as error:
            raise LedgerError(f"{self._file}: {error}") from error
