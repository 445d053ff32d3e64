"""Followers of the log: each event once, in order, whichever process wrote it, as soon as it is there."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence

from hub.journal.errors import StoreError
from hub.journal.journal import EventJournal
from hub.ports import Follower, Recorded

log = logging.getLogger(__name__)

READ_EVENTS = 1_000
"""Events read from the store at once."""
KEPT_BATCHES = 256
"""Transactions kept for a follower that is reading; beyond them it reads on from the store."""


class Following:
    """One follower's place in the log."""

    def __init__(self, journal: EventJournal, after: int, follower: Follower) -> None:
        self.position = after
        """Of the last event the follower was given, or where the log was read up to."""
        self._journal = journal
        self._follower = follower
        self._kept: deque[Sequence[Recorded]] = deque(maxlen=KEPT_BATCHES)
        self._reading: asyncio.Task[None] | None = None
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def active(self) -> bool:
        """Whether the follower is still given the log."""
        return not self._ended.done()

    def close(self) -> None:
        """The follower is given nothing more."""
        if self._reading is not None:
            self._reading.cancel()
        if not self._ended.done():
            self._ended.set_result(None)

    async def ended(self) -> None:
        """Returns when the follower was closed; raises what it raised, or why the log can't be read."""
        await asyncio.shield(self._ended)

    def committed(self, batch: Sequence[Recorded]) -> None:
        """This process committed these events."""
        if self._ended.done():
            return
        if self._reading is not None:
            self._kept.append(batch)
        elif batch[0].position == self.position + 1:
            self._give(batch)
        else:
            self.catch_up()

    def catch_up(self) -> None:
        """Read on from the store, unless that is going on already."""
        if self._reading is None and not self._ended.done():
            self._reading = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        try:
            while not self._ended.done():
                batch = await self._journal.read(self.position, READ_EVENTS)
                if batch:
                    self._give(batch)
                if len(batch) < READ_EVENTS and self._give_kept():
                    return
        except StoreError as error:
            log.warning("the log can't be read from position %d, trying on: %s", self.position, error)
        except Exception as error:
            self._fail(error)
        finally:
            self._reading = None

    def _give_kept(self) -> bool:
        """Give what was committed while reading; False: some events lie between, read again."""
        while self._kept:
            batch = self._kept.popleft()
            new = [recorded for recorded in batch if recorded.position > self.position]
            if new and new[0].position != self.position + 1:
                self._kept.clear()
                return False
            if new:
                self._give(new)
        return True

    def _give(self, batch: Sequence[Recorded]) -> None:
        if self._ended.done():
            return
        self.position = batch[-1].position
        try:
            self._follower(batch)
        except Exception as error:
            self._fail(error)

    def _fail(self, error: Exception) -> None:
        log.error("a follower of the log stopped at position %d", self.position, exc_info=error)
        if not self._ended.done():
            self._ended.set_exception(error)
            self._ended.exception()  # it was logged: nobody has to ask for it


class LogTail:
    """Gives each of its followers the whole log. What this process commits comes without reading it back; what
    others commit is found by looking every `poll_seconds`."""

    def __init__(self, journal: EventJournal, poll_seconds: float = 0.05) -> None:
        self._journal = journal
        self._poll_seconds = poll_seconds
        self._followings: list[Following] = []
        self._head = 0
        """The end of the log when it was asked for last."""
        self._stamp: int | None = None
        """Of the store, from before that."""
        self._is_told = False
        """Whether this process committed something since it was looked last."""
        self._stop_hand_over = journal.hand_over(self._committed)
        self._polling = asyncio.get_running_loop().create_task(self._poll())

    def follow(self, after: int, follower: Follower) -> Following:
        """Give `follower` every event of the log behind position `after`: in order, each once, on the loop."""
        following = Following(self._journal, after, follower)
        self._followings = [one for one in self._followings if one.active] + [following]
        following.catch_up()
        return following

    async def close(self) -> None:
        """Stop giving. Close it before the journal."""
        self._stop_hand_over()
        self._polling.cancel()
        await asyncio.gather(self._polling, return_exceptions=True)
        for following in self._followings:
            following.close()

    def _committed(self, batch: Sequence[Recorded]) -> None:
        self._is_told = True
        for following in self._followings:
            following.committed(batch)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self._poll_seconds)
            if self._is_told:  # what others wrote in between was a gap that the followers saw
                self._is_told = False
                continue
            try:
                await self._look()
            except StoreError as error:
                log.warning("the log can't be looked at, trying on: %s", error)

    async def _look(self) -> None:
        """Whoever is behind reads on. The store is asked how far the log is only if anybody wrote to it."""
        stamp = self._journal.stamp()
        if stamp is None or stamp != self._stamp:
            self._head = await self._journal.head()
            self._stamp = stamp
        for following in self._followings:
            if following.position < self._head:
                following.catch_up()
