"""Has grants written down as over when their time has come, and as suspended or standing again after a link."""

import asyncio
import logging
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from hub.application.due_watch import RETRY_SECONDS, DueWatch, Views, Watched
from hub.application.paths.settling import GrantSettling
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked
from hub.domain.errors import HubError
from hub.domain.event import Event
from hub.domain.grant.events import GrantAmended, PropositionGranted
from hub.ports import Clock, Recorded
from hub.projections import grants_due, links
from hub.projections.runner import position_of

log = logging.getLogger(__name__)

AT_ONCE = 50
VIEWS_SECONDS = 0.2
"""How long the views get to come to where the log is followed from."""
_ASK = (CustomersLinked, CustomersUnlinked, GrantAmended)
"""After these another grant may be the one that stands."""


class GrantsWatch:
    """`follow` the log from a position on, and `run` beside it. Nothing is lost by a restart: grants of whoever is
    linked are looked at once at each start. Of several processes one writes it down."""

    def __init__(self, settling: GrantSettling, clock: Clock, views: Views, position: int) -> None:
        """`position`: where the log is followed from."""
        self._settling = settling
        self._views = views
        self._from = position
        self._after: str | None = ""
        """How far those were looked at that were there before; None: all of them."""
        self._waiting: dict[str, str] = {}
        """Streams to be looked at, with what asks for it."""
        self._wake = asyncio.Event()
        self._due = DueWatch(Watched("grants", grants_due.TABLE, _over_at, settling.settle), clock, views)

    def follow(self, batch: Sequence[Recorded]) -> None:
        """These events were committed."""
        self._due.follow(batch)
        for _, stream, _, event in batch:
            if isinstance(event, _ASK):
                self._waiting[stream] = event.causation
                self._wake.set()

    async def run(self) -> None:
        """For ever."""
        await asyncio.gather(self._due.run(), self._run())

    async def step(self) -> int:
        """Write down all that is to be said now; how much."""
        return await self._settle_waiting() + await self._look_at_start() + await self._due.step()

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self._settle_waiting()
                await self._look_at_start()
            except (HubError, sqlite3.Error) as error:
                log.warning("what grants stand after a link can't be written down now, trying on: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if self._after is not None:
                await asyncio.sleep(VIEWS_SECONDS)
                continue
            await self._wake.wait()

    async def _settle_waiting(self) -> int:
        """One that can't be written down now is tried again after the others."""
        written = 0
        for stream, causation in list(self._waiting.items()):
            del self._waiting[stream]
            try:
                written += await self._settling.settle(stream, causation)
            except HubError:
                self._waiting.setdefault(stream, causation)
                raise
        return written

    async def _look_at_start(self) -> int:
        """Of all that happened before the log was followed, as soon as the views know it."""
        written = 0
        if self._after is None or await self._views.read(_position) < self._from:
            return written
        while self._after is not None:
            streams = await self._views.read(partial(grants_due.linked, limit=AT_ONCE, after=self._after))
            for stream in streams:
                written += await self._settling.settle(stream)
                self._after = stream
            if len(streams) < AT_ONCE:
                self._after = None
        return written


def _over_at(event: Event) -> datetime | None:
    return event.expires_at if isinstance(event, PropositionGranted | GrantAmended) else None


def _position(views: sqlite3.Connection) -> int:
    """How far the views have come that say who has grants and who is linked."""
    return min(position_of(views, name) for name in (grants_due.PROJECTION.name, links.PROJECTION.name))
