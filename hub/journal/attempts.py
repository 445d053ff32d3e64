"""Failed attempts to sign in, kept beside the store so that all processes count the same ones, also over a restart. Of
whom: only a hash."""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from hub.journal.aside import Database

T = TypeVar("T")
_TABLE = "CREATE TABLE IF NOT EXISTS sign_in_attempts (number {serial}, name TEXT NOT NULL, at_ms BIGINT NOT NULL)"
_NOTE = "INSERT INTO sign_in_attempts (name, at_ms) SELECT ?, ? {in_turn} RETURNING number"
_INDEX = "CREATE INDEX IF NOT EXISTS sign_in_attempts_{column} ON sign_in_attempts ({column})"
_LATELY = "SELECT at_ms FROM sign_in_attempts WHERE name = ? AND at_ms > ? AND number < ? ORDER BY number"
_LAST = 2**62


class Noted(NamedTuple):
    """An attempt that counts from now on, and when those before it were, the oldest first."""

    number: int
    before_ms: list[int]


class Attempts:
    """One thread has the table."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="attempts")
        self._note = _NOTE.format(in_turn=database.in_turn.format(table="sign_in_attempts"))
        with database.cursor() as rows:
            rows.execute(_TABLE.format(serial=database.serial_type))
            for column in ("name", "at_ms"):
                rows.execute(_INDEX.format(column=column))

    async def lately(self, name: str, since_ms: int) -> list[int]:
        """When attempts failed since then, the oldest first. Raises StoreError."""
        return await self._run(lambda: self._lately(_hashed(name), since_ms))

    async def note(self, name: str, now_ms: int, since_ms: int) -> Noted:
        """One more, with those since then that were noted before it; what is older is swept. Raises StoreError."""

        def write() -> Noted:
            self._ask("DELETE FROM sign_in_attempts WHERE at_ms <= ?", since_ms)
            hashed = _hashed(name)
            made = self._ask(self._note, hashed, now_ms)
            return Noted(made[0][0], self._lately(hashed, since_ms, made[0][0]))

        return await self._run(write)

    async def take_back(self, number: int) -> None:
        """That one counts no longer. Raises StoreError."""
        await self._run(lambda: self._ask("DELETE FROM sign_in_attempts WHERE number = ?", number))

    async def forget(self, name: str) -> None:
        """None of this name counts any longer. Raises StoreError."""
        await self._run(lambda: self._ask("DELETE FROM sign_in_attempts WHERE name = ?", _hashed(name)))

    async def close(self) -> None:
        """Give the table back."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._database.close)
        self._thread.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _lately(self, hashed: str, since_ms: int, before: int = _LAST) -> list[int]:
        return [int(at) for (at,) in self._ask(_LATELY, hashed, since_ms, before)]

    def _ask(self, statement: str, *arguments: Any) -> list[Any]:
        with self._database.cursor() as rows:
            done = rows.execute(self._database.spelled(statement), arguments)
            returns = statement.startswith("SELECT") or "RETURNING" in statement
            return list(done.fetchall()) if returns else []


def _hashed(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
