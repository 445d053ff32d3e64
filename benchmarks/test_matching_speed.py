"""What a matching decision costs, and what the whole life of an interaction costs in the pool, at several sizes."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.matching_scale import Centre, Shape, microseconds
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.interaction.events import InteractionOffered
from hub.router.matching.order import AgentChoice, Order
from hub.router.policy.parsing import load_policy
from hub.router.pool.commands import Accept, CompleteWrapUp, End, SignOn, TakeUp
from hub.router.pool.decide import handle
from hub.router.pool.state import PoolState

ROUND = 5_000

SHAPES = {
    "1,000 agents, 85 % busy": Shape(busy=0.85),
    "1,000 agents, 95 % busy": Shape(busy=0.95),
    "1,000 agents, 100 waiting": Shape(waiting=100),
    "1,000 agents, 100,000 waiting": Shape(waiting=100_000),
    "10,000 agents, 85 % busy": Shape(10_000, busy=0.85),
    "10,000 agents, 100,000 waiting": Shape(10_000, waiting=100_000),
    "15 agents, one queue": Shape(15, busy=0.7, queues=1, skills=1),
    **{f"order {order}": Shape(waiting=1_000, order=order) for order in Order},
    **{f"choice {choice}": Shape(choice=choice) for choice in AgentChoice},
}
PAIRS = {
    "ten times the agents": (Shape(), Shape(10_000)),
    "a hundred times the waiting work": (Shape(waiting=1_000), Shape(waiting=100_000)),
    "100,000 waiting or 100, one queue": (
        Shape(15, waiting=100, queues=1, skills=1), Shape(15, waiting=100_000, queues=1, skills=1),
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_decision(benchmark: BenchmarkFixture, shape: Shape) -> None:
    """One when somebody is freed, one when work arrives."""
    centre = Centre(shape)
    centre.decide(2 * ROUND)
    _run(benchmark, lambda: centre.decide(ROUND), decisions=2 * ROUND)


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_a_decision_hardly_grows_with_the_centre(benchmark: BenchmarkFixture, pair: tuple[Shape, Shape]) -> None:
    """Both sizes in one run, so that the machine is the same."""
    small, large = (microseconds(shape) for shape in pair)
    benchmark.extra_info["ratio"] = round(large / small, 2)
    print(f"\n{benchmark.name}: {small:.2f} us, {large:.2f} us: {large / small:.2f} times")
    benchmark.pedantic(lambda: None, rounds=1)


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
