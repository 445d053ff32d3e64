"""The fact of a decision, in the canonical stream of the customer; of a contact that we make in that of who was asked
for. All it looked at is found again from the log: the
events before it, the policy's version and the seed give the identical decision."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.events import Purpose
from hub.domain.event import Event


class Outcome(StrEnum):
    """What is done."""

    NOTHING = "nothing"
    NOW = "now"
    LATER = "later"
    """At a moment before the one that was asked for: then it is decided again."""


class Asked(BaseModel):
    """The question, as it was asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    direction: Direction
    """Inbound: the customer is here; outbound: we contact them."""
    purpose: Purpose | None = None
    proposes: bool = True
    propositions: tuple[str, ...] = ()
    """Only these; empty: all."""
    channels: tuple[Channel, ...]
    sender: str
    speaker: str = ""
    """Who exactly; empty: anybody of the sender."""
    by: datetime | None = None
    service: str = ""
    interaction_id: str = ""
    came_in_on: Channel | None = None
    came_in_at: str = ""
    """The contact point that is answered, or where they are who are here."""
    confidence: str = ""
    """How sure it is who is here."""
    slot_id: str = ""
    """Of a contact that had its slot already."""
    point: str = ""
    """Only at this contact point; empty: at any of theirs."""
    given_for_it: bool = False
    """They gave that contact point for just this."""


class Said(BaseModel):
    """Something that is proposed, and where."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    proposition: str
    channel: Channel
    point: str = ""
    grant_id: str = ""
    """The grant whose terms are to be shown; empty: it is granted when it is presented."""


class PathPlaces(BaseModel):
    """What a path could take, as it was told then: nothing in the log tells it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: Channel
    speaker: str
    places: int
    more_at: datetime | None = None


class Drawn(BaseModel):
    """A campaign that something was asked of, and whether this customer, or their account, is kept out of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    campaign: str
    holder: str
    held_out: bool


class PathDecided(Event):
    """`at` is the moment it was decided for. With the question, the policy's version, the seed and what is told of
    capacity the log gives the same decision again."""

    SCHEMA: ClassVar[int] = 2

    decision_id: str
    customer_id: str
    account_id: str = ""
    asked: Asked
    policy: str
    seed: int
    seen: int = 0
    """Position in the log up to which it was looked at; 0: all that stands before this."""
    answers: int = 0
    """Position up to which responses were counted."""
    capacity: tuple[PathPlaces, ...] = ()
    inputs: str
    """SHA-256, 32 hex digits, of all that gates and scores looked at: who finds it again knows that it is the same."""
    outcome: Outcome
    due_at: datetime | None = None
    """When it is to be done; of nothing: when to ask again, None: time alone changes nothing."""
    said: tuple[Said, ...] = ()
    """What is proposed, the first first; of a contact that proposes nothing its path."""
    closed: dict[str, int] = Field(default_factory=dict)
    """How many candidates each reason kept back."""
    drawn: tuple[Drawn, ...] = ()
    """What the campaign is measured by: who would have been proposed to, and who was kept out to compare them with."""


class ActionsNotPresented(Event):
    """What an agent was given to say and did not say before the work on that conversation was over: it grants nothing,
    and says nothing of what the customer wants."""

    decision_id: str
    interaction_id: str
    propositions: tuple[str, ...]
