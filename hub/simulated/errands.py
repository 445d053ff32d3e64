"""Things to be done beside each other, of which none may fail unseen."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Errands:
    """Tasks started as they come up. The first that fails is raised by `watch`; `close` cancels what still runs."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._error: BaseException | None = None
        self._failed = asyncio.Event()

    def start(self, errand: Coroutine[Any, Any, Any]) -> None:
        """Do that beside everything else."""
        task = asyncio.get_running_loop().create_task(errand)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    async def watch(self) -> None:
        """Never returns; raises what the first failed errand raised."""
        await self._failed.wait()
        if self._error is not None:
            raise self._error

    async def close(self) -> None:
        """Nothing goes on after this."""
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and self._error is None:
            self._error = error
            self._failed.set()


async def first_of(*doings: Coroutine[Any, Any, Any]) -> None:
    """Do these beside each other until one of them ends, then cancel the others; raises what it raised."""
    tasks = [asyncio.ensure_future(doing) for doing in doings]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
