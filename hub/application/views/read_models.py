"""The read models for asyncio: each question is answered of one moment, on a thread of its own."""

import asyncio
import dataclasses
import sqlite3
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from hub.application.views.customer_view import Facts, PersonalFacts, wanted
from hub.application.views.glimpse import interaction_row, look, queue_row, shown_position
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.ports import Clock
from hub.projections import adherence, agents, cases, customers, interactions, metrics, queues
from hub.projections.agent_intervals import agent_intervals, place_of
from hub.projections.agents import AgentNow
from hub.projections.colleagues import Colleague, signed_on
from hub.projections.interactions import Consult, InteractionFact, InteractionRow
from hub.projections.interactions_lines import DETAILS, IN_WORDS
from hub.projections.live import live
from hub.projections.mentions import Mention, unread
from hub.projections.reports import Question, reports
from hub.projections.satisfaction import satisfaction
from hub.projections.views import of_one_moment, open_views
from hub.router.pool.reasons import why_of

READERS = 2
"""Threads, so that a long question does not hold up a short one."""

Row = Mapping[str, Any]
"""One row of a read model, its values ready for JSON (times as datetime)."""
T = TypeVar("T")


class Page(NamedTuple):
    """A part of a long list, and where the next one starts; None: this was the last. Rows are mappings, or dataclasses
    that are told as they are."""

    rows: Sequence[Any]
    next: int | str | None


class Snapshot(NamedTuple):
    """How things stand as of one log position."""

    position: int
    state: Row


class Census(NamedTuple):
    """How many, now: interactions that wait by queue, agents by state; the service level of each queue today; cases
    that are open, and those of them that are overdue."""

    waiting: Mapping[str, int]
    agents: Mapping[str, int]
    service_level: Mapping[str, float]
    cases: Mapping[str, int]


class ReadModels:
    """Questions to the views, for the API and whoever else looks. Times are UTC; rows are ready for JSON. Views hold
    nothing personal: that comes from `facts`."""

    def __init__(self, path: Path, clock: Clock, facts: PersonalFacts) -> None:
        self._path = path
        self._facts = facts
        self._clock = clock
        self._threads = ThreadPoolExecutor(READERS, "views-reader")
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []

    def close(self) -> None:
        """Give the connections back."""
        self._threads.shutdown()
        for connection in self._open:
            connection.close()

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question that opens its own transaction if it needs one."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: question(self._connection()))

    async def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        return await self.read(lambda connection: of_one_moment(connection, question))

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = open_views(self._path)
            self._open.append(connection)
        return connection

    async def position(self) -> int:
        """The log position the views show."""
        return await self._ask(shown_position)

    async def customers_by_identifier(self, kind: str, value: str) -> Sequence[str]:
        """The streams that were seen with an identifier, the one that was seen with it last first."""
        alias = self._facts.alias("value", value)
        return await self._ask(lambda views: customers.customers_of_identifier(views, kind, alias))

    async def interactions(
        self,
        queue: str,
        phase: str,
        limit: int,
        after: str,
        *,
        agent_id: str = "",
        customers: Sequence[str] = (),
        channel: str = "",
    ) -> Page:
        """Interactions in the order they were queued; of an agent or of customers without a phase: the open ones."""
        if after and not after.isdigit():
            raise InvalidError(f"{after!r} is not where a page of interactions ended", "after")
        found = await self._ask(
            lambda views: interactions.interactions(
                views,
                queue or None,
                phase or None,
                agent=agent_id,
                customers=customers,
                channel=channel,
                limit=limit,
                after=int(after or 0),
            )
        )
        return Page(await self._interactions(found), str(found[-1].no) if len(found) == limit else None)

    async def interaction(self, interaction_id: str) -> Row | None:
        """One interaction, all that happened to it, and whom its agent asks for advice."""

        def find(views: sqlite3.Connection) -> tuple[InteractionRow | None, list[InteractionFact], list[Consult]]:
            found = interactions.interaction(views, interaction_id)
            return found, interactions.timeline(views, interaction_id), interactions.consults(views, interaction_id)

        found, timeline, consults = await self._ask(find)
        if found is None:
            return None
        [row] = await self._interactions([found])
        said = await self._said([fact.position for fact in timeline if fact.type in IN_WORDS])
        lines = [_line(fact, said.get(fact.position)) for fact in timeline]
        return {**row, "timeline": lines, "consults": [dataclasses.asdict(one) for one in consults]}

    async def agents(self, limit: int, after: str) -> Page:
        """The agent board: everybody who ever signed on, by id, those after an id."""
        found = await self._ask(
            lambda views: agents.agent_board(views, self._today(), after=after, limit=limit + 1),
        )
        return _page(found, limit, lambda last: last.agent_id)

    async def agent(self, agent_id: str) -> AgentNow | None:
        """One agent."""
        return await self._ask(lambda views: agents.agent_now(views, agent_id, self._today()))

    async def offers(self, agent_id: str) -> Sequence[Row]:
        """Open offers, of one agent or of all (empty), each with why it was made, and how old the work is."""

        def find(views: sqlite3.Connection) -> tuple[list[InteractionRow], Mapping[str, tuple[str, ...]]]:
            found = interactions.offers(views, agent_id or None)
            return found, interactions.offer_reasons(views, found)

        (found, reasons), now = await self._ask(find), self._clock.now()
        rows = await self._interactions(found)
        return [
            {
                **row,
                "seconds_waited": round((now - row["since"]).total_seconds(), 3),
                "reasons": reasons.get(row["offer_id"], ()),
                "why": why_of(reasons.get(row["offer_id"], ())),
            }
            for row in rows
        ]

    async def colleagues(self, part: str, limit: int) -> Sequence[Colleague]:
        """Agents who are signed on, whose name or id holds this part."""
        return await self._ask(lambda views: signed_on(views, part, limit))

    async def mentions(self, agent_id: str, limit: int) -> Sequence[Mention]:
        """Notes that mention an agent and that they have not read, the newest first."""
        return await self._ask(lambda views: unread(views, agent_id, limit))

    async def these(self, ids: Sequence[str]) -> Sequence[Row]:
        """Those of these interactions that the views show, in their order."""
        return await self._interactions(await self._ask(lambda views: interactions.these(views, ids)))

    async def queues(self) -> Sequence[Row]:
        """The queue board."""
        return [queue_row(one) for one in await self._ask(queues.queue_board)]

    async def queue(self, name: str) -> Row | None:
        """One queue."""
        found = await self._ask(lambda views: queues.queue_now(views, name))
        return None if found is None else queue_row(found)

    async def metrics(self, start: datetime | None, end: datetime | None, queue: str) -> Sequence[Row]:
        """The figures of each queue in each interval that begins in [start, end)."""
        found = await self._ask(lambda views: metrics.queue_intervals(views, start, end, queue or None))
        return [one.as_row() for one in found]

    async def agent_metrics(
        self, start: datetime | None, end: datetime | None, agent_id: str, limit: int, after: str
    ) -> Page:
        """The times of each agent in each interval that begins in [start, end), those after where a page ended."""
        now, place = self._clock.now(), place_of(after) if after else None
        found = await self._ask(
            lambda views: agent_intervals(views, start, end, agent_id or None, as_of=now, after=place, limit=limit + 1)
        )
        return _page(found, limit, lambda last: str(last.place))

    async def adherence(self, start: datetime | None, end: datetime | None, agent_id: str) -> Sequence[Row]:
        """What each agent was in against what was planned for them in [start, end), up to now."""
        now = self._clock.now()
        found = await self._ask(lambda views: adherence.adherence(views, start, end, agent_id or None, as_of=now))
        return [one.as_row() for one in found]

    async def satisfaction(
        self, start: datetime | None, end: datetime | None, by: Collection[str], only: Mapping[str, str]
    ) -> Sequence[Row]:
        """What customers said of what they were asked about in the intervals that begin in [start, end)."""
        found = await self._ask(lambda views: satisfaction(views, start, end, by, only))
        return [one.as_row() for one in found]

    async def report(self, asked: Question) -> tuple[Sequence[Row], Row]:
        """The rows of a report, and the same of all of them together."""
        whole = dataclasses.replace(asked, by=(), grain=None)
        rows, total = await self._ask(lambda views: (reports(views, asked), reports(views, whole)))
        return [one.as_row() for one in rows], total[0].as_row()

    async def live(self) -> Row:
        """The figures of this moment; counts and shares since midnight UTC."""
        now = self._clock.now()
        return (await self._ask(lambda views: live(views, self._today(), as_of=now))).as_row()

    async def census(self) -> Census:
        """What Prometheus is told of queues and agents."""

        def count(views: sqlite3.Connection) -> Census:
            waiting = queues.in_queue(views)
            today = metrics.totals_by_queue(views, self._today())
            levels = {name: one.service_level for name, one in today.items() if one.service_level is not None}
            counted = dataclasses.asdict(cases.counts(views, self._clock.now()))
            return Census(waiting, agents.states(views), levels, counted)

        return await self._ask(count)

    async def snapshot(self, agents: Sequence[str], queues: Sequence[str]) -> Snapshot:
        """What a listener who is too far behind starts over from."""
        looked = await self._ask(lambda views: look(views, agents, queues, self._today()))
        facts = await self._said(looked.wanted)
        return Snapshot(looked.position, looked.state(facts))

    async def _interactions(self, found: Sequence[InteractionRow]) -> list[Row]:
        facts = await self._said(wanted(found))
        return [interaction_row(one, facts) for one in found]

    async def _said(self, positions: Collection[int]) -> Facts:
        if not positions:
            return {}
        return {one.position: one.event for one in await self._facts.at(sorted(positions))}

    def _today(self) -> datetime:
        return self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)


def _line(fact: InteractionFact, said: Event | None) -> Row:
    """With what people said, which no view keeps."""
    line = dataclasses.asdict(fact)
    if said is not None:
        line["detail"] = DETAILS[type(said)](said)
    return line


def _page(found: Sequence[T], limit: int, place: Callable[[T], str]) -> Page:
    """Of one more than the page holds, if there is one more."""
    rows = found[:limit]
    return Page(rows, place(rows[-1]) if len(found) > limit else None)
