"""When two records are so alike that a person should look: names, birth dates and addresses prove nothing."""

from typing import NamedTuple

from hub.domain.customer.links.rules import REACHES
from hub.paths.duplicates.comparing import (
    SAME,
    UNLIKE,
    Names,
    addresses,
    birth_dates,
    contradiction,
    identifiers_contradict,
    names,
    near_identifiers,
)
from hub.paths.duplicates.findings import Proposal
from hub.paths.duplicates.record import Record

NAMES_AGREE = 0.88
HALF_AGREES = 0.8
ADDRESS_AGREES = 0.8
IDENTIFIER_ALONE = "a proven identifier, and no name on one side"
ONLY_AN_IDENTIFIER = 0.5
"""How sure a phone or mail address is that both proved, where nothing else is known of one of them."""
_WEIGHTS = {"names": 0.45, "birth_date": 0.25, "address": 0.3}


class _Agreement(NamedTuple):
    names: Names
    birth: float
    address: float
    identifier: bool

    @property
    def named(self) -> bool:
        """Whether the names are one name, but for slips of the pen."""
        return self.names.both >= NAMES_AGREE and self.names.least >= HALF_AGREES

    @property
    def agreeing(self) -> tuple[str, ...]:
        """What they have in common."""
        found = {
            "names": self.named,
            "birth_date": self.birth >= 0.9,
            "address": self.address >= ADDRESS_AGREES,
            "identifier": self.identifier,
        }
        return tuple(name for name, agrees in found.items() if agrees)

    @property
    def score(self) -> float:
        """The weighted mean over what is known on both sides."""
        similar = {"names": self.names.both, "birth_date": self.birth, "address": self.address}
        known = {name: value for name, value in similar.items() if value >= 0} or {"names": ONLY_AN_IDENTIFIER}
        return sum(_WEIGHTS[name] * value for name, value in known.items()) / sum(_WEIGHTS[name] for name in known)


def propose(one: Record, other: Record, *, identifier: bool = False) -> Proposal | None:
    """The proposal that the texts of two folded records make; None: they are not like enough. `identifier`: they
    brought the same one, proven or claimed, that few people share."""
    alike, birth = names(one, other), birth_dates(one, other)
    if 0 <= alike.both < UNLIKE and birth < 1:
        return None
    found = _Agreement(alike, birth, addresses(one, other), identifier)
    rule = _rule(found)
    if not rule:
        return None
    first, second = sorted((one.stream, other.stream))
    return Proposal(first, second, rule, round(found.score, 3), found.agreeing)


def contested(found: Proposal, one: Record, other: Record) -> Proposal | None:
    """The same, with what the records' identifiers say against it; None: that is too much."""
    if found.rule == IDENTIFIER_ALONE and (not _proven_by_both(one, other) or contradiction(one, other, REACHES[0])):
        return None
    against = identifiers_contradict(one, other)
    if not against:
        return found
    if len(found.agreeing) < 3 and not near_identifiers(one, other):
        return None
    return found._replace(score=round(found.score * 0.9, 3), against=(against,))


def _rule(found: _Agreement) -> str:
    """The first rule that holds; empty: none."""
    both, birth, address = found.names, found.birth, found.address
    named = found.named
    siblings = 0 <= both.given < UNLIKE <= both.family
    if named and birth >= 0.9 and address >= ADDRESS_AGREES:
        return "names, birth date and address"
    if named and both.whole and (birth == 1 or (birth > 0 and both.both == 1)):
        return "names and birth date"
    if named and both.least >= SAME and address >= ADDRESS_AGREES and (birth != 0 or both.both >= 0.97):
        return "names and address"
    if birth == 1 and address >= ADDRESS_AGREES and not siblings:
        return "birth date and address"
    if found.identifier and named and both.least >= SAME and birth != 0:
        return "names and an identifier"
    if found.identifier and both.both < 0 and birth != 0:
        return IDENTIFIER_ALONE
    return ""


def _proven_by_both(one: Record, other: Record) -> bool:
    return any(one.verified(kind) & other.verified(kind) for kind in REACHES)
