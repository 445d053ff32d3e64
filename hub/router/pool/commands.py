"""What can be asked of a routing pool. Each command brings its time, its id and who asks."""

import re
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Protocol

from hub.domain.agent.events import FULL_CAPACITY, AgentState, Shift
from hub.domain.customer.events import ContactReceived


class Command(Protocol):
    """What every command brings. `at` is when it was asked; `id` is the causation of what it leads to."""

    @property
    def at(self) -> datetime: ...
    @property
    def id(self) -> str: ...
    @property
    def actor(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Command:
    at: datetime
    id: str
    actor: str


@dataclass(frozen=True, slots=True)
class TakeUp(_Command):
    """A contact was recorded: attach it to its thread's open interaction, or open one under this id."""

    contact: ContactReceived
    customer_id: str
    interaction_id: str


# Agents


@dataclass(frozen=True, slots=True)
class SignOn(_Command):
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
class ChangeSkills(_Command):
    """An agent can do other things from now on."""

    agent_id: str
    skills: dict[str, int]
    languages: tuple[str, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeCapacity(_Command):
    """An agent can do more or less at once from now on."""

    agent_id: str
    capacity: int
    ceilings: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChangeState(_Command):
    """An agent is ready or away."""

    agent_id: str
    state: AgentState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlanShifts(_Command):
    """What an agent is to do between `start` and `end`; replaces what was planned there."""

    agent_id: str
    start: datetime
    end: datetime
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentSilent(_Command):
    """An agent's desktop has not been heard of for so long that they get no work."""

    agent_id: str


@dataclass(frozen=True, slots=True)
class AgentMissing(_Command):
    """An agent's desktop is gone for so long that somebody must look after what they were handling."""

    agent_id: str


@dataclass(frozen=True, slots=True)
class AgentBack(_Command):
    """An agent's desktop is heard of again."""

    agent_id: str


@dataclass(frozen=True, slots=True)
class SignOff(_Command):
    """An agent leaves. `forced`: a supervisor signs them off; what they were handling waits again."""

    agent_id: str
    reason: str = ""
    forced: bool = False


# Offers and conversations


@dataclass(frozen=True, slots=True)
class Accept(_Command):
    """An agent takes what they were offered."""

    agent_id: str
    offer_id: str


@dataclass(frozen=True, slots=True)
class Decline(_Command):
    """An agent will not take what they were offered; `busy`: their line was taken."""

    agent_id: str
    offer_id: str
    reason: str = ""
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Hold(_Command):
    """An agent puts the customer on hold."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class Resume(_Command):
    """An agent takes the customer off hold."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class End(_Command):
    """An agent ends a conversation."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class CompleteWrapUp(_Command):
    """An agent has finished what was to do after a conversation."""

    agent_id: str
    interaction_id: str
    code: str


@dataclass(frozen=True, slots=True)
class Park(_Command):
    """An agent lays asynchronous work aside until a time, or until the customer answers."""

    agent_id: str
    interaction_id: str
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unpark(_Command):
    """An agent takes up again what they parked."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class Transfer(_Command):
    """An agent gives a conversation away at once, to a queue or to an agent (then `queue` may be empty)."""

    agent_id: str
    interaction_id: str
    queue: str = ""
    to_agent: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Consult(_Command):
    """An agent asks a queue or an agent for advice; `consult_id` is the interaction this opens."""

    agent_id: str
    interaction_id: str
    consult_id: str
    queue: str = ""
    to_agent: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CompleteTransfer(_Command):
    """The consulted agent has the conversation from now on."""

    agent_id: str
    interaction_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Conference(_Command):
    """The consulted agent joins the conversation."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class ReachCallback(_Command):
    """An agent called the customer back, and they are on the line."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class MissCallback(_Command):
    """An agent called the customer back, and nobody answered."""

    agent_id: str
    interaction_id: str
    outcome: str = "no_answer"


# The customer


@dataclass(frozen=True, slots=True)
class CustomerLeft(_Command):
    """The customer hung up, closed the chat, went away."""

    channel: str
    thread: str
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class RequestCallback(_Command):
    """The customer would rather be called, when their turn comes or at `due`."""

    channel: str
    thread: str
    due: datetime | None = None
    address_of: str = ""


# Supervisors


@dataclass(frozen=True, slots=True)
class Assign(_Command):
    """Give this work to this agent now, without asking them."""

    interaction_id: str
    agent_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Move(_Command):
    """Let waiting work wait in another queue."""

    interaction_id: str
    queue: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Prioritise(_Command):
    """Move waiting work in the order: to a priority, or by artificial age."""

    interaction_id: str
    priority: int | None = None
    credit_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class PullBack(_Command):
    """Take work from its agent: it waits again."""

    interaction_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Join(_Command):
    """Hear a conversation (monitor), speak to its agent alone (coach), or to all (barge)."""

    interaction_id: str
    agent_id: str
    mode: str


@dataclass(frozen=True, slots=True)
class Leave(_Command):
    """Be out of that conversation again."""

    interaction_id: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class SetIntake(_Command):
    """Open (`open`) or close (`paused`, `draining`) the way into a queue; draining moves what waits to `to`."""

    queue: str
    intake: str
    to: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AdoptPolicy(_Command):
    """Decide by this policy from now on; `waiting`: classify anew what waits already."""

    version: str
    text: str
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Tick(_Command):
    """Time passed: what is due by now happens."""


def as_tuple(command: Command) -> tuple[str, float, tuple[Any, ...]]:
    """Kind, time (epoch seconds) and arguments: the input of replay. Of a contact only its id, so that nothing
    personal is kept outside its customer's stream; of a policy only its version."""
    kind, arguments = _KINDS[type(command)]
    at = command.at.timestamp()
    if isinstance(command, TakeUp):
        return kind, at, (command.contact.contact_id,)
    if isinstance(command, AdoptPolicy):
        return kind, at, (command.version, command.waiting)
    return kind, at, tuple(getattr(command, name) for name in arguments)


_KINDS: dict[type[Any], tuple[str, tuple[str, ...]]] = {
    cls: (re.sub("(?<!^)(?=[A-Z])", "_", cls.__name__).lower(), tuple(one.name for one in fields(cls))[3:])
    for cls in _Command.__subclasses__()
}
"""The word for each kind of command, and the names of its own fields in order."""
