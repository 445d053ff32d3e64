"""What arrives when: the open model, in which nobody waits for the hub to catch up."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

TARGET_LOAD = 0.8
"""Share of the agents' time that phase 1 takes unless talk and wrap-up are given."""


class Stage(StrEnum):
    """The four stretches of a run; the letter stands in each contact's id."""

    WARM_UP = "w"
    FREE_AGENTS = "a"
    """Phase 1: most contacts find a free agent."""
    RAMP = "r"
    """Fills all agents and a backlog behind them."""
    BACKLOG = "b"
    """Phase 2: the same rate, and conversations so long that agents just keep up and never are without work."""


class Arrival(NamedTuple):
    """One contact: `due` in seconds after the start."""

    due: float
    stage: Stage
    number: int

    @property
    def contact_id(self) -> str:
        """Names the stage, so that whoever handles the contact knows how long it talks."""
        return f"load-{self.stage}-{self.number}"


@dataclass(frozen=True, slots=True)
class Load:
    """`rate` contacts/s for `agents` agents; each phase is measured for `seconds`. Times in seconds."""

    rate: float
    agents: int
    seconds: float
    talk: float
    wrap: float
    warmup: float

    @property
    def stretch(self) -> float:
        """How much longer conversations are in phase 2, so that all agents together do just `rate` a second.
        At 1 they are overloaded already."""
        return max(1.0, self.agents / (self.rate * (self.talk + self.wrap)))

    @property
    def backlog(self) -> int:
        """Contacts that should wait throughout phase 2: half a second's arrivals, or three standard deviations of
        what arrives, so that chance does not empty the queue."""
        return round(max(self.rate / 2, 3 * (self.rate * self.seconds) ** 0.5))

    @property
    def ramp_seconds(self) -> float:
        """Time to fill agents and backlog with a quarter more contacts than the rate."""
        busy = min(float(self.agents), self.rate * (self.talk + self.wrap))
        return max(1.0, (self.agents - busy + self.backlog) / (self.rate / 4))

    def begins(self, stage: Stage) -> float:
        """When a stage begins, in seconds after the start."""
        first = self.warmup
        match stage:
            case Stage.WARM_UP:
                return 0.0
            case Stage.FREE_AGENTS:
                return first
            case Stage.RAMP:
                return first + self.seconds
            case Stage.BACKLOG:
                return first + self.seconds + self.ramp_seconds

    @property
    def ends(self) -> float:
        """When the last contact has arrived."""
        return self.begins(Stage.BACKLOG) + self.seconds

    @property
    def drained(self) -> float:
        """Longest time from the last arrival to the last wrap-up, if the hub keeps up."""
        longest = (self.talk + self.wrap) * self.stretch
        overload = max(0.0, self.rate * (self.talk + self.wrap) / self.agents - 1.0) * self.ends
        return overload + longest + 2 * self.backlog / self.rate

    def handle(self, contact_id: str) -> tuple[float, float]:
        """Talk and wrap-up time of a contact, by the stage that its id names."""
        stage = Stage(contact_id.split("-")[1])
        factor = self.stretch if stage in (Stage.RAMP, Stage.BACKLOG) else 1.0
        return self.talk * factor, self.wrap * factor


def load_of(
    rate: float,
    agents: int,
    seconds: float,
    *,
    talk: float | None = None,
    wrap: float | None = None,
    warmup: float | None = None,
) -> Load:
    """The load asked for. Talk and wrap-up default to 0.8 x agents / rate seconds together, a quarter of it wrap-up;
    the warm-up to the time until all agents have had work, at least 2 s."""
    total = TARGET_LOAD * agents / rate
    if talk is None:
        talk = total * 0.75 if wrap is None else max(0.0, total - wrap)
    if wrap is None:
        wrap = max(0.0, total - talk)
    return Load(rate, agents, seconds, talk, wrap, max(2.0, talk + wrap) if warmup is None else warmup)


def arrivals(load: Load, seed: int = 1) -> Iterator[Arrival]:
    """Every contact of the run, in order: Poisson at the rate, a quarter more in the ramp."""
    chance = random.Random(seed)
    number = 0
    for stage in Stage:
        due, end = load.begins(stage), _end(load, stage)
        rate = load.rate * 1.25 if stage is Stage.RAMP else load.rate
        while (due := due + chance.expovariate(rate)) < end:
            yield Arrival(due, stage, number)
            number += 1


def _end(load: Load, stage: Stage) -> float:
    stages = list(Stage)
    following = stages.index(stage) + 1
    return load.begins(stages[following]) if following < len(stages) else load.ends
