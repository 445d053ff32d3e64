"""Streams in which something is due at a moment: what a read model tells of them, whatever it is that is due."""

import sqlite3
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.projections.projection import milliseconds, moment


class Due(NamedTuple):
    """A stream in which something is due; a moment that is to come, or is over."""

    due_ms: int
    stream: str


NONE_YET = Due(-(2**62), "")
"""Before the first of them."""


def overdue(connection: sqlite3.Connection, table: str, now: datetime, limit: int, after: Due = NONE_YET) -> list[Due]:
    """Whose moment has come, the earliest first, of those that a table with `due_ms` and `stream` holds; `after`: the
    last one of the page before."""
    rows = connection.execute(
        f"SELECT DISTINCT due_ms, stream FROM {table} WHERE due_ms <= ? AND (due_ms, stream) > (?, ?)"
        " ORDER BY due_ms, stream LIMIT ?",
        (milliseconds(now), *after, limit),
    )
    return [Due(*row) for row in rows]


def next_due(connection: sqlite3.Connection, table: str, after: datetime | None = None) -> datetime | None:
    """The earliest moment of all, or of those after one; None: there is none."""
    where, told = ("", ()) if after is None else (" WHERE due_ms > ?", (milliseconds(after),))
    (found,) = connection.execute(f"SELECT min(due_ms) FROM {table}{where}", told).fetchone()
    return None if found is None else moment(found)


def not_before(due_at: datetime) -> int:
    """The first whole millisecond at which it is due."""
    return milliseconds(due_at - timedelta(microseconds=1)) + 1
