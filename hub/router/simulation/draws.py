"""Random times of a simulation: one stream per class of calls and purpose, so that policies meet the same calls."""

import hashlib
import math
from collections.abc import Callable, Iterator
from itertools import repeat
from random import Random

from hub.router.simulation.scenario import Arrivals, Distribution

_AT_ONCE = 256


class Draws:
    """The times (seconds) of one class of calls. The n-th of each is the n-th call's, whatever becomes of others."""

    __slots__ = ("gaps", "handles", "patiences")

    def __init__(self, seed: int, arrivals: Arrivals) -> None:
        def stream(purpose: str, distribution: Distribution) -> Iterator[float]:
            return times(f"{seed}/{purpose}/{arrivals.name}", distribution)

        gap = Distribution(distribution="exponential", mean=3600.0 / arrivals.rate_per_hour)
        self.gaps = stream("gap", gap)
        self.handles = stream("handle", arrivals.handle)
        self.patiences = stream("patience", arrivals.patience) if arrivals.patience else repeat(math.inf)


def times(name: str, distribution: Distribution) -> Iterator[float]:
    """Times (seconds) without end, independent of those of another name, the same for the same name."""
    random = Random(int.from_bytes(hashlib.sha256(name.encode()).digest()[:16]))
    mean = distribution.mean
    match distribution.distribution:
        case "deterministic":
            return repeat(mean)
        case "exponential":
            return _batched(lambda: _exponential(random.random, mean))
        case "lognormal":
            return _batched(lambda: _lognormal(random.gauss, mean, distribution.sd or 0.0))


def _batched(draw: Callable[[], list[float]]) -> Iterator[float]:
    while True:
        yield from draw()


def _exponential(uniform: Callable[[], float], mean: float) -> list[float]:
    log = math.log
    return [-mean * log(1.0 - uniform()) for _ in range(_AT_ONCE)]


def _lognormal(gauss: Callable[[float, float], float], mean: float, sd: float) -> list[float]:
    exp = math.exp
    variance = math.log1p((sd / mean) ** 2)
    mu, sigma = math.log(mean) - variance / 2, math.sqrt(variance)
    return [exp(gauss(mu, sigma)) for _ in range(_AT_ONCE)]
