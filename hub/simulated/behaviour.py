"""How simulated agents behave: one protocol, so that demo, replay and load test share the agents themselves."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, NamedTuple, Protocol

from hub.router.policy.parsing import Policy


@dataclass(frozen=True, slots=True)
class AgentProfile:
    """Who signs on, with what."""

    id: str
    name: str
    skills: Mapping[str, int]
    languages: tuple[str, ...] = ()
    capacity: int = 100


class Step(IntEnum):
    """Where an agent is with a piece of work; it only moves forward."""

    OFFERED = 0
    TALKING = 1
    WRAPPING_UP = 2
    DONE = 3
    LOST = 4
    """Answered by somebody else's event: timed out, declined, taken back, or refused by the hub."""


@dataclass(slots=True, eq=False)
class Work:
    """One interaction in an agent's hands. What the hub has not told (yet) is empty."""

    interaction: str
    agent_id: str
    offer_id: str = ""
    contact_id: str = ""
    channel: str = ""
    service: str = ""
    queue: str = ""
    step: Step = Step.OFFERED


class Reaction(NamedTuple):
    """What an agent does with an offer, and after how many seconds. Ignored offers time out."""

    kind: Literal["accept", "decline", "ignore"]
    after: float = 0.0


class WrapUp(NamedTuple):
    """How long the work after the conversation takes, and its result."""

    seconds: float = 0.0
    code: str = "resolved"


class Behaviour(Protocol):
    """All durations are seconds of the hub's time."""

    def reaction(self, work: Work) -> Reaction:
        """What to do with this offer."""
        ...

    def talk(self, work: Work) -> float:
        """How long the conversation lasts, asked once, when it begins."""
        ...

    def answer(self, work: Work) -> str:
        """What the agent writes before they end it; empty: nothing, they spoke or it needs no answer."""
        ...

    def wrap_up(self, work: Work) -> WrapUp:
        """What is done after it."""
        ...

    def rest(self, work: Work) -> float:
        """Time away after this piece of work; 0: none."""
        ...

    def back_after(self, agent_id: str) -> float:
        """How long an agent who missed an offer, or is found away, stays so; infinite: somebody else sees to it."""
        ...


@dataclass(frozen=True, slots=True)
class Steady:
    """Accepts at once and takes the same time for everything: what a load test wants."""

    talk_seconds: float
    wrap_up_seconds: float
    code: str = "resolved"

    def reaction(self, work: Work) -> Reaction:  # noqa: ARG002
        return Reaction("accept")

    def talk(self, work: Work) -> float:  # noqa: ARG002
        return self.talk_seconds

    def answer(self, work: Work) -> str:  # noqa: ARG002
        return ""

    def wrap_up(self, work: Work) -> WrapUp:  # noqa: ARG002
        return WrapUp(self.wrap_up_seconds, self.code)

    def rest(self, work: Work) -> float:  # noqa: ARG002
        return 0.0

    def back_after(self, agent_id: str) -> float:  # noqa: ARG002
        return 0.0


TALK_SECONDS: Mapping[str, float] = {"phone": 14.0, "web": 22.0, "email": 18.0, "sms": 10.0, "in_person": 16.0}
"""Mean talk by channel in the demo: short, so that a minute shows a centre at work."""

_CODES = ("resolved", "resolved", "resolved", "follow_up", "escalated", "no_answer_needed")
_WRITTEN = ("email", "sms", "web")
_ANSWERS = (
    "Thank you for writing. We have put it right, and you need do nothing.",
    "We looked into it: a colleague calls you today.",
    "It is on its way. Please tell us if it is not there by tomorrow.",
)

Codes = Mapping[str, Sequence[str]]
"""The wrap-up codes of each queue; none: any will do."""


def codes_of(policy: Policy) -> Codes:
    """What the policy lets agents close their work with."""
    return {name: queue.wrap_up for name, queue in policy.queues.items() if queue.wrap_up}


@dataclass(slots=True)
class Human:
    """Reacts after a moment, declines now and then, rarely misses an offer, and takes log-normal time."""

    random: random.Random
    decline: float = 0.03
    ignore: float = 0.006
    rest_chance: float = 0.03
    talk_seconds: Mapping[str, float] = field(default_factory=lambda: TALK_SECONDS)
    codes: Codes = field(default_factory=dict)
    talks_on: Callable[[], bool] = lambda: True
    """False: the day is over, so nobody declines, rests, or misses an offer any more."""

    def reaction(self, work: Work) -> Reaction:  # noqa: ARG002
        dice, after = self.random.random(), 0.3 + self.random.expovariate(1.4)
        if self.talks_on() and dice < self.ignore:
            return Reaction("ignore")
        if self.talks_on() and dice < self.ignore + self.decline:
            return Reaction("decline", after)
        return Reaction("accept", min(after, 4.0))

    def talk(self, work: Work) -> float:
        drawn = log_normal(self.random, self.talk_seconds.get(work.channel, 15.0), 0.6)
        return min(drawn, 90.0) if self.talks_on() else min(drawn, 3.0)

    def answer(self, work: Work) -> str:
        return self.random.choice(_ANSWERS) if work.channel in _WRITTEN else ""

    def wrap_up(self, work: Work) -> WrapUp:
        seconds = log_normal(self.random, 3.0, 0.5) if self.talks_on() else 0.2
        return WrapUp(seconds, self.random.choice(self.codes.get(work.queue, _CODES)))

    def rest(self, work: Work) -> float:  # noqa: ARG002
        tired = self.talks_on() and self.random.random() < self.rest_chance
        return 4.0 + self.random.expovariate(1 / 8) if tired else 0.0

    def back_after(self, agent_id: str) -> float:  # noqa: ARG002
        return 2.0 + self.random.expovariate(1 / 6) if self.talks_on() else 0.2


def log_normal(source: random.Random, mean: float, sigma: float) -> float:
    """A draw with this arithmetic mean; `sigma` is the spread of its logarithm."""
    return source.lognormvariate(math.log(mean) - sigma * sigma / 2, sigma)
