"""Which identifiers are enough to link two streams without a person, and which no customer has two of."""

from collections.abc import Iterable, Set
from typing import Protocol, TypeVar

from hub.domain.customer.links.events import Side

BY_LAW = ("national_id", "legal_id")
"""Who somebody is by law: a person or a company, never both, and never two."""
NUMBER = "customer_number"
REACHES = ("phone", "email")
"""What may turn out to reach many people."""
SUFFICIENT = (*BY_LAW, NUMBER, *REACHES)
"""Kinds that link alone when both sides are verified, from the strongest on. Others (cookies, tickets) are devices and
occasions, not people."""
STRONG = (*BY_LAW, NUMBER)
LARGEST = 50
"""Streams of one customer beyond which no rule joins more: something else than a person grows there."""
SHARED_FROM = 3
"""Different people with whom one phone or mail address was verified: from then on it is shared."""


def decisive(left: str, right: str) -> str:
    """The stronger of two kinds of verified identifier, which is the rule that links them; empty: they don't link. A
    person who acts for a company is not that company."""
    if left not in SUFFICIENT or right not in SUFFICIENT or (left in BY_LAW and right in BY_LAW):
        return ""
    return min(left, right, key=SUFFICIENT.index)


class Kinded(Protocol):
    """Something that names somebody: the stream of an identifier, or the identifier itself."""

    @property
    def kind(self) -> str:
        """The kind of identifier."""
        ...


T = TypeVar("T", bound=Kinded)
_BY_LAW_APART = (BY_LAW, *((kind,) for kind in BY_LAW))
_NOT_SHARED = (STRONG, *_BY_LAW_APART)


def conflicts(left: Iterable[Side], right: Iterable[Side], by: tuple[str, str] = ("", "")) -> list[Side]:
    """Strong identifiers of two customers, from whole to whole, that stand against their being one, if identifiers of
    the kinds in `by` would link them."""
    ours = {side for side in left if side.kind in STRONG}
    theirs = {side for side in right if side.kind in STRONG}
    return sorted(contradicting(ours, theirs, by), key=_id)


def contradicting(ours: Set[T], theirs: Set[T], by: tuple[str, str] = ("", "")) -> set[T]:
    """The one notion of a contradiction, for links and for the search for duplicates: those of the strong identifiers
    of two sides that say they are two, having none of a sort in common: two identities by law, or two customer numbers.
    Who is attested to hold one more customer number by their identity itself may; a phone or mail address joins nobody
    whose strong identifiers no one ever brought together: families share them, and they get new owners."""
    found: set[T] = set()
    for kinds in _sorts(by):
        one = {each for each in ours if each.kind in kinds}
        other = {each for each in theirs if each.kind in kinds}
        if one and other and one.isdisjoint(other):
            found |= one | other
    return found


def _sorts(by: tuple[str, str]) -> tuple[tuple[str, ...], ...]:
    """The sorts of identifiers of which two sides must have one in common, if both have any."""
    if any(kind in REACHES for kind in by):
        return _NOT_SHARED
    if any(kind in BY_LAW for kind in by):
        return _BY_LAW_APART
    return (*_BY_LAW_APART, (NUMBER,))


def people(groups: Iterable[Iterable[Side]]) -> int:
    """How many different people these speak of, at least. The strong identifiers of one group are one person's; those
    of two may be too, unless both have one of the same sort."""
    kinds = [{side.kind for side in group} for group in groups]
    return max(sum(not one.isdisjoint(BY_LAW) for one in kinds), sum(NUMBER in one for one in kinds))


def _id(side: Side) -> str:
    return side.id
