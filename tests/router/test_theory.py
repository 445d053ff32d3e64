"""The simulated production matcher against queueing theory: intervals that would miss the truth once in a thousand
times, from independent replications with fixed seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Any

import pytest

from hub.router.matching.matcher import Matcher
from hub.router.matching.waiting import Line, Work
from hub.router.simulation.scenario import Scenario
from hub.router.simulation.simulate import simulate
from tests.router import theory

REPLICATIONS = 10
T_999 = 4.781
"""Student's t, 9 degrees of freedom: 99.9 % within plus and minus."""
HOUR = 3600.0


@dataclass(frozen=True)
class Interval:
    """99.9 % confidence interval of a mean."""

    mean: float
    half: float

    def holds(self, truth: float, *, within: float) -> bool:
        """Whether it covers the truth, and is narrow enough (relative) to say something."""
        print(f"{truth:.5g} in {self.mean:.5g} +- {self.half:.2g}")
        return abs(self.mean - truth) <= self.half <= within * abs(truth)

    def below(self, bound: float) -> bool:
        """Whether all of it is."""
        print(f"{self.mean:.5g} +- {self.half:.2g} below {bound:.5g}")
        return self.mean + self.half < bound

    def above(self, bound: float) -> bool:
        """Whether all of it is."""
        print(f"{self.mean:.5g} +- {self.half:.2g} above {bound:.5g}")
        return self.mean - self.half > bound


def interval(values: Sequence[float]) -> Interval:
    return Interval(fmean(values), T_999 * stdev(values) / math.sqrt(len(values)))


def replicate(
    scenario: dict[str, Any], *, matcher: Any = Matcher, calls: int = 20_000, seeds: int
) -> list[dict[str, Any]]:
    """The figures of independent runs, each with its own warm-up and a seed from `seeds` on: tests that began at the
    same seed would all err to the same side."""
    found = []
    for seed in range(seeds, seeds + REPLICATIONS):
        run = {"calls": calls, "warmup_calls": calls // 10, "seed": seed, **scenario.get("run", {})}
        found.append(simulate(Scenario.model_validate({**scenario, "run": run}), matcher=matcher).as_json())
    return found


def of(found: list[dict[str, Any]], *path: str) -> Interval:
    def value(figures: Any) -> float:
        for key in path:
            figures = figures[key]
        return float(figures)

    return interval([value(figures) for figures in found])


def exponential(mean: float) -> dict[str, Any]:
    return {"distribution": "exponential", "mean": mean}


def one_queue(agents: int, load: float, mean: float = 300.0, **arrivals: Any) -> dict[str, Any]:
    """One class of calls, `load` Erlang, all agents alike."""
    calls = {"name": "all", "skill": "s", "rate_per_hour": load / mean * HOUR, "handle": exponential(mean), **arrivals}
    return {"arrivals": [calls], "agents": [{"count": agents, "skills": {"s": 5}}]}


@pytest.mark.parametrize("handle", [exponential(300.0), {"distribution": "lognormal", "mean": 300.0, "sd": 450.0}])
def test_erlang_b(handle: dict[str, Any]) -> None:
    found = replicate({**one_queue(15, 14.0, handle=handle), "run": {"max_in_system": 15}}, seeds=len(handle) * 100)

    blocking = theory.erlang_b(15, 14.0)
    assert of(found, "blocked_share").holds(blocking, within=0.1)
    assert of(found, "utilisation").holds(14.0 * (1 - blocking) / 15, within=0.05)
    assert all(figures["p_wait"] == 0 for figures in found)


def test_erlang_c_and_the_moments_of_first_come_first_served() -> None:
    found = replicate(one_queue(6, 4.5), calls=40_000, seeds=1000)

    rate, mu = 4.5 / 300, 1 / 300
    assert of(found, "p_wait").holds(theory.erlang_c(6, 4.5), within=0.1)
    assert of(found, "wait_mean_s").holds(theory.mean_wait(6, rate, mu), within=0.2)
    assert of(found, "queue_length_mean").holds(rate * theory.mean_wait(6, rate, mu), within=0.2)
    assert of(found, "utilisation").holds(4.5 / 6, within=0.05)
    assert second_moment(found).holds(theory.second_moment_first_come(6, rate, mu), within=0.4)
    served = theory.erlang_c(6, 4.5) * math.exp(-(6 * mu - rate) * 20)
    assert of(found, "service_level", "20").holds(1 - served, within=0.1)


def second_moment(found: list[dict[str, Any]]) -> Interval:
    return interval([figures["wait_sd_s"] ** 2 + figures["wait_mean_s"] ** 2 for figures in found])


class LastComeFirst(Matcher):
    """The production matcher, told that time runs backwards: who came last waits longest."""

    __slots__ = ()

    def work(self, work_id: str, since: float, line: Line, credit: float = 0.0) -> Work:
        return super().work(work_id, -since, line, credit)


def test_last_come_first_served_has_the_same_mean_and_a_larger_second_moment() -> None:
    found = replicate(one_queue(3, 1.5), matcher=LastComeFirst, calls=30_000, seeds=1100)
    first_come = replicate(one_queue(3, 1.5), calls=30_000, seeds=1100)

    rate, mu = 1.5 / 300, 1 / 300
    assert of(found, "wait_mean_s").holds(theory.mean_wait(3, rate, mu), within=0.15)
    assert second_moment(found).holds(theory.second_moment_last_come(3, rate, mu), within=0.4)
    assert second_moment(first_come).holds(theory.second_moment_first_come(3, rate, mu), within=0.35)


def test_littles_law() -> None:
    """Queue length = rate x wait (Little, Operations Research 9, 1961), run by run, with calls lost in every way."""
    found = replicate(
        {**one_queue(10, 11.0, patience=exponential(200.0)), "run": {"max_in_system": 18}}, calls=10_000, seeds=1250
    )

    rate = 11.0 / 300
    by_law = [rate * (1 - one["blocked_share"]) * one["wait_mean_s"] for one in found]
    ratios = [one["queue_length_mean"] / length for one, length in zip(found, by_law, strict=True)]
    assert interval(ratios).holds(1.0, within=0.05)


@pytest.mark.parametrize("load", [14.0, 18.0])
def test_erlang_a(load: float) -> None:
    found = replicate(one_queue(15, load, patience=exponential(120.0)), seeds=1200 + int(load))

    truth = theory.markov_queue(15, load / 300, 1 / 300, theta=1 / 120, most=200)
    assert of(found, "p_wait").holds(truth.p_wait, within=0.1)
    assert of(found, "p_abandon").holds(truth.p_abandon, within=0.15)
    assert of(found, "wait_mean_s").holds(truth.wait_mean, within=0.15)
    assert of(found, "queue_length_mean").holds(truth.queue_length, within=0.15)
    assert of(found, "utilisation").holds(truth.busy / 15, within=0.05)


def test_room_for_some_to_wait() -> None:
    found = replicate({**one_queue(10, 9.0), "run": {"max_in_system": 16}}, seeds=1300)

    truth = theory.markov_queue(10, 9.0 / 300, 1 / 300, most=16)
    assert of(found, "blocked_share").holds(truth.blocked, within=0.15)
    assert of(found, "p_wait").holds(truth.p_wait, within=0.1)
    assert of(found, "wait_mean_s").holds(truth.wait_mean, within=0.1)


@pytest.mark.parametrize(
    ("handle", "sd"),
    [
        ({"distribution": "deterministic", "mean": 100.0}, 0.0),
        ({"distribution": "lognormal", "mean": 100.0, "sd": 100.0}, 100.0),
    ],
)
def test_pollaczek_khinchine(handle: dict[str, Any], sd: float) -> None:
    found = replicate(one_queue(1, 0.6, mean=100.0, handle=handle), seeds=1400 + int(sd))

    assert of(found, "wait_mean_s").holds(theory.pollaczek_khinchine(0.6 / 100, 100.0, sd), within=0.2)
    assert of(found, "p_wait").holds(0.6, within=0.05)


def test_non_preemptive_priority() -> None:
    loads = {"first": (1.0, 3), "second": (1.5, 2), "third": (1.5, -1)}
    arrivals = [
        {"name": name, "skill": "s", "rate_per_hour": load * 12, "priority": priority, "handle": exponential(300.0)}
        for name, (load, priority) in loads.items()
    ]
    found = replicate(
        {
            "arrivals": [arrivals[2], arrivals[0], arrivals[1]],
            "agents": [{"count": 5, "skills": {"s": 1}}],
            "routing": {"work_choice": "priority_then_age"},
        },
        calls=30_000,
        seeds=1600,
    )

    waits = theory.cobham(5, 1 / 300, [load / 300 for load, _ in loads.values()])
    for name, wait in zip(loads, waits, strict=True):
        assert of(found, "by_arrival", name, "wait_mean_s").holds(wait, within=0.3)


MUS = (2.0, 1.0, 0.5)
"""Services of three unequal agents, per 300 seconds."""


def unequal(agent_choice: str, most: int) -> dict[str, Any]:
    return {
        **one_queue(3, 2.4),
        "agents": [{"count": 1, "skills": {"s": 1}, "handle_factor": 1 / mu} for mu in (MUS[1], MUS[2], MUS[0])],
        "routing": {"agent_choice": agent_choice},
        "run": {"max_in_system": most},
    }


@pytest.mark.parametrize("most", [3, 9])
def test_longest_idle_is_random_selection_with_unequal_servers(most: int) -> None:
    chain = theory.IdleOrder(2.4, MUS, most).longest_idle()
    truth = theory.random_selection(2.4, MUS, most)
    for name in ("blocked", "p_wait", "wait_mean", "busy"):
        assert getattr(chain, name) == pytest.approx(getattr(truth, name))

    found = replicate(unequal("longest_idle", most), seeds=1700 + 10 * most)
    check_unequal(found, truth)
    assert of(found, "utilisation").above(theory.IdleOrder(2.4, MUS, most).fastest().busy / 3)


@pytest.mark.parametrize("most", [3, 9])
def test_fastest_with_unequal_servers(most: int) -> None:
    truth = theory.IdleOrder(2.4, MUS, most).fastest()
    assert truth.blocked < 0.99 * theory.random_selection(2.4, MUS, most).blocked

    check_unequal(replicate(unequal("fastest", most), seeds=1800 + 10 * most), truth)


def check_unequal(found: list[dict[str, Any]], truth: theory.Steady) -> None:
    assert of(found, "blocked_share").holds(truth.blocked, within=0.3)
    assert of(found, "utilisation").holds(truth.busy / 3, within=0.05)
    if truth.p_wait:
        assert of(found, "p_wait").holds(truth.p_wait, within=0.05)
        assert of(found, "wait_mean_s").holds(300 * truth.wait_mean, within=0.1)


SERVICES = ("a", "b", "c", "d", "e", "f")


def cross_trained(skills: int) -> dict[str, Any]:
    """90 agents, six kinds of calls of 14 Erlang each, room for 30 to wait; each agent is best at one kind, and the
    kinds they are less good at are spread evenly over those who share a best one."""
    agents = []
    for best, group in ((best, group) for best in range(6) for group in range(5)):
        others = [(best + 1 + (group + further) % 5) % 6 for further in range(skills - 1)]
        levels = {SERVICES[one]: max(1, 5 - place) for place, one in enumerate((best, *others))}
        agents.append({"count": 3, "skills": levels})
    arrivals = [{"name": name, "skill": name, "rate_per_hour": 84.0, "handle": exponential(600.0)} for name in SERVICES]
    return {
        "arrivals": arrivals,
        "agents": agents,
        "routing": {"work_choice": "skill_then_age", "agent_choice": "skill_then_longest_idle"},
        "run": {"max_in_system": 120},
    }


def test_two_skills_are_nearly_as_good_as_six() -> None:
    """Wallace and Whitt, "A staffing algorithm for call centers with skill-based routing", M&SOM 7 (2005), section 3:
    with all skills the centre is M/M/90/120, with two it is nearly so, with one it is six small centres. The three
    meet the same calls, so that their differences are known better than they are."""
    truth = theory.markov_queue(90, 84 / 600, 1 / 600, most=120)
    one, two, six = (replicate(cross_trained(skills), seeds=1900) for skills in (1, 2, 6))

    assert of(six, "p_wait").holds(truth.p_wait, within=0.4)
    assert of(six, "wait_mean_s").holds(truth.wait_mean, within=0.6)
    assert difference(two, six, "p_wait").below(0.08)
    assert difference(two, six, "blocked_share").below(0.003)
    assert difference(two, six, "wait_mean_s").below(0.5 * truth.wait_mean)
    assert difference(one, six, "p_wait").above(0.12)
    assert difference(one, six, "blocked_share").above(6 * truth.blocked)
    assert difference(one, six, "wait_mean_s").above(4 * truth.wait_mean)


def difference(some: list[dict[str, Any]], others: list[dict[str, Any]], key: str) -> Interval:
    return interval([one[key] - other[key] for one, other in zip(some, others, strict=True)])
