"""A journal in which decisions are drafted: read as it is, and what is committed is left to somebody else to write."""

from collections.abc import Awaitable, Collection, Mapping, Sequence
from contextvars import ContextVar

from hub.domain.event import Event
from hub.ports import Append, Committed, Histories, Outcome, Recorded, Snapshot, Unit


class Drafts:
    """Of many who decide at once each has their own draft."""

    def __init__(self, journal: Histories) -> None:
        self._journal = journal
        self._mine: ContextVar[list[Append]] = ContextVar("draft")

    async def draft(self, work: Awaitable[object]) -> list[Append]:
        """What this would have written. Of several at once each in a task of its own."""
        mine: list[Append] = []
        self._mine.set(mine)
        await work
        return mine

    async def commit(self, units: Sequence[Unit]) -> list[Outcome]:
        """Taken for written, and is not."""
        mine = self._mine.get()
        for unit in units:
            mine += unit.appends
        return [Committed(0, -1) for _ in units]

    async def head(self) -> int:
        """As a journal's."""
        return await self._journal.head()

    async def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        """As a journal's."""
        return await self._journal.load(streams, after)

    async def load_only(self, streams: Sequence[str], classes: Collection[type[Event]]) -> dict[str, list[Recorded]]:
        """As a journal's."""
        return await self._journal.load_only(streams, classes)

    async def recall(self, streams: Sequence[str], topic: str) -> dict[str, tuple[Snapshot | None, list[Recorded]]]:
        """As a journal's."""
        return await self._journal.recall(streams, topic)
