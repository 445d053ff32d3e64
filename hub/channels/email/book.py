"""What the adapter keeps of running conversations: which mail is answered next, and how many mails machines wrote."""

import sqlite3
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from hub.channels.ledger import LedgerError

KEPT = timedelta(days=400)
_TABLES = """
CREATE TABLE IF NOT EXISTS heard (
    thread TEXT PRIMARY KEY, message_id TEXT NOT NULL, earlier TEXT NOT NULL, written_to TEXT NOT NULL, at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS heard_in_order ON heard (at);
CREATE TABLE IF NOT EXISTS heard_as (
    contact_id TEXT PRIMARY KEY, message_id TEXT NOT NULL, earlier TEXT NOT NULL, written_to TEXT NOT NULL,
    at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS heard_as_in_order ON heard_as (at);
CREATE TABLE IF NOT EXISTS seen (contact_id TEXT PRIMARY KEY, at TEXT NOT NULL, taken INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS seen_in_order ON seen (at);
CREATE TABLE IF NOT EXISTS mails (message_id TEXT PRIMARY KEY, thread TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS mails_in_order ON mails (at);
CREATE TABLE IF NOT EXISTS placed (contact_id TEXT PRIMARY KEY, thread TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS machine_mails (
    day TEXT NOT NULL, address TEXT NOT NULL, mails INTEGER NOT NULL, PRIMARY KEY (day, address)
) WITHOUT ROWID;
"""
_ADD_MAIL = """
INSERT INTO mails VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET thread = '' WHERE thread <> excluded.thread
"""
"""A Message-ID under which several conversations have a mail leads to none of them."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A mail of a conversation: its Message-ID, those before it, and the address of ours it was written to."""

    message_id: str
    references: tuple[str, ...]
    written_to: str


class Book:
    """A file of the adapter's. What a power cut takes from it costs a header, no mail: so writing waits for no disk.
    Raises LedgerError."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=10)
            self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _TABLES)
        except sqlite3.Error as error:
            raise LedgerError(f"{file}: {error}") from error

    def hear(self, thread: str, heard: Heard, at: datetime) -> None:
        """Something was said, by them or by us."""
        row = (thread, heard.message_id, " ".join(heard.references), heard.written_to, at.timestamp())
        self._run("INSERT OR REPLACE INTO heard VALUES (?, ?, ?, ?, ?)", *row)

    def last(self, thread: str) -> Heard | None:
        """What was said last."""
        return self._heard("SELECT message_id, earlier, written_to FROM heard WHERE thread = ?", thread)

    def answered(self, contact_id: str, thread: str) -> Heard | None:
        """What an answer to this contact refers to; where it is none of those we know, what was said last."""
        one = self._heard("SELECT message_id, earlier, written_to FROM heard_as WHERE contact_id = ?", contact_id)
        return one or self.last(thread)

    def first_seen(self, contact_id: str, now: datetime) -> datetime:
        """When a mail without a time came first: a repeat must be the same contact to the last digit."""
        self._run("INSERT OR IGNORE INTO seen VALUES (?, ?, 0)", contact_id, now.isoformat())
        [(at,)] = self._run("SELECT at FROM seen WHERE contact_id = ?", contact_id)
        return datetime.fromisoformat(at)

    def place(self, contact_id: str, thread: str, now: datetime) -> str:
        """The conversation it was put in when it came first: a repeat belongs there, whatever came in meanwhile."""
        self._run("INSERT OR IGNORE INTO placed VALUES (?, ?, ?)", contact_id, thread, now.timestamp())
        [(placed,)] = self._run("SELECT thread FROM placed WHERE contact_id = ?", contact_id)
        return str(placed)

    def conversation_of(self, message_id: str) -> str | None:
        """Where a mail of a customer is said; None: it never came here, or its Message-ID is that of several."""
        row = self._run("SELECT thread FROM mails WHERE message_id = ?", message_id).fetchone()
        return (row[0] or None) if row else None

    def take(self, contact_id: str, now: datetime, thread: str = "", heard: Heard | None = None) -> None:
        """The hub has it. `heard`: what answers refer to; None: nobody is to answer it."""
        add = "INSERT INTO seen VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET taken = 1"
        with self._connection:  # undone where any of it fails
            self._run("BEGIN")
            self._run(add, contact_id, now.isoformat())
            if heard is not None:
                self.hear(thread, heard, now)
                row = (contact_id, heard.message_id, " ".join(heard.references), heard.written_to, now.timestamp())
                self._run("INSERT OR REPLACE INTO heard_as VALUES (?, ?, ?, ?, ?)", *row)
                self._run(_ADD_MAIL, heard.message_id, thread, now.timestamp())
            self._run("COMMIT")

    def has_taken(self, contact_id: str) -> bool:
        """Whether the hub has it for sure: it comes again where it was written to two addresses of ours."""
        return self._run("SELECT 1 FROM seen WHERE contact_id = ? AND taken", contact_id).fetchone() is not None

    def machine_mail(self, address: str, day: date, most: int) -> bool:
        """Count one more mail of a machine to this (hidden) address; False: there were as many as there may be."""
        add = "INSERT INTO machine_mails VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET mails = mails + 1 WHERE mails < ?"
        return self._run(add, day.isoformat(), address, most).rowcount > 0

    def forget_old(self, now: datetime) -> None:
        """Drop what nobody answers any more."""
        self._run("DELETE FROM heard WHERE at < ?", (now - KEPT).timestamp())
        self._run("DELETE FROM heard_as WHERE at < ?", (now - KEPT).timestamp())
        self._run("DELETE FROM seen WHERE at < ?", (now - KEPT).isoformat())
        self._run("DELETE FROM mails WHERE at < ?", (now - KEPT).timestamp())
        self._run("DELETE FROM placed WHERE at < ?", (now - KEPT).timestamp())
        self._run("DELETE FROM machine_mails WHERE day < ?", now.date().isoformat())

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def _heard(self, statement: str, name: str) -> Heard | None:
        row = self._run(statement, name).fetchone()
        return None if row is None else Heard(row[0], tuple(row[1].split()), row[2])

    def _run(self, statement: str, *arguments: object) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, arguments)
        except sqlite3.Error as error:
            raise LedgerError(f"{self._file}: {error}") from error
