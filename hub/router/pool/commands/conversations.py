"""What agents do with offers and with the conversations they have."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.contact import RecordingState
from hub.router.pool.commands.command import Asked


@dataclass(frozen=True, slots=True)
class Accept(Asked):
    """An agent takes what they were offered."""

    agent_id: str
    offer_id: str


@dataclass(frozen=True, slots=True)
class Decline(Asked):
    """An agent will not take what they were offered; `busy`: their line was taken."""

    agent_id: str
    offer_id: str
    reason: str = ""
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Pull(Asked):
    """An agent takes waiting work by themselves."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class Hold(Asked):
    """An agent puts the customer on hold."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class Resume(Asked):
    """An agent takes the customer off hold."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class AskRecording(Asked):
    """An agent wants nothing recorded for a while, or recorded on."""

    agent_id: str
    interaction_id: str
    state: RecordingState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class End(Asked):
    """An agent ends a conversation."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class CompleteWrapUp(Asked):
    """An agent has finished what was to do after a conversation."""

    agent_id: str
    interaction_id: str
    code: str


@dataclass(frozen=True, slots=True)
class Park(Asked):
    """An agent lays asynchronous work aside until a time, or until the customer answers."""

    agent_id: str
    interaction_id: str
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unpark(Asked):
    """An agent takes up again what they parked."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class Transfer(Asked):
    """An agent gives a conversation away at once, to a queue or to an agent (then `queue` may be empty)."""

    agent_id: str
    interaction_id: str
    queue: str = ""
    to_agent: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Consult(Asked):
    """An agent asks a queue or an agent for advice; `consult_id` is the interaction this opens."""

    agent_id: str
    interaction_id: str
    consult_id: str
    queue: str = ""
    to_agent: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CompleteTransfer(Asked):
    """The consulted agent has the conversation from now on."""

    agent_id: str
    interaction_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Conference(Asked):
    """The consulted agent joins the conversation."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class ReachCallback(Asked):
    """An agent called the customer back, and they are on the line."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class MissCallback(Asked):
    """An agent called the customer back, and nobody answered."""

    agent_id: str
    interaction_id: str
    outcome: str = "no_answer"
