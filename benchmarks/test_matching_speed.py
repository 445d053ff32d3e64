"""What a matching decision costs, and what the whole life of an interaction costs in the pool, at several sizes."""

import random
from collections import deque
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.interaction.events import InteractionOffered
from hub.router.agents import Seat
from hub.router.commands import Accept, CompleteWrapUp, End, SignOn, TakeUp
from hub.router.decide import handle
from hub.router.matching import Matcher
from hub.router.policy import load_policy
from hub.router.state import PoolState
from hub.router.waiting import Work

SKILLS = tuple(f"skill {number}" for number in range(50))
UNITS = 100
ROUND = 5_000


class Shape(NamedTuple):
    """How a centre is made. `profiles` is how many different sets of 3 to 8 skills its agents have; 0: one each."""

    agents: int
    waiting: int
    queues: int
    profiles: int


SMALL = Shape(2_000, 10_000, 20, 40)
SMALL_DISTINCT = Shape(2_000, 10_000, 200, 0)
SHAPES = {
    "2,000 agents, 10,000 waiting": SMALL,
    "20,000 agents, 100,000 waiting": SMALL._replace(agents=20_000, waiting=100_000),
    "2,000 distinct, 10,000 waiting, 200 queues": SMALL_DISTINCT,
    "20,000 distinct, 100,000 waiting, 200 queues": SMALL_DISTINCT._replace(agents=20_000, waiting=100_000),
    "1,000 distinct, 100 waiting, 200 queues": SMALL_DISTINCT._replace(agents=1_000, waiting=100),
    "1,000 distinct, 100,000 waiting, 200 queues": SMALL_DISTINCT._replace(agents=1_000, waiting=100_000),
}


class Centre:
    """A matcher with agents and work drawn from a fixed seed; `now` moves by a millisecond a decision."""

    def __init__(self, shape: Shape) -> None:
        self.random = random.Random(1)
        self.matcher = Matcher()
        self.now = 0.0
        self.held: deque[tuple[Work, Seat]] = deque()
        self._number = 0
        self._asked = [
            (f"queue {number}", self.random.choice((0, 0, 5)), self._skills((1, 1, 2), 3))
            for number in range(shape.queues)
        ]
        profiles = [self._skills((3, 4, 5, 6, 7, 8), 5) for _ in range(shape.profiles or shape.agents)]
        for queue, _, _ in self._asked:
            self.matcher.withdraw(self.arrives(queue))
        for number in range(shape.agents):
            self._sign_on(number, profiles[number % len(profiles)])
        self._serve = [one for one in self._asked if self._is_served(one)]
        self.settle()

    def arrives(self, queue: str = "") -> Work:
        """One more piece of work, of a queue that somebody serves."""
        self._number += 1
        self.now += 0.001
        name, priority, skills = (
            next(one for one in self._asked if one[0] == queue) if queue else self.random.choice(self._serve)
        )
        work = self.matcher.work(
            f"work {self._number}", self.now, queue=name, priority=priority, skills=skills, languages=(), units=UNITS
        )
        self.matcher.wait(work)
        return work

    def is_freed(self) -> None:
        """Whoever has held their work longest finishes it."""
        self.now += 0.001
        _, seat = self.held.popleft()
        self.matcher.idle_since(seat, self.now)
        self.matcher.release(seat, UNITS)

    def settle(self) -> int:
        """Carry out all that matches; how many did."""
        matches = 0
        while (match := self.matcher.next(self.now)) is not None:
            self.matcher.reserve(*match, UNITS)
            self.held.append(match)
            matches += 1
        return matches

    def _skills(self, counts: tuple[int, ...], best: int) -> dict[str, int]:
        names = self.random.sample(SKILLS, self.random.choice(counts))
        return {name: self.random.randint(1, best) for name in names}

    def _sign_on(self, number: int, skills: dict[str, int]) -> None:
        self.now += 0.001
        seat = self.matcher.roster.seat(f"agent {number}")
        self.matcher.roster.equip(seat, skills, (), UNITS)
        self.matcher.idle_since(seat, self.now)
        self.matcher.set_ready(seat, True)

    def _is_served(self, asked: tuple[str, int, dict[str, int]]) -> bool:
        need = self.matcher.roster.need(tuple(sorted(asked[2].items())), (), UNITS)
        return any(need in seat.profile.needs for seat in self.matcher.roster.seats.values())


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_decision_under_backlog(benchmark: BenchmarkFixture, shape: Shape) -> None:
    """Agents busy, so much work waiting: one decision when somebody is freed, one when work arrives."""
    centre = Centre(shape)
    for _ in range(shape.agents + shape.waiting):
        centre.arrives()
    centre.settle()

    def decide() -> None:
        for _ in range(ROUND):
            centre.is_freed()
            centre.settle()
            centre.arrives()
            centre.settle()

    _run(benchmark, decide, decisions=2 * ROUND)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_decision_with_agents_to_choose_from(benchmark: BenchmarkFixture, shape: Shape) -> None:
    """Half the agents idle, nothing waits: one decision when work arrives, one when somebody is freed."""
    centre = Centre(shape)

    def decide() -> None:
        for _ in range(ROUND):
            work = centre.arrives()
            centre.settle()
            if work.waiting:
                centre.matcher.withdraw(work)
            while len(centre.held) > shape.agents // 2:
                centre.is_freed()
                centre.settle()

    decide()
    _run(benchmark, decide, decisions=2 * ROUND)


def test_the_whole_life_of_an_interaction(benchmark: BenchmarkFixture) -> None:
    """Queued, offered, accepted, ended, wrapped up, with the making of its five events, by 2,000 agents."""
    pool = PoolState(load_policy(), "main")
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    services = ("sales", "support", "billing", "complaints", "")
    for number in range(2_000):
        skills = dict.fromkeys(services[number % 3 : number % 3 + 2], 2)
        handle(pool, SignOn(start, "c", "a", f"agent-{number}", f"agent {number}", skills))
    contacts = [_contact(number, services[number % 5], start) for number in range(1_000)]
    lives = iter(range(10**9))

    def live() -> None:
        for contact in contacts:
            number = next(lives)
            now, stream = start + timedelta(milliseconds=2 * number), f"interaction-{number}"
            offered = handle(pool, TakeUp(now, contact.contact_id, "policy", contact, "customer-1", stream))[-1].event
            assert isinstance(offered, InteractionOffered)
            agent = offered.agent_id
            handle(pool, Accept(now, "c", "agent", agent, offered.offer_id))
            handle(pool, End(now, "c", "agent", agent, stream))
            handle(pool, CompleteWrapUp(now, "c", "agent", agent, stream, "resolved"))

    _run(benchmark, live, decisions=len(contacts))


def _contact(number: int, service: str, at: datetime) -> ContactReceived:
    return ContactReceived(
        at=at, recorded_at=at, causation="c", actor="adapter", contact_id=f"contact {number}", channel=Channel.PHONE,
        address="", sender="contact-centre", thread=f"thread {number}", purpose="service", service=service,
        language="", subject="", text="", standing=Standing(), pool="main",
    )  # fmt: skip


def _run(benchmark: BenchmarkFixture, work: object, decisions: int) -> None:
    benchmark.pedantic(work, rounds=5, warmup_rounds=1)
    best = benchmark.stats.stats.min / decisions
    benchmark.extra_info["microseconds"] = round(best * 1e6, 2)
    benchmark.extra_info["per second"] = round(1 / best)
    print(f"\n{benchmark.name}: {best * 1e6:.2f} us, {1 / best:,.0f}/s")
