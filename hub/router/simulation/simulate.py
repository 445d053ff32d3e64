"""`hub simulate`: a scenario, the production matcher, and what came of the calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from hub.router.matching.agents import Seat
from hub.router.matching.matcher import Matcher
from hub.router.matching.order import AgentChoice, Order
from hub.router.policy.parsing import Policy
from hub.router.simulation.calls import ALL_OF_AN_AGENT, CallClass, Place, Step
from hub.router.simulation.draws import Draws
from hub.router.simulation.result import Figures, Measured, as_row, figures
from hub.router.simulation.run import SimulatedRun
from hub.router.simulation.scenario import Agents, Arrivals, Routing, Scenario
from hub.router.simulation.under_policy import PolicyRouting

ORDERS = {"age": Order.AGE, "skill_then_age": Order.SKILL, "priority_then_age": Order.PRIORITY}
CHOICES = {
    "longest_idle": AgentChoice.LONGEST_IDLE,
    "skill_then_longest_idle": AgentChoice.HIGHEST_LEVEL,
    "fastest": AgentChoice.FASTEST,
}


@dataclass(frozen=True, slots=True)
class SimulationResult:
    """Figures of all calls and of each class. `seconds` is the wall time the run took, all else is simulated."""

    figures: Figures
    by_arrival: dict[str, Figures]
    decisions: int
    seconds: float

    def as_json(self) -> dict[str, Any]:
        return {
            **self.figures,
            "by_arrival": self.by_arrival,
            "decisions": self.decisions,
            "decisions_per_s": self.decisions / self.seconds,
            "seconds": self.seconds,
        }

    def as_table(self) -> dict[str, Any]:
        """For people: a row for all calls and one for each class, rounded."""
        rows = {"all": self.figures, **self.by_arrival}
        return {
            "calls": [as_row(name, one) for name, one in rows.items()],
            "decisions": f"{self.decisions:,}, {self.decisions / self.seconds:,.0f} a second",
            "seconds": round(self.seconds, 3),
        }


def simulate(
    scenario: Scenario, policy: Policy | None = None, *, matcher: Callable[[Order], Matcher] = Matcher
) -> SimulationResult:
    """Run the scenario under its own routing, or under a policy. Equal scenarios and policies give equal figures."""
    run = make_run(scenario, policy, matcher)
    run.run()
    measured = Measured(run.agents, run.measured_to - run.measured_from, scenario.run.service_level_seconds)
    return SimulationResult(
        figures=figures([kind.tally for kind in run.classes], measured),
        by_arrival={kind.name: figures([kind.tally], measured) for kind in run.classes},
        decisions=run.decisions,
        seconds=run.seconds,
    )


def make_run(scenario: Scenario, policy: Policy | None, make: Callable[[Order], Matcher]) -> SimulatedRun:
    """A run that has not begun: all agents idle, in the order of the file, and nobody there yet."""
    matcher = make(policy.order if policy else ORDERS[scenario.routing.work_choice])
    factors = _seat_agents(matcher, scenario.agents, policy.ceilings() if policy else {})
    place = PolicyRouting(policy, matcher).place if policy else partial(_own_place, matcher, scenario.routing)
    seed = scenario.run.seed
    classes = [CallClass(arrivals.name, Draws(seed, arrivals), place(arrivals)) for arrivals in scenario.arrivals]
    assert matcher.next(0.0) is None, "nobody has called yet"
    return SimulatedRun(scenario.run, matcher, classes, factors)


def _seat_agents(matcher: Matcher, groups: Sequence[Agents], ceilings: Mapping[str, int]) -> dict[Seat, float]:
    """The agents' seats, in the order of the file, with how much of a handle time each needs. Of equally fast agents
    the first in the file is the fastest."""
    everybody = [agents for agents in groups for _ in range(agents.count)]
    by_speed = sorted(range(len(everybody)), key=lambda number: everybody[number].handle_factor)
    rank = {number: float(place) for place, number in enumerate(by_speed)}
    factors: dict[Seat, float] = {}
    for number, agents in enumerate(everybody):
        seat = matcher.roster.seat(f"agent {number + 1}")
        matcher.equip(
            seat,
            agents.skills,
            agents.languages,
            agents.attributes,
            capacity=ALL_OF_AN_AGENT,
            ceilings=ceilings,
            pace=rank[number],
        )
        matcher.idle_since(seat, 0.0)
        matcher.sign(seat, True)
        matcher.set_ready(seat, True)
        factors[seat] = agents.handle_factor
    return factors


def _own_place(matcher: Matcher, routing: Routing, arrivals: Arrivals) -> Place:
    """A line for each class: the skill at any level, all of the agent."""
    choice = CHOICES[routing.agent_choice]
    need = matcher.need({arrivals.skill: 1}, units=ALL_OF_AN_AGENT, choice=choice)
    return Place([Step(0.0, matcher.line(arrivals.name, need, priority=arrivals.priority))])
