"""What may match since nothing did any more: found by looking only at what changed, not at all agents and all work."""

from heapq import heapify, heappop, heappush

from hub.router.matching.agents import Seat
from hub.router.matching.bench import Idle, show
from hub.router.matching.choice import choose, longest_idle
from hub.router.matching.order import Order
from hub.router.matching.roster import Roster
from hub.router.matching.waiting import Entry, Key, Line, WaitingWork, Work

Asking = Seat | Line | None
"""Who has other work to look at when this is gone: the agent who asks for it, the line it heads, or nobody."""

Timer = tuple[float, int, Seat, Work | None]
"""When (epoch seconds) an agent may be asked again, about a piece of work or at all; as it came."""

_FEW = 4
"""So many agents freed at once ask one by one; of more, the lines they could serve are compared."""


class Search:
    """Agents who may have become able to take something, and work that may have found an agent. Everything else was
    looked at before, and did not match."""

    __slots__ = ("_asking", "_changed", "_changed_at", "_freed", "_news", "_number", "_timers", "roster", "waiting")

    def __init__(self, roster: Roster, waiting: WaitingWork) -> None:
        self.roster = roster
        self.waiting = waiting
        self._number = 0
        self._freed: list[Seat] = []
        self._news: list[tuple[Entry, Asking]] = []
        """Work that may have found an agent."""
        self._changed: list[tuple[Key, int, Entry, Asking]] = []
        """The same, in the order of all as of `_changed_at`."""
        self._changed_at = 0.0
        self._asking: list[Idle] = []
        """Agents who may name work in the order `skill`, the longest idle first."""
        self._timers: list[Timer] = []
        """Some are out of date."""

    def look_at(self, work: Work) -> None:
        """It waits anew, or for others than before."""
        if work.entry is not None:
            self._news.append((work.entry, None))

    def free(self, seat: Seat) -> None:
        """The agent may take more than before, or be chosen before others."""
        if not seat.freed and seat.is_open:
            seat.freed = True
            self._freed.append(seat)

    def wake(self, at: float, seat: Seat, work: Work | None) -> None:
        """The agent may be asked again then, about this work or at all."""
        if at != float("inf"):
            self._number += 1
            heappush(self._timers, (at, self._number, seat, work))

    def begin_again(self) -> None:
        """Look at everything, in the order that holds now."""
        self._news, self._changed, self._asking = [], [], []
        for seat in self.roster.seats.values():
            self.free(seat)

    def show_freed(self) -> None:
        """Let whoever looks for agents find those who were freed."""
        for seat in self._freed:
            show(seat)

    def next_change(self) -> float | None:
        """When time alone may make something match."""
        timers = self._timers
        while timers and not _is_current(timers[0]):
            heappop(timers)
        return timers[0][0] if timers else None

    def next(self, now: float) -> tuple[Work, Seat] | None:
        """The next match, not yet carried out; None when nothing matches any more. `now` never goes back."""
        if self._timers and self._timers[0][0] <= now:
            self.lift(now)
        news, freed = self._news, self._freed
        if not self._changed and not self._asking:
            if not freed:
                if not news:
                    return None
                if len(news) == 1:
                    return self._match_one(news, now)
            elif len(freed) == 1 and not news:
                seat = freed[0]
                if seat.is_open and (seat.free > 0 or seat.pausable):
                    work = self.waiting.best_for(seat, now)
                    if work is not None:
                        return work, seat
                    show(seat)
                freed.clear()
                seat.freed = False
                return None
        if self.waiting.order is Order.SKILL:
            return self._next_by_skill(now)
        if freed:
            self._settle(now)
        return self._first_of_changed(now)

    def _match_one(self, news: list[tuple[Entry, Asking]], now: float) -> tuple[Work, Seat] | None:
        """Nothing but this piece of work can match."""
        entry = news[0][0]
        work = entry[3]
        if work.entry is entry:
            taker = choose(work, now)
            if taker is not None:
                return work, taker
        news.clear()
        return None

    def _first_of_changed(self, now: float) -> tuple[Work, Seat] | None:
        if self._changed and self._changed_at != now and self.waiting.order is Order.GROWING:
            self._changed = [(self.waiting.key(one[2][3], now), *one[1:]) for one in self._changed]
            heapify(self._changed)
        self._changed_at = now
        changed, news = self._changed, self._news
        while True:
            for entry, asking in news:
                self._number += 1
                heappush(changed, (self.waiting.key(entry[3], now), self._number, entry, asking))
            news.clear()
            if not changed:
                return None
            _, _, entry, asking = changed[0]
            work = entry[3]
            waits = work.entry is entry
            if waits:
                taker = choose(work, now)
                if taker is not None:
                    return work, taker
            heappop(changed)
            if isinstance(asking, Seat):
                self._ask_for_work(asking, now)
            elif asking is not None and not waits and asking.head is not None:
                news.append((asking.head, asking))

    def _settle(self, now: float) -> None:
        """Let work find those who were freed. A few ask for the best they may take; of many, the lines they could
        serve compete for them, head against head, so that a thousand freed at once cost a thousand matches."""
        freed = self._show_freed()
        are_few = len(freed) <= _FEW
        if not are_few:
            for line in self.waiting.lines():
                if line.head is not None:
                    self._news.append((line.head, line))
        for seat in freed:
            if are_few or seat.barred or seat.bound or seat.held:
                self._ask_for_work(seat, now)

    def _next_by_skill(self, now: float) -> tuple[Work, Seat] | None:
        for seat in self._show_freed():
            heappush(self._asking, seat.idle)
        looked_at = {entry[2]: entry for entry, _ in self._news if entry[3].entry is entry}
        if len(looked_at) > _FEW:
            looked_at = {}
            self._asking = sorted(seat.idle for seat in self.roster.seats.values() if seat.is_open)
        self._news = []
        first = self._first_asking(now)
        for entry in looked_at.values():
            taker = longest_idle(entry[3], now)
            if taker is not None:
                self._news.append((entry, None))
                if first is None or taker.idle < first.idle:
                    first = taker
        work = None if first is None else self.waiting.best_for(first, now)
        taker = None if work is None else choose(work, now)
        return None if work is None or taker is None else (work, taker)

    def _first_asking(self, now: float) -> Seat | None:
        asking = self._asking
        while asking:
            seat = asking[0][2]
            if seat.idle is asking[0] and seat.is_open and self.waiting.best_for(seat, now) is not None:
                return seat
            heappop(asking)
        return None

    def _show_freed(self) -> list[Seat]:
        freed, self._freed = self._freed, []
        for seat in freed:
            seat.freed = False
            show(seat)
        return freed

    def _ask_for_work(self, seat: Seat, now: float) -> None:
        work = self.waiting.best_for(seat, now) if seat.is_open else None
        if work is not None and work.entry is not None:
            self._news.append((work.entry, seat))

    def lift(self, now: float) -> None:
        """Time has ended some rests and bars."""
        timers = self._timers
        while timers and timers[0][0] <= now:
            timer = heappop(timers)
            if not _is_current(timer):
                continue
            _, _, seat, work = timer
            if work is None:
                seat.rest = 0.0
                seat.open()
                self.free(seat)
            else:
                del seat.barred[work.id]
                self.look_at(work)


def _is_current(timer: Timer) -> bool:
    at, _, seat, work = timer
    return seat.rest == at if work is None else seat.barred.get(work.id) == at
