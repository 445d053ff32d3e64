"""What was seen of a run, and the figures made of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from hdrh.histogram import HdrHistogram

_LONGEST_US = 3_600_000_000
_DIGITS = 3


@dataclass(slots=True)
class Observed:
    """Moments in nanoseconds of the machine's monotonic clock, which all its processes share."""

    offers: list[tuple[str, int]] = field(default_factory=list)
    """Contact and moment its first offer was received, of contacts that found a free agent."""
    freed: list[tuple[int, int]] = field(default_factory=list)
    """Moment an agent became free while contacts waited, and moment their next offer was received."""

    def write(self, file: Path) -> None:
        """Keep it for the process that evaluates; the file is there whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_bytes(orjson.dumps({"offers": self.offers, "freed": self.freed}))
        draft.replace(file)

    @classmethod
    def read(cls, file: Path) -> "Observed":
        """What `write` kept."""
        kept = orjson.loads(file.read_bytes())
        return cls([(contact, at) for contact, at in kept["offers"]], [(free, offer) for free, offer in kept["freed"]])


Percentiles = dict[str, float]


def contact_to_offer(observed: Observed, scheduled: Mapping[str, int]) -> Percentiles:
    """From the scheduled moment of publishing (not the real one: a late generator must not flatter the hub) to the
    offer, of the contacts in `scheduled`."""
    return percentiles(at - scheduled[contact] for contact, at in observed.offers if contact in scheduled)


def agent_free_to_offer(observed: Observed, since: int, until: int) -> Percentiles:
    """From an agent's being free to their next offer, of agents who became free in [since, until)."""
    return percentiles(offer - free for free, offer in observed.freed if since <= free < until)


def percentiles(nanoseconds: Iterable[int]) -> Percentiles:
    """p50, p95, p99, max in milliseconds, and how many there were; zeros if none."""
    histogram = HdrHistogram(1, _LONGEST_US, _DIGITS)
    count = 0
    for value in nanoseconds:
        histogram.record_value(min(_LONGEST_US, max(1, value // 1000)))
        count += 1
    if not count:
        return {"p50": 0.0, "p95": 0.0, "p99": 0.0, "max": 0.0}
    found = {f"p{rank}": histogram.get_value_at_percentile(rank) / 1000 for rank in (50, 95, 99)}
    return {**found, "max": histogram.get_max_value() / 1000}
