"""What a branch tells of its desks and visitors: it knows a visit by its thread, and may tell it late."""

from dataclasses import dataclass, field

from hub.domain.contact import Channel
from hub.router.pool.commands.command import Asked


@dataclass(frozen=True, slots=True)
class OpenDesk(Asked):
    """An agent sits down at a desk of a branch."""

    agent_id: str
    name: str
    branch: str
    desk: str
    skills: dict[str, int] = field(default_factory=dict)
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseDesk(Asked):
    """And gets up."""

    agent_id: str


@dataclass(frozen=True, slots=True)
class WantNext(Asked):
    """An agent at a desk takes the next visitor there is, or none."""

    agent_id: str
    wanted: bool = True


@dataclass(frozen=True, slots=True)
class TakeVisit(Asked):
    """The visitor is at this agent's desk already, whatever else was thought of for them."""

    channel: Channel
    thread: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class ParkVisit(Asked):
    """The visitor has something else to do first."""

    channel: Channel
    thread: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class PassVisitOn(Asked):
    """The visitor waits for another service, or for one agent. `agent_id` empty: nobody had called them."""

    channel: Channel
    thread: str
    agent_id: str
    queue: str = ""
    to_agent: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EndVisit(Asked):
    """The visit is over, wrapped up and all. `ended_by`: as of InteractionEnded."""

    channel: Channel
    thread: str
    agent_id: str
    code: str = ""
    ended_by: str = "agent"
