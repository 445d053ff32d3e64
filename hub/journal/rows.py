"""Many rows by few statements. Python's sqlite3 lets go of the interpreter lock around each step of each statement, and
a thread that lets go beside a busy event loop waits up to a switch interval to get it back: rows one by one cost that
wait each."""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

_LARGEST = 128
"""Rows of one statement: more bring nothing."""
_ANY = 32
"""Up to so many rows there is a statement for each number of them; beyond, one for each power of two: few different
statements are ever prepared, and what a busy hub commits at once takes one or two."""


def insert(cursor: sqlite3.Cursor, into: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert the rows in order; `into` is the statement up to and including VALUES."""
    for part in _parts(rows):
        cursor.execute(f"{into} {_values(len(part), len(part[0]))}", list(chain.from_iterable(part)))


def present(cursor: sqlite3.Cursor, table: str, columns: tuple[str, str], keys: Sequence[tuple[Any, ...]]) -> int:
    """How many of these keys, each different, the table has, by its index on the columns."""
    found = 0
    for part in _parts(keys):
        query = presence(table, columns, len(part))
        found += int(cursor.execute(query, list(chain.from_iterable(part))).fetchone()[0])
    return found


def presence(table: str, columns: tuple[str, str], keys: int) -> str:
    """The question after so many keys. A join in this order: asked with IN (VALUES ...), SQLite reads the whole
    index."""
    wanted = f"(VALUES {_values(keys, 2)}) w"
    first, second = columns
    return f"SELECT count(*) FROM {wanted} CROSS JOIN {table} ON {first} = w.column1 AND {second} = w.column2"


def _parts(rows: Sequence[tuple[Any, ...]]) -> Iterator[Sequence[tuple[Any, ...]]]:
    start, size = 0, _LARGEST
    while (left := len(rows) - start) > 0:
        while size > left and size > _ANY:
            size //= 2
        taken = min(size, left)
        yield rows[start : start + taken]
        start += taken


def _values(rows: int, columns: int) -> str:
    return ",".join([f"({','.join('?' * columns)})"] * rows)
