"""Durable writes that do not hold up the loop: all that wait go to the disk together."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from hub.channels.ledger import LedgerError
from hub.journal.checkpoint import Checkpointer

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]
_SETUP = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;"
_PAGES_A_CHANGE = 3
"""About: a row, and its places in indexes."""


class Disk:
    """One file, and one thread that has it. What `do` is given runs in the order of the calls, and is on disk when it
    returns. `pace`: seconds from one wait for the disk to the next, which costs more of the processor than the changes
    themselves; what comes alone is written at once. Raises LedgerError."""

    def __init__(self, file: Path, tables: str, pace: float = 0.0) -> None:
        self._file = file
        self._pace = pace
        self._due = 0.0
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._running: asyncio.Task[None] | None = None
        self._checkpointer = Checkpointer(self._connect, file)
        try:
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=10, check_same_thread=False)
            self._connection.executescript(_SETUP + tables)
            self._reading = self._connect()
        except sqlite3.Error as error:
            raise LedgerError(f"{file}: {error}") from error

    async def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Whoever leaves off waiting has it done all the same."""
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._running is None:
            self._running = asyncio.create_task(self._run(), name="disk")
        return await done

    def look(self, statement: str, *arguments: object) -> tuple[Any, ...] | None:
        """The first row of what is on disk by now, at once: for what is found by an index. Raises LedgerError."""
        try:
            row: tuple[Any, ...] | None = self._reading.execute(statement, arguments).fetchone()
        except sqlite3.Error as error:
            raise LedgerError(f"{self._file}: {error}") from error
        return row

    def close(self) -> None:
        """Give the file back, when what is under way is done."""
        if self._running is not None:
            self._running.cancel()
        self._thread.shutdown()
        self._checkpointer.close()
        self._reading.close()
        self._connection.close()

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, isolation_level=None, timeout=10)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            if (early := self._due - loop.time()) > 0:
                await asyncio.sleep(early)
            self._due = loop.time() + self._pace
            taken, self._waiting = self._waiting, []
            outcomes = await loop.run_in_executor(self._thread, self._together, [work for work, _ in taken])
            for (_, done), outcome in zip(taken, outcomes, strict=True):
                if done.done():
                    continue
                if isinstance(outcome, Exception):
                    done.set_exception(outcome)
                else:
                    done.set_result(outcome)
        self._running = None

    def _together(self, works: list[Work]) -> list[Any]:
        """In one transaction: all of it or none."""
        before = self._connection.total_changes
        try:
            self._connection.execute("BEGIN")
            try:
                outcomes = [work(self._connection) for work in works]
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk has rolled it back already
                    self._connection.execute("ROLLBACK")
                raise
        except Exception as error:
            failed = LedgerError(f"{self._file}: {error}")
            return [failed] * len(works)
        self._checkpointer.wrote((self._connection.total_changes - before) * _PAGES_A_CHANGE)
        return outcomes
