"""Everything that is stored about a customer: the facts of all their streams, their interactions, and who read it."""

import asyncio
import heapq
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol, TypeVar

from hub.application.dossier.dossier import Dossier
from hub.application.dossier.dossiers import Dossiers
from hub.domain.customer.events import ContactReceived
from hub.domain.customer.purchases.events import PurchaseRecorded, PurchaseReversed
from hub.domain.customer.purchases.state import fold
from hub.domain.ids import interaction_id
from hub.domain.reading.events import reading_stream
from hub.ports import Clock, Journal, Recorded
from hub.projections.interactions_of import interactions_of

PAGE = 500
"""Events of a stream that are in memory at once."""
AT_ONCE = 200
"""Interactions that are read at once."""
T = TypeVar("T")


class Views(Protocol):
    """The read models."""

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question."""
        ...


@dataclass(frozen=True, slots=True)
class Story:
    """An interaction and all that happened to it, the oldest first."""

    interaction_id: str
    facts: Sequence[Recorded]


class Exports:
    """`key` is the installation's. `views` know the interactions that no contact opened: consultations."""

    def __init__(
        self, journal: Journal, clock: Clock, key: bytes, dossiers: Dossiers, views: Views | None = None
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._key = key
        self._dossiers = dossiers
        self._views = views

    async def begin(self, customer: str) -> "Export":
        """Who the customer is; what happened is read while it is written. NotFoundError: there is none."""
        dossier = await self._dossiers.show(customer)
        streams = [member.customer_id for member in dossier.members]
        bought = await self._journal.load_only(streams, (PurchaseRecorded, PurchaseReversed))
        purchases = fold(one.event for one in sorted(one for history in bought.values() for one in history))
        made = [{"purchase_id": name, **one._asdict()} for name, one in purchases.made.items()]
        consults: Sequence[str] = []
        if self._views is not None:
            consults = await self._views.read(lambda views: interactions_of(views, streams))
        return Export(self._journal, self._key, dossier, made, consults, self._clock.now())


class Export:
    """Of one customer. Read `facts` to their end before `interactions`, which are found by them."""

    def __init__(
        self,
        journal: Journal,
        key: bytes,
        dossier: Dossier,
        purchases: Sequence[dict[str, Any]],
        interactions: Sequence[str],
        made_at: datetime,
    ) -> None:
        self._journal = journal
        self._key = key
        self.dossier = dossier
        self.made_at = made_at
        self.streams = [member.customer_id for member in dossier.members]
        self._purchases = purchases
        self._interactions = dict.fromkeys(interactions)

    def customer(self) -> dict[str, Any]:
        """Who they are, by name."""
        told = {field.name: getattr(self.dossier, field.name) for field in fields(self.dossier)}
        return {**told, "purchases": self._purchases}

    async def facts(self) -> AsyncIterator[Recorded]:
        """Of all their streams, in the order they were recorded."""
        async for one in _merged(self._journal, self.streams):
            if isinstance(one.event, ContactReceived):
                self._interactions[interaction_id(self._key, one.event.contact_id)] = None
            yield one

    async def interactions(self) -> AsyncIterator[Story]:
        """Those that were opened by a contact of theirs or held for them, with all that happened to each."""
        names = list(self._interactions)
        for start in range(0, len(names), AT_ONCE):
            histories = await self._journal.load(names[start : start + AT_ONCE])
            for name, history in histories.items():
                if history:
                    yield Story(name, history)

    async def readings(self) -> AsyncIterator[Recorded]:
        """Who read their personal data."""
        async for one in _merged(self._journal, [reading_stream(stream) for stream in self.streams]):
            yield one


async def _merged(journal: Journal, streams: Sequence[str]) -> AsyncIterator[Recorded]:
    """The events of all these streams in the order of the log, a part of each in memory."""
    parts = {stream: iter(part) for stream, part in await _first(journal, streams)}
    waiting = [one for part in parts.values() if (one := next(part, None)) is not None]
    heapq.heapify(waiting)
    while waiting:
        one = waiting[0]
        yield one
        following = next(parts[one.stream], None)
        if following is None:
            parts[one.stream] = iter(await journal.part(one.stream, one.version, PAGE))
            following = next(parts[one.stream], None)
        if following is None:
            heapq.heappop(waiting)
        else:
            heapq.heapreplace(waiting, following)


async def _first(journal: Journal, streams: Sequence[str]) -> list[tuple[str, list[Recorded]]]:
    found = await asyncio.gather(*(journal.part(stream, 0, PAGE) for stream in streams))
    return list(zip(streams, found, strict=True))
