"""How much two records agree, in spite of slips of the pen, and whether they can't be one party at all."""

from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

from hub.domain.customer.links.rules import BY_LAW, NUMBER, STRONG, contradicting
from hub.paths.duplicates.record import Record, folded
from hub.paths.duplicates.scripts import reads_alike
from hub.paths.duplicates.traits import halves

UNLIKE = 0.75
"""Names less similar than this are different names."""
SAME = 0.92
"""Names at least this similar are one name with a slip of the pen; a short name with another letter is another name."""
SHORT, SHORT_LETTERS = 0.9, 4
"""How similar names are at most of which one is so short, unless they are the same: a letter more is another name."""
OTHER_SCRIPT = 0.95
"""How similar names are that read alike in two scripts."""

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
    if straight.whole and straight.both < 1:
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
    return 0.9 if exchanged or OSA.distance(a, b) <= 1 else 0.0


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


def identifiers_contradict(one: Record, other: Record, by: str = BY_LAW[0]) -> str:
    """Which strong identifiers say that these are two parties, if one of kind `by` would link them: by the rule that
    links are made by; empty: none. By itself: what the law says."""
    ours, theirs = one.strong, other.strong
    found = contradicting(ours, theirs, (by, by)) if ours and theirs else None
    if not found:
        return ""
    kinds = {each.kind for each in found}
    for kind in STRONG:
        mine, others = one.verified(kind), other.verified(kind)
        if kind in kinds and mine and others and mine.isdisjoint(others):
            return f"different {kind}"
    return "a person and an organisation" if kinds == set(BY_LAW) else "strong identifiers that nobody brought together"


def contradiction(one: Record, other: Record, by: str) -> str:
    """What says that these are two parties, though they share a proven phone or mail (`by`); empty: nothing. A family
    shares a phone, twins a birth date, and numbers are given to somebody else. Of who marries the birth date tells that
    it is the same person in spite of another family name."""
    by_identifier = identifiers_contradict(one, other, by)
    if by_identifier:
        return by_identifier
    found = names(one, other)
    birth = birth_dates(one, other)
    if 0 <= found.given < (UNLIKE if birth == 1 else SAME):
        return "different given names"
    if 0 <= found.family < SAME and birth < 1:
        return "different family names"
    return "different birth dates" if birth == 0 else ""


def vouched(one: Record, other: Record) -> bool:
    """Whether what is known of two records that share a proven phone or mail says that it is one person who uses it,
    and not only nothing against it."""
    found = names(one, other)
    return (found.whole and found.least >= SAME) or (found.given >= UNLIKE and birth_dates(one, other) == 1)


def names_contradict(one: str, other: str) -> bool:
    """Whether two names, each written in one, are not one name."""
    found = names(*(folded(Record("", (), *halves(name))) for name in (one, other)))
    return 0 <= found.given < SAME or 0 <= found.family < SAME


def plainly_different(one: Record, other: Record) -> str:
    """What tells two people apart beyond slips of the pen: what a shared identifier is known by; empty: nothing."""
    by_identifier = identifiers_contradict(one, other)
    if by_identifier or birth_dates(one, other) > 0:
        return by_identifier
    found = names(one, other)
    if 0 <= found.both < UNLIKE:
        return "different names"
    return identifiers_contradict(one, other, NUMBER) if found.both < 0 else ""


def near_identifiers(one: Record, other: Record) -> bool:
    """Whether exclusive identifiers that differ do so by a slip of the pen."""
    return any(OSA.distance(a, b) <= 2 for kind in BY_LAW for a in one.verified(kind) for b in other.verified(kind))


def _names(given: float, family: float) -> Names:
    if given < 0 or family < 0:
        known = max(given, family)
        return Names(given, family, known, known)
    return Names(given, family, (given + family) / 2, min(given, family))


def _alike(a: str, b: str, *, exact: bool = False) -> float:
    if not a or not b:
        return -1.0
    if a == b:
        return 1.0
    if exact:
        return 0.0
    if a.isascii() != b.isascii():
        return OTHER_SCRIPT if reads_alike(a, b) else 0.0
    similarity = JaroWinkler.similarity(a, b)
    return min(similarity, SHORT) if min(len(a), len(b)) <= SHORT_LETTERS else similarity


def _code(a: str, b: str) -> float:
    if not a or not b:
        return -1.0
    return 1.0 if a == b else 0.8 if OSA.distance(a, b) <= 1 else 0.0
