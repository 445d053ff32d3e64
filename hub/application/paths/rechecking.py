"""Every decision of the log taken again: whether each comes out as it was, and which do not."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from hub.application.paths.explaining import Again, PathExplaining
from hub.application.paths.in_force import COUNTED, Responses
from hub.domain.decision.events import PathDecided
from hub.domain.errors import HubError
from hub.log_windows import windows
from hub.ports import Journal

KEPT_FINDINGS = 20
_AT_ONCE = 200


@dataclass(slots=True)
class Rechecked:
    """`forgotten`: came out otherwise, as it must: who it was about is known no longer."""

    decisions: int = 0
    different: int = 0
    forgotten: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    """The first that differ."""

    @property
    def ok(self) -> bool:
        """Whether all of whom somebody is known came out as they were."""
        return not self.different

    def as_json(self) -> dict[str, Any]:
        """By name."""
        return {
            "decisions": self.decisions,
            "same": self.decisions - self.different - self.forgotten,
            "different": self.different,
            "forgotten": self.forgotten,
            "findings": self.findings,
        }

    def note(self, position: int, event: PathDecided, again: Again | HubError) -> None:
        """What came of one; an error: what it was taken on is not there any more."""
        self.decisions += 1
        if isinstance(again, Again):
            if again.same:
                return
            if again.forgotten:
                self.forgotten += 1
                return
            different = {name: {"recorded": was, "recomputed": now} for name, (was, now) in again.different.items()}
        else:
            different = {"decision": {"recorded": event.outcome, "recomputed": str(again)}}
        self.different += 1
        if len(self.findings) < KEPT_FINDINGS:
            where = {"decision_id": event.decision_id, "position": position, "at": event.at, "policy": event.policy}
            self.findings.append({**where, "different": different})


async def recheck(explaining: PathExplaining, after: int = 0, upto: int | None = None) -> Rechecked:
    """All in (after, upto] of the log. They are taken in the order in which responses were counted for them, so that
    the log of responses is gone through once."""
    journal, found = explaining.journal, Rechecked()
    head = await journal.head()
    places = [place async for place in _places(journal, after, head if upto is None else min(upto, head))]
    places.sort()
    responses = Responses({}, 0)
    for start in range(0, len(places), _AT_ONCE):
        part = places[start : start + _AT_ONCE]
        recorded = {one.position: one for one in await journal.at([position for _, position in part])}
        for answers, position in part:
            await _count(journal, responses, answers)
            event = recorded[position].event
            assert isinstance(event, PathDecided)
            found.note(position, event, await _taken(explaining, event, responses))
    return found


async def _taken(explaining: PathExplaining, event: PathDecided, responses: Responses) -> Again | HubError:
    try:
        return await explaining.taken_again(event, responses)
    except HubError as error:
        return error


async def _places(journal: Journal, after: int, upto: int) -> AsyncIterator[tuple[int, int]]:
    """Up to where responses were counted for each decision, and its place in the log."""
    async for batch in windows(journal, after, upto, (PathDecided,)):
        for one in batch:
            if isinstance(one.event, PathDecided):
                yield one.event.answers, one.position


async def _count(journal: Journal, responses: Responses, upto: int) -> None:
    async for batch in windows(journal, responses.seen, upto, COUNTED):
        if batch:
            responses.follow(batch)
    responses.seen = max(responses.seen, upto)
