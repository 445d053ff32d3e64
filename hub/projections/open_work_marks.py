"""Now and then, which events of the log the open work was made of: so that a pool can be rebuilt as of any position
without reading the log from its beginning."""

import sqlite3
import sys
import zlib
from array import array
from itertools import accumulate
from typing import NamedTuple

LEAST_EVENTS = 20_000
EVENTS_A_ROW = 2
"""A mark is worth its space once this many events came for each row it names."""

OPEN = "owner NOT IN (SELECT owner FROM open_work_over)"
"""SQL: of the rows of `open_work`, those of what is not over."""
DDL = """
CREATE TABLE open_work_marks (position INTEGER PRIMARY KEY, positions BLOB NOT NULL);
CREATE TABLE open_work_next_mark (events INTEGER NOT NULL, least INTEGER NOT NULL)
"""
TABLES = ("open_work_marks", "open_work_next_mark")
"""Where marks stand depends on the batches the log was read in; what a mark says does not. `events` have come since
the last one; it is not worth counting the rows again before they are `least`."""


class Mark(NamedTuple):
    """As of log position `position`, the open work was made of the events at `positions`, ascending."""

    position: int
    positions: tuple[int, ...]


def mark_before(connection: sqlite3.Connection, position: int) -> Mark | None:
    """The last mark at or before this position. Evolve a pool's state from the events it names, in order, then from the
    log after the mark. None: there is no mark so early; begin with an empty state at the beginning of the log. Who a
    customer's last agent was is not part of it: where that decided something, InteractionQueued says so."""
    row = connection.execute(
        "SELECT position, positions FROM open_work_marks WHERE position <= ? ORDER BY position DESC LIMIT 1",
        (position,),
    ).fetchone()
    return None if row is None else Mark(row[0], _unpack(row[1]))


def fill(connection: sqlite3.Connection) -> None:
    """Nothing has come yet."""
    connection.execute("INSERT INTO open_work_next_mark VALUES (0, ?)", (LEAST_EVENTS,))


def mark(connection: sqlite3.Connection, position: int, events: int) -> None:
    """So many events more have been applied, the last of them at this position: set a mark if it is time to."""
    since, least = connection.execute("SELECT events, least FROM open_work_next_mark").fetchone()
    since += events
    if since > least:
        rows = sum(
            connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
            for table in (f"open_work WHERE {OPEN}", "open_work_last")
        )
        least = max(LEAST_EVENTS, EVENTS_A_ROW * rows)
        if since > least:
            found = connection.execute(
                f"SELECT position FROM open_work WHERE {OPEN}"
                " UNION SELECT position FROM open_work_last ORDER BY position"
            )
            connection.execute(
                "INSERT INTO open_work_marks VALUES (?, ?)", (position, _pack([one for (one,) in found]))
            )
            since, least = 0, LEAST_EVENTS
    connection.execute("UPDATE open_work_next_mark SET events = ?, least = ?", (since, least))


def _pack(positions: list[int]) -> bytes:
    deltas = array("Q", (after - before for before, after in zip([0, *positions], positions, strict=False)))
    if sys.byteorder == "big":
        deltas.byteswap()
    return zlib.compress(deltas.tobytes())


def _unpack(packed: bytes) -> tuple[int, ...]:
    deltas = array("Q", zlib.decompress(packed))
    if sys.byteorder == "big":
        deltas.byteswap()
    return tuple(accumulate(deltas))
