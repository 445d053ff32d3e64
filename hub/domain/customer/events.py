"""The facts of a customer, and the state they add up to."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from hub.domain.account.events import RoleAssigned, RoleEnded
from hub.domain.account.state import Holding, hold
from hub.domain.cases import open_cases
from hub.domain.cases.open_cases import OPEN_CASE_EVENTS, OpenCases
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


class Evidence(BaseModel):
    """Why the path policy says something: which rule, and the facts that it asked for, as they were."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    about: str
    """`value_tier`, `named` or `lifecycle_stage`."""
    rule: str
    facts: dict[str, int | str] = Field(default_factory=dict)


class ProfileChanged(Event):
    """What the customer is called."""

    SCHEMA: ClassVar[int] = 2

    name: Annotated[str, PERSONAL]
    path: str = ""
    """Where a correction was heard: a channel, a form, an import."""
    is_correction: bool = False
    """Whether a person took back what they were called before, in whatever adapter or list that still stands."""


class SegmentChanged(Event):
    """The customer's class, crossed with a value tier; `reason` says who or what decided."""

    SCHEMA: ClassVar[int] = 2

    segment: str
    value_tier: str
    reason: str
    said: tuple[str, ...] = ("segment", "value_tier")
    """What of it somebody declared; empty: the path policy decided."""
    named: str = ""
    """The operator's own segment."""
    policy: str = ""
    """Version of the path policy that decided; empty: a person or an adapter did."""
    evidence: tuple[Evidence, ...] = ()


class LifecycleStageChanged(Event):
    """Where the customer stands on the way from acquisition to retention or lapse."""

    SCHEMA: ClassVar[int] = 2

    lifecycle_stage: str
    reason: str
    policy: str = ""
    """Version of the path policy that decided; empty: a person or an adapter did."""
    evidence: tuple[Evidence, ...] = ()


class StandingReviewed(Event):
    """The path policy was asked where the customer stands, and is to be asked again at `due_at`: then it may say
    something else though nothing happened. None: time alone changes nothing."""

    policy: str
    due_at: datetime | None = None


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
    html: Annotated[str, PERSONAL] = ""
    cc: Annotated[tuple[str, ...], PERSONAL] = ()
    attachments: Annotated[tuple[Attachment, ...], PERSONAL] = ()
    standing: Standing
    """Where the customer stood when it happened: what routing is decided on."""


class ContactReceived(_ContactFact):
    """The customer touched us. `pool` is the routing pool that handles it; `history` is never routed."""

    SCHEMA: ClassVar[int] = 5

    pool: str
    known_agents: dict[str, str] = Field(default_factory=dict)
    """Agents this customer knows, by how: `direct` (asked for by name), `account_owner`, `case_agent`."""
    also: tuple[str, ...] = ()
    """The other streams that were this customer then: who spoke to one of them knows them."""
    auto: bool = False
    """A machine wrote it: it joins open work, and opens none."""
    ticket: str = ""
    """The number under which a visitor is called."""


class ContactSent(_ContactFact):
    """We touched the customer."""

    SCHEMA: ClassVar[int] = 3

    agent_id: str = ""
    """Whom an answer is for; empty: whoever is there."""


class Written(NamedTuple):
    """A thread on which we touched the customer, and who waits for the answer."""

    channel: Channel
    thread: str
    interaction_id: str
    """The work that an answer belongs to; empty: none."""
    agent_id: str


MOST_WRITTEN = 20
"""Threads that are remembered, the newest."""


UNKNOWN_STANDING = Standing()


class DeclaredStanding(NamedTuple):
    """What people and adapters said last of where a customer stands; empty: nobody ever did."""

    segment: str = ""
    value_tier: str = ""
    lifecycle_stage: str = ""


UNDECLARED = DeclaredStanding()


class DeclaredTimes(NamedTuple):
    """When each of it was recorded; None: nobody ever did."""

    segment: datetime | None = None
    value_tier: datetime | None = None
    lifecycle_stage: datetime | None = None


NEVER_DECLARED = DeclaredTimes()


@dataclass(frozen=True, slots=True)
class Customer:
    """What deciding needs to know of a customer: small, whatever the length of the history."""

    registered: bool = False
    registered_at: datetime | None = None
    identifiers: frozenset[Identifier] = frozenset()
    name: str = ""
    misnamed: frozenset[str] = frozenset()
    """What they were called by mistake: who says it again has nothing new to say."""
    standing: Standing = UNKNOWN_STANDING
    contacts: int = 0
    last_contact_at: datetime | None = None
    links: Links = NO_LINKS
    forgotten: bool = False
    declared: DeclaredStanding = UNDECLARED
    declared_at: DeclaredTimes = NEVER_DECLARED
    named: str = ""
    """The operator's own segment."""
    open_cases: OpenCases = ()
    roles: tuple[Holding, ...] = ()
    """All they ever had in accounts, in the order in which they were assigned."""
    written: tuple[Written, ...] = ()
    """Threads on which answers are waited for, the newest last."""


def evolve(customer: Customer, event: Event) -> Customer:
    """The customer after one more fact; facts of other kinds change nothing here."""
    match event:
        case ContactReceived() | ContactSent():
            written = _written(customer, event) if isinstance(event, ContactSent) else customer.written
            return replace(customer, contacts=customer.contacts + 1, last_contact_at=event.at, written=written)
        case CustomerRegistered():
            return replace(customer, registered=True, registered_at=event.recorded_at)
        case IdentifierObserved():
            seen = Identifier(kind=event.kind, value=event.value, verified=event.verified)
            return replace(customer, identifiers=customer.identifiers | {seen})
        case ProfileChanged():
            wrong = {customer.name} if event.is_correction and customer.name else set()
            return replace(customer, name=event.name, misnamed=(customer.misnamed | wrong) - {event.name})
        case CustomerForgotten():
            return replace(customer, forgotten=True, identifiers=frozenset(), name="", misnamed=frozenset(), written=())
        case SegmentChanged():
            changed = {"segment": event.segment, "value_tier": event.value_tier}
            standing = customer.standing.model_copy(update=changed)
            named = event.named if event.policy else customer.named
            return replace(_declared(customer, event), standing=standing, named=named)
        case LifecycleStageChanged():
            changed = {"lifecycle_stage": event.lifecycle_stage}
            standing = customer.standing.model_copy(update=changed)
            return replace(_declared(customer, event), standing=standing)
        case RoleAssigned() | RoleEnded():
            return replace(customer, roles=hold(customer.roles, event))
        case _ if isinstance(event, OPEN_CASE_EVENTS):
            return replace(customer, open_cases=open_cases.evolve(customer.open_cases, event))
        case _ if isinstance(event, LINK_EVENTS):
            return replace(customer, links=evolve_links(customer.links, event))
        case _:
            return customer


def declared_after(declared: DeclaredStanding, event: SegmentChanged | LifecycleStageChanged) -> DeclaredStanding:
    """What was declared last after one more change; one that the path policy made declares nothing."""
    return declared._replace(**{name: getattr(event, name) for name in declared_by(event)})


def declared_by(event: SegmentChanged | LifecycleStageChanged) -> tuple[str, ...]:
    """Which fields of DeclaredStanding a change declares: none where the path policy made it."""
    if event.policy:
        return ()
    return ("lifecycle_stage",) if isinstance(event, LifecycleStageChanged) else event.said


def _written(customer: Customer, event: ContactSent) -> tuple[Written, ...]:
    if not event.correlation and not event.agent_id:
        return customer.written
    new = Written(event.channel, event.thread, event.correlation, event.agent_id)
    others = tuple(one for one in customer.written if one[:2] != new[:2])
    return (*others, new)[-MOST_WRITTEN:]


def _declared(customer: Customer, event: SegmentChanged | LifecycleStageChanged) -> Customer:
    said = dict.fromkeys(declared_by(event), event.recorded_at)
    if not said:
        return customer
    declared = declared_after(customer.declared, event)
    return replace(customer, declared=declared, declared_at=customer.declared_at._replace(**said))
