"""What the adapter knows of its lines, on its own disk: no number and no name, those the provider has."""

import sqlite3
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.channels.ledger import LedgerError
from hub.channels.voice_webhooks.line import Line, State

KEPT = timedelta(days=30)
"""Longer than anybody waits to be called back."""
_TABLES = """
CREATE TABLE IF NOT EXISTS lines (
    thread TEXT PRIMARY KEY, sid TEXT NOT NULL, state TEXT NOT NULL, interaction_id TEXT NOT NULL,
    agent_id TEXT NOT NULL, at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (sid TEXT PRIMARY KEY, call TEXT NOT NULL, at REAL NOT NULL) WITHOUT ROWID;
"""


class LineBook:
    """Each change is on disk when the call returns. Raises LedgerError."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=10)
            self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + _TABLES)
        except sqlite3.Error as error:
            raise LedgerError(f"{file}: {error}") from error

    def begin(self, line: Line, at: datetime) -> datetime:
        """A call came in; when it did so first."""
        row = self._ask("SELECT at FROM lines WHERE thread = ?", line.thread)
        if not row:
            self._ask("INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?)", *astuple(line), at.timestamp())
        return datetime.fromtimestamp(row[0][0], UTC) if row else at

    def line(self, thread: str) -> Line | None:
        """None: nothing is known of it."""
        for name, sid, state, interaction_id, agent_id in self._ask(
            "SELECT thread, sid, state, interaction_id, agent_id FROM lines WHERE thread = ?", thread
        ):
            return Line(name, sid, State(state), interaction_id, agent_id)
        return None

    def put(self, line: Line, at: datetime) -> None:
        """As it stands now. `at` counts where nothing was known of it."""
        self._ask(
            "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (thread) DO UPDATE SET sid = excluded.sid, "
            "state = excluded.state, interaction_id = excluded.interaction_id, agent_id = excluded.agent_id",
            *(*astuple(line), at.timestamp()),
        )

    def expect(self, message: str, call: str, at: datetime) -> None:
        """A message was left in this call: it is to be fetched."""
        self._ask("INSERT OR IGNORE INTO messages VALUES (?, ?, ?)", message, call, at.timestamp())

    def expected(self) -> list[tuple[str, str, datetime]]:
        """Messages that are not fetched yet: the provider's names of them and of their calls, and since when."""
        rows = self._ask("SELECT sid, call, at FROM messages ORDER BY at")
        return [(sid, call, datetime.fromtimestamp(at, UTC)) for sid, call, at in rows]

    def fetched(self, message: str) -> None:
        """It is kept, and the hub knows."""
        self._ask("DELETE FROM messages WHERE sid = ?", message)

    def forget_old(self, now: datetime) -> None:
        """Drop what nothing comes back to any more."""
        self._ask("DELETE FROM lines WHERE at < ?", (now - KEPT).timestamp())

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()

    def _ask(self, statement: str, *arguments: object) -> list[Any]:
        try:
            return self._connection.execute(statement, arguments).fetchall()
        except sqlite3.Error as error:
            raise LedgerError(f"{self._file}: {error}") from error
