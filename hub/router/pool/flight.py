"""A transaction of a pool's owner on its way into the log, and whom its outcome concerns."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from hub.ports import Outcome
from hub.router.pool.asked import Asked, fail_all


class Flight:
    """What was asked, decided on, and is being written. `events`: how many were decided; `consumed`: up to which
    position of the log contacts are taken up with it."""

    __slots__ = ("_writing", "asked", "consumed", "events")

    def __init__(self, asked: Sequence[Asked], events: int, consumed: int) -> None:
        self.asked = asked
        self.events = events
        self.consumed = consumed
        self._writing: asyncio.Task[list[Outcome]] | None = None

    def write(self, committing: Coroutine[Any, Any, list[Outcome]], then: Callable[[], None]) -> None:
        """Have it written, and `then` called when that is over. Without it there is nothing to write."""
        self._writing = asyncio.ensure_future(committing)
        self._writing.add_done_callback(lambda _: then())

    @property
    def is_over(self) -> bool:
        """Whether it is known what became of it."""
        return self._writing is None or self._writing.done()

    def outcome(self) -> Outcome | None:
        """Of its one unit; None: there was nothing to write. Raises what the journal raised."""
        if self._writing is None:
            return None
        [outcome] = self._writing.result()
        return outcome

    async def landed(self) -> None:
        """Wait until it is over, however."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    def tell(self) -> None:
        """It is durable."""
        for one in self.asked:
            one.tell()

    def fail(self, message: str) -> None:
        """Nothing came of it."""
        fail_all(self.asked, message)
        if self._writing is not None:
            self._writing.cancel()
