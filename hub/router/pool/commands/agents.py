"""What agents say of themselves, and what is noticed of their desktops."""

from dataclasses import dataclass, field
from datetime import datetime

from hub.domain.agent.events import FULL_CAPACITY, AgentState, Shift
from hub.router.pool.commands.command import Asked


@dataclass(frozen=True, slots=True)
class SignOn(Asked):
    """An agent arrives, ready for work."""

    agent_id: str
    name: str
    skills: dict[str, int]
    languages: tuple[str, ...] = ()
    capacity: int = FULL_CAPACITY
    attributes: dict[str, str] = field(default_factory=dict)
    ceilings: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeSkills(Asked):
    """An agent can do other things from now on."""

    agent_id: str
    skills: dict[str, int]
    languages: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeCapacity(Asked):
    """An agent can do more or less at once from now on."""

    agent_id: str
    capacity: int
    ceilings: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeState(Asked):
    """An agent is ready or away."""

    agent_id: str
    state: AgentState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlanShifts(Asked):
    """What an agent is to do between `start` and `end`; replaces what was planned there."""

    agent_id: str
    start: datetime
    end: datetime
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentSilent(Asked):
    """An agent's desktop has not been heard of for so long that they get no work."""

    agent_id: str


@dataclass(frozen=True, slots=True)
class AgentMissing(Asked):
    """An agent's desktop is gone for so long that somebody must look after what they were handling."""

    agent_id: str


@dataclass(frozen=True, slots=True)
class AgentBack(Asked):
    """An agent's desktop is heard of again."""

    agent_id: str


@dataclass(frozen=True, slots=True)
class AgentLocked(Asked):
    """An agent locked their screens, or they were locked since nobody was there."""

    agent_id: str


@dataclass(frozen=True, slots=True)
class AgentUnlocked(Asked):
    """An agent's screens are open again."""

    agent_id: str


@dataclass(frozen=True, slots=True)
class SignOff(Asked):
    """An agent leaves. `forced`: a supervisor signs them off; what they were handling waits again."""

    agent_id: str
    reason: str = ""
    forced: bool = False
