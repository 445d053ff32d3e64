"""Who waits until a pool has taken up the log as far as some position."""

import asyncio

from hub.router.pool.asked import PoolUnavailableError


class Awaited:
    """Positions of the log, each with somebody who waits for it."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def __bool__(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting)

    def add(self, position: int) -> asyncio.Future[None]:
        """Done when the pool is there."""
        there: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((position, there))
        return there

    def tell(self, consumed: int) -> None:
        """The pool is that far."""
        waiting = self._waiting
        self._waiting = [(position, there) for position, there in waiting if position > consumed]
        for position, there in waiting:
            if position <= consumed and not there.done():
                there.set_result(None)

    def fail(self, message: str) -> None:
        """It will not come any further."""
        for _, there in self._waiting:
            if not there.done():
                there.set_exception(PoolUnavailableError(message))
