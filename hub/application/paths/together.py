"""A journal for many who decide at once: what they wait for at the same moment is read, or written, in one."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Generic, TypeVar

from hub.domain.event import Event
from hub.ports import Committed, Histories, Outcome, Recorded, Snapshot, Unit

Loaded = dict[str, list[Recorded]]
Asked = TypeVar("Asked")
Found = TypeVar("Found")


class _Round(Generic[Asked, Found]):
    """Collects what is asked for until whoever is at it has asked, then asks for all of it."""

    def __init__(self, ask: Callable[[list[Asked]], Awaitable[Found]]) -> None:
        self._ask = ask
        self._asked: list[Asked] = []
        self._answer: asyncio.Task[Found] | None = None

    async def join(self, asked: Sequence[Asked]) -> tuple[int, Found]:
        """From which place on this was asked, and what was found for all."""
        place = len(self._asked)
        self._asked += asked
        if self._answer is None:
            self._answer = asyncio.create_task(self._begin())
        return place, await self._answer

    async def _begin(self) -> Found:
        asked, self._asked, self._answer = self._asked, [], None
        return await self._ask(asked)


class Together:
    """As the journal it stands before. `writes` False: what is committed is taken for written, and is not."""

    def __init__(self, journal: Histories, *, writes: bool = True) -> None:
        self._journal = journal
        self._heads: _Round[str, int] = _Round(lambda _: journal.head())
        self._loads: _Round[str, Loaded] = _Round(lambda streams: journal.load(list(dict.fromkeys(streams))))
        self._loads_only: dict[tuple[type[Event], ...], _Round[str, Loaded]] = {}
        self._commits: _Round[Unit, list[Outcome]] = _Round(journal.commit if writes else _nowhere)

    async def head(self) -> int:
        """As a journal's."""
        _, head = await self._heads.join([])
        return head

    async def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> Loaded:
        """As a journal's."""
        if after:
            return await self._journal.load(streams, after)
        _, found = await self._loads.join(streams)
        return {stream: found[stream] for stream in streams}

    async def load_only(self, streams: Sequence[str], classes: Collection[type[Event]]) -> Loaded:
        """As a journal's."""
        wanted = tuple(classes)
        if wanted not in self._loads_only:
            self._loads_only[wanted] = _Round(lambda asked: self._journal.load_only(list(dict.fromkeys(asked)), wanted))
        _, found = await self._loads_only[wanted].join(streams)
        return {stream: found[stream] for stream in streams}

    async def recall(self, streams: Sequence[str], topic: str) -> dict[str, tuple[Snapshot | None, list[Recorded]]]:
        """As a journal's."""
        return await self._journal.recall(streams, topic)

    async def commit(self, units: Sequence[Unit]) -> list[Outcome]:
        """As a journal's."""
        place, outcomes = await self._commits.join(units)
        return outcomes[place : place + len(units)]


async def _nowhere(units: Sequence[Unit]) -> list[Outcome]:
    return [Committed(0, -1) for _ in units]
