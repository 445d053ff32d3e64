"""What a campaign did: how much oftener those it reached accepted than those who were held out, and how sure that is.

The interval is Newcombe's for the difference of two independent proportions, made of two Wilson score intervals: R. G.
Newcombe, Interval estimation for the difference between independent proportions: comparison of eleven methods,
Statistics in Medicine 17 (1998) 873-890, method 10."""

from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from hub.domain.errors import InvalidError


class Group(NamedTuple):
    """So many customers, of whom so many accepted (bought, stayed, whatever is measured)."""

    accepted: int
    customers: int


class Interval(NamedTuple):
    """From `low` to `high`."""

    low: float
    high: float


class Uplift(NamedTuple):
    """The difference of the shares that accepted, in the campaign less those held out, and its interval. `is_sure`: the
    interval does not hold 0."""

    campaign: float
    held_out: float
    difference: float
    interval: Interval
    confidence: float

    @property
    def is_sure(self) -> bool:
        """Whether chance alone would seldom do this."""
        return self.interval.low > 0 or self.interval.high < 0


def uplift(campaign: Group, held_out: Group, confidence: float = 0.95) -> Uplift:
    """Of two groups, each with somebody in it. Raises InvalidError that names what is wrong."""
    if not 0.5 <= confidence < 1:
        raise InvalidError("confidence is a share from 0.5 until just below 1", "confidence")
    for field, group in (("campaign", campaign), ("held_out", held_out)):
        if group.customers < 1:
            raise InvalidError("nobody is in this group: nothing can be compared", field)
        if not 0 <= group.accepted <= group.customers:
            raise InvalidError(f"{group.accepted} of {group.customers} can't have accepted", field)
    one, other = campaign.accepted / campaign.customers, held_out.accepted / held_out.customers
    mine, theirs = wilson(campaign, confidence), wilson(held_out, confidence)
    low = one - other - sqrt((one - mine.low) ** 2 + (theirs.high - other) ** 2)
    high = one - other + sqrt((mine.high - one) ** 2 + (other - theirs.low) ** 2)
    return Uplift(one, other, one - other, Interval(max(low, -1.0), min(high, 1.0)), confidence)


def wilson(group: Group, confidence: float) -> Interval:
    """The score interval of one proportion (E. B. Wilson, JASA 22 (1927) 209-212)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, n = group.accepted / group.customers, group.customers
    middle, spread = share + z * z / (2 * n), z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return Interval(max((middle - spread) / scale, 0.0), min((middle + spread) / scale, 1.0))
