"""Has customers asked how it was when an interaction or a case is over, as the path policy says."""

import asyncio
import contextlib
import heapq
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from hub.application.policies.paths import PathPolicies
from hub.application.satisfaction.surveys import Question, Satisfaction
from hub.domain.cases.events import CaseResolved
from hub.domain.cases.identity import customer_of_case
from hub.domain.errors import HubError, RefusedError
from hub.domain.event import Event
from hub.domain.interaction.events import InteractionEnded
from hub.domain.policy.events import PathPolicyPublished
from hub.domain.satisfaction.decide import NotAsked, drawn
from hub.domain.satisfaction.events import SurveyKind
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.surveys import About
from hub.ports import Clock, Recorded

log = logging.getLogger(__name__)

AT_ONCE = 50
"""Occasions that are decided on before what came meanwhile is looked at."""
KEEP_SECONDS = 5.0
"""Between two times that what waits is written down, on the wall's clock."""
LOOK_SECONDS = 30.0
"""After so long without anything to do it is written down how far the log was seen."""
RETRY_SECONDS = 1.0
AGAIN_AFTER = timedelta(seconds=30)
"""What could not be decided is tried again after so long, on the wall's clock."""


class Waiting(NamedTuple):
    """Something that may be asked about, at its time; `over_since`: when it was over."""

    due: datetime
    kind: SurveyKind
    about: str
    over_since: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """What waited when everything up to `position` had been seen. Losing it costs the questions about what was over
    before, and nothing else: nobody is asked twice."""

    position: int
    waiting: tuple[Waiting, ...] = ()

    def to_json(self) -> str:
        """To be written down."""
        rows = [(one.due.isoformat(), one.kind, one.about, one.over_since.isoformat()) for one in self.waiting]
        return json.dumps({"position": self.position, "waiting": rows})


def read_kept(file: Path) -> Kept | None:
    """None: there is nothing that can be read."""
    try:
        told = json.loads(file.read_text("utf-8"))
        rows = [
            Waiting(datetime.fromisoformat(due), SurveyKind(kind), str(about), datetime.fromisoformat(over))
            for due, kind, about, over in told["waiting"]
        ]
        return Kept(int(told["position"]), tuple(rows))
    except (OSError, ValueError, TypeError, KeyError):
        return None


class SatisfactionWatch:
    """Follows the log from `start` on. Several processes may do so: the customer's streams let each be asked once."""

    def __init__(
        self, satisfaction: Satisfaction, policies: PathPolicies, clock: Clock, file: Path | None = None
    ) -> None:
        self._satisfaction = satisfaction
        self._policies = policies
        self._clock = clock
        self._file = file
        self._waiting: list[Waiting] = []
        """A heap: what is due first is its first."""
        self._known: set[tuple[SurveyKind, str]] = set()
        """What is in it."""
        self._new: list[tuple[About, str, datetime]] = []
        """What is over and was not looked at yet."""
        self._is_new_policy = True
        self._asked_about: set[About] = set()
        self._seen = 0
        self._wake = asyncio.Event()
        self._keep_at = 0.0
        self._kept: Kept | None = None

    async def start(self, head: int) -> int:
        """The position to follow the log from; `head` where nothing was written down."""
        found = read_kept(self._file) if self._file is not None else None
        kept = found if found is not None and found.position <= head else Kept(head)
        for one in kept.waiting:
            self._put(one)
        self._seen = kept.position
        await self._take_policy()
        return kept.position

    def follow(self, batch: Sequence[Recorded]) -> None:
        """These events were committed."""
        for _, stream, _, event in batch:
            kind = type(event)
            if kind is InteractionEnded:
                self._over(About.INTERACTION, stream, event)
            elif kind is CaseResolved:
                self._resolved(stream, event)
            elif kind is PathPolicyPublished:
                self._is_new_policy = True
        self._seen = batch[-1].position
        if self._new or self._is_new_policy:
            self._wake.set()

    def _over(self, about: About, name: str, event: Event) -> None:
        """Where no rule speaks of such, nobody has to be woken: most policies ask of little."""
        if about in self._asked_about or self._is_new_policy:
            self._new.append((about, name, event.at))

    def _resolved(self, stream: str, event: Any) -> None:
        """Not what an account is told of it."""
        if customer_of_case(event.case_id) == stream:
            self._over(About.CASE, event.case_id, event)

    async def run(self) -> None:
        """For ever."""
        while True:
            self._wake.clear()
            try:
                if await self.step():
                    continue
            except HubError as error:
                log.warning("customers can't be asked how it was now, trying on: %s", error)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._until_next())

    async def step(self) -> bool:
        """Ask about some; False: there was nothing to ask about now."""
        if self._is_new_policy:
            await self._take_policy()
        self._take_new()
        now, done = self._clock.now(), 0
        while self._waiting and self._waiting[0].due <= now and done < AT_ONCE:
            later = await self._decide_or_wait(self._waiting[0])
            self._known.discard((self._waiting[0].kind, self._waiting[0].about))
            heapq.heappop(self._waiting)
            if later is not None:
                self._put(later)
            done += 1
        self._note()
        return done > 0

    def keep(self) -> None:
        """What waits goes to disk, so that a start goes on from there."""
        kept = Kept(self._seen, tuple(self._waiting))
        if self._file is not None and not self._new and kept != self._kept:
            draft = self._file.with_suffix(".new")
            draft.write_text(kept.to_json(), "utf-8")
            draft.replace(self._file)
            self._kept = kept

    async def _take_policy(self) -> None:
        self._is_new_policy = False
        self._policy: PathPolicy = await self._policies.policy()
        self._asked_about = {rule.about for rule in self._policy.surveys.rules}

    def _take_new(self) -> None:
        """Of most it is known at once that nobody is asked: they are not drawn, whichever rule it would be."""
        taken, self._new = self._new, []
        surveys = self._policy.surveys
        for about, name, over_since in taken:
            for kind in SurveyKind:
                rules = surveys.rules_of(kind, about)
                if not rules:
                    continue
                if drawn(surveys.limits, kind, name) >= max(rule.share for rule in rules):
                    self._satisfaction.counted(kind, NotAsked.NOT_DRAWN)
                    continue
                self._put(Waiting(over_since + min(rule.delay for rule in rules), kind, name, over_since))

    def _put(self, waiting: Waiting) -> None:
        if (waiting.kind, waiting.about) not in self._known:
            self._known.add((waiting.kind, waiting.about))
            heapq.heappush(self._waiting, waiting)

    async def _decide_or_wait(self, waiting: Waiting) -> Waiting | None:
        """What fails is tried again later: it does not hold up the others."""
        try:
            return await self._decide(waiting)
        except HubError as error:
            log.warning("it can't be decided now whether to ask about %s, trying again: %s", waiting.about, error)
            return waiting._replace(due=self._clock.now() + AGAIN_AFTER * self._clock.speed)

    async def _decide(self, waiting: Waiting) -> Waiting | None:
        """Ask, or not; what is to be asked later comes back."""
        kind, policy = waiting.kind, self._policy
        occasion = await self._satisfaction.occasion(waiting.about)
        if occasion is None or occasion.over_since is None:
            return None
        rule = policy.surveys.rule_for(kind, occasion)
        if rule is None:
            return None
        due, now = occasion.over_since + rule.delay, self._clock.now()
        if due > now:
            return Waiting(due, kind, waiting.about, occasion.over_since)
        if now >= due + policy.surveys.limits.answer_within:
            self._satisfaction.counted(kind, NotAsked.TOO_LATE)
            return None
        question = Question(kind, occasion, rule.channels(occasion), rule.share)
        by = f"policy:{policy.version}"
        try:
            asked = await self._satisfaction.ask(question, policy, actor=by, command_id=waiting.about)
        except RefusedError:
            self._satisfaction.counted(kind, NotAsked.FORGOTTEN)
            return None
        return waiting._replace(due=asked.held_until) if asked.held_until else None

    def _until_next(self) -> float:
        """Seconds of the wall's time to wait at most."""
        if not self._waiting:
            return LOOK_SECONDS
        due = (self._waiting[0].due - self._clock.now()).total_seconds()
        return min(max(0.0, due) / self._clock.speed, LOOK_SECONDS)

    def _note(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._keep_at:
            self._keep_at = now + KEEP_SECONDS
            self.keep()
