"""How long customers would have waited: known of those who left, estimated of those who were answered first."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import neg

LEAST_LEFT = 5
"""Where fewer left too little is known: a wider curve is taken."""


@dataclass(frozen=True, slots=True)
class Patience:
    """The share of customers who are still there after a time, by Kaplan and Meier (1958): a step at each time somebody
    left. Behind the last of them people leave at the mean rate of the whole: departures / time waited."""

    observed: int
    left: int
    times: tuple[float, ...]
    """Seconds, ascending."""
    shares: tuple[float, ...]
    """Still there after each."""
    rate: float
    """Departures a second."""

    def still_there(self, seconds: float) -> float:
        """Share of customers who wait longer than this."""
        place = bisect_right(self.times, seconds)
        return self.shares[place - 1] if place else 1.0

    def draw(self, chance: float, waited: float = 0.0) -> float:
        """Patience (seconds) of somebody who was still there after having waited so long; `chance` is uniform in
        [0, 1). Always more than `waited`; infinite where nobody ever left."""
        share = self.still_there(waited)
        wanted = share * (1.0 - chance)
        place = bisect_left(self.shares, -wanted, bisect_right(self.times, waited), key=neg)
        if place < len(self.times):
            return self.times[place]
        if not self.rate:
            return math.inf
        last = max(waited, self.times[-1])
        here = self.still_there(last)
        remaining = wanted / here if here else 1.0 - chance
        return last - math.log(remaining) / self.rate + 1e-6


def patience(waits: Iterable[tuple[float, bool]]) -> Patience:
    """From waits in seconds, and whether they ended by leaving; any other end only tells that patience was longer. Of
    equal waits those who left come first."""
    ordered = sorted(waits, key=lambda one: (one[0], not one[1]))
    there, share = len(ordered), 1.0
    times: list[float] = []
    shares: list[float] = []
    for seconds, has_left in ordered:
        if has_left:
            share *= (there - 1) / there
            if times and times[-1] == seconds:
                shares[-1] = share
            else:
                times.append(seconds)
                shares.append(share)
        there -= 1
    left = sum(has_left for _, has_left in ordered)
    waited = math.fsum(seconds for seconds, _ in ordered)
    rate = left / waited if waited else 0.0
    return Patience(len(ordered), left, tuple(times), tuple(shares), rate)
