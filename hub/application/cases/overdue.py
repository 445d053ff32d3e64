"""Says of each case when its time is over and it is not settled: on time, once, over any restart."""

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.application.cases.cases import CustomerCases
from hub.application.cases.lists import Views
from hub.domain.cases import decide
from hub.domain.cases.events import CaseDueChanged, CaseOpened, CaseReopened
from hub.domain.cases.identity import customer_of_case
from hub.domain.errors import HubError, NotFoundError
from hub.ports import Clock, Recorded
from hub.projections import cases
from hub.projections.projection import EPOCH

log = logging.getLogger(__name__)

AT_ONCE = 100
LOOK_SECONDS = 30.0
"""How long nobody looks whether something is overdue, of the wall's time."""
VIEWS_SECONDS = 0.2
"""After something was written the views get so long to follow."""
RETRY_SECONDS = 1.0
_DUE = frozenset((CaseOpened, CaseDueChanged, CaseReopened))
"""Facts that say by when a case has to be settled."""
ACTOR, BY_TIME = "policy:cases", "time"


class OverdueCases:
    """The view finds the cases, what counts is the stream: several processes may look, each time is said once. What is
    due sooner than the next look is heard of from the log."""

    def __init__(self, customer_cases: CustomerCases, views: Views, clock: Clock) -> None:
        self._cases = customer_cases
        self._views = views
        self._clock = clock
        self._look_at = EPOCH
        self._soon: dict[str, datetime] = {}
        self._wake = asyncio.Event()

    def follow(self, batch: Sequence[Recorded]) -> None:
        """These events were committed."""
        for _, stream, _, event in batch:
            if type(event) in _DUE:
                self._is_due(stream, event)

    def _is_due(self, stream: str, event: Any) -> None:
        due_at: datetime | None = event.due_at
        if customer_of_case(event.case_id) == stream and due_at is not None and due_at < self._look_at:
            self._soon[event.case_id] = due_at
            self._wake.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            self._wake.clear()
            try:
                await self.step()
            except (HubError, sqlite3.Error) as error:
                log.warning("it can't be said now which cases are overdue, trying on: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._until_next())

    async def step(self) -> None:
        """Say it of all whose time is over."""
        now = self._clock.now()
        failed: list[HubError] = []
        for case in [case for case, due_at in self._soon.items() if due_at <= now]:
            del self._soon[case]
            if not await self._try(case, failed) and failed:
                self._look_at = EPOCH
        if now < self._look_at:
            return
        while found := await self._views.read(lambda views: cases.untold(views, now, AT_ONCE)):
            said = [await self._try(case, failed) for case in found]
            if not any(said) or len(found) < AT_ONCE:
                break
            await asyncio.sleep(VIEWS_SECONDS)
        if failed:
            raise failed[0]
        earliest, latest = (now + timedelta(seconds=one * self._clock.speed) for one in (VIEWS_SECONDS, LOOK_SECONDS))
        due = await self._views.read(cases.next_untold)
        self._look_at = latest if due is None else min(max(due, earliest), latest)

    async def _try(self, case: str, failed: list[HubError]) -> bool:
        """One of which it can't be said does not hold up the others."""
        try:
            return await self._say(case)
        except HubError as error:
            failed.append(error)
            return False

    async def _say(self, case: str) -> bool:
        """Whether it was not said yet."""
        try:
            said = await self._cases.change(
                case, lambda known, meta: decide.fall_overdue(known, case, **meta), actor=ACTOR, command_id=BY_TIME
            )
        except NotFoundError:  # the views are of another log: they will be made anew
            return False
        return bool(said)

    def _until_next(self) -> float:
        first = min((self._look_at, *self._soon.values()))
        return max(0.0, (first - self._clock.now()).total_seconds()) / self._clock.speed
