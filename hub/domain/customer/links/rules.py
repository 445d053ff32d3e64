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
    """Strong identifiers of two customers, from whole to whole, that can't be one customer's: two identities by law, or
    two customer numbers. `by` are the kinds that are to be linked: who is attested to hold one more customer number by
    their identity itself may, but no phone makes two customer numbers one customer's."""
    ours, theirs = list(left), list(right)
    found: set[Side] = set()
    for kinds in (BY_LAW,) if NUMBER in by and any(kind in BY_LAW for kind in by) else (BY_LAW, (NUMBER,)):
        one = {side for side in ours if side.kind in kinds}
        other = {side for side in theirs if side.kind in kinds}
        if one and other:
            found |= one | other
    return sorted(found, key=lambda side: side.id)


def people(sides: Iterable[Side]) -> int:
    """How many different people these strong identifiers speak of, at least."""
    kinds = [side.kind for side in set(sides)]
    return max(sum(kind in BY_LAW for kind in kinds), kinds.count(NUMBER))
