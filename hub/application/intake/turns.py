"""Batches that are taken in at the same time, and what of one must wait for those before it."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from hub.domain.errors import HubError

Thread = tuple[str, str]
"""Channel and thread."""


class EarlierBatchError(HubError):
    """What came before could not be taken in: what comes after it is to come again as well, in its place."""

    def __init__(self) -> None:
        super().__init__("the batch before this one could not be taken in: both are to come again")


class Turn:
    """One batch's place behind the others."""

    def __init__(self, before: asyncio.Future[None] | None, signalled: Collection[Thread]) -> None:
        self._before = before
        self._signalled = signalled

    def is_behind(self, threads: Collection[Thread]) -> bool:
        """Whether something that happened earlier in one of these threads is not carried out yet."""
        return any(thread in self._signalled for thread in threads)

    async def comes(self) -> None:
        """Wait until everything before this batch is taken in. Raises EarlierBatchError when something was not."""
        if self._before is not None:
            await asyncio.wait([self._before])
            self._before.result()


class Turns:
    """Gives batches their turn, in the order they ask."""

    def __init__(self) -> None:
        self._last: asyncio.Future[None] | None = None
        self._signalled: Counter[Thread] = Counter()

    @contextmanager
    def turn(self, signalled: Collection[Thread]) -> Iterator[Turn]:
        """As long as a batch is being taken in; `signalled`: the threads of which it reports something."""
        before = self._last if self._last is not None and not self._last.done() else None
        through = self._last = asyncio.get_running_loop().create_future()
        turn = Turn(before, frozenset(self._signalled))
        self._signalled.update(signalled)
        try:
            yield turn
        except BaseException:
            through.set_exception(EarlierBatchError())
            through.exception()  # whoever waits is told; nobody has to wait
            raise
        else:
            through.set_result(None)
        finally:
            self._signalled -= Counter(signalled)
