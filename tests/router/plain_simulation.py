"""A contact centre simulated slowly and obviously, from the definitions, with nothing of the product but its draws."""

import math
from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import Any

from hub.router.simulation.draws import Draws
from hub.router.simulation.scenario import Arrivals, Scenario


@dataclass
class PlainCall:
    kind: int
    number: int
    since: float
    handle: float
    patience: float
    outcome: str = "waiting"
    until: float = math.inf
    agent: int = -1
    ends: float = math.inf

    @property
    def leaves(self) -> float:
        return self.since + self.patience if self.outcome == "waiting" else math.inf

    @property
    def wait(self) -> float:
        return self.until - self.since


class PlainCentre:
    """`calls` are all that came, in order. At each moment the next thing happens, whatever it is."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.classes: tuple[Arrivals, ...] = scenario.arrivals
        self.agents = [group for group in scenario.agents for _ in range(group.count)]
        self.idle: list[tuple[float, int]] = [(0.0, number) for number in range(len(self.agents))]
        self.calls: list[PlainCall] = []
        self._draws = [Draws(scenario.run.seed, arrivals) for arrivals in self.classes]
        self._next = [next(draws.gaps) for draws in self._draws]

    def run(self) -> "PlainCentre":
        while True:
            arrival = min(self._next) if len(self.calls) < self.scenario.run.calls else math.inf
            leaves = min((call.leaves for call in self.calls), default=math.inf)
            ends = min((call.ends for call in self.calls), default=math.inf)
            now = min(arrival, leaves, ends)
            if now == math.inf:
                return self
            if now == ends:
                self._end(next(call for call in self.calls if call.ends == now), now)
            elif now == leaves:
                call = next(call for call in self.calls if call.leaves == now)
                call.outcome, call.until = "abandoned", now
            else:
                self._arrive(self._next.index(now), now)

    def _arrive(self, kind: int, now: float) -> None:
        draws = self._draws[kind]
        call = PlainCall(kind, len(self.calls) + 1, now, next(draws.handles), next(draws.patiences))
        self._next[kind] += next(draws.gaps)
        in_system = sum(one.outcome == "waiting" or one.ends < math.inf for one in self.calls)
        self.calls.append(call)
        if in_system >= (self.scenario.run.max_in_system or math.inf):
            call.outcome = "blocked"
            return
        skill = self.classes[kind].skill
        able = [(since, number) for since, number in self.idle if skill in self.agents[number].skills]
        if able:
            self._answer(call, min(able, key=lambda one: self._agent_rank(one, skill)), now)

    def _agent_rank(self, idle: tuple[float, int], skill: str) -> tuple[float, ...]:
        since, number = idle
        match self.scenario.routing.agent_choice:
            case "longest_idle":
                return since, number
            case "skill_then_longest_idle":
                return -self.agents[number].skills[skill], since, number
            case "fastest":
                return self.agents[number].handle_factor, number

    def _answer(self, call: PlainCall, idle: tuple[float, int], now: float) -> None:
        self.idle.remove(idle)
        call.outcome, call.until, call.agent = "answered", now, idle[1]
        call.ends = now + call.handle * self.agents[idle[1]].handle_factor

    def _end(self, call: PlainCall, now: float) -> None:
        call.ends = math.inf
        idle = (now, call.agent)
        self.idle.append(idle)
        skills = self.agents[call.agent].skills
        able = [one for one in self.calls if one.outcome == "waiting" and self.classes[one.kind].skill in skills]
        if able:
            self._answer(min(able, key=lambda one: self._work_rank(one, skills)), idle, now)

    def _work_rank(self, call: PlainCall, skills: dict[str, int]) -> tuple[float, ...]:
        match self.scenario.routing.work_choice:
            case "age":
                return call.since, call.number
            case "skill_then_age":
                return -skills[self.classes[call.kind].skill], call.since, call.number
            case "priority_then_age":
                return -self.classes[call.kind].priority, call.since, call.number

    def result(self) -> dict[str, Any]:
        """What the definitions say of these calls."""
        warmup = self.scenario.run.warmup_calls
        window = (self.calls[warmup - 1].since if warmup else 0.0, self.calls[-1].since)
        by_class = defaultdict(list)
        for call in self.calls:
            by_class[self.classes[call.kind].name].append(call)
        entered = sum(call.outcome != "blocked" for call in self.calls)
        answered = sum(call.outcome == "answered" for call in self.calls)
        return {
            **self._figures(self.calls, window),
            "by_arrival": {one.name: self._figures(by_class[one.name], window) for one in self.classes},
            "decisions": entered + answered,
        }

    def _figures(self, calls: list[PlainCall], window: tuple[float, float]) -> dict[str, Any]:
        counted = [call for call in calls if call.number > self.scenario.run.warmup_calls]
        of = {name: [call for call in counted if call.outcome == name] for name in ("blocked", "answered", "abandoned")}
        waits = sorted(call.wait for call in of["answered"] + of["abandoned"])
        waited = [(call.since, call.until) for call in calls if call.outcome != "blocked"]
        busy = [
            (call.until, call.until + call.handle * self.agents[call.agent].handle_factor)
            for call in calls
            if call.outcome == "answered"
        ]
        length = window[1] - window[0]
        entered = len(waits)
        return {
            "arrivals": len(counted),
            "blocked": len(of["blocked"]),
            "answered": len(of["answered"]),
            "abandoned": len(of["abandoned"]),
            "blocked_share": len(of["blocked"]) / len(counted) if counted else None,
            "p_wait": sum(wait > 0 for wait in waits) / entered if waits else None,
            "p_abandon": len(of["abandoned"]) / entered if waits else None,
            "wait_mean_s": fmean(waits) if waits else None,
            "wait_mean_answered_s": fmean(call.wait for call in of["answered"]) if of["answered"] else None,
            "wait_sd_s": pstdev(waits) if waits else None,
            **{f"wait_p{p}_s": _percentile(waits, p) for p in (50, 90, 99)},
            "queue_length_mean": sum(_overlap(one, window) for one in waited) / length,
            "utilisation": sum(_overlap(one, window) for one in busy) / length / len(self.agents),
            "service_level": {
                f"{limit:g}": sum(call.wait <= limit for call in of["answered"]) / entered if waits else None
                for limit in self.scenario.run.service_level_seconds
            },
        }


def _percentile(ordered: list[float], percent: int) -> float | None:
    for place, value in enumerate(ordered, 1):
        if place * 100 >= percent * len(ordered):
            return value
    return None


def _overlap(span: tuple[float, float], window: tuple[float, float]) -> float:
    return max(0.0, min(span[1], window[1]) - max(span[0], window[0]))
