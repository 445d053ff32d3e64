"""What goes on in a hub until it stops: it stops in the opposite order of its start."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

from hub.journal.tail import LogTail
from hub.ports import Follower


class Work:
    """Tasks, and what is to be closed."""

    def __init__(self) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        self.parts = AsyncExitStack()

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Runs until the hub stops; should it end before, `name` says what is missing."""
        task = asyncio.create_task(work, name=name)
        self.tasks.append(task)
        self.parts.callback(task.cancel)

    def follow(self, tail: LogTail, after: int, follower: Follower) -> None:
        """Give the log to `follower` from behind a position on."""
        self.spawn(tail.follow(after, follower).ended(), "log follower")

    def when_stopping(self, close: Callable[[], Awaitable[None]]) -> None:
        """Closes a part."""
        self.parts.push_async_callback(close)

    async def stop(self) -> None:
        """All of it, the last that was started first."""
        await self.parts.aclose()
