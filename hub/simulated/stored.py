"""What a hub has stored, read when it has stopped: totals come from there, never from a driver's memory."""

from collections.abc import Iterator

from hub.journal.store import open_store
from hub.ports import Recorded
from hub.settings import Settings

_BATCH = 5_000


def stored_events(settings: Settings, after: int = 0) -> Iterator[Recorded]:
    """The whole log of a store after a position, in order."""
    store = open_store(settings)
    try:
        while batch := store.read(after, _BATCH):
            yield from batch
            after = batch[-1].position
    finally:
        store.close()
