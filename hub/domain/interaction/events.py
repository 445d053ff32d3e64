"""The facts of an interaction, and the state they add up to."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.domain.contact import Channel
from hub.domain.event import Event


class InteractionQueued(Event):
    """Work entered a queue. Holds no personal data: the contact it came from does."""

    pool: str
    queue: str
    contact_id: str
    customer_id: str
    channel: Channel
    thread: str
    service: str
    priority: int
    skills: dict[str, int]
    """Least level per skill, 1 to 5."""
    languages: tuple[str, ...] = ()
    """Any of them will do; empty: it does not matter."""
    units: int
    """Capacity it takes of an agent's 100."""
    policy: str
    reasons: tuple[str, ...]


class ContactAttached(Event):
    """A further contact of the thread joined the work that is open already."""

    contact_id: str


class InteractionOffered(Event):
    """Proposed to one agent until `expires_at`; reserves `units` of their capacity."""

    offer_id: str
    agent_id: str
    expires_at: datetime
    units: int
    policy: str
    reasons: tuple[str, ...]


class _OfferFact(Event):
    offer_id: str
    agent_id: str


class OfferAccepted(_OfferFact):
    """The agent took it: the conversation runs."""


class OfferDeclined(_OfferFact):
    """The agent would not: it waits on with its original age."""

    reason: str = ""


class OfferTimedOut(_OfferFact):
    """The agent did not answer (RONA): it waits on with its original age."""


class OfferRescinded(_OfferFact):
    """Taken back before an answer: the customer left, or the agent signed off."""

    reason: str


class InteractionAbandoned(Event):
    """The customer left before anybody answered."""


class InteractionEnded(Event):
    """The conversation is over; wrap-up begins."""

    agent_id: str
    ended_by: str
    """`agent` or `customer`."""


class WrapUpCompleted(Event):
    """The work is done and the capacity free again."""

    agent_id: str
    code: str


class Phase(StrEnum):
    """Where an interaction is in its life."""

    NEW = "new"
    WAITING = "waiting"
    OFFERED = "offered"
    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Interaction:
    """What deciding needs to know of an interaction."""

    phase: Phase = Phase.NEW
    offer_id: str = ""
    agent_id: str = ""
    offers: int = 0


def evolve(interaction: Interaction, event: Event) -> Interaction:
    """The interaction after one more fact; facts that change no phase change nothing here."""
    match event:
        case InteractionQueued():
            return replace(interaction, phase=Phase.WAITING)
        case InteractionOffered():
            return Interaction(Phase.OFFERED, event.offer_id, event.agent_id, interaction.offers + 1)
        case OfferAccepted():
            return replace(interaction, phase=Phase.ACTIVE)
        case OfferDeclined() | OfferTimedOut() | OfferRescinded():
            return Interaction(Phase.WAITING, "", "", interaction.offers)
        case InteractionAbandoned():
            return Interaction(Phase.ABANDONED, "", "", interaction.offers)
        case InteractionEnded():
            return replace(interaction, phase=Phase.WRAP_UP)
        case WrapUpCompleted():
            return replace(interaction, phase=Phase.COMPLETED)
        case _:
            return interaction
