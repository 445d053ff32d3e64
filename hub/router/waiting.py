"""Work that waits, always in order: the best piece for an agent is found without looking at the rest."""

from bisect import bisect_left, insort
from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from hub.router.agents import Need, Seat

Key = tuple[int, float, int, "Work"]
"""Place in the order of all work: priority (negated), since when it waits (epoch seconds), and as it came."""

_ROOM = 64
"""Entries a heap may hold before the first clean-up of what is out of date in it."""


class Line:
    """Work that asks for the same: one queue, one priority, one need. Its order never changes, so that lines are
    compared by their heads alone."""

    __slots__ = ("head", "limit", "need", "priority", "queue", "works")

    def __init__(self, queue: str, priority: int, need: Need) -> None:
        self.queue = queue
        self.priority = priority
        self.need = need
        self.works: list[Key] = []
        self.head: Key | None = None
        self.limit = _ROOM


class Work:
    """One piece of work and its place in the order, which it keeps for life. `since` is epoch seconds."""

    __slots__ = ("id", "line", "need", "number", "since", "waiting")

    def __init__(self, work_id: str, line: Line, since: float, number: int) -> None:
        self.id = work_id
        self.line = line
        self.need = line.need
        self.since = since
        self.number = number
        self.waiting = False

    def key(self) -> Key:
        """Its place. Not kept: work that held its own key would be garbage only the collector finds."""
        return -self.line.priority, self.since, self.number, self


class WaitingWork:
    """All lines, and the sorted heads of those that are not empty."""

    __slots__ = ("_by_need", "_lines", "heads")

    def __init__(self) -> None:
        self.heads: list[Key] = []
        self._lines: dict[tuple[str, int, Need], Line] = {}
        self._by_need: dict[Need, list[Line]] = {}

    def line(self, queue: str, priority: int, need: Need) -> Line:
        """The line for such work; made when it is asked for the first time."""
        line = self._lines.get((queue, priority, need))
        if line is None:
            line = self._lines[queue, priority, need] = Line(queue, priority, need)
            self._by_need.setdefault(need, []).append(line)
        return line

    def add(self, work: Work) -> None:
        """It waits, at the place its key gives it: new work behind, work put back where it was."""
        line, key = work.line, work.key()
        work.waiting = True
        heappush(line.works, key)
        if line.head is None or key < line.head:
            self._move_head(line, key)
        if len(line.works) > line.limit:
            _drop_outdated(line)

    def remove(self, work: Work) -> None:
        """It waits no longer."""
        work.waiting = False
        line = work.line
        if line.head is None or line.head[2] != work.number:
            return
        works = line.works
        while works and not works[0][3].waiting:
            heappop(works)
        self._move_head(line, works[0] if works else None)

    def best_for(self, seat: Seat, now: float) -> Work | None:
        """The first piece of work in the order of all that this agent fits, has room for and is not barred from."""
        needs, free, barred = seat.profile.needs, seat.free, seat.barred
        heads: Iterable[Key] = self.heads
        if len(self.heads) > 8 * len(needs):
            heads = self._own_heads(needs)
        best: Key | None = None
        for key in heads:
            if best is not None and best < key:
                break
            work = key[3]
            if work.need not in needs or work.need.units > free:
                continue
            if not barred:
                return work
            allowed = _first_allowed(work.line, barred, now)
            if allowed is not None and (best is None or allowed < best):
                best = allowed
        return best[3] if best is not None else None

    def _own_heads(self, needs: Iterable[Need]) -> list[Key]:
        by_need = self._by_need
        return sorted(line.head for need in needs for line in by_need.get(need, ()) if line.head is not None)

    def _move_head(self, line: Line, key: Key | None) -> None:
        heads = self.heads
        if line.head is not None:
            del heads[bisect_left(heads, line.head)]
        line.head = key
        if key is not None:
            insort(heads, key)


def _first_allowed(line: Line, barred: dict[str, float], now: float) -> Key | None:
    """The first of a line that is not barred. Pops past the barred ones and puts them back: they are few."""
    works, aside, found = line.works, [], None
    while works:
        key = works[0]
        if key[3].waiting:
            if barred.get(key[3].id, 0.0) <= now:
                found = key
                break
            aside.append(key)
        heappop(works)
    for key in aside:
        heappush(works, key)
    return found


def _drop_outdated(line: Line) -> None:
    line.works = list({key[2]: key for key in line.works if key[3].waiting}.values())
    heapify(line.works)
    line.limit = 2 * len(line.works) + _ROOM
