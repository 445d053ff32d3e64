"""Customers of another system: registered with their identifiers, linked by the rules that contacts are linked by."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from hub.application.customer_cache import NOBODY, CustomerCache, Known
from hub.application.imports.newcomers import Newcomer, join
from hub.application.imports.profiles import ImportedProfiles
from hub.application.imports.writer import Decided, RefusedRecordError
from hub.application.linking.by_contacts import LinkRound, at_hand, links_of, side_of
from hub.domain.customer.attested import AttestCustomer, attest_customer, contradiction
from hub.domain.customer.events import evolve
from hub.domain.customer.identity import Home, Renewed, Spell
from hub.domain.customer.links.component import unknown
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
    """Decides on records of customers. `actor` is who says it, `profile` names the profile fields they fill."""

    own_field = ""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        key: bytes,
        actor: str,
        spell: Spell,
        renewed: Renewed,
        profile: Iterable[str] = (),
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._key = key
        self._actor = actor
        self._spell = spell
        self._renewed = renewed
        self._profiles = ImportedProfiles(journal, clock, profile, spell)
        self._cache = CustomerCache(journal, STREAMS_KEPT)
        self._links: LinkRound | None = None
        self._homes_of: dict[str, tuple[Home, ...]] = {}
        """By receipt: the stream a record belongs to, then those of its other verified identifiers."""
        self._new: set[str] = set()
        """Receipts of records of whose streams nothing is known, and no other record of the batch names one."""
        self._before: set[str] = set()
        """Streams of the last batch: not all that was decided on them can be read yet."""
        self._unfolded: dict[str, Newcomer] = {}
        """By stream: the newcomers of the last batch. What their facts add up to is worked out when it is needed, which
        is seldom."""

    def own_id(self, _record: CustomerRecord) -> str:
        """A record that says something else is news of the same customer."""
        return ""

    async def prepare(self, batch: Sequence[tuple[CustomerRecord, str]]) -> None:
        """Have all streams at hand that these are decided on, and all that those are linked with."""
        named = [self._homes(record) for record, _ in batch]
        renewed = iter(self._renewed([home for homes in named for home in homes]))
        self._homes_of = {
            receipt: tuple(islice(renewed, len(homes))) for (_, receipt), homes in zip(batch, named, strict=True)
        }
        streams = Counter(home.stream for homes in self._homes_of.values() for home in homes)
        self._fold(streams)
        await self._cache.fill(list(streams))
        self._new = {
            receipt
            for receipt, homes in self._homes_of.items()
            if all(streams[home.stream] == 1 and self._version(home.stream) == 0 for home in homes)
        }
        known = {receipt: homes for receipt, homes in self._homes_of.items() if receipt not in self._new}
        causes, leading = [_Caused(receipt) for receipt in known], [homes[0] for homes in known.values()]
        self._links = LinkRound(self._cache, self._key, causes, leading, self._spell, self._renewed)
        while await self._links.read():
            await self._cache.fill(list(streams))
        self._profiles.let_go(streams.keys() | self._before)
        await self._profiles.prepare(await self._whole([home.stream for homes in known.values() for home in homes]))
        self._before = set(streams)

    async def decide(self, record: CustomerRecord, causation: str) -> Decided:
        """Refused where a strong identifier of it is somebody else's."""
        now = self._clock.now()
        if record.changed_at is not None and record.changed_at > now:
            raise InvalidError("this time is still to come", "changed_at")
        command = AttestCustomer(
            record.identifiers, record.declared, record.changed_at or now, now, self._actor, causation
        )
        homes = self._homes_of[causation]
        return self._newcomer(record, command, homes) if causation in self._new else self._known(record, command, homes)

    def forget(self) -> None:
        """Read all anew."""
        self._cache = CustomerCache(self._journal, STREAMS_KEPT)
        self._profiles.forget()
        self._unfolded = {}

    async def _whole(self, streams: Sequence[str]) -> Iterable[str]:
        """These and all they are linked with, where what is known of them is asked for."""
        found = at_hand(self._cache, streams, {})
        while self._profiles.asks and (missing := unknown(links_of(found), streams)):
            await self._cache.fill(sorted(missing))
            found = at_hand(self._cache, streams, {})
        return found

    def _newcomer(self, record: CustomerRecord, command: AttestCustomer, homes: Sequence[Home]) -> Decided:
        """Nothing can stand against somebody of whom nothing was known."""
        stream = homes[0].stream
        events = attest_customer(NOBODY.customer, command)
        events += self._profile((), events, record, command)
        newcomer = join({stream: events}, homes, command)
        for one in newcomer:
            self._cache.forget(one)
            self._unfolded[one] = newcomer
        return Decided(stream, [Append(one, 0, events) for one, events in newcomer.items()])

    def _known(self, record: CustomerRecord, command: AttestCustomer, homes: Sequence[Home]) -> Decided:
        stream = homes[0].stream
        known = self._cache.get(stream)
        assert known is not None
        assert self._links is not None
        if len(homes) > 1:
            self._check(homes)
        events = attest_customer(known.customer, command)
        events += self._profile(at_hand(self._cache, [stream], {}), events, record, command)
        decided = _after(known, events)
        cause, name = _Caused(command.causation), record.declared.name
        links, others = self._links.decide(cause, decided, command.now, self._actor, name)
        self._cache.put(stream, _after(decided, links))
        events += links
        appends = [Append(stream, known.version, events), *others] if events else others
        for append in appends:
            self._profiles.decided(append.stream, append.events)
        return Decided(stream, appends)

    def _profile(
        self, members: Iterable[str], fresh: Sequence[Event], record: CustomerRecord, command: AttestCustomer
    ) -> Sequence[Event]:
        by = {"at": command.at, "actor": command.actor, "causation": command.causation}
        return self._profiles.decide(members, fresh, record.profile, command.now, **by)

    def _fold(self, named: Iterable[str]) -> None:
        """Work out what the facts of those newcomers of the last batch add up to who are named again."""
        unfolded, self._unfolded = self._unfolded, {}
        for stream in named:
            for one, events in unfolded.get(stream, {}).items():
                self._cache.put(one, _after(NOBODY, events))
                self._profiles.decided(one, events)
                unfolded.pop(one, None)

    def _version(self, stream: str) -> int | None:
        known = self._cache.get(stream)
        return None if known is None else known.version

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
