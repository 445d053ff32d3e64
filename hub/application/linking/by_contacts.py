"""Links that contacts bring: two verified identifiers in one contact make their streams one customer, in its own
transaction."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple, Protocol

from hub.application.customer_cache import CustomerCache, Known, recall
from hub.application.linking.names_beyond import bearing_other_names
from hub.domain.contact import Identifier
from hub.domain.customer.events import Customer, CustomerRegistered, IdentifierObserved, ProfileChanged, evolve
from hub.domain.customer.identity import Home, Spell
from hub.domain.customer.links.component import unknown
from hub.domain.customer.links.decide import Asked, Told, link_verified
from hub.domain.customer.links.events import Side
from hub.domain.customer.links.rules import REACHES, SUFFICIENT, decisive
from hub.domain.customer.links.state import Links, pair_of
from hub.domain.customer.normalise import normalise
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.ports import Append, Streams

Renewed = Callable[[Sequence[Home]], Sequence[Home]]
"""The same homes, with the streams that have taken the place of those of forgotten customers."""

READS = 100
"""How often a batch reads on, one link farther each time, before it leaves what it still lacks to the next contact."""


class Attesting(Protocol):
    """What brings identifiers: a contact, a record of another system."""

    @property
    def id(self) -> str: ...


class Wish(NamedTuple):
    """A contact attests that the stream it belongs to, of an identifier of this kind, and another are one customer."""

    home: str
    kind: str
    other: str
    identifier: Identifier
    """The other's."""


async def whole_customers(journal: Streams, streams: Collection[str]) -> dict[str, Known]:
    """These streams and all that they are linked with, as they stand in the log."""
    found: dict[str, Known] = {}
    while missing := unknown(links_of(found), streams):
        found |= await recall(journal, sorted(missing))
    return found


def links_of(known: Mapping[str, Known]) -> dict[str, Links]:
    """What deciding about links needs of these customers."""
    return {stream: one.customer.links for stream, one in known.items()}


class LinkRound:
    """The links of one batch of contacts. A batch in which no contact brings two verified identifiers costs a look at
    each, and reads nothing."""

    def __init__(
        self,
        cache: CustomerCache,
        key: bytes,
        contacts: Iterable[Attesting],
        homes: Iterable[Home],
        spell: Spell = normalise,
        renewed: Renewed = lambda homes: homes,
    ) -> None:
        self._cache = cache
        self._read: set[str] = set()
        self._reads_left = READS
        self._wishes: dict[str, tuple[Wish, ...]] = {}
        bringing = [
            (contact.id, home, attested)
            for contact, home in zip(contacts, homes, strict=True)
            if len(home.identifiers) > 1 and len(attested := _attested(key, home, spell)) > 1
        ]
        if not bringing:
            return
        today = iter(renewed([one for _, _, attested in bringing for one in attested]))
        for contact_id, home, attested in bringing:
            if wishes := _wishes(home, list(islice(today, len(attested)))):
                self._wishes[contact_id] = wishes

    async def read(self) -> bool:
        """Have at hand, as they stand in the log or newer, all customers whose links have to be decided on. Whether
        it had to wait for that: then anything may have changed, look at everything again."""
        missing = self._missing() if self._wishes and self._reads_left else set()
        if not missing:
            return False
        self._reads_left -= 1
        for stream, found in (await self._cache.read(sorted(missing))).items():
            known = self._cache.get(stream)
            if known is None or known.version < found.version:
                self._cache.put(stream, found)
        self._read |= missing
        return True

    def decide(
        self, contact: Attesting, customer: Known, now: datetime, actor: str, name: str = ""
    ) -> tuple[list[Event], list[Append]]:
        """What the contact adds to its own stream, which stands at `customer` after the contact's own facts, and to
        others, which the cache then holds as they will be. `name`: what the contact calls who it is from. Nothing waits
        between `read` and this."""
        wishes = self._wishes.get(contact.id)
        if not wishes:
            return [], []
        mine: list[Event] = []
        others: dict[str, list[Event]] = {}
        before: dict[str, int] = {}
        for wish in wishes:
            if _settled(customer.customer.links, wish):
                continue
            known = at_hand(self._cache, {wish.home, wish.other}, {wish.home: customer})
            if unknown(links_of(known), [wish.home, wish.other]):
                continue  # somebody linked it meanwhile with whom nobody here knows: the next contact brings it again
            at_first = self._cache.get(wish.home)
            called = {stream: one.customer.name for stream, one in known.items()}
            called[wish.home] = at_first.customer.name if at_first else ""
            for stream, event in _told(wish, known, Asked(now, actor, contact.id), called, name):
                if stream == wish.home:
                    mine.append(event)
                    customer = _after(customer, event)
                else:
                    before.setdefault(stream, known[stream].version)
                    others.setdefault(stream, []).append(event)
                    known[stream] = _after(known[stream], event)
                    self._cache.put(stream, known[stream])
        return mine, [Append(stream, before[stream], events) for stream, events in others.items()]

    def _missing(self) -> set[str]:
        """Streams that are to be decided on and were not read in this round."""
        start: set[str] = set()
        for wishes in self._wishes.values():
            for wish in wishes:
                home = self._cache.get(wish.home)
                if home is None or not _settled(home.customer.links, wish):
                    start |= {wish.home, wish.other}
        known = at_hand(self._cache, start, {})
        return unknown(links_of(known), start) | (known.keys() - self._read)


def at_hand(cache: CustomerCache, streams: Iterable[str], decided: Mapping[str, Known]) -> dict[str, Known]:
    """What is at hand of these and all they are linked with; `decided`: newer than the cache."""
    found: dict[str, Known] = {}
    waiting = set(streams)
    while waiting:
        stream = waiting.pop()
        known = decided.get(stream) or cache.get(stream)
        if known is not None:
            found[stream] = known
            linked = {one for link in known.customer.links.live for one in link.pair}
            waiting |= linked - found.keys()
    return found


def side_of(stream: str, kind: str, customer: Customer, now: datetime) -> Side:
    """A stream as links name it; one without events is registered now."""
    return Side(id=stream, kind=kind, since=customer.registered_at or now)


def _attested(key: bytes, home: Home, spell: Spell) -> list[Home]:
    """Each identifier of a contact that is verified, sound and of a kind that is enough for a link, with its stream."""
    return [
        Home(customer_id(key, one.kind, one.value), False, (one,))
        for one in home.identifiers
        if one.verified and one.kind in SUFFICIENT and spell(one.kind, one.value).is_valid
    ]


def _wishes(home: Home, attested: Sequence[Home]) -> tuple[Wish, ...]:
    """The links a contact attests: between its own stream and those of its other identifiers."""
    streams = {one.stream: one.identifiers[0] for one in attested}
    leading = streams.pop(home.stream, None)
    if leading is None:
        return ()
    return tuple(
        Wish(home.stream, leading.kind, stream, one)
        for stream, one in streams.items()
        if decisive(leading.kind, one.kind)
    )


def _settled(links: Links, wish: Wish) -> bool:
    pair = pair_of(wish.home, wish.other)
    return links.shared or pair in links.apart or links.joins(pair)


def _told(wish: Wish, known: Mapping[str, Known], asked: Asked, called: Mapping[str, str], name: str) -> Told:
    """The facts of a link or of why there is none; who was never heard of is registered with it, and called by the name
    that came with it. `called`: what each stream's customer was called before, `name`: what the contact calls them."""
    home, other = known[wish.home].customer, known[wish.other].customer
    if home.forgotten or other.forgotten:
        return []
    one = side_of(wish.home, wish.kind, home, asked.now)
    two = side_of(wish.other, wish.identifier.kind, other, asked.now)
    told = link_verified(links_of(known), one, two, asked, bearing_other_names(one, two, called.__getitem__, name))
    if not told:
        return []
    first: Told = []
    if not other.registered:
        seen = wish.identifier
        observed = IdentifierObserved(**asked.common(), kind=seen.kind, value=seen.value, verified=True)
        first += [(wish.other, CustomerRegistered(**asked.common())), (wish.other, observed)]
    if name and not other.name and wish.kind in REACHES:  # neither of the two says who somebody is
        first.append((wish.other, ProfileChanged(**asked.common(), name=name)))
    return [*first, *told]


def _after(known: Known, event: Event) -> Known:
    return Known(known.version + 1, evolve(known.customer, event))
