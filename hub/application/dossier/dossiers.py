"""Tells who a customer is: now, or as it was known at a past moment, by the same rules."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Protocol, TypeVar

from hub.application.customers.profiles import policy_at
from hub.application.dossier.activity import Activity, activity
from hub.application.dossier.dossier import Beside, Dossier, dossier
from hub.application.dossier.entries import place_of
from hub.application.dossier.facts import CustomerFacts, facts_of
from hub.application.dossier.outbounds import outbounds_of
from hub.application.dossier.points import Lineage, newest_preference, point_row, points_of
from hub.application.dossier.question import Question
from hub.application.dossier.roles import roles_of
from hub.application.dossier.then import then
from hub.application.dossier.timeline import TimelinePage, timeline_page
from hub.application.policies.paths import PathPolicies
from hub.application.views.customer_view import wanted
from hub.domain.customer.identity import Spell
from hub.domain.customer.normalise import normalise
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.ports import Clock, Journal, Recorded
from hub.projections.customers import Only, Place, TimelineContact, timeline_of
from hub.projections.views import of_one_moment

T = TypeVar("T")


class Views(Protocol):
    """The read models."""

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question."""
        ...


class Dossiers:
    """`key` is the installation's. Without `views` everything is told from the log, as past moments always are."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        key: bytes,
        policies: PathPolicies,
        views: Views | None = None,
        lineage: Lineage = lambda stream: (stream,),
        spell: Spell = normalise,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._key = key
        self._policies = policies
        self._views = views
        self._lineage = lineage
        self._spell = spell

    async def show(self, customer: str, at: datetime | None = None) -> Dossier:
        """The customer that an id leads to, or led to then. NotFoundError: there is, or was, none."""
        facts = await facts_of(self._journal, customer, at)
        moment = at or self._clock.now()
        return dossier(facts, await self._beside(facts, at, moment), moment, self._spell)

    async def timeline(
        self, customer: str, question: Question, limit: int, before: int | None = None, at: datetime | None = None
    ) -> TimelinePage:
        """A page of all that happened with the customer that an id leads to, the newest first; `before`: where the page
        before ended. NotFoundError, InvalidError."""
        facts = await facts_of(self._journal, customer, at)
        place = None if before is None else await self._place(before)
        async with self.views_of(facts, at) as views:

            async def contacts(place: Place | None, only: Only, size: int) -> Sequence[TimelineContact]:
                return await views.read(
                    lambda connection: timeline_of(connection, list(facts.members), size, place, only)
                )

            outbounds = await outbounds_of(self._journal, facts, at)
            return await timeline_page(facts, question, place, limit, contacts, self._said, outbounds)

    async def _place(self, position: int) -> Place:
        found = await self._journal.at([position])
        if not found:
            raise InvalidError(f"{position} is not where a page of a timeline ended", "before")
        return place_of(found[0])

    async def _said(self, positions: Sequence[int]) -> dict[int, Event]:
        return {one.position: one.event for one in await self._journal.at(positions)} if positions else {}

    @asynccontextmanager
    async def views_of(self, facts: CustomerFacts, at: datetime | None) -> AsyncIterator[Views]:
        """The read models as they are, or as they were of this customer."""
        if at is None and self._views is not None:
            yield self._views
            return
        made = await then(self._journal, self._key, facts, at)
        try:
            yield made
        finally:
            made.close()

    async def _beside(self, facts: CustomerFacts, at: datetime | None, moment: datetime) -> Beside:
        (doing, said), policy, roles, points = await asyncio.gather(
            self._activity(facts, at),
            policy_at(self._policies, at),
            roles_of(self._journal, facts.events, moment, at),
            points_of(self._journal, self._key, self._lineage, facts, moment, at),
        )
        rows = [point_row(one, policy.purpose_table()) for one in points]
        return Beside(doing, said, policy, roles, rows, newest_preference(rows))

    async def _activity(self, facts: CustomerFacts, at: datetime | None) -> tuple[Activity, dict[int, Recorded]]:
        async with self.views_of(facts, at) as views:
            found = await views.read(
                lambda connection: of_one_moment(connection, lambda views: activity(views, list(facts.members)))
            )
        positions = {*found.newest, *wanted(found.open_interactions)}
        read = await self._journal.at(sorted(positions)) if positions else ()
        return found, {one.position: one for one in read}
