"""Work that waits, always in order: the best piece for an agent is found without looking at the rest."""

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import chain

from hub.router.agents import Need, Profile, Seat
from hub.router.bench import ROOM
from hub.router.order import Order

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
        "arrived",
        "count",
        "head",
        "lead",
        "limit",
        "need",
        "own",
        "owner",
        "priority",
        "queue",
        "returned",
        "target",
        "weight",
    )  # fmt: skip

    def __init__(self, key: LineKey, owner: Seat | None = None) -> None:
        self.queue, self.need, self.priority, self.weight, self.target = key
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

    @property
    def waiting(self) -> bool:
        """Whether it waits for an agent."""
        return self.entry is not None

    @property
    def credit(self) -> float:
        """Seconds of age it was given on top."""
        return self.since - self.place


class WaitingWork:
    """All lines, compared by their heads."""

    __slots__ = ("_is_plain", "_lines", "_queues", "order")

    def __init__(self, order: Order) -> None:
        self._lines: dict[LineKey, Line] = {}
        self._queues: dict[str, list[Line]] = {}
        self._set_order(order)

    def line(self, key: LineKey, profiles: Iterable[Profile]) -> Line:
        """The line for such work; made when it is asked for the first time."""
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line(key)
            line.lead = self._lead(line)
            self._queues.setdefault(line.queue, []).append(line)
            line.need.lines.append(line)
            for profile in profiles:
                if line.need in profile.needs:
                    profile.lines.append(line)
        return line

    def lines(self) -> Iterable[Line]:
        """All but agents' own."""
        return self._lines.values()

    def lines_of(self, queue: str) -> Iterator[Line]:
        """All lines of a queue, agents' own too."""
        for line in self._queues.get(queue, ()):
            yield line
            yield from line.own.values()

    def add(self, work: Work) -> None:
        """It waits, at the place its age gives it: new work behind, work put back where it was."""
        line = work.line
        line.count += 1
        if work.bound is not None:
            line = self._own_line(line, work.bound)
        work.at = line
        lead = work.place + line.target if self.order is Order.DEADLINE else line.lead
        entry = work.entry = (lead, work.place, work.number, work)
        line.add(entry)

    def remove(self, work: Work) -> None:
        """It waits no longer."""
        entry = work.entry
        if entry is None:
            return
        work.entry = None
        work.line.count -= 1
        line = work.at
        if line.head is entry:
            line.drop_head()
            if line.head is None and line.owner is not None:
                del line.owner.bound[work.line], work.line.own[line.owner]

    def set_order(self, order: Order) -> None:
        """Everything that waits is taken in this order from now on."""
        self._set_order(order)
        for public in self._lines.values():
            for line in (public, *public.own.values()):
                works = [entry[3] for entry in line.entries()]
                line.lead = self._lead(line)
                for work in works:
                    lead = work.place + line.target if order is Order.DEADLINE else line.lead
                    work.entry = (lead, work.place, work.number, work)
                line.arrived = deque(sorted(work.entry for work in works if work.entry is not None))
                line.returned = []
                line.head = line.arrived[0] if works else None

    def key(self, work: Work, now: float) -> Key:
        """Its place in the order of all at this time. Where the agent has a say in the order: its age."""
        line = work.line
        if self.order is Order.GROWING:
            lead = growing(line, work.place, now)
        else:
            lead = work.place + line.target if self.order is Order.DEADLINE else line.lead
        return lead, work.place, work.number

    def best_for(self, seat: Seat, now: float) -> Work | None:
        """The first piece of work in the order of all that this agent fits or that waits for them alone, has room
        for and is not passed over for."""
        if not self._is_plain:
            return self._best_ranked(seat, now)
        lines: Iterable[Line] = seat.lines
        if seat.bound:
            lines = (*lines, *seat.bound.values())
        best: Entry | None = None
        free, is_plain, is_picky = seat.free, not (seat.is_limited or seat.pausable), bool(seat.barred or seat.held)
        for line in lines:
            head = line.head
            if head is None or (best is not None and best < head):
                continue
            if is_plain:
                if line.need.units > free:
                    continue
            elif not seat.has_room(line.need):
                continue
            if is_picky and seat.passes_over(head[3], now):
                head = line.first(seat, now)
                if head is None or (best is not None and best < head):
                    continue
            best = head
        return best[3] if best is not None else None

    def _best_ranked(self, seat: Seat, now: float) -> Work | None:
        """The same where heads can't be compared as they are: by agent, or at a time."""
        profile, best, found = seat.profile, None, None
        by_skill = self.order is Order.SKILL
        for line in chain(seat.lines, seat.bound.values()):
            if line.head is None or not seat.has_room(line.need):
                continue
            head = line.first(seat, now)
            if head is not None:
                lead = -line.need.level_of(profile) if by_skill else growing(line, head[1], now)
                key = (lead, head[1], head[2])
                if best is None or key < best:
                    best, found = key, head[3]
        return found

    def _set_order(self, order: Order) -> None:
        self.order = order
        self._is_plain = order not in (Order.GROWING, Order.SKILL)

    def _lead(self, line: Line) -> float:
        return -line.priority if self.order is Order.PRIORITY else 0.0

    def _own_line(self, line: Line, seat: Seat) -> Line:
        own = seat.bound.get(line)
        if own is None:
            own = Line((line.queue, line.need, line.priority, line.weight, line.target), seat)
            own.lead = line.lead
            line.own[seat] = own
            seat.bind(line, own)
        return own


def growing(line: Line, place: float, now: float) -> float:
    """What the growing order goes by: priority and minutes of age, negated."""
    return -(line.priority + line.weight * (now - place) / 60)
