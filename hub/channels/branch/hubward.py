"""The way from a branch to the hub: one report after the other, each until it is confirmed; and whether the hub is
there at all."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from hub.application.intake.envelope import Confirmation
from hub.channels.branch.reports import Report
from hub.channels.branch.store import ToTell
from hub.channels.link import Link
from hub.domain.contact import Contact

log = logging.getLogger(__name__)

Confirmed = Callable[[ToTell, Confirmation], Awaitable[None]]
_AGAIN = 1.0


class Hubward:
    """One branch's. It is `away` from when a report is not confirmed in time until all are: meanwhile what the hub
    knows of the branch is old. `confirmed` is told of each, and keeps it; `changed` when it went away or came back;
    `probe` says what may be asked when nothing else is, to find out."""

    def __init__(
        self, link: Link, patience: float, confirmed: Confirmed, changed: Callable[[], Awaitable[None]],
        probe: Callable[[], Report | None],
    ) -> None:  # fmt: skip
        self._link = link
        self._patience = patience
        self._confirmed = confirmed
        self._changed = changed
        self._probe = probe
        self._waiting = deque[ToTell]()
        self._more = asyncio.Event()
        self.away = False

    @property
    def told_all(self) -> bool:
        """The hub has everything."""
        return not self._waiting and not self.away

    def add(self, reports: Sequence[ToTell]) -> None:
        """To be told, behind what waits."""
        self._waiting.extend(reports)
        if reports:
            self._more.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            if not self._waiting:
                await self._idle()
            while self._waiting:
                one = self._waiting[0]
                await self._confirmed(one, await self._tell(one.report))
                self._waiting.popleft()
            if self.away:
                self.away = False
                log.info("the hub is there again, and knows all that happened meanwhile")
                await self._changed()

    async def _idle(self) -> None:
        self._more.clear()
        try:
            async with asyncio.timeout(self._patience):
                await self._more.wait()
        except TimeoutError:
            asked = self._probe()
            if asked is not None and not self._waiting:
                self._waiting.append(ToTell(0, asked))

    async def _tell(self, report: Report) -> Confirmation:
        telling = asyncio.create_task(self._until_told(report), name="a report to the hub")
        try:
            done, _ = await asyncio.wait({telling}, timeout=self._patience)
            if not done and not self.away:
                self.away = True
                log.warning("the hub does not answer: desks call in the branch's own order")
                await self._changed()
            return await telling
        finally:
            telling.cancel()

    async def _until_told(self, report: Report) -> Confirmation:
        while True:
            try:
                if isinstance(report, Contact):
                    return await self._link.contact(report)
                return await self._link.conversation(report)
            except Exception as error:
                log.warning("a report to the hub comes again: %s", error)
                await asyncio.sleep(_AGAIN)
