"""What a search for duplicates has to tell, each with the rule it follows from."""

from typing import NamedTuple

KEPT_APART = "a person said that they are two customers"
"""Why links don't stand that nothing else is against."""


class Link(NamedTuple):
    """These streams hold the same proven identifier: one customer. `rule` is its kind."""

    rule: str
    value: str
    streams: tuple[str, ...]


class Cluster(NamedTuple):
    """Streams of one customer, and the links that say so."""

    streams: tuple[str, ...]
    links: tuple[Link, ...]


class Proposal(NamedTuple):
    """Two streams that may be one customer: for a person to decide. `score` is between 0 and 1; `agreeing` are the
    things they have in common, `against` what speaks against it."""

    one: str
    other: str
    rule: str
    score: float
    agreeing: tuple[str, ...]
    against: tuple[str, ...] = ()


class Conflict(NamedTuple):
    """Links that were not made, as they would have joined different parties: `reason` says what contradicts what."""

    links: tuple[Link, ...]
    streams: tuple[str, ...]
    reason: str

    @property
    def by_hand(self) -> bool:
        """Whether it is a person who says so."""
        return self.reason == KEPT_APART


class Shared(NamedTuple):
    """An identifier that many different people use, such as a switchboard's or a dealer's: it never links."""

    kind: str
    value: str
    people: int
    """How many different people were told apart, as far as it was counted."""
    streams: tuple[str, ...]


class Findings(NamedTuple):
    """All but the proposals, which are told one by one."""

    clusters: tuple[Cluster, ...]
    conflicts: tuple[Conflict, ...]
    shared: tuple[Shared, ...]
