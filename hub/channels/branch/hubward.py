"""The way from a branch to the hub: each report until it is confirmed, several at once as far as their order allows;
and whether the hub is there at all."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from hub.application.intake.envelope import Confirmation
from hub.channels.branch.dispatch import Dispatch, speaks
from hub.channels.branch.reports import Report
from hub.channels.branch.store import ToTell
from hub.channels.link import Link
from hub.domain.contact import Contact

log = logging.getLogger(__name__)

Confirmed = Callable[[ToTell, Confirmation], Awaitable[None]]
_AGAIN = 1.0
_LOOKS = 5.0
"""Seconds after which it is looked whether the words of a report to a customer still hold, while nobody confirms it."""


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
        self._reports = Dispatch()
        self._more = asyncio.Event()
        self.away = False

    @property
    def told_all(self) -> bool:
        """The hub has everything."""
        return not self._reports and not self.away

    def knows(self, visit: str, agent: str) -> bool:
        """The hub: where the visitor is, and where the agent sits."""
        return self._reports.is_told(visit, agent)

    def add(self, reports: Sequence[ToTell]) -> None:
        """To be told, behind what waits."""
        self._reports.add(reports)
        if reports:
            self._more.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            if not self._reports:
                await self._idle()
            await self._tell_all()
            if self.away and not self._reports:
                self.away = False
                log.info("the hub is there again, and knows all that happened meanwhile")
                await self._changed()

    async def _tell_all(self) -> None:
        """Also what comes meanwhile. A failure of one is that of all."""
        running = {more := asyncio.create_task(self._more_came(), name="more to tell")}
        try:
            while self._reports:
                if more.done():
                    running.add(more := asyncio.create_task(self._more_came(), name="more to tell"))
                running |= {asyncio.create_task(self._settled(one), name="a report") for one in self._reports.next()}
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                _said_besides(_failures(done)[1:])
                for task in done:
                    task.result()
        finally:
            await _ended(running)

    async def _more_came(self) -> None:
        await self._more.wait()
        self._more.clear()

    async def _settled(self, one: ToTell) -> None:
        await self._confirmed(one, await self._tell(one))
        self._reports.told(one)

    async def _idle(self) -> None:
        self._more.clear()
        try:
            async with asyncio.timeout(self._patience):
                await self._more.wait()
        except TimeoutError:
            asked = self._probe()
            if asked is not None and not self._reports:
                self._reports.add([ToTell(0, asked)])

    async def _tell(self, one: ToTell) -> Confirmation:
        telling = asyncio.create_task(self._until_told(one.report), name="a report to the hub")
        try:
            done, _ = await asyncio.wait({telling}, timeout=self._patience)
            if not done and not self.away:
                self.away = True
                log.warning("the hub does not answer: desks call in the branch's own order")
                await self._changed()
            return await telling
        finally:
            await _ended({telling})

    async def _until_told(self, one: Report) -> Confirmation:
        """What is said to a customer may have changed before the hub hears of it: it is not held with its old words."""
        while True:
            report = self._reports.as_it_stands(one)
            try:
                answer = await (self._while_it_holds(one, report) if speaks(report) else self._say(report))
                if answer is not None:
                    return answer
            except Exception as error:
                log.warning("a report to the hub comes again: %s", error)
                await asyncio.sleep(_AGAIN)

    async def _while_it_holds(self, one: Report, report: Report) -> Confirmation | None:
        """None: it has changed, and nobody has confirmed it."""
        saying = asyncio.create_task(self._say(report), name="words to a customer")
        try:
            while not saying.done() and self._reports.as_it_stands(one) == report:
                await asyncio.wait({saying}, timeout=_LOOKS)
            return saying.result() if saying.done() else None
        finally:
            await _ended({saying})

    async def _say(self, report: Report) -> Confirmation:
        if isinstance(report, Contact):
            return await self._link.contact(report)
        return await self._link.conversation(report)


async def _ended(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Told more than once: a library may lose what it is told. Whoever is told to end meanwhile waits for them too."""
    told, ends = [one for one in tasks if not one.done()], False
    while running := [one for one in told if not one.done()]:
        for one in running:
            one.cancel()
        try:
            await asyncio.wait(running, timeout=_AGAIN)
        except asyncio.CancelledError:
            ends = True
    _said_besides(_failures(told))
    if ends:
        raise asyncio.CancelledError


def _failures(done: Collection[asyncio.Task[Any]]) -> list[BaseException]:
    return [error for one in done if not one.cancelled() and (error := one.exception()) is not None]


def _said_besides(failures: Sequence[BaseException]) -> None:
    for error in failures:
        log.error("a report to the hub failed besides: %s", error, exc_info=error)
