"""How fast a queue is served while somebody waits in it: learned from its answers, and told once enough were seen."""

from datetime import datetime
from typing import Any, NamedTuple

GAPS_BEFORE_TOLD = 5
_SMOOTHING = 0.1
"""Least share of the newest gap in the pace."""
_BURST_SECONDS = 1.0


class Pace(NamedTuple):
    """What the answers of a queue say so far."""

    seconds: float | None
    """Smoothed time between two answers; None: no gap was seen yet."""
    gaps: int
    """How many it was smoothed over."""
    since: datetime
    """When the first of those came that are answered in one burst."""
    answers: int
    """How many the burst has."""
    last: datetime
    """When the newest of them came."""

    @property
    def told(self) -> float | None:
        """The time between two answers that customers may be told of; None: too few gaps were seen."""
        return self.seconds if self.gaps >= GAPS_BEFORE_TOLD else None

    @property
    def fields(self) -> dict[str, Any]:
        """Those of OfferAccepted that keep it on record."""
        return {
            "pace_seconds": self.seconds,
            "gaps": self.gaps,
            "burst_since": self.since,
            "burst": self.answers,
        }


def answered(pace: Pace | None, waiting_since: datetime, at: datetime) -> Pace:
    """The pace with one more answer, of work that waited in the queue from `waiting_since` on.

    Answers within a second of the first of them are one burst, as when several agents accept at once. The next answer
    ends it: the gap is the time from its first answer, divided by the answers it had, so that bursts make a queue
    neither fast nor slow. The n-th gap counts with weight 1/n, at least a tenth. Where nobody waited since the last
    answer there is no gap: it would tell how fast customers come, not how fast they are served."""
    if pace is None:
        return Pace(None, 0, at, 1, at)
    if waiting_since > pace.last:
        return pace._replace(since=at, answers=1, last=at)
    passed = (at - pace.since).total_seconds()
    if passed < _BURST_SECONDS:
        return pace._replace(answers=pace.answers + 1, last=at)
    gap, gaps = passed / pace.answers, pace.gaps + 1
    before = pace.seconds or 0.0
    return Pace(before + max(_SMOOTHING, 1 / gaps) * (gap - before), gaps, at, 1, at)


def passed_over(pace: Pace | None, at: datetime) -> Pace:
    """The pace after an answer that was not matched: it says nothing, and the next gap counts from it."""
    return Pace(None, 0, at, 1, at) if pace is None else pace._replace(since=at, answers=1, last=at)
