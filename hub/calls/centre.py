"""A small call centre, simulated second by second of its events: who waits, who hangs up, who answers whom and when."""

import heapq
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

DAY = 86_400
HALF_HOUR = 1_800

WEEKDAYS = (0.95, 1.05, 1.15, 1.0, 0.34, 0.15, 1.0)
"""Monday to Sunday: how busy a day is against an ordinary one."""
CALLS_A_DAY = 1_550
# fmt: off
PROFILE = (
    2, 1, 1, 0.2, 0.3, 0.1, 0.1, 0.1, 0.1, 0.2, 0.3, 0.5, 0.8, 3, 10, 16, 24, 38, 33, 36, 39, 39, 37, 34,
    30, 32, 47, 36, 37, 35, 36, 35, 40, 39, 32, 30, 30, 26, 23, 21, 19, 22, 22, 26, 22, 16, 16, 12,
)
"""Weight of each half-hour of the day in its calls."""
STAFF = (1, 1, 1, 1, 1, 1, 1, 2, 4, 5, 6, 6, 5, 6, 5, 5, 6, 5, 4, 4, 3, 4, 4, 3)
"""Agents on duty in each hour of an ordinary day."""
NAMES = (
    "ADA", "BORIS", "CLARA", "DAVID", "EDITH", "FELIX", "GRETA", "HUGO", "IDA", "JONAS", "KIRA", "LEON",
    "MARTA", "NILS", "OLGA", "PAUL", "RITA", "SIMON", "TEA", "URI", "VERA", "WIM", "YARA", "ZENO",
)
# fmt: on
PATIENCE_SECONDS = 320.0
LEAVES_IN_MENU = 0.06
"""Share of callers who hang up before they are queued."""
HIGH_VALUE_CREDIT_SECONDS = 90
"""Callers of high value are served as if they had come so much earlier."""


class Service(NamedTuple):
    """One of the centre's services. Talk is log-normal: its mean in seconds, and sigma of its logarithm."""

    code: str
    share: float
    talk_mean: float
    talk_sigma: float
    known: float
    """Share of callers whom the bank recognises."""


SERVICES = (
    Service("PS", 0.640, 180, 1.0, 0.47),
    Service("NW", 0.245, 100, 0.9, 0.01),
    Service("NE", 0.072, 260, 1.1, 0.52),
    Service("TT", 0.026, 100, 1.1, 0.64),
    Service("IN", 0.010, 260, 1.1, 0.0),
    Service("PE", 0.007, 220, 1.1, 0.60),
)
SPECIALISTS = {"IN": NAMES[:6]}
"""Services only some agents can serve."""


@dataclass(slots=True)
class SimulatedCall:
    """A call on its way. Times are whole seconds since the first day's midnight; -1: did not happen."""

    entered: int
    menu: int
    service: Service
    customer: int
    """0: unknown."""
    priority: int
    talk: int
    patience: int
    hung_up_in_menu: bool
    queued: int = -1
    dequeued: int = -1
    answered: int = -1
    agent: str = ""


class Duty(NamedTuple):
    """An agent's time at work."""

    start: int
    end: int
    agent: str


def arrivals(chance: Random, days: int, first_weekday: int) -> list[SimulatedCall]:
    """The callers of so many days: a Poisson process whose rate changes by the half-hour."""
    people = _People(chance)
    total = sum(PROFILE)
    calls: list[SimulatedCall] = []
    for half_hour in range(days * 48):
        day = (first_weekday + half_hour // 48) % 7
        rate = CALLS_A_DAY * WEEKDAYS[day] * PROFILE[half_hour % 48] / total / HALF_HOUR
        at = chance.expovariate(rate)
        while at < HALF_HOUR:
            calls.append(_caller(chance, people, half_hour * HALF_HOUR + int(at)))
            at += chance.expovariate(rate)
    return calls


def duties(chance: Random, days: int, first_weekday: int) -> list[Duty]:
    """Who is at work when: as many as the hour needs on that weekday, the names changing from day to day."""
    found: list[Duty] = []
    for day in range(days):
        factor = WEEKDAYS[(first_weekday + day) % 7]
        need = [max(1, math.ceil(staff * factor)) for staff in STAFF]
        names = chance.sample(NAMES, len(NAMES))
        for place in range(max(need)):
            hours = [hour for hour in range(24) if need[hour] > place]
            for first, last in _runs(hours):
                found.append(Duty(day * DAY + first * 3600, day * DAY + (last + 1) * 3600, names[place]))
    return sorted(found)


def serve(calls: Iterable[SimulatedCall], staff: Sequence[Duty]) -> None:
    """Let the calls wait and the agents answer, in order of time; writes into the calls what became of them."""
    _Floor(staff).run(calls)


class _People:
    """Those who call: most never again, some often."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._people: list[tuple[int, int]] = []
        self._calls: list[tuple[int, int]] = []

    def caller(self) -> tuple[int, int]:
        """A recognised customer, number and priority: who called often calls often again."""
        again = self._chance.random()
        if self._calls and again < 0.58:
            person = self._chance.choice(self._calls if again < 0.40 else self._people)
        else:
            person = self._chance.randrange(100_000, 70_000_000), 2 if self._chance.random() < 0.6 else 1
            self._people.append(person)
        self._calls.append(person)
        return person


def _caller(chance: Random, people: _People, entered: int) -> SimulatedCall:
    [service] = chance.choices(SERVICES, weights=[one.share for one in SERVICES])
    customer, priority = people.caller() if chance.random() < service.known else (0, 0)
    mean_log = math.log(service.talk_mean) - service.talk_sigma**2 / 2
    return SimulatedCall(
        entered=entered,
        menu=4 + int(chance.expovariate(1 / 7)),
        service=service,
        customer=customer,
        priority=priority,
        talk=max(1, round(chance.lognormvariate(mean_log, service.talk_sigma))),
        patience=max(1, math.ceil(chance.expovariate(1 / PATIENCE_SECONDS))),
        hung_up_in_menu=chance.random() < LEAVES_IN_MENU,
    )


def _runs(hours: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = previous = hours[0]
    for hour in [*hours[1:], 99]:
        if hour != previous + 1:
            yield start, previous
            start = hour
        previous = hour


_AGENT_COMES, _AGENT_FREE, _CALL_QUEUED, _CALL_LEAVES = range(4)


@dataclass(slots=True)
class _Floor:
    """The centre while it runs."""

    staff: Sequence[Duty]
    agenda: list[tuple[int, int, int, SimulatedCall | Duty]] = field(default_factory=list)
    waiting: list[SimulatedCall] = field(default_factory=list)
    idle: list[tuple[int, Duty]] = field(default_factory=list)
    """Free agents with the time since when, longest first."""
    busy_until: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def run(self, calls: Iterable[SimulatedCall]) -> None:
        for duty in self.staff:
            self.plan(duty.start, _AGENT_COMES, duty)
        for call in calls:
            if not call.hung_up_in_menu:
                self.plan(call.entered + call.menu, _CALL_QUEUED, call)
        while self.agenda:
            now, kind, _, what = heapq.heappop(self.agenda)
            if isinstance(what, Duty):
                self.agent_free(now, kind, what)
            elif kind == _CALL_QUEUED:
                what.queued = now
                self.waiting.append(what)
                self.plan(now + what.patience, _CALL_LEAVES, what)
            elif what in self.waiting:
                what.dequeued = now
                self.waiting.remove(what)
            self.match(now)

    def plan(self, at: int, kind: int, what: SimulatedCall | Duty) -> None:
        self.count += 1
        heapq.heappush(self.agenda, (at, kind, self.count, what))

    def agent_free(self, now: int, kind: int, duty: Duty) -> None:
        until = self.busy_until.get(duty.agent, 0)
        if kind == _AGENT_COMES and until > now:
            self.plan(until, _AGENT_COMES, duty)
        elif now < duty.end:
            self.idle.append((now, duty))

    def match(self, now: int) -> None:
        self.idle = [(since, duty) for since, duty in self.idle if now < duty.end]
        for call in sorted(self.waiting, key=_rank):
            able = SPECIALISTS.get(call.service.code, NAMES)
            free = next(((since, duty) for since, duty in self.idle if duty.agent in able), None)
            if free is None:
                continue
            self.idle.remove(free)
            self.waiting.remove(call)
            duty = free[1]
            call.dequeued = call.answered = now
            call.agent = duty.agent
            self.busy_until[duty.agent] = now + call.talk
            self.plan(now + call.talk, _AGENT_FREE, duty)


def _rank(call: SimulatedCall) -> tuple[int, int]:
    credit = HIGH_VALUE_CREDIT_SECONDS if call.priority == 2 else 0
    return call.queued - credit, call.entered
