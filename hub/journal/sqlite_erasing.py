"""Taking personal fields out of events in a SQLite file, so that no byte of them is left there or in its log."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import orjson

from hub.journal.checkpoint import checkpoint
from hub.journal.codec import Codec
from hub.journal.erasing import rewritten
from hub.journal.errors import StoreError
from hub.ports import Erasure, Stored

LOCK_SECONDS = 30
_PRAGMAS = ("synchronous = FULL", "wal_autocheckpoint = 0", "secure_delete = ON")
"""Secure: where something is changed or deleted, what was there is overwritten."""
_AT = (
    "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events"
    " WHERE rowid IN (SELECT value FROM json_each(?))"
)
_TRUNCATIONS = 100
_INSTANT_SECONDS = 0.02


def erase(path: Path, codec: Codec, erasures: Sequence[Erasure], *, pretend: bool) -> int:
    """In one transaction; how many events held any of it. The log still does."""
    positions = orjson.dumps([one.position for one in erasures]).decode()
    with closing(_connect(path)) as connection:
        connection.execute("BEGIN" if pretend else "BEGIN IMMEDIATE")
        found = rewritten(codec, erasures, map(Stored._make, connection.execute(_AT, (positions,)).fetchall()))
        if not pretend:
            connection.executemany("UPDATE stored_events SET state = ? WHERE rowid = ?", found)
        connection.execute("COMMIT")
    return len(found)


def scrub(path: Path) -> None:
    """Empty the log. Most of it is moved beside the writer, who then waits for an instant. Raises StoreError where
    another process reads all the time."""
    with closing(_connect(path)) as connection:
        connection.execute(f"PRAGMA busy_timeout = {int(_INSTANT_SECONDS * 1000)}")
        for _ in range(_TRUNCATIONS):
            checkpoint(connection)
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            time.sleep(_INSTANT_SECONDS)
    raise StoreError(f"{path}-wal may still hold what was erased: another process reads there all the time; try again")


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection
