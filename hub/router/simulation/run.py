"""A contact centre under a simulated clock: random calls, the production matcher, exact accounts of what happened."""

import math
from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush
from time import perf_counter
from typing import Any

from hub.router.matching.agents import Seat
from hub.router.matching.matcher import Matcher
from hub.router.matching.waiting import Work
from hub.router.simulation.calls import Call, CallClass, Place, Step
from hub.router.simulation.scenario import Run

Event = tuple[float, int, Callable[[float, Any], None], Any]
"""When (seconds from the start), as it came, what happens, and to what."""


class SimulatedRun:
    """One run. `factors` says how much of a handle time each agent needs. Everything that is decided, the matcher
    decides; here is only who comes, leaves and hangs up when. Give it a matcher whose agents are idle and ready."""

    def __init__(self, run: Run, matcher: Matcher, classes: Sequence[CallClass], factors: Mapping[Seat, float]) -> None:
        self.classes = classes
        self.measured_from = 0.0
        self.measured_to = 0.0
        self.entered = 0
        self.freed = 0
        self.seconds = 0.0
        """Wall time the run took."""
        self._run = run
        self._matcher = matcher
        self._factors = factors
        self._most = run.max_in_system or math.inf
        self._arrived = 0
        self._in_system = 0
        self._number = 0
        self._events: list[Event] = []
        self._waiting: dict[Work, Call] = {}

    @property
    def agents(self) -> int:
        """How many there are."""
        return len(self._factors)

    @property
    def decisions(self) -> int:
        """One per call that entered and per agent who was freed."""
        return self.entered + self.freed

    def run(self) -> None:
        """Simulate until the last call is over."""
        start = perf_counter()
        for kind in self.classes:
            self._at(next(kind.draws.gaps), self._arrive, kind)
        events = self._events
        while events:
            now, _, happen, subject = heappop(events)
            happen(now, subject)
        self.seconds = perf_counter() - start

    def _at(self, time: float, happen: Callable[[float, Any], None], subject: object) -> None:
        self._number += 1
        heappush(self._events, (time, self._number, happen, subject))

    def _arrive(self, now: float, kind: CallClass) -> None:
        calls = self._run.calls
        if self._arrived == calls:
            return
        self._arrived += 1
        draws = kind.draws
        self._at(now + next(draws.gaps), self._arrive, kind)
        handle, patience = next(draws.handles), next(draws.patiences)
        counted = self._arrived > self._run.warmup_calls
        if counted:
            kind.tally.arrivals += 1
        place = self._place_for(kind) if self._in_system < self._most else None
        if place is not None:
            self._enter(now, Call(kind, place, now, handle, counted), patience)
        elif counted:
            kind.tally.blocked += 1
        if self._arrived == self._run.warmup_calls:
            self.measured_from = now
            self._add_areas(now, -1)
        if self._arrived == calls:
            self.measured_to = now
            self._add_areas(now, 1)

    def _place_for(self, kind: CallClass) -> Place | None:
        """Where the next call of the class may stand; None: nowhere."""
        place: Place | None = kind.place
        while place is not None and place.limit is not None:
            if self._matcher.queue_length(place.queue) < place.limit:
                break
            place = place.instead
        return place

    def _enter(self, now: float, call: Call, patience: float) -> None:
        self.entered += 1
        self._in_system += 1
        place = call.place
        call.work = work = self._matcher.work(str(self._arrived), now, place.steps[0].line)
        self._waiting[work] = call
        if place.entry_delay:
            self._at(now + place.entry_delay, self._join, call)
        else:
            self._matcher.wait(work)
            self._match(now)
            if call.seat is not None:
                return
        if place.leave_after is not None:
            patience = min(patience, place.leave_after)
        if patience < math.inf:
            self._at(now + patience, self._leave, call)
        for step in place.steps[1:]:
            self._at(now + step.after, self._relax, (call, step))

    def _join(self, now: float, call: Call) -> None:
        if call.work in self._waiting:
            self._matcher.wait(call.work)
            self._match(now)

    def _leave(self, now: float, call: Call) -> None:
        if call.seat is not None:
            return
        del self._waiting[call.work]
        self._matcher.withdraw(call.work)
        self._in_system -= 1
        wait = now - call.since
        call.kind.waited += wait
        if call.counted:
            call.kind.tally.abandoned.append(wait)

    def _relax(self, now: float, subject: tuple[Call, Step]) -> None:
        call, step = subject
        if call.work in self._waiting:
            self._matcher.move(call.work, step.line)
            self._match(now)

    def _end(self, now: float, call: Call) -> None:
        seat = call.seat
        assert seat is not None, "only an answered call ends"
        self.freed += 1
        self._in_system -= 1
        self._matcher.idle_since(seat, now)
        self._matcher.release(call.work, seat)
        self._match(now)

    def _match(self, now: float) -> None:
        """Carry out all that the matcher decides now."""
        matcher = self._matcher
        while (match := matcher.next(now)) is not None:
            work, seat = match
            matcher.reserve(work, seat)
            call = self._waiting.pop(work)
            call.seat = seat
            kind = call.kind
            wait = now - call.since
            kind.waited += wait
            if call.counted:
                kind.tally.answered.append(wait)
            handle = call.handle * self._factors[seat]
            kind.handled += handle * call.place.share
            self._at(now + handle, self._end, call)

    def _add_areas(self, now: float, sign: int) -> None:
        """Add (or take away) all waiting and handling up to now, so that what remains is between two moments."""
        for kind in self.classes:
            kind.tally.queue_area += sign * kind.waited
            kind.tally.busy_area += sign * kind.handled
        for call in self._waiting.values():
            call.kind.tally.queue_area += sign * (now - call.since)
        for time, _, happen, subject in self._events:
            if happen == self._end:
                subject.kind.tally.busy_area -= sign * subject.place.share * (time - now)
