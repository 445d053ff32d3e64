"""What an adapter has done, on its own disk: nothing leaves twice, and what comes back finds what it is about."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from hub.domain.errors import HubError

KEPT = timedelta(days=100)
"""How long it is known that something left: bounces and receipts come days later, hardly ever after months."""
_TABLES = """
CREATE TABLE IF NOT EXISTS told (id TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS told_in_order ON told (at);
CREATE TABLE IF NOT EXISTS contacts (
    contact_id TEXT PRIMARY KEY, state TEXT NOT NULL, wire_id TEXT NOT NULL, thread TEXT NOT NULL, at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS contacts_by_wire_id ON contacts (wire_id) WHERE wire_id <> '';
CREATE INDEX IF NOT EXISTS contacts_in_order ON contacts (at);
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class LedgerError(HubError):
    """The adapter's ledger can't be read or written."""


class State(StrEnum):
    """Of a contact that the adapter was told to make."""

    BEGUN = "begun"
    """It was on its way when this was written: it may have left."""
    LEFT = "left"
    FAILED = "failed"


class Made(NamedTuple):
    """A contact that the adapter was told to make. `wire_id`: what the wire calls it."""

    contact_id: str
    state: State
    wire_id: str
    thread: str


class Ledger:
    """One adapter's. Each change is on disk when the call returns. It holds names that the wire and the hub give, none
    of a customer. Raises LedgerError."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=10, check_same_thread=False)
            self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + _TABLES)
        except sqlite3.Error as error:
            raise LedgerError(f"{file}: {error}") from error

    def told_before(self, command_id: str) -> bool:
        """Whether this command was carried out."""
        return self._one("SELECT 1 FROM told WHERE id = ?", command_id) is not None

    def note(self, command_id: str, at: datetime) -> None:
        """It is carried out."""
        self._write("INSERT OR IGNORE INTO told VALUES (?, ?)", command_id, at.timestamp())

    def begin(self, contact_id: str, wire_id: str, thread: str, at: datetime) -> None:
        """It is about to leave."""
        self._put(contact_id, State.BEGUN, wire_id, thread, at)

    def left(self, contact_id: str, wire_id: str, thread: str, at: datetime) -> None:
        """The wire has taken it."""
        self._put(contact_id, State.LEFT, wire_id, thread, at)

    def failed(self, contact_id: str, at: datetime) -> None:
        """It surely did not leave, or came back."""
        self._write("UPDATE contacts SET state = ?, at = ? WHERE contact_id = ?", "failed", at.timestamp(), contact_id)

    def of(self, contact_id: str) -> Made | None:
        """What became of a contact; None: it was never begun."""
        return _made(self._one(f"{_SELECT} WHERE contact_id = ?", contact_id))

    def by_wire_id(self, wire_id: str) -> Made | None:
        """The newest contact that the wire calls so."""
        return _made(self._one(f"{_SELECT} WHERE wire_id = ? ORDER BY at DESC LIMIT 1", wire_id)) if wire_id else None

    def remember(self, name: str, value: str) -> None:
        """Something of the adapter's own, such as how far it has read."""
        self._write("INSERT OR REPLACE INTO notes VALUES (?, ?)", name, value)

    def remembered(self, name: str) -> str:
        """The same, back; empty: nothing was."""
        row = self._one("SELECT value FROM notes WHERE name = ?", name)
        return "" if row is None else str(row[0])

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is written while this is open is on disk when it is left, all of it or nothing, for one wait."""
        self._write("BEGIN")
        try:
            yield
            self._write("COMMIT")
        except BaseException:
            if self._connection.in_transaction:  # a full disk has rolled it back already
                self._write("ROLLBACK")
            raise

    def forget_old(self, now: datetime) -> None:
        """Drop what nothing comes back to any more."""
        for table in ("told", "contacts"):
            self._write(f"DELETE FROM {table} WHERE at < ?", (now - KEPT).timestamp())

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def _put(self, contact_id: str, state: State, wire_id: str, thread: str, at: datetime) -> None:
        self._write(
            "INSERT OR REPLACE INTO contacts VALUES (?, ?, ?, ?, ?)",
            *(contact_id, state.value, wire_id, thread, at.timestamp()),
        )

    def _one(self, statement: str, *arguments: object) -> tuple[str, ...] | None:
        try:
            row: tuple[str, ...] | None = self._connection.execute(statement, arguments).fetchone()
        except sqlite3.Error as error:
            raise LedgerError(f"{self._file}: {error}") from error
        return row

    def _write(self, statement: str, *arguments: object) -> None:
        try:
            self._connection.execute(statement, arguments)
        except sqlite3.Error as error:
            raise LedgerError(f"{self._file}: {error}") from error


_SELECT = "SELECT contact_id, state, wire_id, thread FROM contacts"


def _made(row: tuple[str, ...] | None) -> Made | None:
    return None if row is None else Made(row[0], State(row[1]), row[2], row[3])
