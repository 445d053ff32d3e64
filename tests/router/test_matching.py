"""The incremental matcher decides exactly what the slow, obviously right one decides."""

from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from hub.router.agents import Seat
from hub.router.matching import Matcher
from hub.router.waiting import Work

BACKOFF = 30.0


@dataclass
class PlainWork:
    id: str
    order: tuple[int, float, int]
    skills: dict[str, int]
    languages: tuple[str, ...]
    units: int
    waiting: bool = True


@dataclass
class PlainAgent:
    id: str
    skills: dict[str, int]
    languages: tuple[str, ...]
    capacity: int
    free: int
    idle: tuple[float, int]
    ready: bool = True
    barred: dict[str, float] = field(default_factory=dict)

    def may_take(self, work: PlainWork, now: float) -> bool:
        return (
            self.ready
            and self.free >= work.units
            and self.barred.get(work.id, 0.0) <= now
            and all(self.skills.get(skill, 0) >= least for skill, least in work.skills.items())
            and (not work.languages or bool(set(work.languages) & set(self.languages)))
        )


def plain_match(works: list[PlainWork], agents: list[PlainAgent], now: float) -> list[tuple[str, str]]:
    """The meaning of matching: the first work in the order of all that anybody may take, to the longest idle."""
    matches: list[tuple[str, str]] = []
    while True:
        for work in sorted((one for one in works if one.waiting), key=lambda one: one.order):
            takers = [agent for agent in agents if agent.may_take(work, now)]
            if takers:
                taker = min(takers, key=lambda one: one.idle)
                work.waiting = False
                taker.free -= work.units
                matches.append((work.id, taker.id))
                break
        else:
            return matches


SKILLS = st.sampled_from([{}, {"sales": 3}, {"sales": 3, "support": 2}, {"support": 5, "english": 1}])
SPOKEN = st.sampled_from([(), ("fa",), ("fa", "en")])
ASKED = st.sampled_from(
    [
        ({}, (), 100),
        ({"sales": 3}, (), 100),
        ({"sales": 3}, (), 30),
        ({"sales": 4}, (), 100),
        ({"sales": 1, "support": 2}, ("en", "fa"), 30),
        ({"support": 2}, (), 100),
    ]
)
"""Skills, languages and units that work asks for: few, so that much of it competes."""


class BothMatchers(RuleBasedStateMachine):
    """Each rule tells both the same; now and then both are asked what matches."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.numbers = 0
        self.matcher = Matcher()
        self.work: dict[str, Work] = {}
        self.seats: dict[str, Seat] = {}
        self.plain_works: dict[str, PlainWork] = {}
        self.plain_agents: dict[str, PlainAgent] = {}
        self.held: list[tuple[str, str]] = []

    @initialize(count=st.integers(0, 4))
    def begin_with_agents(self, count: int) -> None:
        for number in range(count):
            self._sign_on(f"agent {number}", {"sales": 3, "support": 1 + number}, ("fa",), 100)

    @rule(seconds=st.sampled_from([0.0, 0.0, 1.0, 7.0, BACKOFF]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(
        count=st.integers(1, 4),
        priority=st.sampled_from([0, 0, 0, 1]),
        asked=ASKED,
        queue=st.sampled_from("aaab"),
        ask=st.booleans(),
    )
    def work_arrives(self, count: int, priority: int, asked: tuple, queue: str, ask: bool) -> None:
        skills, languages, units = asked
        for _ in range(count):
            self.numbers += 1
            name = f"work {self.numbers}"
            work = self.matcher.work(
                name, self.now, queue=queue, priority=priority, skills=skills, languages=languages, units=units
            )
            self.work[name] = work
            self.matcher.wait(work)
            order = (-priority, self.now, self.numbers)
            self.plain_works[name] = PlainWork(name, order, skills, languages, units)
        self._ask(ask)

    @rule(
        agent=st.integers(0, 4),
        skills=SKILLS,
        languages=SPOKEN,
        capacity=st.sampled_from([100, 100, 200]),
        ask=st.booleans(),
    )
    def agent_signs_on(self, agent: int, skills: dict, languages: tuple, capacity: int, ask: bool) -> None:
        self._sign_on(f"agent {agent}", skills, languages, capacity)
        self._ask(ask)

    @precondition(lambda self: self.seats)
    @rule(data=st.data(), ready=st.booleans(), ask=st.booleans())
    def agent_is_ready_or_not(self, data: st.DataObject, ready: bool, ask: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.seats)))
        self.matcher.set_ready(self.seats[name], ready)
        self.plain_agents[name].ready = ready
        self._ask(ask)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), ask=st.booleans())
    def work_is_finished(self, data: st.DataObject, ask: bool) -> None:
        work, agent = self._let_go(data)
        self.matcher.idle_since(self.seats[agent], self.now)
        self.numbers += 1
        self.plain_agents[agent].idle = (self.now, self.numbers)
        del self.work[work], self.plain_works[work]
        self._ask(ask)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), ask=st.booleans())
    def agent_declines(self, data: st.DataObject, ask: bool) -> None:
        work, agent = self._let_go(data)
        until = self.now + BACKOFF
        self.matcher.bar(self.seats[agent], self.work[work], until)
        self.plain_agents[agent].barred[work] = until
        self._waits_again(work)
        self._ask(ask)

    @precondition(lambda self: self.held)
    @rule(data=st.data(), stays=st.booleans(), ask=st.booleans())
    def offer_is_taken_back(self, data: st.DataObject, stays: bool, ask: bool) -> None:
        work, agent = self._let_go(data)
        self.matcher.set_ready(self.seats[agent], stays)
        self.plain_agents[agent].ready = stays
        self._waits_again(work)
        self._ask(ask)

    @precondition(lambda self: any(work.waiting for work in self.work.values()))
    @rule(data=st.data(), ask=st.booleans())
    def customer_leaves(self, data: st.DataObject, ask: bool) -> None:
        name = data.draw(st.sampled_from(sorted(name for name, work in self.work.items() if work.waiting)))
        self.matcher.withdraw(self.work.pop(name))
        del self.plain_works[name]
        self._ask(ask)

    @rule()
    def both_are_asked(self) -> None:
        self._ask(True)

    def _ask(self, ask: bool) -> None:
        if not ask:
            return
        expected = plain_match(list(self.plain_works.values()), list(self.plain_agents.values()), self.now)
        found: list[tuple[str, str]] = []
        while (match := self.matcher.next(self.now)) is not None:
            work, seat = match
            assert self.matcher.next(self.now) == match, "asking changes nothing until it is carried out"
            self.matcher.reserve(work, seat, work.need.units)
            found.append((work.id, seat.agent_id))
        assert found == expected
        self.held += found
        for name, seat in self.seats.items():
            assert seat.free == self.plain_agents[name].free
        heads = [line.head for line in {work.line for work in self.work.values()} if line.head is not None]
        assert sorted(heads) == self.matcher.waiting.heads

    def _sign_on(self, name: str, skills: dict, languages: tuple, capacity: int) -> None:
        seat = self.seats[name] = self.matcher.roster.seat(name)
        seat.barred = {}
        self.matcher.roster.equip(seat, skills, languages, capacity)
        self.matcher.idle_since(seat, self.now)
        self.matcher.set_ready(seat, True)
        self.numbers += 1
        in_use = sum(self.plain_works[work].units for work, agent in self.held if agent == name)
        idle = (self.now, self.numbers)
        self.plain_agents[name] = PlainAgent(name, skills, languages, capacity, capacity - in_use, idle)

    def _let_go(self, data: st.DataObject) -> tuple[str, str]:
        work, agent = self.held.pop(data.draw(st.integers(0, len(self.held) - 1)))
        self.matcher.release(self.seats[agent], self.work[work].need.units)
        self.plain_agents[agent].free += self.plain_works[work].units
        return work, agent

    def _waits_again(self, work: str) -> None:
        self.matcher.wait(self.work[work])
        self.plain_works[work].waiting = True


BothMatchers.TestCase.settings = settings(
    max_examples=200, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
TestBothMatchers = BothMatchers.TestCase


def _agent(matcher: Matcher, name: str, since: float, **skills: int) -> Seat:
    seat = matcher.roster.seat(name)
    matcher.roster.equip(seat, skills, (), 100)
    matcher.idle_since(seat, since)
    matcher.set_ready(seat, True)
    return seat


def _work(matcher: Matcher, name: str, since: float, priority: int = 0, **skills: int) -> Work:
    work = matcher.work(name, since, queue="q", priority=priority, skills=skills, languages=(), units=100)
    matcher.wait(work)
    return work


def _matches(matcher: Matcher, now: float) -> list[tuple[str, str]]:
    found = []
    while (match := matcher.next(now)) is not None:
        matcher.reserve(*match, units=100)
        found.append((match[0].id, match[1].agent_id))
    return found


def test_higher_priority_goes_first_then_the_older():
    matcher = Matcher()
    for name, since, priority in (("old", 1.0, 0), ("older", 0.5, 0), ("new but high", 2.0, 5)):
        _work(matcher, name, since, priority)
    for number in range(3):
        _agent(matcher, f"agent {number}", 10.0)

    assert [work for work, _ in _matches(matcher, 11.0)] == ["new but high", "older", "old"]


def test_the_longest_idle_is_asked_first():
    matcher = Matcher()
    _agent(matcher, "just back", 9.0)
    _agent(matcher, "idle for long", 1.0)
    _work(matcher, "w", 10.0)

    assert _matches(matcher, 10.0) == [("w", "idle for long")]


def test_levels_are_least_levels():
    matcher = Matcher()
    _agent(matcher, "beginner", 1.0, english=2)
    _agent(matcher, "fluent", 2.0, english=5)
    _work(matcher, "w", 3.0, english=3)

    assert _matches(matcher, 3.0) == [("w", "fluent")]


def test_who_declined_is_passed_over_until_the_backoff_is_over_and_the_next_in_line_is_not():
    matcher = Matcher()
    agent = _agent(matcher, "a", 1.0)
    declined, other = _work(matcher, "declined", 1.0), _work(matcher, "other", 2.0)
    matcher.bar(agent, declined, 50.0)

    assert _matches(matcher, 10.0) == [("other", "a")]
    assert other.waiting is False
    matcher.release(agent, 100)
    assert _matches(matcher, 49.9) == []
    assert matcher.next_change() == 50.0
    assert _matches(matcher, 50.0) == [("declined", "a")]


def test_heaps_are_cleaned_of_what_is_out_of_date():
    matcher = Matcher()
    busy = [_agent(matcher, f"agent {number}", float(number)) for number in range(10)]
    first = _work(matcher, "first", 0.0, never=1)
    for turn in range(5_000):
        work = _work(matcher, f"w{turn}", float(turn))
        assert len(_matches(matcher, float(turn))) == 1
        matcher.idle_since(busy[turn % 10], float(turn + 10))
        matcher.release(busy[turn % 10], 100)
        assert matcher.next(float(turn)) is None
        matcher.withdraw(_work(matcher, f"left {turn}", float(turn), never=1))
        assert len(work.need.idle) + len(work.need.returned) <= 200
        assert len(first.line.works) <= 200


def test_a_need_that_is_asked_for_later_finds_the_agents_who_are_there_already():
    matcher = Matcher()
    _agent(matcher, "a", 1.0, sales=2)
    _agent(matcher, "b", 2.0, support=2)
    assert _matches(matcher, 3.0) == []
    _work(matcher, "w", 4.0, support=1)

    assert _matches(matcher, 4.0) == [("w", "b")]


def test_an_agent_whose_idle_time_moves_is_still_found():
    matcher = Matcher()
    agent = _agent(matcher, "a", 1.0)
    _work(matcher, "no", 1.0, never=1)
    _work(matcher, "w1", 1.0)
    assert _matches(matcher, 2.0) == [("w1", "a")]
    matcher.release(agent, 100)
    assert _matches(matcher, 2.0) == []
    matcher.idle_since(agent, 3.0)
    assert _matches(matcher, 3.0) == []
    _work(matcher, "w2", 4.0)

    assert _matches(matcher, 4.0) == [("w2", "a")]


def test_barred_from_the_heads_of_two_lines_the_agent_gets_the_older_of_what_follows():
    for second_sales, second_other, expected in ((3.0, 5.0, "sales 2"), (5.0, 3.0, "other 2")):
        matcher = Matcher()
        agent = _agent(matcher, "a", 0.0, sales=1)
        barred = [_work(matcher, "sales 1", 1.0, sales=1), _work(matcher, "other 1", 2.0)]
        _work(matcher, "sales 2", second_sales, sales=1)
        _work(matcher, "other 2", second_other)
        for work in barred:
            matcher.bar(agent, work, 100.0)

        assert _matches(matcher, 10.0) == [(expected, "a")]


def test_among_many_lines_an_agent_finds_the_few_that_are_theirs():
    matcher = Matcher()
    for number in range(50):
        _work(matcher, f"w{number}", float(number), **{f"skill {number}": 1})
    _agent(matcher, "a", 1.0, **{"skill 40": 1, "skill 30": 1})

    assert _matches(matcher, 60.0) == [("w30", "a")]
