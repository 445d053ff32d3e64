"""The facts of a customer, and the state they add up to."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from hub.domain.contact import Attachment, Channel, Identifier, Standing
from hub.domain.customer.links.events import LINK_EVENTS
from hub.domain.customer.links.state import NO_LINKS, Links
from hub.domain.customer.links.state import evolve as evolve_links
from hub.domain.event import Event
from hub.domain.personal import ALIASED, PERSONAL


class CustomerRegistered(Event):
    """The first touch of somebody the hub did not know."""


class IdentifierObserved(Event):
    """A contact brought an identifier that was new for this customer, or newly verified."""

    kind: str
    value: Annotated[str, ALIASED]
    verified: bool


class ProfileChanged(Event):
    """What the customer is called."""

    name: Annotated[str, PERSONAL]


class SegmentChanged(Event):
    """The customer's class, crossed with a value tier; `reason` says who or what decided."""

    segment: str
    value_tier: str
    reason: str


class LifecycleStageChanged(Event):
    """Where the customer stands on the way from acquisition to retention or lapse."""

    lifecycle_stage: str
    reason: str


class CustomerForgotten(Event):
    """Who this was is known no longer: the key of all that is personal here is deleted. What happened stays."""

    reason: str
    """Why, in words that name nobody: it stays."""


class _ContactFact(Event):
    contact_id: str
    channel: Channel
    address: Annotated[str, PERSONAL]
    sender: str
    identifiers: Annotated[tuple[Identifier, ...], PERSONAL] = ()
    thread: Annotated[str, ALIASED]
    purpose: str
    service: str
    language: str
    subject: Annotated[str, PERSONAL]
    text: Annotated[str, PERSONAL]
    attachments: Annotated[tuple[Attachment, ...], PERSONAL] = ()
    standing: Standing
    """Where the customer stood when it happened: what routing is decided on."""


class ContactReceived(_ContactFact):
    """The customer touched us. `pool` is the routing pool that handles it; `history` is never routed."""

    SCHEMA: ClassVar[int] = 2

    pool: str
    known_agents: dict[str, str] = Field(default_factory=dict)
    """Agents this customer knows, by how: `direct` (asked for by name), `account_owner`, `case_agent`."""


class ContactSent(_ContactFact):
    """We touched the customer."""


UNKNOWN_STANDING = Standing()


@dataclass(frozen=True, slots=True)
class Customer:
    """What deciding needs to know of a customer: small, whatever the length of the history."""

    registered: bool = False
    registered_at: datetime | None = None
    identifiers: frozenset[Identifier] = frozenset()
    name: str = ""
    standing: Standing = UNKNOWN_STANDING
    contacts: int = 0
    last_contact_at: datetime | None = None
    links: Links = NO_LINKS
    forgotten: bool = False


def evolve(customer: Customer, event: Event) -> Customer:
    """The customer after one more fact; facts of other kinds change nothing here."""
    match event:
        case ContactReceived() | ContactSent():
            return replace(customer, contacts=customer.contacts + 1, last_contact_at=event.at)
        case CustomerRegistered():
            return replace(customer, registered=True, registered_at=event.recorded_at)
        case IdentifierObserved():
            seen = Identifier(kind=event.kind, value=event.value, verified=event.verified)
            return replace(customer, identifiers=customer.identifiers | {seen})
        case ProfileChanged():
            return replace(customer, name=event.name)
        case CustomerForgotten():
            return replace(customer, forgotten=True, identifiers=frozenset(), name="")
        case SegmentChanged():
            changed = {"segment": event.segment, "value_tier": event.value_tier}
            return replace(customer, standing=customer.standing.model_copy(update=changed))
        case LifecycleStageChanged():
            changed = {"lifecycle_stage": event.lifecycle_stage}
            return replace(customer, standing=customer.standing.model_copy(update=changed))
        case _ if isinstance(event, LINK_EVENTS):
            return replace(customer, links=evolve_links(customer.links, event))
        case _:
            return customer
