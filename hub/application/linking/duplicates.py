"""The search for customers who are in the books twice, over a whole log: what links join already, what is likely, and
what contradicts. It finds ids; who that is, is told by `tell`."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import cast

from hub.application.linking.book import LINK_TOPICS, LinkBook, Whole
from hub.domain.customer.events import CustomerForgotten, IdentifierObserved, ProfileChanged
from hub.domain.customer.identity import CUSTOMER, STRENGTH, Spell
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.journal.store import Store
from hub.paths.duplicates import findings
from hub.paths.duplicates.findings import Proposal, Shared
from hub.paths.duplicates.record import Record
from hub.paths.duplicates.search import DuplicateSearch
from hub.paths.duplicates.traits import Sound, record_of, trait
from hub.ports import Stored
from hub.projections.links import Conflict, StandingLink

READ_EVENTS = 5_000
_TELLING = frozenset(
    one.__name__ for one in (IdentifierObserved, ProfileChanged, ProfileFieldChanged, CustomerForgotten)
)
ONE_IDENTIFIER = "the same {}, proven by both"
"""What proposes two customers whom a rule would link, if a contact brought what they have in common."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A customer of several streams, and the links that join them."""

    whole: Whole
    links: tuple[StandingLink, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, as of a position of the log: ids alone. Of clusters those with the most streams; proposals
    the likeliest first. `contradictions` are identifiers that two customers hold and that no link tells of."""

    position: int
    streams: int
    customers: int
    clusters_in_all: int
    clusters: tuple[Cluster, ...]
    proposals: tuple[Proposal, ...]
    conflicts: tuple[Conflict, ...]
    contradictions: tuple[findings.Conflict, ...]
    shared: tuple[Shared, ...]
    """Identifiers that look shared, and are not said to be."""
    known_shared: tuple[str, ...]
    """Streams of identifiers that are said to be."""


@dataclass(frozen=True, slots=True)
class Identifying:
    """How identifiers lead to streams in this installation."""

    key: bytes
    spell: Spell
    current: Callable[[str], str]
    """The stream that has taken the place of one whose customer was forgotten."""

    def stream(self, kind: str, value: str) -> str:
        """The stream of an identifier."""
        return self.current(customer_id(self.key, kind, value))

    def is_sound(self, kind: str, value: str) -> bool:
        """Whether it can be one of its kind."""
        return self.spell(kind, value).is_valid


def find_duplicates(
    store: Store, identifying: Identifying, clusters: int = 50, on_events: Callable[[int], None] = lambda _: None
) -> Found:
    """Search the whole log. `clusters`: how many are told."""
    with closing(LinkBook()) as book:
        traits, position = _read(store, book, on_events)
        streams = len(traits)
        search = DuplicateSearch(book.kept_apart())
        for record in _records(traits, book, identifying):
            search.take(record)
        found = search.findings()
        blocked = book.conflicts()
        told = {frozenset((book.canonical(one.left), book.canonical(one.right))) for one in blocked}
        return Found(
            position,
            streams,
            len(search),
            sum(1 for _ in book.wholes()),
            tuple(Cluster(one, tuple(book.links_of(one))) for one in book.largest(clusters)),
            tuple(sorted((*_certain(found), *search.proposals()), key=place_of)),
            tuple(blocked),
            tuple(one for one in found.conflicts if not _is_told(one, told)),
            found.shared,
            tuple(sorted(book.shared())),
        )


def place_of(proposal: Proposal) -> tuple[float, str, str]:
    """Where a proposal stands in the list: the likeliest first."""
    return -proposal.score, proposal.one, proposal.other


def _read(store: Store, book: LinkBook, on_events: Callable[[int], None]) -> tuple[dict[str, bytes], int]:
    """What tells who each stream's customer is, and the position read up to; links are entered in the book. Contacts
    are passed over unopened."""
    traits: defaultdict[str, bytes] = defaultdict(bytes)
    position = 0
    while rows := store.read_stored(position, READ_EVENTS):
        position = rows[-1].position
        for stored, event in _opened(store, [row for row in rows if _name(row) in _TELLING]):
            if isinstance(event, CustomerForgotten):
                traits.pop(stored.stream, None)
            elif told := trait(stored.position, event):
                traits[stored.stream] += told
        book.enter(_opened(store, [row for row in rows if _name(row) in LINK_TOPICS]))
        on_events(len(rows))
    return traits, position


def _opened(store: Store, rows: list[Stored]) -> list[tuple[Stored, Event]]:
    store.codec.look_up_keys(list(dict.fromkeys(row.stream for row in rows)))
    return [(row, store.codec.decode(row.stream, row.topic, row.state)) for row in rows]


def _name(row: Stored) -> str:
    return row.topic.partition("/")[0] if row.stream.startswith(CUSTOMER) else ""


def _records(traits: dict[str, bytes], book: LinkBook, identifying: Identifying) -> Iterator[Record]:
    """One for each customer; what they are made of is thrown away on the way."""
    shared = _Shared(book.shared(), identifying)
    disputed: defaultdict[str, set[str]] = defaultdict(set)
    for one in book.conflicts():
        disputed[one.left].add(one.right)
        disputed[one.right].add(one.left)
    for whole in book.wholes():
        members = sorted(whole.members, key=lambda one: STRENGTH.get(one.kind, len(STRENGTH)))
        parts = [traits.pop(member.customer_id, b"") for member in members]
        if any(parts):
            others = set[str]().union(*(disputed.get(member.customer_id, ()) for member in members))
            yield record_of(whole.customer_id, parts, _proof(identifying, others), shared)
    while traits:
        stream, part = traits.popitem()
        yield record_of(stream, [part], _proof(identifying, disputed.get(stream, set())), shared)


def _proof(identifying: Identifying, disputed: set[str]) -> Sound:
    """What was proven to be a customer's is not, where its link with them must not be made."""
    if not disputed:
        return identifying.is_sound
    return lambda kind, value: identifying.is_sound(kind, value) and identifying.stream(kind, value) not in disputed


class _Shared:
    """Which identifiers many people share, asked by kind and value."""

    def __init__(self, streams: frozenset[str], identifying: Identifying) -> None:
        self._streams = streams
        self._identifying = identifying

    def __contains__(self, identifier: object) -> bool:
        return bool(self._streams) and self._identifying.stream(*cast(tuple[str, str], identifier)) in self._streams


def _certain(found: findings.Findings) -> Iterator[Proposal]:
    """Customers who hold the same proven identifier and are not linked: what was recorded before there were links, or
    came in by parts."""
    told: set[tuple[str, str]] = set()
    for cluster in found.clusters:
        for link in cluster.links:
            first, *others = sorted(link.streams)
            for other in others:
                if (first, other) not in told:
                    told.add((first, other))
                    yield Proposal(first, other, ONE_IDENTIFIER.format(link.rule.replace("_", " ")), 1.0, (link.rule,))


def _is_told(conflict: findings.Conflict, told: set[frozenset[str]]) -> bool:
    """Whether a blocked link tells of it, or a person has settled it already."""
    pairs = {frozenset((one, other)) for one in conflict.streams for other in conflict.streams if one < other}
    return not pairs.isdisjoint(told) or (conflict.by_hand and len(conflict.streams) == 2)
