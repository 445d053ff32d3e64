"""Pieces of work and the lines they wait in, each line always in order."""

from collections import deque
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import chain

from hub.router.matching.agents import Need, Seat
from hub.router.matching.bench import ROOM

Entry = tuple[float, float, int, "Work"]
"""Place in a line, and in the order of all where that does not depend on agent or time: what the order goes by, lowest
first; since when it waits, less its credit (epoch seconds); as it came."""

Key = tuple[float, float, int]
"""Place in the order of all, as an entry has it."""

LineKey = tuple[str, Need, int, float, float]


class Line:
    """Work that asks for the same: one queue, one need, one priority, weight and target. Its order never changes, so
    that lines are compared by their heads alone. A line of an agent's own has work that waits for them alone.

    `arrived` has work in order, most joins at its end; what comes back to an earlier place is in the heap `returned`.
    Entries that are out of date are dropped when they come first."""

    __slots__ = (
        "arrived", "count", "head", "is_listed", "lead", "limit", "need", "own", "owner", "priority", "queue",
        "returned", "target", "units", "weight",
    )  # fmt: skip

    def __init__(self, key: LineKey, owner: Seat | None = None) -> None:
        self.queue, self.need, self.priority, self.weight, self.target = key
        self.units = self.need.units
        self.owner = owner
        self.own: dict[Seat, Line] = {}
        """The lines of agents' own for the same work."""
        self.arrived: deque[Entry] = deque()
        self.returned: list[Entry] = []
        self.head: Entry | None = None
        self.lead = 0.0
        self.limit = ROOM
        self.count = 0
        """How much waits here and in agents' own lines for the same."""
        self.is_listed = False
        """Whether agents who fit look here for work."""

    @property
    def key(self) -> LineKey:
        """What makes it the same line."""
        return self.queue, self.need, self.priority, self.weight, self.target

    def add(self, entry: Entry) -> None:
        """It waits here."""
        arrived = self.arrived
        if not arrived or arrived[-1] < entry:
            arrived.append(entry)
        else:
            heappush(self.returned, entry)
        head = self.head
        if head is None or entry < head:
            self.head = entry
        if len(arrived) > self.limit or len(self.returned) > self.limit:
            self.refill()

    def drop_head(self) -> None:
        """The head waits no longer: the next one that does is the head."""
        arrived, returned = self.arrived, self.returned
        while arrived and arrived[0][3].entry is not arrived[0]:
            arrived.popleft()
        while returned and returned[0][3].entry is not returned[0]:
            heappop(returned)
        if returned and (not arrived or returned[0] < arrived[0]):
            self.head = returned[0]
        else:
            self.head = arrived[0] if arrived else None

    def first(self, seat: Seat, now: float) -> Entry | None:
        """The first piece this agent is not to be passed over for. Those before it are few."""
        aside: list[Entry] = []
        while self.head is not None and seat.passes_over(self.head[3], now):
            aside.append(self.head)
            if self.arrived and self.arrived[0] is self.head:
                self.arrived.popleft()
            else:
                heappop(self.returned)
            self.drop_head()
        found = self.head
        for entry in aside:
            heappush(self.returned, entry)
        if aside:
            self.head = aside[0]
        return found

    def entries(self) -> Iterator[Entry]:
        """All that waits here, in no order."""
        return (entry for entry in chain(self.arrived, self.returned) if entry[3].entry is entry)

    def refill(self) -> None:
        """Hold what waits and nothing else."""
        self.arrived = deque(sorted(self.entries()))
        self.returned = []
        self.limit = 2 * len(self.arrived) + ROOM


class Work:
    """One piece of work. `place` is its `since` less its credit: what its age counts from (epoch seconds)."""

    __slots__ = ("at", "barred_at", "bound", "entry", "id", "line", "need", "number", "place", "since")

    def __init__(self, work_id: str, line: Line, since: float, number: int, credit: float) -> None:
        self.id = work_id
        self.line = line
        self.need = line.need
        self.since = since
        self.place = since - credit
        self.number = number
        self.at = line
        """The line it waits in: its own, or one of an agent's own."""
        self.bound: Seat | None = None
        """The only agent who may take it."""
        self.entry: Entry | None = None
        """Its place in that line while it waits. Given up when it does not: held for longer, it would make garbage
        that only the collector finds."""
        self.barred_at: list[Seat] | None = None
        """Who has refused it, also those whose refusal is over."""

    @property
    def waiting(self) -> bool:
        """Whether it waits for an agent."""
        return self.entry is not None

    @property
    def credit(self) -> float:
        """Seconds of age it was given on top."""
        return self.since - self.place
