"""What arrives when: the open model, in which nobody waits for the hub to catch up."""

import hashlib
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

TARGET_LOAD = 0.8
"""Share of the agents' time that phase 1 takes unless talk and wrap-up are given."""
RAMP_RATE = 1.25
"""Contacts in the ramp, as a multiple of the rate."""


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
        """Names the stage and the millisecond it is due, so that whoever handles the contact knows how long it
        talks."""
        return f"load-{self.stage}-{self.number}-{round(self.due * 1000)}"


@dataclass(frozen=True)
class Load:
    """`rate` contacts/s for `agents` agents; each phase is measured for `seconds`. Times in seconds. What follows from
    these is worked out once: `handle` is asked for every contact, inside the process that is measured."""

    rate: float
    agents: int
    seconds: float
    talk: float
    wrap: float
    warmup: float
    varied: bool = False
    """Talk and wrap-up are means, and the time of a contact is drawn from an exponential distribution: no two are
    alike. Else each contact takes just as long."""
    skills: int = 0
    """How many skills there are, of which each agent has a few; 0: every agent can do everything."""
    queues: int = 0
    """How many queues there are then."""

    @cached_property
    def stretch(self) -> float:
        """How much longer conversations are in phase 2, so that all agents together do just `rate` a second.
        At 1 they are overloaded already."""
        return max(1.0, self.agents / (self.rate * (self.talk + self.wrap)))

    @cached_property
    def backlog(self) -> int:
        """Contacts that should wait throughout phase 2: half a second's arrivals, or three standard deviations of
        what arrives, so that chance does not empty the queue."""
        return round(max(self.rate / 2, 3 * (self.rate * self.seconds) ** 0.5))

    @cached_property
    def ramp_seconds(self) -> float:
        """Time to fill agents and backlog with a quarter more contacts than the rate."""
        busy = min(float(self.agents), self.rate * (self.talk + self.wrap))
        if self.varied:
            return max(1.0, self._varied_ramp())
        return max(1.0, (self.agents - busy + self.backlog) / (self.rate / 4))

    def _varied_ramp(self) -> float:
        """Conversations of phase 1 end one by one during the ramp, at first faster than the long ones that follow.
        What they still end in phase 2 above the rate must wait at its beginning, or the backlog would be used up."""
        short = self.talk + self.wrap
        long = short * self.stretch
        begins = self.rate * short * (1 - math.exp(-(self.warmup + self.seconds) / short))
        seconds = 0.0
        while seconds < 10 * long:
            left = begins * math.exp(-seconds / short)
            new = RAMP_RATE * self.rate * long * (1 - math.exp(-seconds / long))
            if left + new >= self.agents + self.backlog + left * (1 - 1 / self.stretch):
                break
            seconds += long / 200
        return seconds

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

    @cached_property
    def ends(self) -> float:
        """When the last contact has arrived."""
        return self.begins(Stage.BACKLOG) + self.seconds

    @property
    def drained(self) -> float:
        """Longest time from the last arrival to the last wrap-up, if the hub keeps up."""
        longest = self._closing if self.varied else (self.talk + self.wrap) * self.stretch
        overload = max(0.0, self.rate * (self.talk + self.wrap) / self.agents - 1.0) * self.ends
        return overload + longest + 2 * self.backlog / self.rate

    def handle(self, contact_id: str) -> tuple[float, float]:
        """Talk and wrap-up time of a contact, by the stage that its id names, and by its number if they vary."""
        stage = Stage(contact_id.split("-")[1])
        factor = self.stretch if stage in (Stage.RAMP, Stage.BACKLOG) else 1.0
        if not self.varied:
            return self.talk * factor, self.wrap * factor
        lot, ends = _two_chances(contact_id)
        factor *= -math.log1p(-lot)
        longest = self.ends - int(contact_id.rpartition("-")[2]) / 1000 + self._closing * ends
        talk = min(self.talk * factor, longest)
        return talk, min(self.wrap * factor, longest - talk)

    @cached_property
    def _closing(self) -> float:
        """After the last arrival, when nothing is measured any more, conversations that would last longer end one by
        one within this time."""
        return max(self.agents / self.rate, 1.0)


def _two_chances(contact_id: str) -> tuple[float, float]:
    """Two numbers in [0, 1) that are the same for this contact in every process."""
    drawn = hashlib.blake2b(contact_id.encode(), digest_size=16).digest()
    first, second = int.from_bytes(drawn[:8], "big"), int.from_bytes(drawn[8:], "big")
    return (first >> 11) / 2**53, (second >> 11) / 2**53


def load_of(
    rate: float,
    agents: int,
    seconds: float,
    *,
    talk: float | None = None,
    wrap: float | None = None,
    warmup: float | None = None,
    cycle: float | None = None,
    skills: int = 0,
    queues: int = 0,
) -> Load:
    """The load asked for. Talk and wrap-up default to 0.8 x agents / rate seconds together, a quarter of it wrap-up;
    the warm-up to the time until all agents have had work, at least 2 s. `cycle` is the mean of both together, and
    lets them vary; then the warm-up is three of it, after which the agents are as busy as they will be but for 5%."""
    total = TARGET_LOAD * agents / rate if cycle is None else cycle
    if talk is None:
        talk = total * 0.75 if wrap is None else max(0.0, total - wrap)
    if wrap is None:
        wrap = max(0.0, total - talk)
    if warmup is None:
        warmup = max(2.0, (talk + wrap) * (1 if cycle is None else 3))
    return Load(rate, agents, seconds, talk, wrap, warmup, cycle is not None, skills, queues)


def arrivals(load: Load, seed: int = 1) -> Iterator[Arrival]:
    """Every contact of the run, in order: Poisson at the rate, a quarter more in the ramp."""
    chance = random.Random(seed)
    number = 0
    for stage in Stage:
        due, end = load.begins(stage), _end(load, stage)
        rate = load.rate * RAMP_RATE if stage is Stage.RAMP else load.rate
        while (due := due + chance.expovariate(rate)) < end:
            yield Arrival(due, stage, number)
            number += 1


def _end(load: Load, stage: Stage) -> float:
    stages = list(Stage)
    following = stages.index(stage) + 1
    return load.begins(stages[following]) if following < len(stages) else load.ends
