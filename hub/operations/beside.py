"""Work on the event store beside a hub, running or not."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from hub.clock import WallClock
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.settings import Settings

T = TypeVar("T")


def with_journal(settings: Settings, ask: Callable[[EventJournal, WallClock], Awaitable[T]]) -> T:
    """On the store, whether a hub runs on it or not."""

    async def run() -> T:
        journal = EventJournal(open_store(settings))
        try:
            return await ask(journal, WallClock(settings.clock_start, settings.clock_speed))
        finally:
            await journal.close()

    return asyncio.run(run())
