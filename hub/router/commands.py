"""What can be asked of a routing pool. Each command brings its time, its id and who asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.agent.events import FULL_CAPACITY, AgentState
from hub.domain.customer.events import ContactReceived


@dataclass(frozen=True, slots=True)
class TakeUp:
    """A contact was recorded: attach it to its thread's open interaction, or open one under this id."""

    at: datetime
    id: str
    actor: str
    contact: ContactReceived
    customer_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class SignOn:
    """An agent arrives, ready for work."""

    at: datetime
    id: str
    actor: str
    agent_id: str
    name: str
    skills: dict[str, int]
    languages: tuple[str, ...] = ()
    capacity: int = FULL_CAPACITY


@dataclass(frozen=True, slots=True)
class ChangeState:
    """An agent is ready or away."""

    at: datetime
    id: str
    actor: str
    agent_id: str
    state: AgentState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SignOff:
    """An agent leaves."""

    at: datetime
    id: str
    actor: str
    agent_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Accept:
    """An agent takes what they were offered."""

    at: datetime
    id: str
    actor: str
    agent_id: str
    offer_id: str


@dataclass(frozen=True, slots=True)
class Decline:
    """An agent will not take what they were offered."""

    at: datetime
    id: str
    actor: str
    agent_id: str
    offer_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class End:
    """An agent ends a conversation."""

    at: datetime
    id: str
    actor: str
    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class CompleteWrapUp:
    """An agent has finished what was to do after a conversation."""

    at: datetime
    id: str
    actor: str
    agent_id: str
    interaction_id: str
    code: str


@dataclass(frozen=True, slots=True)
class CustomerLeft:
    """The customer hung up, closed the chat, went away."""

    at: datetime
    id: str
    actor: str
    channel: str
    thread: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed: what is due by now happens."""

    at: datetime
    id: str
    actor: str


Command = TakeUp | SignOn | ChangeState | SignOff | Accept | Decline | End | CompleteWrapUp | CustomerLeft | Tick


def as_tuple(command: Command) -> tuple[str, float, tuple[Any, ...]]:
    """Kind, time (epoch seconds) and arguments: the input of replay. Of a contact only its id, so that nothing
    personal is kept outside its customer's stream."""
    kind, arguments = _arguments(command)
    return kind, command.at.timestamp(), arguments


def _arguments(command: Command) -> tuple[str, tuple[Any, ...]]:
    match command:
        case TakeUp():
            return "take_up", (command.contact.contact_id,)
        case Accept():
            return "accept", (command.agent_id, command.offer_id)
        case End():
            return "end", (command.agent_id, command.interaction_id)
        case CompleteWrapUp():
            return "complete_wrap_up", (command.agent_id, command.interaction_id, command.code)
        case Decline():
            return "decline", (command.agent_id, command.offer_id, command.reason)
        case CustomerLeft():
            return "customer_left", (command.channel, command.thread)
        case ChangeState():
            return "change_state", (command.agent_id, command.state.value, command.reason)
        case SignOn():
            return "sign_on", (command.agent_id, command.name, command.skills, command.languages, command.capacity)
        case SignOff():
            return "sign_off", (command.agent_id, command.reason)
        case Tick():
            return "tick", ()
