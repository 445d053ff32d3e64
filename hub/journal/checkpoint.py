"""Moves SQLite's write-ahead log into the database beside the writer, who would stall for it otherwise."""

import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

PASSIVE_PAGES = 2_000
"""Pages written since the last checkpoint that ask for the next one, 64 MB: the longer, the fewer pages are moved
twice; a start after a crash reads the log through."""
LONGEST_PAGES = 32_000
"""Pages of the log from which on the writer is made to wait for an instant, so that it starts over: 128 MB."""

_ROUNDS = 20
_INSTANT_SECONDS = 0.01


class Checkpointer:
    """A thread with a connection of its own. PASSIVE checkpoints hold nobody up; under writing without a pause they
    never reach the log's end, so a long log gets one that does, of the few pages that several passive ones left."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], path: Path) -> None:
        self._connect = connect
        self._path = path
        self._written = 0
        self._due = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    def wrote(self, pages: int) -> None:
        """About so many pages were written. Called by the writer only."""
        self._written += pages
        if self._written < PASSIVE_PAGES:
            return
        self._written = 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="checkpoint", daemon=True)
            self._thread.start()
        self._due.set()

    def close(self) -> None:
        """End the thread after the checkpoint it is in."""
        self._closing = True
        self._due.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        with contextlib.closing(self._connect()) as connection:
            while True:
                self._due.wait()
                self._due.clear()
                if self._closing:
                    return
                try:
                    checkpoint(connection)
                except sqlite3.Error as error:
                    log.warning("checkpoint of %s failed, the next one takes it up: %s", self._path, error)


def checkpoint(connection: sqlite3.Connection, longest: int = LONGEST_PAGES) -> int:
    """Move what can be moved; returns the pages the log holds afterwards, 0 if it starts over."""
    pages = _passive(connection)
    if pages < longest:
        return pages
    # The writer goes on meanwhile, so each round leaves less, until what is left is moved in an instant.
    for _ in range(_ROUNDS):
        began = time.monotonic()
        pages = _passive(connection)
        if time.monotonic() - began < _INSTANT_SECONDS:
            break
    # RESTART, not TRUNCATE: a log that keeps its blocks is flushed faster than one that has to grow again.
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()
    return pages if busy else 0


def _passive(connection: sqlite3.Connection) -> int:
    _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(pages)
