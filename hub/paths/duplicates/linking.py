"""Which records are one customer beyond doubt: joined by proven identifiers, held apart by what contradicts them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import combinations
from typing import NamedTuple

from hub.domain.customer.links.rules import BY_LAW, NUMBER, REACHES, SUFFICIENT
from hub.paths.duplicates.comparing import contradiction, identifiers_contradict, plainly_different, vouched
from hub.paths.duplicates.findings import KEPT_APART, Cluster, Conflict, Link, Shared
from hub.paths.duplicates.record import Record

MOST_PEOPLE = 3
"""An identifier that more people than this use is shared: a switchboard's, a dealer's, made up."""
_COUNTED = 10
"""How many different people are counted at most."""
_SAMPLE = 200
"""Of how many of an identifier's records people are told apart."""
_COMPARED = 60
"""How many records of one component are compared with all others of it."""

Forbids = Callable[..., str]
"""Why two records can't be linked by an identifier of a kind; empty: nothing is against it."""

_STAGES: tuple[tuple[tuple[str, ...], Forbids], ...] = (
    (BY_LAW, identifiers_contradict),
    ((NUMBER,), identifiers_contradict),
    (REACHES, contradiction),
)
"""Identifiers from the strongest on, and what forbids their links. Where links of one stage contradict, none of them
stands: which one is wrong nobody can tell; those of earlier stages do. So the order of records never matters."""

Apart = frozenset[frozenset[str]]
"""Pairs of streams that a person said are two customers."""


class Member(NamedTuple):
    """A record that holds an identifier, proven or claimed."""

    ordinal: int
    record: Record
    verified: bool


class Judged(NamedTuple):
    """What the records that hold one identifier make of it."""

    links: "tuple[Edge, ...]" = ()
    conflict: Conflict | None = None
    shared: Shared | None = None


class Edge(NamedTuple):
    """A link, and the ordinals of its records."""

    link: Link
    ordinals: tuple[int, ...]


class Joined(NamedTuple):
    """The components that stand, as ordinals, and what is to be told of them."""

    components: list[list[int]]
    clusters: tuple[Cluster, ...]
    conflicts: tuple[Conflict, ...]


def judge(kind: str, value: str, members: Sequence[Member]) -> Judged:
    """Whether an identifier that several records hold links those that hold it verified. A phone or mail address links
    those alone whose names, or birth dates, say the same: of two people who use it, one may have left no name."""
    people = _people(members)
    if people > MOST_PEOPLE:
        return Judged(shared=Shared(kind, value, people, _held_by(members)))
    proven = [one for one in members if one.verified]
    if kind not in SUFFICIENT or len(proven) < 2:
        return Judged()
    if kind not in REACHES:
        return Judged((_edge(kind, value, proven),))
    if reason := _contradicted(proven, kind):
        return Judged(conflict=Conflict((_edge(kind, value, proven).link,), _held_by(proven), reason))
    return Judged(tuple(_edge(kind, value, same) for same in _vouched_for(proven) if len(same) > 1))


def _vouched_for(members: Sequence[Member]) -> list[list[Member]]:
    """Those together who are vouched to be one person with somebody among them."""
    groups: list[list[Member]] = []
    for member in members[:_SAMPLE]:
        same = [group for group in groups if any(vouched(member.record, other.record) for other in group)]
        groups = [group for group in groups if group not in same] + [
            [*(one for group in same for one in group), member]
        ]
    return [sorted(group, key=lambda one: one.record.stream) for group in groups]


def _edge(kind: str, value: str, members: Sequence[Member]) -> "Edge":
    return Edge(Link(kind, value, _held_by(members)), tuple(one.ordinal for one in members))


def join(edges: Iterable[Edge], record_of: Callable[[int], Record], apart: Apart) -> Joined:
    """What stands of these links, and what doesn't."""
    by_kind = defaultdict(list)
    for edge in edges:
        by_kind[edge.link.rule].append(edge)
    standing: list[Edge] = []
    settled: dict[int, int] = {}
    conflicts: list[Conflict] = []
    for kinds, forbids in _STAGES:
        fresh = [edge for kind in kinds for edge in by_kind[kind]]
        for component, joining in _components(fresh, settled):
            reason = _reason(component, settled, record_of, partial(forbids, by=kinds[0]), apart)
            if reason:
                links = tuple(edge.link for edge in joining)
                conflicts.append(Conflict(links, _streams(component, record_of), reason))
            else:
                standing += joining
        settled = {one: component[0] for component, _ in _components(standing, {}) for one in component}
    together = list(_components(standing, {}))
    clusters = tuple(
        Cluster(_streams(component, record_of), tuple(edge.link for edge in joining)) for component, joining in together
    )
    return Joined([component for component, _ in together], clusters, tuple(conflicts))


def _streams(component: list[int], record_of: Callable[[int], Record]) -> tuple[str, ...]:
    return tuple(sorted(record_of(one).stream for one in component))


def _reason(
    component: list[int],
    settled: dict[int, int],
    record_of: Callable[[int], Record],
    forbids: Callable[[Record, Record], str],
    apart: Apart,
) -> str:
    """Why the links that make this component can't all be right; what earlier stages settled is not asked again."""
    for one, other in _pairs(sorted(component, key=lambda one: record_of(one).stream)):
        if one in settled and settled[one] == settled.get(other):
            continue
        first, second = record_of(one), record_of(other)
        if frozenset((first.stream, second.stream)) in apart:
            return KEPT_APART
        reason = forbids(first, second)
        if reason:
            return reason
    return ""


def _pairs(component: list[int]) -> Iterator[tuple[int, int]]:
    yield from combinations(component[:_COMPARED], 2)
    for late in component[_COMPARED:]:
        for early in component[:_COMPARED]:
            yield early, late


def _components(edges: Iterable[Edge], settled: Mapping[int, int]) -> Iterator[tuple[list[int], list[Edge]]]:
    """Connected ordinals, each component ascending, with the edges that join them, in the order of their first ones.
    `settled`: what is joined already, by the first of its component."""
    parent = dict(settled)

    def root(one: int) -> int:
        while parent.setdefault(one, one) != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    edges = list(edges)
    for edge in edges:
        first = root(edge.ordinals[0])
        for ordinal in edge.ordinals[1:]:
            other = root(ordinal)
            first, high = min(first, other), max(first, other)
            parent[high] = first
    joining = defaultdict(list)
    for edge in edges:
        joining[root(edge.ordinals[0])].append(edge)
    members = defaultdict(list)
    for one in sorted(parent):
        members[root(one)].append(one)
    for first, component in members.items():
        if first in joining:
            yield component, joining[first]


def _people(members: Sequence[Member]) -> int:
    """How many different people these are, counted until they are plainly too many for one identifier."""
    known: list[Record] = []
    for member in members[:_SAMPLE]:
        if all(plainly_different(member.record, other) for other in known):
            known.append(member.record)
        if len(known) == _COUNTED:
            break
    return len(known)


def _contradicted(members: Sequence[Member], kind: str) -> str:
    """What tells any two of them apart, whoever stands between the two and contradicts nobody; empty: nothing."""
    pairs = combinations(members[:_COMPARED], 2)
    reasons = (contradiction(one.record, other.record, kind) for one, other in pairs)
    return next((reason for reason in reasons if reason), "")


def _held_by(members: Sequence[Member]) -> tuple[str, ...]:
    return tuple(one.record.stream for one in members)
