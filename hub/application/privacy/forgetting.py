"""Forgetting a customer: the fact, then the key of all that says who it was, in all the streams of the customer."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import orjson

from hub.application.customer_cache import Known
from hub.application.linking.by_contacts import whole_customers
from hub.application.linking.said_elsewhere import said_elsewhere
from hub.domain.customer.events import CustomerForgotten
from hub.domain.customer.forgetting import forget
from hub.domain.customer.identity import CUSTOMER
from hub.domain.errors import ConflictError, NotFoundError, RefusedError
from hub.ports import Append, Clock, Committed, Journal, Recorded, Unit

log = logging.getLogger(__name__)

ATTEMPTS = 5


class Keys(Protocol):
    """The customers' keys. Each of these may wait for the disk."""

    def begin_forgetting(self, streams: Iterable[str], asked: str) -> None: ...
    def unfinished(self) -> list[tuple[str, str]]: ...
    def returned(self, forgotten: Sequence[str]) -> list[str]: ...
    def forget(self, streams: Sequence[str]) -> None: ...
    def drop(self, streams: Iterable[str]) -> None: ...


class _Asked(NamedTuple):
    """Why, by whom, under which command."""

    reason: str
    actor: str
    command_id: str


class Forgetting:
    """Forgets customers; `follow` the log for those whom another process forgets. `also` is told of each stream that
    was forgotten, to let go of what it remembers."""

    def __init__(self, journal: Journal, clock: Clock, keys: Keys, *also: Callable[[str], None]) -> None:
        self._journal = journal
        self._clock = clock
        self._keys = keys
        self._also = also

    async def forget(self, customer_id: str, reason: str, *, actor: str, command_id: str) -> list[Recorded]:
        """When this returns nothing in the store says who this customer was. The new facts; none for who was forgotten
        already, whose keys are looked after once more. NotFoundError: there is no such customer; RefusedError: an older
        version of the hub wrote its facts, with nothing sealed."""
        asked = _Asked(reason, actor, command_id)
        for _ in range(ATTEMPTS):
            members = await self._members(customer_id)
            appends = [
                Append(stream, known.version, events)
                for stream, known in members.items()
                if (events := self._decide(known, asked))
            ]
            if await self._journal.has_unsealed(list(members)):
                raise RefusedError(
                    f"customer {customer_id} can't be forgotten: an older version of the hub wrote down who it is for "
                    "everybody to read, and facts are never changed"
                )
            # First of all nothing new goes there: a contact that comes now begins a stream of its own.
            await asyncio.to_thread(self._keys.begin_forgetting, members, orjson.dumps(list(asked)).decode())
            recorded: list[Recorded] = []
            if appends:
                [outcome] = await self._journal.commit([Unit(appends)])
                if not isinstance(outcome, Committed):
                    continue
                recorded = _recorded(outcome.first, appends)
            if elsewhere := await said_elsewhere(self._journal, members):
                await self._journal.erase(elsewhere)
                await self._journal.scrub()
            await asyncio.to_thread(self._keys.forget, list(members))
            await self._journal.drop_snapshots(list(members))
            self._let_go(members)
            return recorded
        raise ConflictError(customer_id)

    async def finish(self, facts: Sequence[str] = ()) -> int:
        """Finish what a crash left half done, and delete the keys again that came back with an old backup, of the
        streams that were forgotten by the `facts`; how many streams."""
        back = await asyncio.to_thread(self._keys.returned, facts)
        if back:
            log.warning("the keys of %d forgotten streams came back, from a backup: they are deleted again", len(back))
            await asyncio.to_thread(self._keys.forget, back)
        unfinished = await asyncio.to_thread(self._keys.unfinished)
        for stream, asked in unfinished:
            reason, actor, command_id = orjson.loads(asked)
            log.warning("forgetting %s was begun and not finished: it is finished now", stream)
            await self.forget(stream, reason, actor=actor, command_id=command_id)
        return len(unfinished) + len(back)

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        forgotten = [one.stream for one in batch if type(one.event) is CustomerForgotten]
        if forgotten:
            self._keys.drop(forgotten)
            self._let_go(forgotten)

    def _decide(self, known: Known, asked: _Asked) -> list[CustomerForgotten]:
        now = self._clock.now()
        return forget(known.customer, asked.reason, now=now, actor=asked.actor, causation=asked.command_id)

    async def _members(self, customer_id: str) -> Mapping[str, Known]:
        """All streams of the customer, as they stand in the log."""
        if customer_id.startswith(CUSTOMER):
            members = await whole_customers(self._journal, [customer_id])
            if members[customer_id].customer.registered:
                return members
        raise NotFoundError(f"there is no customer {customer_id}")

    def _let_go(self, streams: Iterable[str]) -> None:
        for stream in streams:
            for let_go in self._also:
                let_go(stream)


def _recorded(first: int, appends: Iterable[Append]) -> list[Recorded]:
    recorded: list[Recorded] = []
    for stream, after, events in appends:
        for version, event in enumerate(events, after + 1):
            recorded.append(Recorded(first + len(recorded), stream, version, event))
    return recorded
