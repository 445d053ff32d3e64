"""Has what is over in a stream written down when its time has come, whatever it is: consents, grants."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol, TypeVar

from hub.domain.errors import HubError
from hub.domain.event import Event
from hub.ports import Clock, Recorded
from hub.projections import due
from hub.projections.due import NONE_YET, Due
from hub.projections.projection import EPOCH

log = logging.getLogger(__name__)

AT_ONCE = 50
LOOK_SECONDS = 30.0
"""How long nobody looks whether something is over, of the wall's time."""
RETRY_SECONDS = 1.0
T = TypeVar("T")


class Views(Protocol):
    """The read models."""

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question."""
        ...


class Watched(NamedTuple):
    """What is watched: `what` for the log of the hub, the table of the views that tells when, which facts say that
    something will be over, and when (None: others, or never), and who writes it down of a stream, telling how many."""

    what: str
    table: str
    over_at: Callable[[Event], datetime | None]
    expire: Callable[[str], Awaitable[int]]


class DueWatch:
    """`follow` the log, and `run` beside it. It counts as over without this; nothing is lost by a restart, and of
    several processes one writes it down."""

    def __init__(self, watched: Watched, clock: Clock, views: Views) -> None:
        self._watched = watched
        self._clock = clock
        self._views = views
        self._soon: dict[str, datetime] = {}
        """By stream, what is over before the views are looked at next."""
        self._look_at = EPOCH
        """When they are."""
        self._decided: set[Due] = set()
        """What the views still tell of, and was decided."""
        self._wake = asyncio.Event()

    def follow(self, batch: Sequence[Recorded]) -> None:
        """These events were committed."""
        over_at = self._watched.over_at
        for _, stream, _, event in batch:
            due_at = over_at(event)
            if due_at is not None and due_at < self._look_at:
                self._soon[stream] = min(due_at, self._soon.get(stream, due_at))
                self._wake.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            self._wake.clear()
            try:
                await self.step()
            except (HubError, sqlite3.Error) as error:
                log.warning("what %s are over can't be written down now, trying on: %s", self._watched.what, error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            first = min((self._look_at, *self._soon.values()))
            wait = max(0.0, (first - self._clock.now()).total_seconds()) / self._clock.speed
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)

    async def step(self) -> int:
        """Write down all that is over by now; how many."""
        now, written = self._clock.now(), 0
        for stream in [stream for stream, due_at in self._soon.items() if due_at <= now]:
            due_at = self._soon.pop(stream)  # what is granted meanwhile is due by itself
            try:
                written += await self._watched.expire(stream)
            except HubError:
                self._soon[stream] = due_at
                raise
        if now < self._look_at:
            return written
        told, after = set[Due](), NONE_YET
        while found := await self._overdue(now, after):
            for one in found:
                if one not in self._decided:
                    written += await self._watched.expire(one.stream)
            told.update(found)
            after = found[-1]
        self._decided = told
        self._look_at = now + timedelta(seconds=LOOK_SECONDS * self._clock.speed)
        next_due = await self._views.read(lambda views: due.next_due(views, self._watched.table, now))
        if next_due is not None:
            self._look_at = min(self._look_at, next_due)
        return written

    async def _overdue(self, now: datetime, after: Due) -> list[Due]:
        return await self._views.read(lambda views: due.overdue(views, self._watched.table, now, AT_ONCE, after))
