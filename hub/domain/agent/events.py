"""The facts of an agent, and the state they add up to."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from hub.domain.event import Event

FULL_CAPACITY = 100
"""Units of an agent: a call takes all of them, a chat a quarter, as the policy says."""


class AgentState(StrEnum):
    """Whether an agent may be offered work."""

    SIGNED_OFF = "signed_off"
    READY = "ready"
    AWAY = "away"
    NOT_ANSWERING = "not_answering"
    """An offer timed out: no more work until the agent says they are ready again."""
    GONE = "gone"
    """Their desktop has not been heard of for too long: no work until it is back."""


class Abilities(Event):
    """What an agent can do."""

    agent_id: str
    skills: dict[str, int]
    """Level per skill, 1 to 5, 5 best."""
    languages: tuple[str, ...]
    attributes: dict[str, str] = Field(default_factory=dict)


class AgentSignedOn(Abilities):
    """The agent is here, ready for work. Signing on anew replaces skills and capacity."""

    SCHEMA: ClassVar[int] = 2

    pool: str
    name: str
    capacity: int
    ceilings: dict[str, int] = Field(default_factory=dict)
    """Most pieces of work of a channel at once; the policy's where a channel is not named."""
    units: dict[str, int] = Field(default_factory=dict)
    """What work of a channel takes of this agent; the policy's where a channel is not named."""


class AgentSkillsChanged(Abilities):
    """The agent can do other things from now on; what they hold stays held."""


class AgentCapacityChanged(Event):
    """The agent can do more or less at once from now on; what they hold stays held."""

    agent_id: str
    capacity: int
    ceilings: dict[str, int] = Field(default_factory=dict)
    units: dict[str, int] = Field(default_factory=dict)


class AgentStateChanged(Event):
    """Ready for work, or not, and why."""

    agent_id: str
    state: AgentState
    reason: str = ""


class AgentChannelsClosed(Event):
    """Work of these channels, and no others, is not offered to them until they say that they are ready."""

    agent_id: str
    channels: tuple[str, ...]
    reason: str = ""


class Shift(BaseModel):
    """A stretch of planned time: `ready` for work, or `away` for the reason given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: datetime
    end: datetime
    state: AgentState = AgentState.READY
    reason: str = ""


class ShiftsPlanned(Event):
    """What the agent is to do between `start` and `end`; replaces what was planned there."""

    agent_id: str
    start: datetime
    end: datetime
    shifts: tuple[Shift, ...]


class AgentSignedOff(Event):
    """The agent is gone."""

    agent_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Agent:
    """What deciding needs to know of an agent."""

    state: AgentState = AgentState.SIGNED_OFF
    name: str = ""
    skills: dict[str, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    capacity: int = FULL_CAPACITY
    attributes: dict[str, str] = field(default_factory=dict)
    ceilings: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    """Channels they get nothing of now."""
    before: AgentState = AgentState.READY
    """GONE: the state their desktop left them in."""
    reason: str = ""
    """AWAY, or GONE from there: why."""
    plan: tuple[datetime, datetime, tuple[Shift, ...]] | None = None
    """What was planned last: from, to, shifts. Stays when they come and go."""


def evolve(agent: Agent, event: Event) -> Agent:
    """The agent after one more fact."""
    match event:
        case AgentSignedOn():
            return Agent(
                AgentState.READY,
                event.name,
                event.skills,
                event.languages,
                event.capacity,
                event.attributes,
                event.ceilings,
                event.units,
                plan=agent.plan,
            )
        case AgentStateChanged():
            closed = () if event.state is AgentState.READY else agent.closed
            before = agent.before if agent.state is AgentState.GONE else agent.state
            gone = event.state is AgentState.GONE
            reason = event.reason if event.state is AgentState.AWAY else agent.reason if gone else ""
            return replace(
                agent, state=event.state, closed=closed, before=before if gone else AgentState.READY, reason=reason
            )
        case AgentChannelsClosed():
            return replace(agent, closed=event.channels)
        case AgentSkillsChanged():
            return replace(agent, skills=event.skills, languages=event.languages, attributes=event.attributes)
        case AgentCapacityChanged():
            return replace(agent, capacity=event.capacity, ceilings=event.ceilings, units=event.units)
        case ShiftsPlanned():
            return replace(agent, plan=(event.start, event.end, event.shifts))
        case AgentSignedOff():
            return replace(agent, state=AgentState.SIGNED_OFF, closed=(), before=AgentState.READY, reason="")
        case _:
            return agent
