"""Durable writes that do not hold up the loop: all that wait go to the disk together."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from hub.channels.ledger import LedgerError

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]


class Disk:
    """One file, and one thread that has it. What `do` is given runs in the order of the calls, and is on disk when it
    returns. Raises LedgerError."""

    def __init__(self, file: Path, tables: str) -> None:
        self._file = file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="disk")
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._running: asyncio.Task[None] | None = None
        try:
            self._connection = sqlite3.connect(file, isolation_level=None, timeout=10, check_same_thread=False)
            self._connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + tables)
            self._reading = sqlite3.connect(file, isolation_level=None, timeout=0)
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
        self._reading.close()
        self._connection.close()

    async def _run(self) -> None:
        while self._waiting:
            taken, self._waiting = self._waiting, []
            loop = asyncio.get_running_loop()
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
        try:
            self._connection.execute("BEGIN")
            try:
                outcomes = [work(self._connection) for work in works]
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
        except Exception as error:
            failed = LedgerError(f"{self._file}: {error}")
            return [failed] * len(works)
        return outcomes
