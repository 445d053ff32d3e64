"""What was said in each visitor's chat, for tabs that come back: on the adapter's disk, for as long as is set."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from hub.channels.chat.conversation import Visitor, kept, restored
from hub.channels.disk import Disk
from hub.channels.ledger import KEPT
from hub.domain.contact import Attachment, Contact

Line = dict[str, Any]
_TABLES = """
CREATE TABLE IF NOT EXISTS visitors (
    visitor TEXT PRIMARY KEY, known TEXT NOT NULL, seq INTEGER NOT NULL, arrived INTEGER NOT NULL, at REAL NOT NULL
) WITHOUT ROWID;
DROP INDEX IF EXISTS visitors_in_order;
CREATE TABLE IF NOT EXISTS lines (
    visitor TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, line TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (visitor, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS lines_by_name ON lines (visitor, name);
CREATE INDEX IF NOT EXISTS lines_in_order ON lines (at);
DROP TABLE IF EXISTS begun;
CREATE TABLE IF NOT EXISTS made (contact_id TEXT PRIMARY KEY, state TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS made_in_order ON made (at);
CREATE TABLE IF NOT EXISTS files (
    name TEXT PRIMARY KEY, visitor TEXT NOT NULL, file TEXT NOT NULL, at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS files_in_order ON files (at);
CREATE TABLE IF NOT EXISTS forms (id TEXT PRIMARY KEY, contact TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
"""
_PACE = 0.01
_LONGEST = 500
"""Lines that a tab is told of one visitor's past."""


@dataclass(frozen=True, slots=True)
class Known:
    """A visitor as they are kept. `arrived`: the last line of ours that one of their tabs has."""

    visitor: Visitor
    seq: int
    arrived: int
    at: float


class Book:
    """One adapter's. Each change is on disk when the call returns. Raises LedgerError."""

    def __init__(self, file: Path) -> None:
        self._disk = Disk(file, _TABLES, _PACE)

    async def known(self, visitor: str) -> Known | None:
        """None: they never came here, or so long ago that nothing is left."""
        return await self._disk.do(lambda base: _known(base, visitor))

    async def open_ones(self) -> list[str]:
        """Visitors whose conversation is not over."""

        def work(base: sqlite3.Connection) -> list[str]:
            rows = base.execute("SELECT visitor, known FROM visitors")
            return [name for name, known in rows if restored(known).conversation.is_open]

        return await self._disk.do(work)

    async def keep(self, visitor: str, known: Visitor, at: datetime) -> None:
        """As they are now."""
        await self._disk.do(lambda base: _keep(base, visitor, known, at))

    async def arrived(self, visitor: str, seq: int) -> None:
        """A tab has all of it up to there."""
        await self._disk.do(
            lambda base: base.execute("UPDATE visitors SET arrived = max(arrived, ?) WHERE visitor = ?", (seq, visitor))
        )

    def line(self, visitor: str, name: str) -> Line | None:
        """What was said under this name, if it is kept."""
        row = self._disk.look("SELECT line FROM lines WHERE visitor = ? AND name = ?", visitor, name)
        line: Line | None = None if row is None else orjson.loads(row[0])
        return line

    async def add(self, visitor: str, name: str, line: Line, known: Visitor, at: datetime) -> tuple[Line, bool]:
        """The next line, with its number, and how the visitor stands with it; whether it is new."""
        return await self._disk.do(lambda base: _add(base, visitor, name, line, known, at))

    async def make(self, contact_id: str, visitor: str, line: Line, known: Visitor, at: datetime) -> tuple[Line, bool]:
        """A contact that the hub wants made is made: its line, and whether it is new."""

        def work(base: sqlite3.Connection) -> tuple[Line, bool]:
            _made(base, contact_id, "left", at)
            return _add(base, visitor, contact_id, line, known, at)

        return await self._disk.do(work)

    async def fail(self, contact_id: str, at: datetime) -> None:
        """It is not made."""
        await self._disk.do(lambda base: _made(base, contact_id, "failed", at))

    async def made(self, contact_id: str) -> str:
        """`left` or `failed`; empty: it was never tried."""

        def work(base: sqlite3.Connection) -> str:
            found = base.execute("SELECT state FROM made WHERE contact_id = ?", (contact_id,)).fetchone()
            return "" if found is None else str(found[0])

        return await self._disk.do(work)

    async def take_back(self, visitor: str, at: datetime) -> list[str]:
        """The visitor has left: what did not arrive is not shown any more. The names of these contacts of ours."""

        def work(base: sqlite3.Connection) -> list[str]:
            known = _known(base, visitor)
            rows = base.execute(
                "SELECT seq, name, line FROM lines WHERE visitor = ? AND seq > ?",
                (visitor, known.arrived if known else 0),
            )
            lost = [(seq, name) for seq, name, line in rows if orjson.loads(line)["who"] == "agent"]
            for seq, name in lost:
                base.execute("DELETE FROM lines WHERE visitor = ? AND seq = ?", (visitor, seq))
                _made(base, name, "failed", at)
            return [name for _, name in lost]

        return await self._disk.do(work)

    async def after(self, visitor: str, seq: int) -> list[Line]:
        """All lines from there on, at most the newest 500."""

        def work(base: sqlite3.Connection) -> list[Line]:
            rows = base.execute(
                "SELECT line FROM lines WHERE visitor = ? AND seq > ? ORDER BY seq DESC LIMIT ?",
                (visitor, seq, _LONGEST),
            ).fetchall()
            return [orjson.loads(one) for (one,) in reversed(rows)]

        return await self._disk.do(work)

    async def keep_file(self, name: str, visitor: str, file: Attachment, at: datetime) -> None:
        """A file of their conversation."""
        row = (name, visitor, file.model_dump_json(), at.timestamp())
        await self._disk.do(lambda base: base.execute("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)", row))

    async def files(self, visitor: str, names: Sequence[str]) -> list[Attachment]:
        """Those of these names that are theirs."""

        def work(base: sqlite3.Connection) -> list[Attachment]:
            found = []
            for name in names:
                rows = base.execute("SELECT file FROM files WHERE name = ? AND visitor = ?", (name, visitor))
                found += [Attachment.model_validate_json(one) for (one,) in rows]
            return found

        return await self._disk.do(work)

    async def keep_form(self, contact: Contact) -> None:
        """What somebody wrote while nobody was there: to be told until the hub has it."""
        row = (contact.id, contact.model_dump_json(), contact.occurred_at.timestamp())
        await self._disk.do(lambda base: base.execute("INSERT OR IGNORE INTO forms VALUES (?, ?, ?)", row))

    async def forms(self) -> list[Contact]:
        """Those that the hub does not have yet."""

        def work(base: sqlite3.Connection) -> list[Contact]:
            rows = base.execute("SELECT contact FROM forms ORDER BY at").fetchall()
            return [Contact.model_validate_json(one) for (one,) in rows]

        return await self._disk.do(work)

    async def form_taken(self, id_: str) -> None:
        """The hub has it."""
        await self._disk.do(lambda base: base.execute("DELETE FROM forms WHERE id = ?", (id_,)))

    async def forget_old(self, now: datetime, history: timedelta) -> None:
        """Drop what nobody comes back to: words after `history`, names of what was made after months."""

        def work(base: sqlite3.Connection) -> None:
            words, names = (now - history).timestamp(), (now - KEPT).timestamp()
            for table in ("lines", "files", "visitors"):
                base.execute(f"DELETE FROM {table} WHERE at < ?", (words,))
            base.execute("DELETE FROM made WHERE at < ?", (names,))

        await self._disk.do(work)

    def close(self) -> None:
        """Give the file back."""
        self._disk.close()


def _known(base: sqlite3.Connection, visitor: str) -> Known | None:
    row = base.execute("SELECT known, seq, arrived, at FROM visitors WHERE visitor = ?", (visitor,)).fetchone()
    return None if row is None else Known(restored(row[0]), *row[1:])


def _keep(base: sqlite3.Connection, visitor: str, known: Visitor, at: datetime) -> None:
    base.execute(
        "INSERT INTO visitors VALUES (?, ?, 0, 0, ?) "
        "ON CONFLICT DO UPDATE SET known = excluded.known, at = excluded.at",
        (visitor, kept(known), at.timestamp()),
    )


def _add(
    base: sqlite3.Connection, visitor: str, name: str, line: Line, known: Visitor, at: datetime
) -> tuple[Line, bool]:
    there = base.execute("SELECT line FROM lines WHERE visitor = ? AND name = ?", (visitor, name)).fetchone()
    if there is not None:
        return orjson.loads(there[0]), False
    [(seq,)] = base.execute(
        "INSERT INTO visitors VALUES (?, ?, 1, 0, ?) "
        "ON CONFLICT DO UPDATE SET known = excluded.known, seq = seq + 1, at = excluded.at RETURNING seq",
        (visitor, kept(known), at.timestamp()),
    ).fetchall()
    line = {**line, "seq": seq}
    base.execute(
        "INSERT INTO lines VALUES (?, ?, ?, ?, ?)", (visitor, seq, name, orjson.dumps(line).decode(), at.timestamp())
    )
    return line, True


def _made(base: sqlite3.Connection, contact_id: str, state: str, at: datetime) -> None:
    base.execute("INSERT OR REPLACE INTO made VALUES (?, ?, ?)", (contact_id, state, at.timestamp()))
