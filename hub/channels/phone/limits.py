"""How many calls the hub is asked to take: what is beyond it stays with the PBX, or with the caller."""

from collections import OrderedDict
from enum import StrEnum

from hub.channels.phone.settings import PhoneSettings

LONGEST_NUMBER = 64
"""Characters; what is longer names nobody: telephone numbers have 15 digits, names in a PBX are short."""
_MINUTE = 60.0
_CALLERS = 10_000
"""Callers whose calls are counted; the oldest are forgotten first."""


class Verdict(StrEnum):
    """What becomes of a new call."""

    TAKEN = "taken"
    PBX = "pbx"
    """There are as many calls as there may be: the PBX's own queue has it."""
    BUSY = "busy"
    """The caller called too often: they hear the busy tone."""
    UNREADABLE = "unreadable"
    """The caller's number is none."""


class Callers:
    """Counts calls by caller in windows of a minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def too_often(self, caller: str, now: float) -> bool:
        """Whether this call is one too many. `now` in seconds, by any clock that never goes back."""
        since, count = self._counts.pop(caller, (now, 0))
        if now - since >= _MINUTE:
            since, count = now, 0
        self._counts[caller] = (since, count + 1)
        if len(self._counts) > _CALLERS:
            self._counts.popitem(last=False)
        return count >= self._most


class Limits:
    """Who withholds the number is nobody in particular, and not counted."""

    def __init__(self, settings: PhoneSettings) -> None:
        self._at_once = settings.calls_at_once
        self._callers = Callers(settings.calls_a_minute_of_one_caller)

    def judge(self, caller: str, standing: int, now: float) -> Verdict:
        """Of a call that comes now, while so many stand. `now` in seconds, by any clock that never goes back."""
        if len(caller) > LONGEST_NUMBER:
            return Verdict.UNREADABLE
        if caller and self._callers.too_often(caller, now):
            return Verdict.BUSY
        return Verdict.PBX if standing >= self._at_once else Verdict.TAKEN
