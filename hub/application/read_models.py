"""The read models for asyncio: each question is answered of one moment, on a thread of its own."""

import asyncio
import dataclasses
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from hub.domain.errors import InvalidError
from hub.domain.interaction.state import Phase
from hub.ports import Clock
from hub.projections import adherence, agents, customers, interactions, metrics, queues
from hub.projections.agent_intervals import agent_intervals, place_of
from hub.projections.agents import AgentNow
from hub.projections.interactions import InteractionRow
from hub.projections.live import live
from hub.projections.runner import position_of
from hub.projections.views import open_views

READERS = 2
"""Threads, so that a long question does not hold up a short one."""
RECENT = 50
"""Contacts of a customer in a snapshot."""
EVERY = "*"

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
    """How many, now: interactions that wait by queue, agents by state; the service level of each queue today."""

    waiting: Mapping[str, int]
    agents: Mapping[str, int]
    service_level: Mapping[str, float]


class ReadModels:
    """Questions to the views, for the API and whoever else looks. Times are UTC; rows are ready for JSON."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
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
        return await self.read(lambda connection: _of_one_moment(connection, question))

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = open_views(self._path)
            self._open.append(connection)
        return connection

    async def position(self) -> int:
        """The log position the views show."""
        return await self._ask(_position)

    async def customer(self, customer_id: str) -> Row | None:
        """Customer 360."""
        return await self._ask(lambda views: _customer(views, customer_id))

    async def customer_by_identifier(self, kind: str, value: str) -> Row | None:
        """The customer who was last seen with an identifier; `also` names others who were."""

        def find(views: sqlite3.Connection) -> Row | None:
            first, *others = customers.customers_of_identifier(views, kind, value) or [""]
            row = _customer(views, first)
            return None if row is None else {**row, "also": others}

        return await self._ask(find)

    async def customer_timeline(self, streams: Sequence[str], limit: int, before: int | None) -> Page:
        """The contacts of a customer's streams on all channels, newest first."""
        found = await self._ask(lambda views: customers.timeline_of(views, streams, limit, before))
        return Page([dataclasses.asdict(one) for one in found], found[-1].position if len(found) == limit else None)

    async def interactions(self, queue: str, phase: str, limit: int, after: str) -> Page:
        """Interactions in the order they were queued."""
        if after and not after.isdigit():
            raise InvalidError(f"{after!r} is not where a page of interactions ended", "after")
        found = await self._ask(
            lambda views: interactions.interactions(
                views, queue or None, phase or None, limit=limit, after=int(after or 0)
            )
        )
        return Page([_interaction(one) for one in found], str(found[-1].no) if len(found) == limit else None)

    async def interaction(self, interaction_id: str) -> Row | None:
        """One interaction and all that happened to it."""

        def find(views: sqlite3.Connection) -> Row | None:
            found = interactions.interaction(views, interaction_id)
            if found is None:
                return None
            timeline = [dataclasses.asdict(fact) for fact in interactions.timeline(views, interaction_id)]
            return {**_interaction(found), "timeline": timeline}

        return await self._ask(find)

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
        """Open offers, of one agent or of all (empty)."""
        return [
            _interaction(one) for one in await self._ask(lambda views: interactions.offers(views, agent_id or None))
        ]

    async def queues(self) -> Sequence[Row]:
        """The queue board."""
        return [_queue(one) for one in await self._ask(queues.queue_board)]

    async def queue(self, name: str) -> Row | None:
        """One queue."""
        found = await self._ask(lambda views: queues.queue_now(views, name))
        return None if found is None else _queue(found)

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
            return Census(waiting, agents.states(views), levels)

        return await self._ask(count)

    async def snapshot(self, agents: Sequence[str], queues: Sequence[str], customers: Sequence[str]) -> Snapshot:
        """What a listener who is too far behind starts over from."""
        return await self._ask(lambda views: _snapshot(views, agents, queues, customers, self._today()))

    def _today(self) -> datetime:
        return self._clock.now().replace(hour=0, minute=0, second=0, microsecond=0)


def _of_one_moment(views: sqlite3.Connection, question: Callable[[sqlite3.Connection], T]) -> T:
    views.execute("BEGIN")
    try:
        return question(views)
    finally:
        views.execute("ROLLBACK")


def _page(found: Sequence[T], limit: int, place: Callable[[T], str]) -> Page:
    """Of one more than the page holds, if there is one more."""
    rows = found[:limit]
    return Page(rows, place(rows[-1]) if len(found) > limit else None)


def _position(views: sqlite3.Connection) -> int:
    return position_of(views, "interactions")


def _customer(views: sqlite3.Connection, customer_id: str) -> Row | None:
    found = customers.customer(views, customer_id)
    if found is None:
        return None
    row = _named(dataclasses.asdict(found), "customer_id")
    row["open_interactions"] = [_interaction(one) for one in found.open_interactions]
    return row


def _interaction(found: InteractionRow) -> Row:
    return _named(dataclasses.asdict(found), "interaction_id")


def _queue(found: queues.QueueNow) -> Row:
    return {**dataclasses.asdict(found), "in_queue": found.in_queue}


def _named(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {name: row.pop("id"), **{key: value for key, value in row.items() if key != "no"}}


def _snapshot(
    views: sqlite3.Connection,
    of_agents: Sequence[str],
    of_queues: Sequence[str],
    of_customers: Sequence[str],
    today: datetime,
) -> Snapshot:
    state: dict[str, Any] = {}
    if of_agents:
        held = (
            _held(views)
            if EVERY in of_agents
            else [one for agent in of_agents for one in interactions.held_by(views, agent)]
        )
        state["interactions"] = [_interaction(one) for one in held]
        state["agents"] = (
            agents.agent_board(views, today)
            if EVERY in of_agents
            else [now for one in of_agents if (now := agents.agent_now(views, one, today)) is not None]
        )
    if of_queues:
        board_rows = queues.queue_board(views)
        state["queues"] = [_queue(one) for one in board_rows if EVERY in of_queues or one.queue in of_queues]
    if of_customers:
        state["customers"] = [
            {**row, "timeline": [dataclasses.asdict(one) for one in customers.timeline(views, customer_id, RECENT)]}
            for customer_id in of_customers
            if (row := _customer(views, customer_id)) is not None
        ]
    return Snapshot(_position(views), state)


def _held(views: sqlite3.Connection) -> list[InteractionRow]:
    """What any agent has been offered, is on, or wraps up."""
    found = interactions.offers(views)
    for phase in (Phase.ACTIVE, Phase.WRAP_UP):
        found += interactions.interactions(views, phase=phase, limit=1_000_000)
    return found
