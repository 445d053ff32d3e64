"""The facts of one contact that we are to make, in the stream that its first decision stands in. That it was made is
ContactSent, in the stream of the contact point."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from hub.domain.contact import Attachment, Channel, Standing
from hub.domain.customer.consent.events import Purpose
from hub.domain.event import Event
from hub.domain.personal import ALIASED, PERSONAL


class _OutboundFact(Event):
    outbound_id: str
    """The decision by which it was first to be made: what whoever wants it calls it."""


class _Due(_OutboundFact):
    due_at: datetime
    slot_id: str = ""
    """Of the slot it has; empty: none, it is not counted, or is held."""


class ContactPlanned(_Due):
    """Somebody wants the customer contacted, and it may be so at `due_at`: then it is decided again."""

    SCHEMA: ClassVar[int] = 4

    customer_id: str
    """Whom it is wanted of."""
    account_id: str = ""
    purpose: Purpose
    proposes: bool = False
    propositions: tuple[str, ...] = ()
    channels: tuple[Channel, ...]
    """The best first."""
    point: str = ""
    """Only at this contact point; empty: at any of theirs."""
    given_for_it: bool = False
    """They gave that contact point for just this."""
    came_in_on: Channel | None = None
    came_in_at: str = ""
    """Of a reply: the path it leaves by."""
    sender: str
    """Who of the company speaks: `hub`, `agent`, `dealer`, `campaign`."""
    speaker: str = ""
    by: datetime | None = None
    """It is of no use later."""
    service: str = ""
    language: str = ""
    agent_id: str = ""
    """Who gets the answer, if it joins no open work."""
    queue: str = ""
    """In which the conversation is, as whom we write."""
    thread: Annotated[str, ALIASED] = ""
    """The conversation it goes on in, where it is made on that channel; empty: it begins one."""
    thread_on: Channel | None = None
    answers: str = ""
    """Of a reply: the contact that is answered."""
    forwarded_to: Annotated[str, PERSONAL] = ""
    """Of a mail that goes on to somebody else: where to; the customer does not get it."""
    subject: Annotated[str, PERSONAL] = ""
    text: Annotated[str, PERSONAL] = ""
    html: Annotated[str, PERSONAL] = ""
    cc: Annotated[tuple[str, ...], PERSONAL] = ()
    """Whom else it goes to."""
    attachments: Annotated[tuple[Attachment, ...], PERSONAL] = ()


class ContactPostponed(_Due):
    """Decided again before it was made: not yet. At `due_at` it is decided once more."""

    decision_id: str


class ContactDispatched(_OutboundFact):
    """Every gate is open: the channel's adapter is to make it, and to report what came of it until `report_by`."""

    SCHEMA: ClassVar[int] = 3

    contact_id: str
    """The decision to make it now; what the contact is called that is made."""
    slot_id: str = ""
    customer_id: str
    """The stream of the contact point."""
    channel: Channel
    address: Annotated[str, PERSONAL]
    thread: Annotated[str, ALIASED]
    answers: str = ""
    """Of a reply: the contact that is answered."""
    purpose: Purpose
    sender: str
    speaker: str = ""
    service: str = ""
    language: str = ""
    agent_id: str = ""
    queue: str = ""
    subject: Annotated[str, PERSONAL] = ""
    text: Annotated[str, PERSONAL] = ""
    html: Annotated[str, PERSONAL] = ""
    cc: Annotated[tuple[str, ...], PERSONAL] = ()
    attachments: Annotated[tuple[Attachment, ...], PERSONAL] = ()
    proposition: str = ""
    grant_id: str = ""
    """What is proposed, in just these terms; empty: nothing is."""
    terms: dict[str, int | str] = Field(default_factory=dict)
    terms_hash: str = ""
    terms_until: datetime | None = None
    standing: Standing
    """Where the customer stands."""
    report_by: datetime


class ContactFailed(_OutboundFact):
    """The adapter could not make it, or it did not arrive. `again`: it is decided next whether another path is open."""

    contact_id: str
    customer_id: str
    channel: Channel
    reason: Annotated[str, PERSONAL] = ""
    """As the adapter says."""
    again: bool = False


class ContactDelivered(_OutboundFact):
    """It arrived: the customer's phone, or their mail server, has it."""

    contact_id: str
    channel: Channel


class ContactUnreported(_OutboundFact):
    """Nobody said in time whether it was made. It may have arrived: it counts, and is never made again by itself."""

    contact_id: str
    channel: Channel


class ContactGivenUp(_OutboundFact):
    """It is not made."""

    reason: str
    """A word: `closed` (gates), `too_late`, `no_path`, `not_kept`, `refused`, `cancelled`, `forgotten`."""
