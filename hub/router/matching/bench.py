"""Agents who sit idle and can do the same: the first of them is found without looking at the others."""

from collections import deque
from collections.abc import Collection, Iterable
from heapq import heapify, heappop, heappush, heapreplace
from typing import TYPE_CHECKING

from hub.router.matching.order import AgentChoice

if TYPE_CHECKING:
    from hub.router.matching.agents import Need, Seat
    from hub.router.matching.line import Work

Idle = tuple[float, int, "Seat"]
"""Place in the order of idle agents: since when (epoch seconds), and as it came."""

Room = tuple[int, str, bool, AgentChoice]
"""What needs must have in common to look for agents on one bench: units, channel, whether they interrupt, and what the
agents are in order of."""

ROOM = 64
"""Entries an index may hold before the first clean-up of what is out of date in it."""


class Bench:
    """Agents who fit the same and have room for the same. By idle time: `idle` in order, most join at its end; who
    comes back to an earlier place is in the heap `returned`. By anything else: the heap `ranked`. Entries that are out
    of date are dropped when they are met."""

    __slots__ = ("by", "idle", "is_ranked", "level", "limit", "need", "ranked", "returned", "room", "units")

    def __init__(self, need: "Need", level: int) -> None:
        self.need = need
        """One of those that look for agents here: they differ in nothing that matters here."""
        self.room = need.room
        self.by = need.room[3]
        self.level = level
        """What all of them have in the skill that is asked for, where only one is."""
        self.units = need.units
        self.is_ranked = need.is_ranked
        self.idle: deque[Idle] = deque()
        self.returned: list[Idle] = []
        self.ranked: list[tuple[float, Idle]] = []
        self.limit = ROOM

    def show(self, idle: Idle) -> None:
        """Let work find this agent."""
        if self.is_ranked:
            heappush(self.ranked, (self.rank(idle[2]), idle))
            if len(self.ranked) > self.limit:
                self.refill([one[1] for one in self.ranked])
            return
        line = self.idle
        if not line or line[-1] < idle:
            line.append(idle)
        else:
            heappush(self.returned, idle)
        if len(line) > self.limit or len(self.returned) > self.limit:
            self.refill((*line, *self.returned))

    def refill(self, idle: Iterable[Idle]) -> None:
        """Hold those of these agents who can take work now, each once, and nothing else."""
        current = {one[1]: one for one in idle if one[2].idle is one and one[2].is_open and one[2].has_room(self.need)}
        if self.is_ranked:
            self.ranked = [(self.rank(one[2]), one) for one in current.values()]
            heapify(self.ranked)
        else:
            self.idle = deque(sorted(current.values()))
            self.returned = []
        self.limit = 2 * len(current) + ROOM

    def rank(self, seat: "Seat") -> float:
        """What they are chosen by, lowest first; of equals the longest idle."""
        if self.by is AgentChoice.HIGHEST_LEVEL:
            return -self.need.level_of(seat.profile)
        if self.by is AgentChoice.LEAST_OCCUPIED:
            return seat.capacity - seat.free
        if self.by is AgentChoice.FEWEST_TODAY:
            return seat.today
        return seat.turn if self.by is AgentChoice.ROUND_ROBIN else seat.pace

    def longest_idle(self, work: "Work", now: float, besides: Collection["Seat"]) -> Idle | None:
        """The first who can take this work and is not to be passed over."""
        line, returned, need = self.idle, self.returned, self.need
        aside: list[Idle] = []
        found: Idle | None = None
        while line or returned:
            is_returned = bool(returned) and (not line or returned[0] < line[0])
            idle = returned[0] if is_returned else line[0]
            seat = idle[2]
            if seat.idle is idle and seat.is_open and seat.has_room(need):
                if not ((seat.barred or seat.held) and seat.passes_over(work, now)) and seat not in besides:
                    found = idle
                    break
                aside.append(idle)
            if is_returned:
                heappop(returned)
            else:
                line.popleft()
        for idle in aside:
            heappush(returned, idle)
        return found

    def best_ranked(self, work: "Work", now: float, besides: Collection["Seat"]) -> tuple[float, Idle] | None:
        """The same by rank. Ranks here are as they were when the agent was shown, or better than they are now: those
        are put right where they are met."""
        ranked, need = self.ranked, self.need
        aside: list[tuple[float, Idle]] = []
        found: tuple[float, Idle] | None = None
        while ranked:
            entry = ranked[0]
            idle = entry[1]
            seat = idle[2]
            if seat.idle is not idle or not seat.is_open or not seat.has_room(need):
                heappop(ranked)
            elif (current := self.rank(seat)) != entry[0]:
                heapreplace(ranked, (current, idle))
            elif seat.passes_over(work, now) or seat in besides:
                aside.append(heappop(ranked))
            else:
                found = entry
                break
        for entry in aside:
            heappush(ranked, entry)
        return found

    def everybody(self) -> Iterable["Seat"]:
        """All agents here who can take work, some twice, in no order."""
        idle = [one[1] for one in self.ranked] if self.is_ranked else [*self.idle, *self.returned]
        return (one[2] for one in idle if one[2].idle is one and one[2].is_open and one[2].has_room(self.need))


def show(seat: "Seat") -> None:
    """Let work find this agent. To be called whenever they can take more, or would be chosen before others; when it
    is the other way round, their entries are put right where they are met."""
    if not seat.is_open or (seat.free <= 0 and not seat.pausable):
        return
    idle, free = seat.idle, seat.free
    if seat.is_limited or seat.pausable:
        for ability in seat.abilities:
            for bench in ability.benches:
                if seat.has_room(bench.need):
                    bench.show(idle)
        return
    for ability in seat.abilities:
        for bench in ability.benches:
            if bench.units > free:
                continue
            line = bench.idle
            if bench.is_ranked or (line and idle <= line[-1]) or len(line) >= bench.limit:
                bench.show(idle)
            else:
                line.append(idle)
