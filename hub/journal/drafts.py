"""What agents are writing, kept beside the store: it changes each second and is no fact. Words are sealed under the key
of the customer they are for, so that forgetting ends them too."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from hub.domain.errors import RefusedError
from hub.journal.aside import Database
from hub.journal.codec import Codec

T = TypeVar("T")
TOPIC = "Draft/1"
_TABLE = """
CREATE TABLE IF NOT EXISTS drafts (
    place TEXT NOT NULL, agent TEXT NOT NULL, kind TEXT NOT NULL, customer TEXT NOT NULL, revision BIGINT NOT NULL,
    saved_ms BIGINT NOT NULL, sealed {bytes} NOT NULL, PRIMARY KEY (place, agent, kind)
)"""
_PUT = """
INSERT INTO drafts (place, agent, kind, customer, revision, saved_ms, sealed) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (place, agent, kind) DO UPDATE SET customer = excluded.customer, revision = excluded.revision,
    saved_ms = excluded.saved_ms, sealed = excluded.sealed WHERE drafts.revision = ? RETURNING revision"""
_COLUMNS = "place, agent, kind, customer, revision, saved_ms, sealed"


class Key(NamedTuple):
    """What is written, by whom, and where: in an interaction, or to a customer in a new contact."""

    place: str
    agent_id: str
    kind: str


class KeptDraft(NamedTuple):
    """A draft as it was saved last. `words` empty: its customer was forgotten."""

    key: Key
    customer_id: str
    revision: int
    saved_ms: int
    words: bytes


class Drafts:
    """One thread has the table."""

    def __init__(self, database: Database, codec: Codec) -> None:
        self._database = database
        self._codec = codec
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drafts")
        with database.cursor() as rows:
            rows.execute(_TABLE.format(bytes=database.bytes_type))

    async def put(self, key: Key, customer: str, seen: int, words: bytes, now_ms: int) -> int | None:
        """Save the words of who saw revision `seen` last (0: none); the new revision. None: there is another one.
        What was deleted meanwhile is there again. Raises StoreError; ForgottenError."""
        return await self._run(lambda: self._put(key, customer, seen, words, now_ms))

    async def get(self, key: Key) -> KeptDraft | None:
        """None: there is none."""
        found = await self._run(lambda: self._select("WHERE place = ? AND agent = ? AND kind = ?", key))
        return found[0] if found else None

    async def of_agent(self, agent_id: str) -> list[KeptDraft]:
        """All of an agent, the newest first."""
        return await self._run(lambda: self._select("WHERE agent = ? ORDER BY saved_ms DESC", (agent_id,)))

    async def delete(self, key: Key, revision: int | None = None) -> None:
        """It is there no more; with `revision` only as it was saved then."""
        only = "" if revision is None else " AND revision = ?"
        statement = f"DELETE FROM drafts WHERE place = ? AND agent = ? AND kind = ?{only}"
        await self._run(lambda: self._ask(statement, key if revision is None else (*key, revision)))

    async def delete_older(self, than_ms: int) -> None:
        """All that were saved last before then."""
        await self._run(lambda: self._ask("DELETE FROM drafts WHERE saved_ms < ?", (than_ms,)))

    async def close(self) -> None:
        """Give the table back."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._database.close)
        self._thread.shutdown()

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _put(self, key: Key, customer: str, seen: int, words: bytes, now_ms: int) -> int | None:
        sealed = self._codec.seal(customer, TOPIC, words)
        if sealed is None:
            raise ForgottenError(f"customer {customer} was forgotten: nothing can be written to them")
        found = self._ask(_PUT, (*key, customer, seen + 1, now_ms, sealed, seen))
        return int(found[0][0]) if found else None

    def _select(self, where: str, arguments: Sequence[Any]) -> list[KeptDraft]:
        return [self._kept(row) for row in self._ask(f"SELECT {_COLUMNS} FROM drafts {where}", arguments)]

    def _kept(self, row: Sequence[Any]) -> KeptDraft:
        place, agent, kind, customer, revision, saved_ms, sealed = row
        words = self._codec.unseal(customer, TOPIC, bytes(sealed)) or b""
        return KeptDraft(Key(place, agent, kind), customer, revision, saved_ms, words)

    def _ask(self, statement: str, arguments: Sequence[Any]) -> list[Any]:
        with self._database.cursor() as rows:
            done = rows.execute(self._database.spelled(statement), tuple(arguments))
            returns = statement.startswith("SELECT") or "RETURNING" in statement
            return list(done.fetchall()) if returns else []


class ForgottenError(RefusedError):
    """There is no key to seal with any more."""
