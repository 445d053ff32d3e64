"""The facts of an agent, and the state they add up to."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

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


class AgentSignedOn(Event):
    """The agent is here, ready for work. Signing on anew replaces skills and capacity."""

    pool: str
    agent_id: str
    name: str
    skills: dict[str, int]
    """Level per skill, 1 to 5, 5 best."""
    languages: tuple[str, ...]
    capacity: int


class AgentStateChanged(Event):
    """Ready for work, or not, and why."""

    agent_id: str
    state: AgentState
    reason: str = ""


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


def evolve(agent: Agent, event: Event) -> Agent:
    """The agent after one more fact."""
    match event:
        case AgentSignedOn():
            return Agent(AgentState.READY, event.name, event.skills, event.languages, event.capacity)
        case AgentStateChanged():
            return replace(agent, state=event.state)
        case AgentSignedOff():
            return replace(agent, state=AgentState.SIGNED_OFF)
        case _:
            return agent
