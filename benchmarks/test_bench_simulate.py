"""How many calls a second a simulation gets through: one queue, and many."""

from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from hub.router.simulation.scenario import Scenario
from hub.router.simulation.simulate import simulate

CALLS = 60_000


def one_queue() -> dict[str, Any]:
    """14 Erlang for 15 agents, nobody leaves."""
    return {
        "arrivals": [_arrivals("sales", rate_per_hour=84.0, mean=600.0)],
        "agents": [{"count": 15, "skills": {"sales": 5}}],
    }


def impatient() -> dict[str, Any]:
    """The same, but callers leave after two minutes on average."""
    scenario = one_queue()
    scenario["arrivals"][0]["patience"] = {"distribution": "exponential", "mean": 120.0}
    return scenario


def many_queues() -> dict[str, Any]:
    """200 kinds of calls for 1,000 agents who have four skills each, at nine tenths of what they can do."""
    return {
        "arrivals": [_arrivals(f"skill {number}", rate_per_hour=54.0, mean=300.0) for number in range(200)],
        "agents": [
            {"count": 1, "skills": {f"skill {(agent * 7 + 31 * one) % 200}": 5 - one for one in range(4)}}
            for agent in range(1000)
        ],
    }


def _arrivals(skill: str, *, rate_per_hour: float, mean: float) -> dict[str, Any]:
    handle = {"distribution": "exponential", "mean": mean}
    return {"name": skill, "skill": skill, "rate_per_hour": rate_per_hour, "handle": handle}


@pytest.mark.parametrize("make", [one_queue, impatient, many_queues])
def test_calls_a_second(benchmark: BenchmarkFixture, make: Any) -> None:
    scenario = Scenario.model_validate({"run": {"calls": CALLS, "warmup_calls": CALLS // 10}, **make()})
    seconds = []

    def run() -> None:
        seconds.append(simulate(scenario).seconds)

    benchmark.pedantic(run, rounds=3, warmup_rounds=1)
    rate = CALLS / min(seconds)
    benchmark.extra_info["calls per second"] = round(rate)
    print(f"\n{benchmark.name}: {rate:,.0f} calls/s")
    assert rate > 35_000
