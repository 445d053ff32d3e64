"""What becomes due only because time passes, in the order in which it does; an index into the state, no state."""

from enum import StrEnum
from heapq import heappop, heappush
from typing import NamedTuple


class Due(StrEnum):
    """What is to happen then."""

    OFFER = "offer"
    """The offer was not answered in time."""
    ENTRY = "entry"
    """The queue's entry delay is over."""
    KNOWN_AGENT = "known_agent"
    """The time of the known agent is over."""
    STEP = "step"
    """Less is asked of an agent."""
    OVERFLOW = "overflow"
    LEAVE = "leave"
    """It has waited as long as the queue allows."""
    WRAP_UP = "wrap_up"
    RETURN = "return"
    """What was parked, or is to be called back, waits again."""
    SILENCE = "silence"
    """Nobody has written for as long as the channel allows."""


class Timer(NamedTuple):
    """`mark` is what must still be so for it to count: the offer, the step, or the version of the fact it is from."""

    at: float
    """Epoch seconds."""
    number: int
    due: Due
    stream: str
    mark: str | float


class Timers:
    """A heap of timers. Those that count no longer stay until they are due: the caller judges."""

    __slots__ = ("_heap", "_number")

    def __init__(self) -> None:
        self._heap: list[Timer] = []
        self._number = 0

    def __len__(self) -> int:
        return len(self._heap)

    def set(self, at: float, due: Due, stream: str, mark: str | float) -> None:
        """Have this come up then; of equal times the one that was set first."""
        self._number += 1
        heappush(self._heap, Timer(at, self._number, due, stream, mark))

    @property
    def first(self) -> Timer | None:
        """The next one."""
        return self._heap[0] if self._heap else None

    def pop(self) -> Timer:
        """Take the next one away."""
        return heappop(self._heap)

    def drop(self, due: Due) -> None:
        """Take all of one kind away."""
        self._heap = sorted(one for one in self._heap if one.due is not due)
