"""Customers of another system: registered with their identifiers, linked by the rules that contacts are linked by."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from hub.application.customer_cache import CustomerCache, Known
from hub.application.imports.writer import Decided, RefusedRecordError
from hub.application.linking import LinkRound, at_hand, links_of, side_of
from hub.domain.customer.attested import AttestCustomer, attest_customer, contradiction
from hub.domain.customer.events import evolve
from hub.domain.customer.identity import Home, Renewed, Spell
from hub.domain.customer.links.rules import SUFFICIENT
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.ports import Append, Clock, Journal
from hub.records.customers import CustomerRecord

STREAMS_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class _Caused:
    """A record as the cause of links."""

    id: str


class ImportedCustomers:
    """Decides on records of customers. `actor` is who says it."""

    own_field = ""

    def __init__(self, journal: Journal, clock: Clock, key: bytes, actor: str, spell: Spell, renewed: Renewed) -> None:
        self._journal = journal
        self._clock = clock
        self._key = key
        self._actor = actor
        self._spell = spell
        self._renewed = renewed
        self._cache = CustomerCache(journal, STREAMS_KEPT)
        self._links: LinkRound | None = None
        self._streams: dict[str, tuple[Home, ...]] = {}
        """By receipt: the stream a record belongs to, then those of its other verified identifiers."""
        self._named = Counter[str]()
        """How many records of the batch name a stream."""
        self._unfolded: dict[str, tuple[Known, list[Event]]] = {}
        """Customers of the last batch whom no other record of it named, with what was decided on them: what that adds
        up to is worked out when it is needed, which is seldom."""

    def own_id(self, _record: CustomerRecord) -> str:
        """A record that says something else is news of the same customer."""
        return ""

    async def prepare(self, batch: Sequence[tuple[CustomerRecord, str]]) -> None:
        """Have all streams at hand that these are decided on, and all that those are linked with."""
        named = [self._homes(record) for record, _ in batch]
        renewed = iter(self._renewed([home for homes in named for home in homes]))
        self._streams = {
            receipt: tuple(islice(renewed, len(homes))) for (_, receipt), homes in zip(batch, named, strict=True)
        }
        homes = [self._streams[receipt][0] for _, receipt in batch]
        causes = [_Caused(receipt) for _, receipt in batch]
        self._links = LinkRound(self._cache, self._key, causes, homes, self._spell, self._renewed)
        streams = [home.stream for found in self._streams.values() for home in found]
        self._named = Counter(streams)
        unfolded, self._unfolded = self._unfolded, {}
        for stream in self._named.keys() & unfolded.keys():
            self._cache.put(stream, _after(*unfolded[stream]))
        await self._cache.fill(streams)
        while await self._links.read():
            await self._cache.fill(streams)

    async def decide(self, record: CustomerRecord, causation: str) -> Decided:
        """Refused where a strong identifier of it is somebody else's."""
        now = self._clock.now()
        if record.changed_at is not None and record.changed_at > now:
            raise InvalidError("this time is still to come", "changed_at")
        homes = self._streams[causation]
        stream = homes[0].stream
        known = self._cache.get(stream)
        assert known is not None
        assert self._links is not None
        if len(homes) > 1:
            self._check(homes)
        at = record.changed_at or now
        command = AttestCustomer(record.identifiers, record.declared, at, now, self._actor, causation)
        events = attest_customer(known.customer, command)
        if len(homes) == 1 and self._named[stream] == 1 and not known.customer.links.live:
            self._cache.forget(stream)
            self._unfolded[stream] = known, events
            return Decided(stream, [Append(stream, known.version, events)] if events else [])
        decided = _after(known, events)
        links, others = self._links.decide(_Caused(causation), decided, now, self._actor)
        self._cache.put(stream, _after(decided, links))
        events += links
        return Decided(stream, [Append(stream, known.version, events), *others] if events else others)

    def forget(self) -> None:
        """Read all anew."""
        self._cache = CustomerCache(self._journal, STREAMS_KEPT)
        self._unfolded = {}

    def _homes(self, record: CustomerRecord) -> list[Home]:
        """Of the first identifier with all that the record names, then of each other one that is attested."""
        first, *others = record.identifiers
        homes = [Home(customer_id(self._key, first.kind, first.value), False, record.identifiers)]
        homes += [
            Home(customer_id(self._key, one.kind, one.value), False, (one,))
            for one in others
            if one.verified and one.kind in SUFFICIENT
        ]
        return homes

    def _check(self, homes: Sequence[Home]) -> None:
        known = at_hand(self._cache, [home.stream for home in homes], {})
        now = self._clock.now()
        sides = [
            side_of(home.stream, home.identifiers[0].kind, known[home.stream].customer, now)
            for home in homes
            if home.identifiers[0].verified
        ]
        found = contradiction(links_of(known), sides)
        if found is not None:
            raise RefusedRecordError(
                found.said.kind,
                f"this {_called(found.said.kind)} belongs to another customer, whose {_called(found.known.kind)} is not"
                f" the one of this row ({found.known.id})",
            )


def _called(kind: str) -> str:
    return kind.replace("_", " ")


def _after(known: Known, events: Sequence[Event]) -> Known:
    customer = known.customer
    for event in events:
        customer = evolve(customer, event)
    return Known(known.version + len(events), customer)
