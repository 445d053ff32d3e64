"""Decisions explained from the log alone: the pool's state rebuilt as of each, and each computed again."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from hub.domain.customer.events import ContactReceived
from hub.domain.errors import NotFoundError
from hub.domain.interaction.events import ContactAttached, InteractionReopened
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.domain.pool.events import PoolCommitted
from hub.ports import Journal, Recorded
from hub.router.explaining.explain import SHOWN, differences, explain
from hub.router.explaining.recomputing import Again, is_decision, recompute
from hub.router.explaining.retelling import Retelling, Taken
from hub.router.policy.book import routing_book
from hub.router.policy.parsing import Policy
from hub.router.pool.evolve import evolve
from hub.router.pool.state import PoolState

BATCH = 5_000
KEPT_FINDINGS = 20

Mark = tuple[int, tuple[int, ...]]
"""A log position, and the positions of the events that the open work was made of as of there."""
MarkBefore = Callable[[int], Mark | None]
"""The last mark at or before a log position; None: there is none, begin at the beginning."""


@dataclass(slots=True)
class Verification:
    """How many decisions of a log were taken again, and how many came out as they were."""

    events: int = 0
    """Looked at, decisions or not."""
    by_kind: Counter[str] = field(default_factory=Counter)
    """Decisions taken again, by the name of their event."""
    by_people: int = 0
    """Decisions of agents and supervisors: no rule says how they must come out."""
    missing: int = 0
    """Times when the rules would have made an offer and the log has none."""
    different: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    """The first that came out otherwise, or are missing."""

    @property
    def decisions(self) -> int:
        """How many were taken again."""
        return self.by_kind.total()

    @property
    def ok(self) -> bool:
        """Whether all came out as they were, and none is missing."""
        return not self.different and not self.missing

    def as_json(self) -> dict[str, Any]:
        """By name."""
        return {
            "events": self.events,
            "decisions": self.decisions,
            "same": self.decisions - self.different,
            "different": self.different,
            "missing": self.missing,
            "by_people": self.by_people,
            "by_kind": dict(sorted(self.by_kind.items())),
            "findings": self.findings,
        }

    def note(self, recorded: Recorded, again: Again | None) -> None:
        """What came of a decision."""
        if again is None:
            self.by_people += 1
            return
        self.by_kind[type(recorded.event).__name__] += 1
        if not again.same:
            self.different += 1
            self._keep(recorded, differences(again))

    def note_missing(self, before: Recorded, work_id: str, agent_id: str) -> None:
        """By the time of this event, this work should have been offered to this agent."""
        self.missing += 1
        self._keep(before, {"offer": {"recorded": None, "recomputed": f"{work_id} to {agent_id}"}})

    def _keep(self, recorded: Recorded, different: dict[str, Any]) -> None:
        if len(self.findings) < KEPT_FINDINGS:
            kind = type(recorded.event).__name__
            where = {"position": recorded.position, "stream": recorded.stream, "at": recorded.event.at, "type": kind}
            self.findings.append({**where, "different": different})


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
        told = []
        story: Retelling | None = None
        at = 0
        for one in history:
            if not is_decision(one) or isinstance(one.event, ContactAttached):
                continue
            mark = self._mark_before(one.position - 1)
            if story is None or (mark is not None and mark[0] > at):
                story, at = await self._rebuilt(mark)
            async for recorded in self._log(at, one.position - 1):
                story.before(recorded)
                story.after(recorded)
            told.append(explain(story.before(one), one, await self._taken(story, one), shown))
            story.after(one)
            at = one.position
        return {"interaction_id": interaction_id, "decisions": told}

    async def verify(self, after: int = 0, upto: int | None = None) -> Verification:
        """Take every decision of the log in (after, upto] again."""
        result = Verification()
        head = await self._journal.head()
        upto = head if upto is None else min(upto, head)
        story, at = await self._rebuilt(self._mark_before(after) if after else None)
        last: Recorded | None = None
        async for recorded in self._log(at, upto):
            is_looked_at = recorded.position > after
            result.events += is_looked_at
            if is_of_pool(story.state, recorded):
                if is_looked_at and last is not None and not _is_same_command(last, recorded):
                    _look_for_missing(story.state, last, recorded, result)
                last = recorded
            if is_looked_at and is_decision(recorded):
                taken = await self._taken(story, recorded)
                result.note(recorded, recompute(story.before(recorded), recorded, taken))
            else:
                story.before(recorded)
            story.after(recorded)
        if last is not None and upto == head:
            _look_for_missing(story.before(last), last, last, result)
        return result

    async def _taken(self, story: Retelling, recorded: Recorded) -> Taken | None:
        """The contact a decision is about; None: it is about none, or the contact is gone."""
        contact_id = getattr(recorded.event, "contact_id", "")
        if not contact_id:
            return None
        if contact_id in story.contacts:
            return story.contacts[contact_id]
        row = (await self._journal.contacts([contact_id])).get(contact_id)
        if row is None:
            return None
        for one in (await self._journal.load([row.stream]))[row.stream]:
            if isinstance(one.event, ContactReceived) and one.event.contact_id == contact_id:
                return Taken(one.event, row.stream)
        return None

    async def _rebuilt(self, mark: Mark | None) -> tuple[Retelling, int]:
        """The pool as of a mark, or one that knows nothing; and the log position it has."""
        book = routing_book(self._starting)
        for one in (await self._journal.load([ROUTING])).get(ROUTING, []):
            if isinstance(one.event, PolicyPublished):
                book.add(one.event.version, one.event.text)
        state = PoolState(self._starting, self._pool, book)
        for recorded in await self._journal.at(mark[1]) if mark else ():
            evolve(state, recorded.stream, recorded.version, recorded.event)
        state.last_agents.clear()  # Of what is open they say too little: later answers were to others, and are over.
        return Retelling(state), mark[0] if mark else 0

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


def is_of_pool(state: PoolState, recorded: Recorded) -> bool:
    """Whether this happened in the pool: not a customer's own story, and not work of another pool."""
    stream = recorded.stream
    if stream.startswith("interaction-"):
        is_known = stream in state.interactions or isinstance(recorded.event, InteractionReopened)
        return is_known or getattr(recorded.event, "pool", "") == state.pool
    return stream.startswith(("agent-", "routing-"))


def _is_same_command(one: Recorded, other: Recorded) -> bool:
    return one.event.causation == other.event.causation and one.event.at == other.event.at


def _look_for_missing(state: PoolState, last: Recorded, recorded: Recorded, result: Verification) -> None:
    """When a command has been carried out, nothing is left that matches."""
    match = state.matcher.next(last.event.at.timestamp())
    if match is not None:
        result.note_missing(recorded, match[0].id, match[1].agent_id)
