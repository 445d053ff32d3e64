"""True sliding windows: never more than so many contacts in (t - window, t], for every t there is."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta


def fits(times: Sequence[datetime], at: datetime, window: timedelta, most: int) -> bool:
    """Whether one more at `at` makes no window too full that holds it. `times` are sorted; some may be to come."""
    last = bisect_right(times, at + window)
    ends = (at, *(time for time in times[bisect_right(times, at) : last] if time < at + window))
    return all(held_until(times, end, window) < most for end in ends)


def held_until(times: Sequence[datetime], end: datetime, window: timedelta) -> int:
    """How many there are in (end - window, end]."""
    return bisect_right(times, end) - bisect_right(times, end - window)


def next_candidates(times: Sequence[datetime], at: datetime, window: timedelta) -> list[datetime]:
    """The moments after `at` from which on one contact less is in the window: only there it can begin to fit."""
    return [time + window for time in times[bisect_right(times, at - window) :]]
