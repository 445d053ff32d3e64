"""How much one visitor, or one address, may do: buckets that fill again with time."""

from collections import OrderedDict

MOST = 20_000
"""Names that are remembered; who was not heard of for longest is forgotten, and has a full bucket again."""


class Rates:
    """`per_minute` for each name, all at once at first."""

    def __init__(self, per_minute: float) -> None:
        self._per_minute = per_minute
        self._buckets = OrderedDict[str, tuple[float, float]]()

    def wait(self, name: str, now: float, cost: float = 1.0) -> float:
        """Take one more; the seconds until that may be, 0 where it may. `now`: of any clock, in seconds."""
        full = max(self._per_minute, cost)
        left, since = self._buckets.pop(name, (full, now))
        left = min(full, left + (now - since) * self._per_minute / 60)
        may = left >= cost
        self._buckets[name] = (left - cost if may else left, now)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        return 0.0 if may else (cost - left) * 60 / self._per_minute
