"""How much two records agree, in spite of slips of the pen, and whether they can't be one party at all."""

from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

from hub.paths.duplicates.record import EXCLUSIVE, Record

UNLIKE = 0.75
"""Names less similar than this are different names."""
SAME = 0.92
"""Names at least this similar are one name with a slip of the pen; a short name with another letter is another name."""

_ADDRESS_WEIGHTS = (0.4, 0.2, 0.2, 0.2)
_LEAST_ADDRESS = 0.4


class Names(NamedTuple):
    """How similar the names are, 0 to 1, given and family each; -1: not known on both sides. Those that were entered
    the wrong way round are compared the right way round."""

    given: float
    family: float
    both: float
    """Similarity of the whole name; that of one half, if the other is not known; -1: nothing known."""
    least: float
    """Similarity of the half that differs most; -1: nothing known."""

    @property
    def whole(self) -> bool:
        """Whether both halves are known on both sides."""
        return self.given >= 0 and self.family >= 0


def names(one: Record, other: Record) -> Names:
    """Compares given and family names, also crosswise."""
    straight = _names(_alike(one.given_name, other.given_name), _alike(one.family_name, other.family_name))
    if straight.whole and straight.both < 0.9:
        crossed = _names(_alike(one.given_name, other.family_name), _alike(one.family_name, other.given_name))
        return crossed if crossed.both > straight.both else straight
    return straight


def birth_dates(one: Record, other: Record) -> float:
    """1: the same; 0.9: one digit wrong, two exchanged, or day and month; 0: different; -1: not known on both sides."""
    a, b = one.birth_date, other.birth_date
    if not a or not b:
        return -1.0
    if a == b:
        return 1.0
    exchanged = len(a) == 8 and b == a[:4] + a[6:] + a[4:6]
    return 0.9 if exchanged or OSA.distance(a, b, score_cutoff=1) <= 1 else 0.0


def addresses(one: Record, other: Record) -> float:
    """How similar the addresses are, 0 to 1; -1: too little is known on both sides."""
    street = token_sort_ratio(one.street, other.street) / 100 if one.street and other.street else -1.0
    parts = (
        street,
        _alike(one.house, other.house, exact=True),
        _alike(one.place, other.place),
        _code(one.postcode, other.postcode),
    )
    total = agreed = 0.0
    for weight, similarity in zip(_ADDRESS_WEIGHTS, parts, strict=True):
        if similarity >= 0:
            total += weight
            agreed += weight * similarity
    return agreed / total if total >= _LEAST_ADDRESS else -1.0


def exclusive_conflict(one: Record, other: Record) -> str:
    """Which identifiers say that these are two parties; empty: none."""
    for kind in EXCLUSIVE:
        a, b = one.verified(kind), other.verified(kind)
        if a and b and not a & b:
            return f"different {kind}"
    if any(one.verified(kind) & other.verified(kind) for kind in EXCLUSIVE):
        return ""
    mixed = (a.verified("national_id") and b.verified("legal_id") for a, b in ((one, other), (other, one)))
    return "a person and an organisation" if any(mixed) else ""


def contradiction(one: Record, other: Record) -> str:
    """What says that these are two parties, though they share a proven phone or mail; empty: nothing. A family shares
    a phone, twins a birth date, and numbers are given to somebody else. Who marries changes the family name alone."""
    by_identifier = exclusive_conflict(one, other)
    if by_identifier:
        return by_identifier
    found = names(one, other)
    given, family = found.given, found.family
    birth = birth_dates(one, other)
    if birth > 0:
        return "different given names" if 0 <= given < UNLIKE <= family else ""
    if 0 <= given < SAME:
        return "different given names"
    if 0 <= family < SAME and (given < 1 or birth == 0):
        return "different family names"
    if birth == 0 and not (found.whole and found.both >= 0.97):
        return "different birth dates"
    return _customer_numbers(one, other) if found.both < 0 else ""


def plainly_different(one: Record, other: Record) -> str:
    """What tells two people apart beyond slips of the pen: what a shared identifier is known by; empty: nothing."""
    by_identifier = exclusive_conflict(one, other)
    if by_identifier or birth_dates(one, other) > 0:
        return by_identifier
    found = names(one, other)
    if 0 <= found.both < UNLIKE:
        return "different names"
    return _customer_numbers(one, other) if found.both < 0 else ""


def near_identifiers(one: Record, other: Record) -> bool:
    """Whether exclusive identifiers that differ do so by a slip of the pen."""
    return any(
        OSA.distance(a, b, score_cutoff=2) <= 2
        for kind in EXCLUSIVE
        for a in one.verified(kind)
        for b in other.verified(kind)
    )


def _names(given: float, family: float) -> Names:
    if given < 0 or family < 0:
        known = max(given, family)
        return Names(given, family, known, known)
    return Names(given, family, (given + family) / 2, min(given, family))


def _customer_numbers(one: Record, other: Record) -> str:
    a, b = one.verified("customer_number"), other.verified("customer_number")
    return "different customer numbers" if a and b and not a & b else ""


def _alike(a: str, b: str, *, exact: bool = False) -> float:
    if not a or not b:
        return -1.0
    if a == b:
        return 1.0
    return 0.0 if exact else JaroWinkler.similarity(a, b)


def _code(a: str, b: str) -> float:
    if not a or not b:
        return -1.0
    return 1.0 if a == b else 0.8 if OSA.distance(a, b, score_cutoff=1) <= 1 else 0.0
