"""Has customers' standing decided again whenever a fact, the time, or a new path policy may change it."""

import asyncio
import contextlib
import json
import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from hub.application.customers.standing import BY_TIME, Standings
from hub.application.policies.paths import PathPolicies
from hub.domain.contact import SEGMENTS
from hub.domain.customer.events import (
    UNKNOWN_STANDING,
    CustomerRegistered,
    LifecycleStageChanged,
    SegmentChanged,
    StandingReviewed,
)
from hub.domain.customer.identity import CUSTOMER
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked
from hub.domain.errors import HubError
from hub.domain.event import Event
from hub.domain.policy.events import PathPolicyPublished
from hub.paths.policy.model import PathPolicy
from hub.paths.standing.facts import CONTACTS, DECLARATIONS, PURCHASES, ROLES, Facts
from hub.paths.standing.standing import conditions_of, next_change, standing
from hub.ports import Clock, Recorded
from hub.projections import due, standing_due
from hub.projections.due import NONE_YET, Due
from hub.projections.projection import EPOCH
from hub.projections.runner import position_of
from hub.projections.standing_due import DUE, PROJECTION

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Customers that are read and decided together."""
LOOK_SECONDS = 30.0
"""How long nobody looks whether something is due, of the wall's time."""
VIEWS_SECONDS = 0.2
"""After a look at what is due the views get so long to follow what was decided."""
KEEP_SECONDS = 5.0
RETRY_SECONDS = 1.0
T = TypeVar("T")


class Views(Protocol):
    """The read models."""

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far everything was decided: all facts up to `position`; by the policy `applied` all customers, by `applying`
    those up to `cursor`. Losing it costs time and nothing else: then everybody is looked at once more."""

    position: int
    applied: str = ""
    applying: str = ""
    cursor: str = ""


def read_progress(file: Path) -> Progress | None:
    """None: there is none that can be read."""
    try:
        return Progress(**json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


class StandingWatch:
    """Follows the log from `start` on. Several processes may do so for the same customers: they come to the same, and
    the streams' versions let it be written once."""

    def __init__(
        self, standings: Standings, policies: PathPolicies, clock: Clock, views: Views, file: Path | None = None
    ) -> None:
        self._standings = standings
        self._policies = policies
        self._clock = clock
        self._views = views
        self._file = file
        self._waiting: dict[str, int] = {}
        self._deciding: dict[str, int] = {}
        """Streams to be decided on, by the position of the first fact that asks for it."""
        self._soon: dict[str, datetime] = {}
        """What is due before the views are looked at next."""
        self._look_at = EPOCH
        """When they are."""
        self._is_new_policy = True
        self._seen = self._apply_from = 0
        self._wake = asyncio.Event()
        self._progress = self._kept = Progress(0)
        self._keep_at = 0.0

    async def start(self, head: int) -> int:
        """The position to follow the log from. Without a trace of what was decided it is `head`, and all customers are
        looked at."""
        found = read_progress(self._file) if self._file is not None else None
        self._progress = self._kept = found if found is not None and found.position <= head else Progress(head)
        self._seen = self._progress.position
        await self._take_policy()
        return self._progress.position

    def follow(self, batch: Sequence[Recorded]) -> None:
        """These events were committed."""
        asks, new = self._asks, set[str]()
        for position, stream, _, event in batch:
            kind = type(event)
            if kind is CustomerRegistered:
                new.add(stream)
            if kind in asks or (kind in DECLARATIONS and stream not in new):
                # What is declared of one stream stands in all that it is linked with; who is new is linked with none.
                if stream.startswith(CUSTOMER) and not _is_by_policy(event):
                    self._waiting.setdefault(stream, position)
            elif kind is PathPolicyPublished:
                self._is_new_policy = True
            elif isinstance(event, StandingReviewed):
                self._reviewed(stream, event.due_at)
        self._seen = batch[-1].position
        if self._waiting or self._is_new_policy:
            self._wake.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            self._wake.clear()
            try:
                if await self.step():
                    continue
                wait = self._until_next()
            except (HubError, sqlite3.Error) as error:
                log.warning("where customers stand can't be decided now, trying on: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), wait)

    async def step(self) -> bool:
        """Decide on some; False: there was nobody to decide on."""
        if self._is_new_policy:
            await self._take_policy()
        did = [await self._decide_waiting(), await self._decide_due()]
        if not any(did):
            did.append(await self._apply_step())
        self._note()
        return any(did)

    async def _take_policy(self) -> None:
        self._is_new_policy = False
        self._policy = await self._policies.policy()
        self._asks = asked_by(self._policy, self._clock.now())
        version, progress = self._policy.version, self._progress
        if version != (progress.applying or progress.applied):
            self._progress = replace(progress, applying=version, cursor="")
        self._apply_from = self._seen

    def _reviewed(self, stream: str, due_at: datetime | None) -> None:
        if due_at is not None and due_at < self._look_at:
            self._soon[stream] = due_at
            self._wake.set()
        else:
            self._soon.pop(stream, None)

    async def _decide_waiting(self) -> bool:
        """A fact that comes meanwhile asks for it once more."""
        taken = self._deciding = dict(list(self._waiting.items())[:AT_ONCE])
        for stream in taken:
            del self._waiting[stream]
        again: Sequence[str] = list(taken)
        try:
            if taken:
                again = await self._standings.decide(taken, self._policy)
        finally:
            self._waiting.update({stream: taken[stream] for stream in again})
            self._deciding = {}
        return bool(taken)

    async def _decide_due(self) -> bool:
        """All whose moment has come, however many."""
        now = self._clock.now()
        soon = [stream for stream, due_at in self._soon.items() if due_at <= now]
        for stream in soon:
            del self._soon[stream]
        for start in range(0, len(soon), AT_ONCE):
            await self._again_and_again(soon[start : start + AT_ONCE])
        if now < self._look_at:
            return bool(soon)
        after = NONE_YET
        while found := await self._overdue(now, after):
            await self._again_and_again([one.stream for one in found])
            after = found[-1]
        earliest, latest = (now + timedelta(seconds=one * self._clock.speed) for one in (VIEWS_SECONDS, LOOK_SECONDS))
        next_due = await self._views.read(lambda views: due.next_due(views, DUE))
        self._look_at = latest if next_due is None else min(max(next_due, earliest), latest)
        return bool(soon) or after is not NONE_YET

    async def _overdue(self, now: datetime, after: Due) -> list[Due]:
        return await self._views.read(lambda views: due.overdue(views, DUE, now, AT_ONCE, after))

    async def _again_and_again(self, streams: Sequence[str]) -> None:
        left: Sequence[str] = streams
        while left:
            left = await self._standings.decide(left, self._policy, BY_TIME)

    async def _apply_step(self) -> bool:
        """By a new policy the next customers are decided on: as soon as the views know all there were before it."""
        progress = self._progress
        if not progress.applying:
            return False
        if await self._views.read(lambda views: position_of(views, PROJECTION.name)) < self._apply_from:
            await asyncio.sleep(VIEWS_SECONDS)
            return True
        with_facts = not self._asks & {CustomerRegistered, *CONTACTS, *DECLARATIONS}
        streams = await self._views.read(
            lambda views: standing_due.customers(views, AT_ONCE, progress.cursor, with_facts=with_facts)
        )
        await self._again_and_again(streams)
        if self._progress != progress:
            return True
        if streams:
            self._progress = replace(progress, cursor=streams[-1])
        else:
            log.info("where customers stand was decided by path policy %s", progress.applying)
            self._progress = replace(progress, applied=progress.applying, applying="", cursor="")
        return True

    def _until_next(self) -> float:
        """Seconds of the wall's time to wait at most."""
        first = min((self._look_at, *self._soon.values()))
        return max(0.0, (first - self._clock.now()).total_seconds()) / self._clock.speed

    def _note(self) -> None:
        """Keep how far it came, now and then."""
        waiting = (*self._waiting.values(), *self._deciding.values())
        self._progress = replace(self._progress, position=min(waiting, default=self._seen + 1) - 1)
        now = asyncio.get_running_loop().time()
        if now >= self._keep_at:
            self._keep_at = now + KEEP_SECONDS
            self.keep()

    def keep(self) -> None:
        """How far it came goes to disk, so that a start goes on from there."""
        if self._file is not None and self._progress != self._kept:
            draft = self._file.with_suffix(".new")
            draft.write_text(json.dumps(asdict(self._progress)), "utf-8")
            draft.replace(self._file)
            self._kept = self._progress


def asked_by(policy: PathPolicy, now: datetime) -> frozenset[type[Event]]:
    """The kinds of facts that may change where a customer stands by this policy."""
    names = {measure.name for measure, _ in conditions_of(policy)}
    kinds: set[type[Event]] = {CustomersLinked, CustomersUnlinked, *PURCHASES}
    if "account" in names:
        kinds.update(ROLES)
    if names & {"contacts", "days_since_contact"}:
        kinds.update(CONTACTS)
    somebody = Facts(registered_at=now)
    stands_now = standing(somebody, policy, now)
    is_elsewhere = stands_now.of_routing() != UNKNOWN_STANDING or bool(stands_now.named)
    if is_elsewhere or next_change(somebody, policy, now) is not None:
        kinds.add(CustomerRegistered)
    declared = {"kind", "value_tier", "segment", "declared_value_tier", "declared_stage"}
    stands = policy.declared.value_tier and policy.declared.lifecycle_stage and set(policy.kinds.known) == set(SEGMENTS)
    if names & declared or not stands:
        kinds.update(DECLARATIONS)
    return frozenset(kinds)


def _is_by_policy(event: Event) -> bool:
    return isinstance(event, SegmentChanged | LifecycleStageChanged) and bool(event.policy)
