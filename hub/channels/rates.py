"""How much one caller, sender, visitor or address may do: buckets that fill again with time."""

from collections import OrderedDict

MINUTE, HOUR = 60.0, 3600.0
MOST = 20_000
"""Names that are remembered; who was not heard of for longest is forgotten, and has a full bucket again."""


class Rates:
    """`most` in each `seconds` for each name, all at once at first."""

    def __init__(self, most: float, seconds: float = MINUTE) -> None:
        self._most = most
        self._each = seconds / most
        self._buckets = OrderedDict[str, tuple[float, float]]()

    def wait(self, name: str, now: float, cost: float = 1.0) -> float:
        """Take one more; the seconds until that may be, 0 where it may. `now`: of any clock, in seconds."""
        full = max(self._most, cost)
        left, since = self._buckets.pop(name, (full, now))
        left = min(full, left + (now - since) / self._each)
        may = left >= cost
        self._buckets[name] = (left - cost if may else left, now)
        if len(self._buckets) > MOST:
            self._buckets.popitem(last=False)
        return 0.0 if may else (cost - left) * self._each
