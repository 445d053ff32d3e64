"""What the adapter keeps on its own disk: parts of messages until they are whole, and what it has taken."""

import asyncio
import os
import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from hub.channels.ledger import LedgerError

KEPT = timedelta(days=3)
"""How long it is known that something was taken: carriers repeat what was not answered for hours, at most days."""
KEPT_UNANSWERED = timedelta(days=30)
_TABLES = """
CREATE TABLE IF NOT EXISTS taken (
    contact_id TEXT PRIMARY KEY, content TEXT NOT NULL, at TEXT NOT NULL, answered_at REAL, session TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS taken_by_content ON taken (content, at);
CREATE TABLE IF NOT EXISTS sessions (session TEXT PRIMARY KEY, ended_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parts (
    message TEXT NOT NULL, number INTEGER NOT NULL, total INTEGER NOT NULL, line TEXT NOT NULL, content TEXT NOT NULL,
    sealed BLOB NOT NULL, at TEXT NOT NULL, told_at REAL, PRIMARY KEY (message, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS parts_in_order ON parts (at) WHERE told_at IS NULL;
DROP TABLE IF EXISTS wishes;
CREATE TABLE IF NOT EXISTS answers (
    name TEXT PRIMARY KEY, line TEXT NOT NULL, sealed BLOB NOT NULL, at REAL NOT NULL, settled_at REAL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS answers_owed ON answers (line, at) WHERE settled_at IS NULL;
CREATE TABLE IF NOT EXISTS unknown (
    name TEXT PRIMARY KEY, who TEXT NOT NULL, beginning TEXT NOT NULL, at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS unknown_by_who ON unknown (who);
CREATE TABLE IF NOT EXISTS arrived (
    name TEXT NOT NULL, part INTEGER NOT NULL, at REAL NOT NULL, PRIMARY KEY (name, part)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS asked (
    thread TEXT PRIMARY KEY, survey_id TEXT NOT NULL, kind TEXT NOT NULL, until TEXT NOT NULL
) WITHOUT ROWID;
"""


class Taken(NamedTuple):
    """A message that came: what it is called, and when it came first. `answered_at`: the hub had it then, and the
    carrier was told so, on `session`; None: it was not."""

    contact_id: str
    at: datetime
    answered_at: float | None
    session: str


class Part(NamedTuple):
    """A part of a message, as it is kept. `content` tells it from others; `told_at`: when its message was told."""

    number: int
    total: int
    line: str
    content: str
    sealed: bytes
    at: datetime
    told_at: float | None


class Owed(NamedTuple):
    """An answer to a customer that has not left yet; `sealed`: to whom, and its words."""

    name: str
    line: str
    sealed: bytes
    at: float


class Asked(NamedTuple):
    """A question that a number may answer."""

    survey_id: str
    kind: str
    until: str


class Book:
    """Each change stands through a crash of the adapter when the call returns, and through a power cut after `durable`.
    It holds no number and no words that could be read without the adapter's key. Raises LedgerError."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=10)
            self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _TABLES)
        except sqlite3.Error as error:
            raise LedgerError(f"{file}: {error}") from error
        self._log = os.open(f"{file}-wal", os.O_RDONLY)
        self._syncing: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None

    async def durable(self) -> None:
        """All that was changed is on the disk itself; one wait for all who ask meanwhile."""
        if self._next is None:
            self._next = asyncio.create_task(self._sync(self._syncing))
        await asyncio.shield(self._next)

    def came(self, content: str) -> list[Taken]:
        """What came with this content, the oldest first."""
        rows = self._run(
            "SELECT contact_id, at, answered_at, session FROM taken WHERE content = ? ORDER BY at", content
        )
        return [Taken(row[0], datetime.fromisoformat(row[1]), row[2], row[3]) for row in rows]

    def take(self, contact_id: str, content: str, at: datetime, session: str) -> None:
        """It came, for the first time."""
        self._run("INSERT INTO taken VALUES (?, ?, ?, NULL, ?)", contact_id, content, at.isoformat(), session)

    def answer(self, contact_id: str, session: str, at: datetime) -> None:
        """The hub has it, and its carrier is told so now."""
        self._run(
            "UPDATE taken SET answered_at = ?, session = ? WHERE contact_id = ?", at.timestamp(), session, contact_id
        )

    def end(self, session: str, at: datetime) -> None:
        """The link on which it was told."""
        self._run("INSERT OR IGNORE INTO sessions VALUES (?, ?)", session, at.timestamp())

    def ended_at(self, session: str) -> float | None:
        """None: nobody was there to see it."""
        row = self._run("SELECT ended_at FROM sessions WHERE session = ?", session).fetchone()
        return None if row is None else float(row[0])

    def parts(self, message: str) -> list[Part]:
        """Those that came."""
        rows = self._run(f"SELECT {_PART} FROM parts WHERE message = ? ORDER BY number", message)
        return [_part(row) for row in rows]

    def keep(self, message: str, part: Part) -> None:
        """In place of one that was kept under its number."""
        self._run(
            "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            *(message, part.number, part.total, part.line, part.content, part.sealed, part.at.isoformat()),
        )

    def told(self, message: str, at: datetime) -> None:
        """The hub has the message: its words are kept no longer, only that they came."""
        self._run("UPDATE parts SET told_at = ?, sealed = x'' WHERE message = ?", at.timestamp(), message)

    def drop(self, message: str) -> None:
        """Nothing of it is kept."""
        self._run("DELETE FROM parts WHERE message = ?", message)

    def untold(self, since: datetime, whole_since: datetime) -> list[str]:
        """Messages that the hub has not, the first of their parts there from before `since`; whole ones, the last of
        them from before `whole_since`."""
        rows = self._run(
            "SELECT message FROM parts WHERE told_at IS NULL GROUP BY message HAVING min(at) < ?"
            " OR (count(*) = max(total) AND max(at) < ?)",
            *(since.isoformat(), whole_since.isoformat()),
        )
        return [row[0] for row in rows]

    def owe(self, owed: Owed) -> None:
        """An answer that is to leave; nothing new where it was owed before."""
        self._run("INSERT OR IGNORE INTO answers VALUES (?, ?, ?, ?, NULL)", *owed)

    def owed(self, line: str, most: int) -> list[Owed]:
        """What is still to leave by a line, the oldest first."""
        rows = self._run(
            "SELECT name, line, sealed, at FROM answers WHERE line = ? AND settled_at IS NULL ORDER BY at LIMIT ?",
            *(line, most),
        )
        return [Owed(*row) for row in rows]

    def settled(self, name: str, at: datetime) -> None:
        """An answer has left, or never will: its words are kept no longer, only that it was owed."""
        self._run("UPDATE answers SET settled_at = ?, sealed = x'' WHERE name = ?", at.timestamp(), name)

    def doubt(self, name: str, who: str, beginning: str, at: datetime) -> None:
        """A message of ours to somebody may have left, or not."""
        self._run("INSERT OR REPLACE INTO unknown VALUES (?, ?, ?, ?)", name, who, beginning, at.timestamp())

    def in_doubt(self, who: str) -> list[tuple[str, str]]:
        """Names and first words of those to somebody."""
        return [(row[0], row[1]) for row in self._run("SELECT name, beginning FROM unknown WHERE who = ?", who)]

    def settle(self, name: str) -> None:
        """It is known."""
        self._run("DELETE FROM unknown WHERE name = ?", name)

    def arrive(self, name: str, part: int, at: datetime) -> int:
        """A part of a message of ours has arrived; how many of it have."""
        self._run("INSERT OR IGNORE INTO arrived VALUES (?, ?, ?)", name, part, at.timestamp())
        return int(self._run("SELECT count(*) FROM arrived WHERE name = ?", name).fetchone()[0])

    def ask(self, thread: str, asked: Asked) -> None:
        """A number in this thread answers a survey until then."""
        self._run("INSERT OR REPLACE INTO asked VALUES (?, ?, ?, ?)", thread, *asked)

    def asked(self, thread: str) -> Asked | None:
        """What was asked last, and not answered."""
        row = self._run("SELECT survey_id, kind, until FROM asked WHERE thread = ?", thread).fetchone()
        return None if row is None else Asked(*row)

    def forget_old(self, now: datetime) -> None:
        """Drop what nothing comes back to any more."""
        old, older = now - KEPT, now - KEPT_UNANSWERED
        self._run("DELETE FROM taken WHERE answered_at < ? OR at < ?", old.timestamp(), older.isoformat())
        self._run("DELETE FROM sessions WHERE ended_at < ?", old.timestamp())
        self._run("DELETE FROM parts WHERE told_at < ?", old.timestamp())
        self._run("DELETE FROM arrived WHERE at < ?", older.timestamp())
        self._run("DELETE FROM answers WHERE at < ?", older.timestamp())
        self._run("DELETE FROM unknown WHERE at < ?", older.timestamp())
        self._run("DELETE FROM asked WHERE until < ?", now.isoformat())

    def close(self) -> None:
        """Give the file back."""
        os.close(self._log)
        self._connection.close()

    async def _sync(self, before: "asyncio.Task[None] | None") -> None:
        if before is not None:
            await asyncio.wait({before})
        self._syncing, self._next = self._next, None
        await asyncio.to_thread(os.fdatasync, self._log)

    def _run(self, statement: str, *arguments: object) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, arguments)
        except sqlite3.Error as error:
            raise LedgerError(f"{self._file}: {error}") from error


_PART = "number, total, line, content, sealed, at, told_at"


def _part(row: Iterable[object]) -> Part:
    number, total, line, content, sealed, at, told_at = row
    return Part(number, total, line, content, sealed, datetime.fromisoformat(str(at)), told_at)  # type: ignore[arg-type]
