"""What a simulation found, in figures whose definitions stand here and nowhere else."""

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from hub.router.simulation.calls import Tally

Figures = dict[str, Any]
"""Name to number; None where there is nothing to count."""


@dataclass(frozen=True, slots=True)
class Measured:
    """How the tallies were taken: agents, seconds between the end of the warm-up and the last arrival, and the
    service levels (seconds) asked for."""

    agents: int
    seconds: float
    service_level_seconds: tuple[float, ...]


def figures(tallies: Sequence[Tally], measured: Measured) -> Figures:
    """The figures of one class of calls, or of several together. Entered: arrivals that were not blocked."""
    answered = array("d", chain.from_iterable(tally.answered for tally in tallies))
    abandoned = array("d", chain.from_iterable(tally.abandoned for tally in tallies))
    arrivals = sum(tally.arrivals for tally in tallies)
    blocked = sum(tally.blocked for tally in tallies)
    waits = sorted(chain(answered, abandoned))
    entered = len(waits)
    return {
        "arrivals": arrivals,
        "blocked": blocked,
        "answered": len(answered),
        "abandoned": len(abandoned),
        "blocked_share": _share(blocked, arrivals),
        "p_wait": _share(sum(wait > 0 for wait in waits), entered),
        "p_abandon": _share(len(abandoned), entered),
        "wait_mean_s": _mean(waits),
        "wait_mean_answered_s": _mean(answered),
        "wait_sd_s": _deviation(waits),
        "wait_p50_s": _percentile(waits, 0.50),
        "wait_p90_s": _percentile(waits, 0.90),
        "wait_p99_s": _percentile(waits, 0.99),
        "queue_length_mean": _share(_area([tally.queue_area for tally in tallies]), measured.seconds),
        "utilisation": _share(_area([tally.busy_area for tally in tallies]), measured.seconds * measured.agents),
        "service_level": {
            _label(limit): _share(sum(wait <= limit for wait in answered), entered)
            for limit in measured.service_level_seconds
        },
    }


def as_row(name: str, found: Figures) -> dict[str, Any]:
    """A line of a table for people: shares in percent, times in seconds."""
    levels = {f"in {limit} s": _percent(share) for limit, share in found["service_level"].items()}
    return {
        "arrivals of": name,
        **{key: found[key] for key in ("arrivals", "blocked", "answered", "abandoned")},
        "p_wait": _percent(found["p_wait"]),
        "p_abandon": _percent(found["p_abandon"]),
        **levels,
        **{f"wait_{key}": _tenths(found[f"wait_{key}_s"]) for key in ("mean", "sd", "p50", "p90", "p99")},
        "queue_length": _tenths(found["queue_length_mean"]),
        "utilisation": _percent(found["utilisation"]),
    }


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{share:.1%}"


def _tenths(seconds: float | None) -> str | None:
    return None if seconds is None else f"{seconds:.1f}"


def _label(seconds: float) -> str:
    """20.0 is "20", as people write it."""
    return str(int(seconds)) if seconds == int(seconds) else str(seconds)


def _area(areas: Sequence[float]) -> float:
    """Their sum; differences of large sums may come out a rounding below nothing."""
    return max(0.0, math.fsum(areas))


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _deviation(values: Sequence[float]) -> float | None:
    mean = _mean(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values)) if mean is not None else None


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest that at least this share of them do not exceed."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
