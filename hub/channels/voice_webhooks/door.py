"""Who calls too often is turned away, before the hub hears of it."""

from collections import OrderedDict

from hub.channels.rates import Rates
from hub.channels.voice_webhooks.parse import Call

_REMEMBERED = 10_000
"""Calls that were turned away; what becomes of older ones is told, and the hub knows none of them."""


class Door:
    """Of what a call that was turned away does then, nothing is told either."""

    def __init__(self, calls_a_minute_of_one_caller: int) -> None:
        self._callers = Rates(calls_a_minute_of_one_caller)
        self._shut: OrderedDict[str, None] = OrderedDict()

    def turns_away(self, call: Call, now: float) -> bool:
        """Whether this call, which is new, is one too many. Who withholds the number is not counted."""
        if call.sid in self._shut:
            return True
        if not call.caller or not self._callers.wait(call.caller, now):
            return False
        self._shut[call.sid] = None
        if len(self._shut) > _REMEMBERED:
            self._shut.popitem(last=False)
        return True

    def is_shut_to(self, sid: str) -> bool:
        """Whether this call was turned away."""
        return sid in self._shut
