"""Which identifiers are enough to link two streams without a person, and which no customer has two of."""

from collections.abc import Iterable

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


def conflicts(left: Iterable[Side], right: Iterable[Side], by: tuple[str, str] = ("", "")) -> list[Side]:
    """Strong identifiers of two customers, from whole to whole, that stand against their being one: two identities by
    law, or two customer numbers. `by` are the kinds of verified identifier that would link them, if it is that. Who
    is attested to hold one more customer number by their identity itself may; a phone or mail address joins nobody
    whose strong identifiers no one ever brought together: families share them, and they get new owners."""
    ours = {side for side in left if side.kind in STRONG}
    theirs = {side for side in right if side.kind in STRONG}
    if any(kind in REACHES for kind in by):
        return sorted(ours | theirs, key=_id) if ours and theirs else []
    found: set[Side] = set()
    for kinds in (BY_LAW,) if NUMBER in by and any(kind in BY_LAW for kind in by) else (BY_LAW, (NUMBER,)):
        one = {side for side in ours if side.kind in kinds}
        other = {side for side in theirs if side.kind in kinds}
        if one and other:
            found |= one | other
    return sorted(found, key=_id)


def people(groups: Iterable[Iterable[Side]]) -> int:
    """How many different people these speak of, at least. The strong identifiers of one group are one person's; those
    of two may be too, unless both have one of the same sort."""
    kinds = [{side.kind for side in group} for group in groups]
    return max(sum(not one.isdisjoint(BY_LAW) for one in kinds), sum(NUMBER in one for one in kinds))


def _id(side: Side) -> str:
    return side.id
