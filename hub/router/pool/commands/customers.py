"""What customers do: they come, leave, would rather be called."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain.customer.events import ContactReceived
from hub.router.pool.commands.command import Asked


@dataclass(frozen=True, slots=True)
class TakeUp(Asked):
    """A contact was recorded: attach it to its thread's open interaction, or open one under this id."""

    contact: ContactReceived
    customer_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class CustomerLeft(Asked):
    """The customer hung up, closed the chat, went away."""

    channel: str
    thread: str
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class RequestCallback(Asked):
    """The customer would rather be called, when their turn comes or at `due`."""

    channel: str
    thread: str
    due: datetime | None = None
    address_of: str = ""


@dataclass(frozen=True, slots=True)
class OpenCallback(Asked):
    """The time has come at which an agent promised that the customer would be called: it is work from now on."""

    interaction_id: str
    callback_id: str
    customer_id: str
    queue: str
    for_agent: str = ""
    service: str = ""
    language: str = ""
    segment: str = ""
    value_tier: str = ""
    lifecycle_stage: str = ""
