"""How many calls the hub is asked to take: what is beyond it stays with the PBX, or with the caller."""

from enum import StrEnum

from hub.channels.phone.settings import PhoneSettings
from hub.channels.rates import Rates

LONGEST_NUMBER = 64
"""Characters; what is longer names nobody: telephone numbers have 15 digits, names in a PBX are short."""


class Verdict(StrEnum):
    """What becomes of a new call."""

    TAKEN = "taken"
    PBX = "pbx"
    """There are as many calls as there may be: the PBX's own queue has it."""
    BUSY = "busy"
    """The caller called too often: they hear the busy tone."""
    UNREADABLE = "unreadable"
    """The caller's number is none."""


class Limits:
    """Who withholds the number is nobody in particular, and not counted."""

    def __init__(self, settings: PhoneSettings) -> None:
        self._at_once = settings.calls_at_once
        self._callers = Rates(settings.calls_a_minute_of_one_caller)

    def judge(self, caller: str, standing: int, now: float) -> Verdict:
        """Of a call that comes now, while so many stand. `now` in seconds, by any clock that never goes back."""
        if len(caller) > LONGEST_NUMBER:
            return Verdict.UNREADABLE
        if caller and self._callers.wait(caller, now):
            return Verdict.BUSY
        return Verdict.PBX if standing >= self._at_once else Verdict.TAKEN
