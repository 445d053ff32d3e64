"""What the path policy says is kept no longer is taken out of the store: kind by kind, in small steps, as often as one
likes. What a crash leaves half done is done again."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from hub.application.policies.paths import PathPolicies
from hub.domain.cases.state import CASE_EVENTS
from hub.domain.customer.identity import CUSTOMER
from hub.domain.errors import ConflictError, HubError
from hub.domain.event import Event
from hub.domain.retention.events import STREAM, RetentionApplied
from hub.domain.retention.kinds import CASE_TEXTS, TEXTS
from hub.domain.retention.rules import BY_POLICY, settled
from hub.ports import Append, Clock, Erasure, Journal, Recorded, Unit

SPAN = 5_000
"""Log positions that are looked through at once."""
AT_ONCE = 200
"""Events that are changed in one transaction."""
EVERY = timedelta(days=1)
FAILURES = (HubError, sqlite3.Error, OSError)
"""What may come of a disk, a store, views or a bus that are not there now."""

Pause = Callable[[], Awaitable[None]]
"""Lets others go on, between two steps."""


class Elsewhere(Protocol):
    """A kind that is not found by the log."""

    async def __call__(self, before: datetime, actor: str, pause: Pause, /, *, pretend: bool) -> int:
        """Take out what is older; how many. `pretend`: count only."""
        ...


@dataclass(frozen=True, slots=True)
class Applied:
    """What is gone of a kind, or, in a rehearsal, would be: all from before `until` but for what is still needed.
    `problem`: why that could not be done, or not wholly, so that it has to be asked for again."""

    kind: str
    days: int
    until: datetime
    count: int
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """By name."""
        return asdict(self)


async def no_pause() -> None:
    """Go on at once."""


class Retention:
    """`elsewhere`: the kinds that are not in the log, by name; a kind that is in neither is passed over."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        policies: PathPolicies,
        elsewhere: Mapping[str, Elsewhere],
        pause: Pause = no_pause,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._policies = policies
        self._elsewhere = elsewhere
        self._pause = pause

    async def apply_due(self) -> list[Applied]:
        """All kinds that were not looked after for a day, or not by their present days. One that can't be done holds
        up no other: it says so, and is due again."""
        policy, before = await self._policies.policy(), await self._applied()
        due = {
            kind: days
            for kind, days in policy.retention.days().items()
            if kind not in before or before[kind].days != days or self._clock.now() >= before[kind].at + EVERY
        }
        return await self._apply(due, f"{BY_POLICY}{policy.version}", before)

    async def apply(self, actor: str, *, pretend: bool = False) -> list[Applied]:
        """All kinds, now. `pretend`: only count what would go."""
        return await self._apply(
            (await self._policies.policy()).retention.days(), actor, await self._applied(), pretend=pretend
        )

    async def _apply(
        self, wanted: Mapping[str, int], actor: str, before: Mapping[str, RetentionApplied], *, pretend: bool = False
    ) -> list[Applied]:
        told: list[Applied] = []
        for kind, days in wanted.items():
            if kind not in TEXTS and kind not in self._elsewhere:
                continue
            until = self._clock.now() - timedelta(days=days)
            position = before[kind].position if kind in before else 0
            try:
                count, position = await self._take_out(kind, until, position, actor, pretend=pretend)
                done = Applied(kind, days, until, count)
                if not pretend:
                    await self._write_down(done, position, actor)
            except FAILURES as error:
                done = Applied(kind, days, until, 0, str(error) or type(error).__name__)
            told.append(done)
        return told

    async def _take_out(self, kind: str, until: datetime, after: int, actor: str, *, pretend: bool) -> tuple[int, int]:
        """How many, and the position up to which nothing is left to do."""
        if kind in TEXTS:
            return await self._texts(kind, until, after, pretend=pretend)
        return await self._elsewhere[kind](until, actor, self._pause, pretend=pretend), after

    async def _texts(self, kind: str, until: datetime, after: int, *, pretend: bool) -> tuple[int, int]:
        """Of events recorded until then; how many, and the position up to which nothing is left to do."""
        count, done, is_done_so_far = 0, after, True
        head = await self._journal.head()
        while after < head:
            upto = min(after + SPAN, head)
            found = await self._journal.scan(after, upto, tuple(TEXTS[kind]))
            due = [one for one in found if one.event.recorded_at <= until]
            count += await self._erase(await self._wanted(kind, due, until), pretend=pretend)
            waiting = [one.position for one in found if one.event.recorded_at > until]
            if is_done_so_far:
                done, is_done_so_far = (waiting[0] - 1 if waiting else upto), not waiting
            if waiting and not due:
                break
            after = upto
            await self._pause()
        if not pretend:
            await self._journal.scrub()
        return count, done

    async def _wanted(self, kind: str, due: Sequence[Recorded], until: datetime) -> list[Erasure]:
        """The fields of these events; of cases, those of all that was said of one that is settled by now."""
        fields = TEXTS[kind]
        here = [one for one in due if type(one.event) in fields and one.stream.startswith(CUSTOMER)]
        if kind == CASE_TEXTS:
            here = await self._of_settled(here, until)
        return [Erasure(one.position, fields[type(one.event)]) for one in here]

    async def _of_settled(self, due: Iterable[Recorded], until: datetime) -> list[Recorded]:
        named = {(one.stream, _case_of(one.event)) for one in due}
        found: list[Recorded] = []
        for history in (await self._journal.load_only(sorted({stream for stream, _ in named}), CASE_EVENTS)).values():
            over = settled(one.event for one in history)
            found += [
                one
                for one in history
                if type(one.event) in TEXTS[CASE_TEXTS]
                and (one.stream, _case_of(one.event)) in named
                and _case_of(one.event) in over
                and one.event.recorded_at <= until
            ]
        return found

    async def _erase(self, erasures: Sequence[Erasure], *, pretend: bool) -> int:
        count = 0
        for start in range(0, len(erasures), AT_ONCE):
            count += await self._journal.erase(erasures[start : start + AT_ONCE], pretend=pretend)
            await self._pause()
        return count

    async def _applied(self) -> dict[str, RetentionApplied]:
        """What was done last, by kind."""
        history = (await self._journal.load([STREAM]))[STREAM]
        return {one.event.kind: one.event for one in history if isinstance(one.event, RetentionApplied)}

    async def _write_down(self, done: Applied, position: int, actor: str) -> None:
        now = self._clock.now()
        fact = RetentionApplied(
            at=now, recorded_at=now, causation=f"{STREAM} {done.kind}", actor=actor, kind=done.kind, days=done.days,
            until=done.until, count=done.count, position=position,
        )  # fmt: skip
        while True:
            last = await self._journal.last(STREAM)
            [outcome] = await self._journal.commit([Unit([Append(STREAM, last.version if last else 0, [fact])])])
            if not isinstance(outcome, Exception):
                return
            if not isinstance(outcome, ConflictError):
                raise outcome


def _case_of(event: Event) -> str:
    return str(getattr(event, "case_id", ""))
