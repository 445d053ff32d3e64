"""Many rows by few statements: half of what a small row costs is the step from one to the next."""

import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any
from zlib import crc32

import orjson

_LARGEST = 32
"""Rows of one statement: more bring next to nothing. A power of two, so that few different statements are prepared."""


def write(connection: sqlite3.Connection, into: str, rows: Sequence[Sequence[Any]], then: str = "") -> None:
    """Insert the rows in order; `into` is the statement up to and including VALUES, `then` what follows the rows."""
    start, size = 0, _LARGEST
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        part = rows[start : start + size]
        one = f"({','.join('?' * len(part[0]))})"
        connection.execute(f"{into} {','.join([one] * size)} {then}", list(chain.from_iterable(part)))
        start += size


def numbers(values: Iterable[int]) -> str:
    """The argument for `IN (SELECT value FROM json_each(?))`: any number of row numbers, in their order."""
    return orjson.dumps(sorted(values)).decode()


def key_of(name: str) -> int:
    """A short key for a long name, to find rows by in a small index; who finds them must look at the name as well."""
    return crc32(name.encode())
