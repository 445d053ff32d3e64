"""Streams by number instead of by name: the position of a stream's first event. Numbers are small and ascend with the
log, so that what is open lies close together in the views' tables, where names would be spread over all their pages."""

import sqlite3
from collections.abc import Iterable, Sequence

from hub.ports import Stored
from hub.projections.rows import write
from hub.projections.views import among

TABLE = "streams"
_DDL = f"CREATE TABLE {TABLE} (stream TEXT PRIMARY KEY, no INTEGER NOT NULL) WITHOUT ROWID"
_REMEMBERED = 50_000
"""Names of one of two generations kept in memory."""

NUMBER_OF = f"(SELECT no FROM {TABLE} WHERE stream = ?)"
"""SQL: the number of a stream."""


def exists(connection: sqlite3.Connection) -> bool:
    """Whether there is a table of numbers."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (TABLE,)).fetchone()
    return found is not None


def make(connection: sqlite3.Connection) -> None:
    """An empty one in place of whatever there is."""
    connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
    connection.execute(_DDL)


class Numbers:
    """The numbers of streams. They are of the log alone: what is remembered holds whatever became of a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._newer: dict[str, int] = {}
        self._older: dict[str, int] = {}

    def of(self, rows: Sequence[Stored]) -> list[int]:
        """The number of each row's stream; 0 where its beginning is not in the log."""
        begun = {stream: position for position, stream, version, _, _ in rows if version == 1}
        self._newer.update(begun)
        known, older = self._newer, self._older
        missing = {row[1] for row in rows if row[1] not in known}
        for stream in [stream for stream in missing if stream in older]:
            known[stream] = older[stream]
            missing.discard(stream)
        if missing:
            known.update(self._look_up(missing))
        numbers = [known.get(row[1], 0) for row in rows]
        if len(known) > _REMEMBERED:
            self._newer, self._older = {}, known
        return numbers

    def keep(self, rows: Iterable[Stored]) -> None:
        """Write down the streams that begin in these rows, inside the caller's transaction."""
        begun = sorted((stream, position) for position, stream, version, _, _ in rows if version == 1)
        write(self._connection, f"INSERT OR IGNORE INTO {TABLE} VALUES", begun)

    def _look_up(self, streams: Iterable[str]) -> dict[str, int]:
        return dict(
            self._connection.execute(
                f"SELECT stream, no FROM {TABLE} WHERE stream IN (SELECT value FROM json_each(?))", (among(streams),)
            )
        )
