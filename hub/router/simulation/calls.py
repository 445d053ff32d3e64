"""The calls of a simulation: their classes, and what is counted of each class."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.router.matching.agents import Seat
from hub.router.matching.waiting import Line, Work
from hub.router.simulation.draws import Draws

ALL_OF_AN_AGENT = 100
"""Units of capacity an agent has."""


@dataclass(slots=True)
class Tally:
    """What became of the calls of a class that arrived after the warm-up. Waits are in seconds; the areas are
    integrals over the time measured, in call seconds."""

    arrivals: int = 0
    blocked: int = 0
    answered: "array[float]" = field(default_factory=lambda: array("d"))
    abandoned: "array[float]" = field(default_factory=lambda: array("d"))
    queue_area: float = 0.0
    busy_area: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """The line a call stands in from this age (seconds) on."""

    after: float
    line: Line


@dataclass(frozen=True, slots=True)
class Place:
    """Where calls stand as they age, the first step from the beginning on. `share` is the part of an agent that one of
    them takes. When `limit` calls wait in the queue, the next stands at `instead`, or is blocked. Times in seconds."""

    steps: Sequence[Step]
    share: float = 1.0
    queue: str = ""
    limit: int | None = None
    instead: "Place | None" = None
    entry_delay: float = 0.0
    """Agents do not get it before this age."""
    leave_after: float | None = None
    """A call that nobody answered by then is let go."""


class CallClass:
    """Calls that are alike: when they come, how long they take, where they wait."""

    __slots__ = ("draws", "handled", "name", "place", "tally", "waited")

    def __init__(self, name: str, draws: Draws, place: Place) -> None:
        self.name = name
        self.draws = draws
        self.place = place
        self.tally = Tally()
        self.waited = 0.0
        """Seconds waited by all calls whose wait is over."""
        self.handled = 0.0
        """Seconds of handling begun so far, counted to their end, times the part of an agent they take."""


class Call:
    """One call that entered. `seat` is the agent who has it; `handle` is in seconds of an agent of factor 1."""

    __slots__ = ("counted", "handle", "kind", "place", "seat", "since", "work")

    work: Work

    def __init__(self, kind: CallClass, place: Place, since: float, handle: float, counted: bool) -> None:
        self.kind = kind
        self.place = place
        self.since = since
        self.handle = handle
        self.counted = counted
        self.seat: Seat | None = None
