"""Reads an event store on the thread that asks: for a process that does nothing else meanwhile."""

from collections.abc import Collection, Mapping, Sequence

from hub.domain.event import Event
from hub.journal.errors import StoreError
from hub.journal.store import Store
from hub.ports import Outcome, Recorded, Snapshot, Unit


class ReadingHere:
    """As a journal, without its threads: handing over to them costs more than the reading. It writes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def head(self) -> int:
        """As a journal's."""
        return self._store.head()

    async def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        """As a journal's."""
        return self._store.load(streams, after)

    async def load_only(self, streams: Sequence[str], classes: Collection[type[Event]]) -> dict[str, list[Recorded]]:
        """As a journal's."""
        return self._store.load_only(streams, classes)

    async def recall(self, streams: Sequence[str], _: str) -> dict[str, tuple[Snapshot | None, list[Recorded]]]:
        """As a journal's, from the events alone."""
        return {stream: (None, history) for stream, history in self._store.load(streams).items()}

    async def commit(self, _: Sequence[Unit]) -> list[Outcome]:
        """Never."""
        raise StoreError("this process only reads the event store")
