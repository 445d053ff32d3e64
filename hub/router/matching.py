"""Who gets what: the highest priority, then the oldest work; the longest idle of the agents who fit.

The meaning, stated once: as long as some waiting work has an agent who fits, is ready, has room and is not barred from
it, take the first such work in the order of all and give it to the longest idle of its agents. What follows gets there
by looking only at what changed since nothing matched any more.
"""

from collections.abc import Mapping
from heapq import heappop, heappush

from hub.router.agents import Roster, Seat, longest_idle
from hub.router.waiting import Key, Line, WaitingWork, Work


class Matcher:
    """Waiting work and agents. Times are epoch seconds; nothing here reads a clock. Say what happened, then ask
    `next` and `reserve` what it answers, until it answers None."""

    __slots__ = ("_allowed_again", "_changed", "_freed", "_number", "roster", "waiting")

    def __init__(self) -> None:
        self.roster = Roster()
        self.waiting = WaitingWork()
        self._number = 0
        self._freed: list[Seat] = []
        self._changed: list[tuple[Key, int, Seat | Line | None]] = []
        """Work that may have found an agent, in order. With the agent who asks for it, or the line it heads: when it
        is gone, they have other work to look at."""
        self._allowed_again: list[tuple[float, int, Seat, Work]] = []

    def work(
        self,
        work_id: str,
        since: float,
        *,
        queue: str,
        priority: int,
        skills: Mapping[str, int],
        languages: tuple[str, ...],
        units: int,
    ) -> Work:
        """A new piece of work, behind all of its priority that began to wait before."""
        need = self.roster.need(tuple(sorted(skills.items())) if skills else (), languages, units)
        self._number += 1
        return Work(work_id, self.waiting.line(queue, priority, need), since, self._number)

    def wait(self, work: Work) -> None:
        """It waits for an agent: for the first time, or again with the age it has."""
        self.waiting.add(work)
        self._look_at(work)

    def withdraw(self, work: Work) -> None:
        """It waits no longer, and nobody has it."""
        self.waiting.remove(work)

    def reserve(self, work: Work, seat: Seat, units: int) -> None:
        """It is with this agent now, who has that much less room."""
        self.waiting.remove(work)
        seat.free -= units

    def release(self, seat: Seat, units: int) -> None:
        """The agent has that much more room."""
        seat.free += units
        self._free(seat)

    def set_ready(self, seat: Seat, ready: bool) -> None:
        """Whether the agent may be given work at all."""
        seat.ready = ready
        self._free(seat)

    def idle_since(self, seat: Seat, since: float) -> None:
        """The agent's last piece of work was over then."""
        self.roster.idle_since(seat, since)
        self._free(seat)

    def bar(self, seat: Seat, work: Work, until: float) -> None:
        """The agent is not to get this work before then."""
        seat.barred[work.id] = until
        self._number += 1
        heappush(self._allowed_again, (until, self._number, seat, work))

    def next_change(self) -> float | None:
        """When time alone may make something match."""
        return self._allowed_again[0][0] if self._allowed_again else None

    def next(self, now: float) -> tuple[Work, Seat] | None:
        """The next match, not yet carried out; None when nothing matches any more."""
        if self._allowed_again and self._allowed_again[0][0] <= now:
            self._lift_bars(now)
        if self._freed:
            if len(self._freed) == 1 and not self._changed:
                seat = self._freed[0]
                work = self.waiting.best_for(seat, now) if seat.ready and seat.free > 0 else None
                if work is not None:
                    return work, seat
            self._settle(now)
        changed = self._changed
        while changed:
            key, _, asking = changed[0]
            work = key[3]
            waits = work.waiting
            if waits:
                taker = longest_idle(work.need, work.id, now)
                if taker is not None:
                    return work, taker
            heappop(changed)
            if isinstance(asking, Seat):
                self._ask_for_work(asking, now)
            elif asking is not None and not waits and asking.head is not None:
                self._look_at(asking.head[3], asking)
        return None

    def _settle(self, now: float) -> None:
        """Let work find those who were freed. One agent asks for the best they may take; of several, the lines they
        could serve compete for them, head against head, so that a thousand freed at once cost a thousand matches."""
        freed, self._freed = self._freed, []
        for seat in freed:
            seat.freed = False
            self.roster.show(seat)
        if len(freed) > 1:
            for key in self.waiting.heads:
                self._look_at(key[3], key[3].line)
        elif not self._changed:
            return
        for seat in freed:
            if seat.barred or len(freed) == 1:
                self._ask_for_work(seat, now)

    def _ask_for_work(self, seat: Seat, now: float) -> None:
        if seat.ready and seat.free > 0:
            work = self.waiting.best_for(seat, now)
            if work is not None:
                self._look_at(work, seat)

    def _look_at(self, work: Work, asking: Seat | Line | None = None) -> None:
        self._number += 1
        heappush(self._changed, (work.key(), self._number, asking))

    def _free(self, seat: Seat) -> None:
        if not seat.freed and seat.ready and seat.free > 0:
            seat.freed = True
            self._freed.append(seat)

    def _lift_bars(self, now: float) -> None:
        bars = self._allowed_again
        while bars and bars[0][0] <= now:
            _, _, seat, work = heappop(bars)
            if seat.barred.get(work.id, now + 1) <= now:
                del seat.barred[work.id]
                if work.waiting:
                    self._look_at(work)
