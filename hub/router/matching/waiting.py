"""Work that waits, always in order: the best piece for an agent is found without looking at the rest."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain

from hub.router.matching.agents import Seat
from hub.router.matching.bench import ROOM
from hub.router.matching.line import Entry, Key, Line, LineKey, Work
from hub.router.matching.order import Order

__all__ = ["Entry", "Key", "Line", "LineKey", "WaitingWork", "Work"]


class WaitingWork:
    """All lines, compared by their heads."""

    __slots__ = ("_is_plain", "_kept", "_lines", "_most", "_queues", "order")

    def __init__(self, order: Order) -> None:
        self._lines: dict[LineKey, Line] = {}
        self._queues: dict[str, list[Line]] = {}
        self._kept: frozenset[Line] = frozenset()
        self._most = ROOM
        """Lines there may be before those that are empty are looked for."""
        self._set_order(order)

    def line(self, key: LineKey) -> Line:
        """The line for such work; made when it is asked for the first time."""
        line = self._lines.get(key)
        if line is None:
            if len(self._lines) >= self._most:
                self.clean_up()
            line = Line(key)
            self._list(line)
        return line

    def keep(self, lines: Iterable[Line]) -> None:
        """These stay, empty or not; of all others those that are empty are dropped now and then."""
        wanted = list(lines)
        self._kept = frozenset(self._listed(line) for line in wanted)
        self._most = max(self._most, 2 * len(self._lines) + ROOM)

    def clean_up(self) -> None:
        """Drop the lines that are empty and not kept. What belongs there and waits later lists its line again."""
        for line in [one for one in self._lines.values() if not one.count and one not in self._kept]:
            del self._lines[line.key]
            self._queues[line.queue].remove(line)
            line.is_listed = False
            line.need.lines.remove(line)
            for ability in line.need.abilities:
                ability.lines.remove(line)
        self._most = 2 * len(self._lines) + ROOM

    def lines(self) -> Iterable[Line]:
        """All but agents' own."""
        return self._lines.values()

    def lines_of(self, queue: str) -> Iterator[Line]:
        """All lines of a queue, agents' own too."""
        for line in self._queues.get(queue, ()):
            yield line
            yield from line.own.values()

    def work_of(self, queue: str) -> Iterator[Work]:
        """All that waits in a queue, in no order."""
        return (entry[3] for line in self.lines_of(queue) for entry in line.entries())

    def length_of(self, queue: str) -> int:
        """How much waits in a queue."""
        return sum(line.count for line in self._queues.get(queue, ()))

    def oldest_of(self, queue: str) -> Work | None:
        """What waits longest in a queue, credit counted."""
        heads = (line.head[3] for line in self.lines_of(queue) if line.head is not None)
        return min(heads, key=lambda work: (work.place, work.number), default=None)

    def add(self, work: Work) -> None:
        """It waits, at the place its age gives it: new work behind, work put back where it was."""
        line = work.line
        if not line.is_listed:
            line = work.line = self._listed(line)
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
        best: Entry | None = None
        free = seat.free
        if seat.is_limited or seat.pausable or seat.barred or seat.held or seat.bound:
            return self._best_with_rules(seat, now)
        for ability in seat.abilities:
            for line in ability.lines:
                head = line.head
                if head is not None and (best is None or head < best) and line.units <= free:
                    best = head
        return best[3] if best is not None else None

    def _best_with_rules(self, seat: Seat, now: float) -> Work | None:
        """The same for an agent who is not to get all that they have the units for."""
        best: Entry | None = None
        for line in _open_to(seat):
            head = line.head
            if head is not None and (best is None or head < best) and seat.has_room(line.need):
                if seat.passes_over(head[3], now):
                    head = line.first(seat, now)
                if head is not None and (best is None or head < best):
                    best = head
        return best[3] if best is not None else None

    def _best_ranked(self, seat: Seat, now: float) -> Work | None:
        """The same where heads can't be compared as they are: by agent, or at a time."""
        profile, best, found = seat.profile, None, None
        by_skill = self.order is Order.SKILL
        for line in _open_to(seat):
            if line.head is None or not seat.has_room(line.need):
                continue
            head = line.first(seat, now)
            if head is not None:
                lead = -line.need.level_of(profile) if by_skill else growing(line, head[1], now)
                key = (lead, head[1], head[2])
                if best is None or key < best:
                    best, found = key, head[3]
        return found

    def _listed(self, line: Line) -> Line:
        """The line itself, or the one that has taken its place since it was dropped."""
        return self._lines.get(line.key) or self._list(line)

    def _list(self, line: Line) -> Line:
        self._lines[line.key] = line
        self._queues.setdefault(line.queue, []).append(line)
        line.lead = self._lead(line)
        line.is_listed = True
        line.need.lines.append(line)
        for ability in line.need.abilities:
            ability.lines.append(line)
        return line

    def _set_order(self, order: Order) -> None:
        self.order = order
        self._is_plain = order not in (Order.GROWING, Order.SKILL)

    def _lead(self, line: Line) -> float:
        return -line.priority if self.order is Order.PRIORITY else 0.0

    def _own_line(self, line: Line, seat: Seat) -> Line:
        own = seat.bound.get(line)
        if own is None:
            own = Line(line.key, seat)
            own.lead = line.lead
            line.own[seat] = own
            seat.bind(line, own)
        return own


def _open_to(seat: Seat) -> Iterator[Line]:
    """All lines this agent may be given work from."""
    return chain(*(ability.lines for ability in seat.abilities), seat.bound.values())


def growing(line: Line, place: float, now: float) -> float:
    """What the growing order goes by: priority and minutes of age, negated."""
    return -(line.priority + line.weight * (now - place) / 60)
