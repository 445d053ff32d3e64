"""Moves SQLite's write-ahead log into the database beside the writer, who would stall for it otherwise."""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

PASSIVE_PAGES = 16_000
"""Pages written since the last checkpoint that ask for the next one, 64 MB: the longer, the fewer pages are moved
twice; a start after a crash reads the log through."""
LONGEST_PAGES = 64_000
"""Pages of the log from which on the writer is made to wait once, so that it starts over: 256 MB."""


class Checkpointer:
    """A thread with a connection of its own. PASSIVE checkpoints hold nobody up; under writing without a pause they
    never reach the log's end, so a long log gets one that does, of the few pages the passive one left."""

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
    _, pages, _ = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    if pages < longest:
        return int(pages)
    busy, pages, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return int(pages) if busy else 0
