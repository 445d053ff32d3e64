"""Traces of who read whose personal data: durable before the answer leaves, looked up by supervisors."""

import logging
import sqlite3
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from hub.application.linking.by_contacts import whole_customers
from hub.application.views.read_models import Page
from hub.domain.customer.events import CustomerRegistered
from hub.domain.customer.identity import CUSTOMER
from hub.domain.errors import ConflictError, HubError, InvalidError, NotFoundError
from hub.domain.reading.events import PersonalDataRead, reading_stream
from hub.domain.reading.rules import Lately, Reading, evolve, trace
from hub.ports import Append, Clock, Journal, Outcome, Recorded, Unit
from hub.projections import links, readings

log = logging.getLogger(__name__)

ATTEMPTS = 5
REMEMBERED = 10_000
"""Customers whose last readings are kept at hand."""
_READ_BACK = 100
"""Newest readings of a customer that are read to find a repeat. Beyond them one too many is written."""
_UNTRACED = "who reads can't be written down now, so nothing is shown: ask again; the hub's log says why"
T = TypeVar("T")
Members = Callable[[str], Awaitable[Sequence[str]]]
"""The streams of the customer that an id leads to, the oldest first."""


class Views(Protocol):
    """The read models."""

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question."""
        ...


class UntracedError(HubError):
    """Who reads could not be written down, so nothing is shown."""


@dataclass(frozen=True, slots=True)
class _Known:
    """The readings of a customer up to a version of their stream."""

    version: int
    lately: Lately


class Readings:
    """Writes readings down. `members` tells who is one customer."""

    def __init__(self, journal: Journal, clock: Clock, members: Members) -> None:
        self._journal = journal
        self._clock = clock
        self._members = members
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def whose(self, customers: Iterable[str]) -> dict[str, Sequence[str]]:
        """The customers that these ids lead to: by canonical id, all their streams."""
        found: dict[str, Sequence[str]] = {}
        for one in dict.fromkeys(customers):
            if one.startswith(CUSTOMER) and not any(one in streams for streams in found.values()):
                streams = await self._members(one)
                found[streams[0]] = streams
        return found

    async def record(self, readings: dict[str, Reading], causation: str) -> None:
        """Have these readings, by canonical id, on record. Of an id that nobody has there is nothing to read.
        UntracedError: they could not be written."""
        try:
            waiting = readings
            for _ in range(ATTEMPTS):
                waiting = await self._write(waiting, causation)
                if not waiting:
                    return
        except Exception as error:
            log.warning("a reading can't be written down, so nothing is shown: %s", error)
            raise UntracedError(_UNTRACED) from error
        raise UntracedError(_UNTRACED)

    async def _write(self, readings: dict[str, Reading], causation: str) -> dict[str, Reading]:
        """Back come those on which another writer was first."""
        now = self._clock.now()
        units: dict[str, Unit] = {}
        for customer, reading in readings.items():
            known = await self._recent(customer)
            events = [] if known is None else trace(known.lately, reading, customer, now=now, causation=causation)
            if known is not None and events:
                units[customer] = Unit([Append(reading_stream(customer), known.version, events)])
        outcomes = await self._journal.commit(list(units.values())) if units else []
        return {customer: readings[customer] for customer in self._settle(units, outcomes)}

    def _settle(self, units: dict[str, Unit], outcomes: Sequence[Outcome]) -> list[str]:
        again: list[str] = []
        for (customer, unit), outcome in zip(units.items(), outcomes, strict=True):
            if isinstance(outcome, ConflictError):
                self._known.pop(customer, None)
                again.append(customer)
            elif isinstance(outcome, Exception):
                raise outcome
            else:
                [append] = unit.appends
                before = self._known.get(customer)
                lately = evolve(before.lately if before else {}, append.events[0])
                self._keep(customer, _Known(append.after + 1, lately))
        return again

    async def _recent(self, customer: str) -> _Known | None:
        """None: there is no such customer."""
        known = self._known.get(customer)
        if known is not None:
            self._known.move_to_end(customer)
            return known
        stream = reading_stream(customer)
        last = await self._journal.last(stream)
        if last is None:
            if await self._journal.last(customer) is None:
                return None
            return self._keep(customer, _Known(0, {}))
        after = {stream: max(0, last.version - _READ_BACK)}
        lately: Lately = {}
        for recorded in (await self._journal.load([stream], after))[stream]:
            lately = evolve(lately, recorded.event)
        return self._keep(customer, _Known(last.version, lately))

    def _keep(self, customer: str, known: _Known) -> _Known:
        self._known[customer] = known
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known


def by_views(views: Views) -> Members:
    """Who is one customer, as far as the views have come."""

    async def members(customer: str) -> Sequence[str]:
        return await views.read(lambda connection: links.resolve(connection, customer).ids)

    return members


def by_log(journal: Journal) -> Members:
    """The same as it stands in the log."""

    async def members(customer: str) -> Sequence[str]:
        known = {stream: one.customer for stream, one in (await whole_customers(journal, [customer])).items()}
        since = {stream: one.registered_at for stream, one in known.items()}
        return sorted(known, key=lambda stream: (since[stream] is None, since[stream], stream))

    return members


class ReadingList:
    """What was written down, as far as the views have come."""

    def __init__(self, views: Views) -> None:
        self._views = views

    async def find(
        self, customer: str, actor: str, start: datetime | None, end: datetime | None, limit: int, after: str
    ) -> Page:
        """Readings in [start, end), the newest first: of one customer, whichever of their streams is named, and by one
        person; empty: of all. InvalidError: no page ended at `after`."""
        place = readings.place_of(after) if after else None
        if after and place is None:
            raise InvalidError(f"{after!r} is not where a page of readings ended", "after")

        def ask(connection: sqlite3.Connection) -> list[readings.ReadingRow]:
            streams = links.resolve(connection, customer).ids if customer else ()
            return readings.readings(connection, streams, actor, start, end, limit=limit + 1, after=place)

        found = await self._views.read(ask)
        return Page(found[:limit], found[limit - 1].place if len(found) > limit else None)


async def readings_of(journal: Journal, customer: str) -> list[Recorded]:
    """All readings of a customer from the log, over all their streams, the oldest first. NotFoundError: there is no
    such customer."""
    streams = await by_log(journal)(customer) if customer.startswith(CUSTOMER) else []
    found = await journal.load([*map(reading_stream, streams)])
    traces = sorted(one for history in found.values() for one in history if isinstance(one.event, PersonalDataRead))
    if not traces and not await _is_known(journal, streams):
        raise NotFoundError(f"there is no customer {customer}")
    return traces


async def _is_known(journal: Journal, streams: Sequence[str]) -> bool:
    histories = await journal.load(streams)
    return any(isinstance(one.event, CustomerRegistered) for history in histories.values() for one in history)
