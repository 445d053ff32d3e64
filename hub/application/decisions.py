"""Decisions explained from the log alone: the pool's state rebuilt as of each, and each computed again."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from hub.domain.errors import NotFoundError
from hub.domain.interaction.events import InteractionQueued
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.domain.pool.events import PolicyAdopted, PoolCommitted
from hub.ports import Journal, Recorded
from hub.router.evolve import evolve
from hub.router.explaining import DECISIONS, SHOWN, explain, recompute
from hub.router.explaining import decided as decided_in
from hub.router.policies import PolicyBook
from hub.router.policy import Policy
from hub.router.state import PoolState

BATCH = 5_000
KEPT_FINDINGS = 20

MarkBefore = Callable[[int], tuple[int, tuple[int, ...]] | None]
"""The last log position before the given one for which it is known what the open work was made of, and the positions
of those events; None: there is none, begin at the beginning."""


@dataclass(slots=True)
class Verification:
    """How many decisions of a log were computed again, and how many came out as they were."""

    decisions: int = 0
    offers: int = 0
    placements: int = 0
    same: int = 0
    different: list[dict[str, Any]] = field(default_factory=list)
    """The first that came out otherwise."""

    def as_json(self) -> dict[str, Any]:
        return {
            "decisions": self.decisions,
            "offers": self.offers,
            "placements": self.placements,
            "same": self.same,
            "different": self.decisions - self.same,
            "findings": self.different,
        }


class Decisions:
    """`starting`: the policy of decisions from before the first that is on record; `mark_before` shortens the way."""

    def __init__(
        self, journal: Journal, starting: Policy, mark_before: MarkBefore = lambda _: None, pool: str = "main"
    ) -> None:
        self._journal = journal
        self._starting = starting
        self._mark_before = mark_before
        self._pool = pool

    async def of(self, interaction_id: str, shown: int | None = SHOWN) -> dict[str, Any]:
        """Every decision on an interaction. Raises NotFoundError."""
        history = (await self._journal.load([interaction_id])).get(interaction_id, [])
        if not history or not interaction_id.startswith("interaction-"):
            raise NotFoundError(f"there is no interaction {interaction_id!r}")
        wanted = [one for one in history if isinstance(one.event, DECISIONS)]
        told = []
        state: PoolState | None = None
        at = 0
        for one in wanted:
            mark = self._mark_before(one.position - 1)
            if state is None or (mark is not None and mark[0] > at):
                state, at = await self._rebuilt(mark, one)
            async for recorded in self._log(at, one.position - 1):
                evolve(state, recorded.stream, recorded.version, recorded.event)
            told.append(explain(state, one, shown))
            evolve(state, one.stream, one.version, one.event)
            at = one.position
        return {"interaction_id": interaction_id, "decisions": told}

    async def verify(self, after: int = 0, upto: int | None = None) -> Verification:
        """Compute again every decision of the log in (after, upto]."""
        result = Verification()
        upto = await self._journal.head() if upto is None else upto
        mark = self._mark_before(after) if after else None
        state, at = await self._rebuilt(mark, None)
        async for recorded in self._log(at, upto):
            if recorded.position > after:
                _check(state, recorded, result)
            evolve(state, recorded.stream, recorded.version, recorded.event)
        return result

    async def _rebuilt(
        self, mark: tuple[int, tuple[int, ...]] | None, before: Recorded | None
    ) -> tuple[PoolState, int]:
        """The pool as of a mark, or one that knows nothing; and the log position it has."""
        book = PolicyBook(self._starting)
        for one in (await self._journal.load([ROUTING])).get(ROUTING, []):
            if isinstance(one.event, PolicyPublished):
                book.add(one.event.version, one.event.text)
        facts = await self._journal.at(mark[1]) if mark else []
        state = PoolState(self._first_policy(book, facts, before), self._pool, book)
        for recorded in facts:
            evolve(state, recorded.stream, recorded.version, recorded.event)
        return state, mark[0] if mark else 0

    def _first_policy(self, book: PolicyBook, facts: list[Recorded], before: Recorded | None) -> Policy:
        adopted = any(isinstance(one.event, PolicyAdopted) for one in facts)
        if not adopted and before is not None and isinstance(before.event, InteractionQueued):
            version = before.event.policy
            return book.get(version) if version in book else self._starting
        return self._starting

    async def _log(self, after: int, upto: int) -> AsyncIterator[Recorded]:
        while after < upto:
            batch = await self._journal.read(after, min(BATCH, upto - after))
            if not batch:
                return
            for recorded in batch:
                if recorded.position > upto:
                    return
                if not isinstance(recorded.event, PoolCommitted):
                    yield recorded
            after = batch[-1].position


def _check(state: PoolState, recorded: Recorded, result: Verification) -> None:
    again = recompute(state, recorded)
    if again is None:
        return
    result.decisions += 1
    if isinstance(recorded.event, InteractionQueued):
        result.placements += 1
    else:
        result.offers += 1
    was = decided_in(recorded)
    if again == was:
        result.same += 1
    elif len(result.different) < KEPT_FINDINGS:
        found = {"position": recorded.position, "interaction_id": recorded.stream, "decided": was, "recomputed": again}
        result.different.append(found)
