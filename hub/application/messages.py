"""A conversation in words: what the customer wrote and what we answered, in order, with how far each answer is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.application.blocked_images import blocked_images
from hub.application.contact_files import ShownFile, shown_files
from hub.application.dossier.facts import facts_of
from hub.domain.contact import Channel, Direction
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.outbound.events import (
    ContactDelivered,
    ContactDispatched,
    ContactFailed,
    ContactGivenUp,
    ContactPlanned,
    ContactPostponed,
    ContactUnreported,
)
from hub.domain.customer.outbound.state import OutboundContact, fold
from hub.domain.customer.outbound.words import Worded, words_of
from hub.domain.errors import NotFoundError
from hub.domain.event import Event
from hub.domain.interaction.events import ContactAttached, InteractionQueued, InteractionRefused, InteractionReopened
from hub.domain.interaction.state import Interaction, evolve
from hub.ports import Journal

RECEIVED = "received"
"""How far what came in is; what goes out says its phase."""
_OF_CONTACTS: tuple[type[Event], ...] = (
    ContactReceived, ContactSent, ContactPlanned, ContactPostponed, ContactDispatched, ContactFailed,
    ContactUnreported, ContactGivenUp,
    ContactDelivered,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """`state`: `received`, or of what goes out its phase; `by`: who wrote it; `address`: where from, or where to;
    `outbound_id`: of what goes out, if the hub was asked for it; `reason`: why it is not sent; `at`: when it was
    written, `sent_at` when it left, `delivered_at` when it arrived, where the channel tells."""

    at: datetime
    direction: Direction
    state: str
    by: str
    contact_id: str
    outbound_id: str
    customer_id: str
    """The stream it stands in."""
    channel: Channel
    address: str
    subject: str
    text: str
    html: str
    cc: tuple[str, ...]
    attachments: tuple[ShownFile, ...]
    auto: bool = False
    blocked_images: int = 0
    """Of those in `html`, that lie elsewhere and are not shown."""
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """An interaction with what was said in it."""

    interaction_id: str
    customer_id: str
    channel: Channel
    messages: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Opened:
    """An interaction, as its own facts tell."""

    first: InteractionQueued | InteractionRefused
    state: Interaction
    contacts: frozenset[str]
    """That it was opened, joined and reopened by."""


async def opened(journal: Journal, interaction_id: str) -> Opened:
    """Raises NotFoundError."""
    history = (
        [one.event for one in (await journal.load([interaction_id]))[interaction_id]]
        if interaction_id.startswith("interaction-")
        else []
    )
    first = next((one for one in history if isinstance(one, InteractionQueued | InteractionRefused)), None)
    if first is None:
        raise NotFoundError(f"there is no interaction {interaction_id}")
    state = Interaction()
    for event in history:
        state = evolve(state, event)
    joined = (InteractionQueued, InteractionRefused, ContactAttached, InteractionReopened)
    contacts = frozenset(one.contact_id for one in history if isinstance(one, joined) and one.contact_id)
    return Opened(first, state, contacts)


async def talk_of(journal: Journal, interaction_id: str) -> Talk:
    """Raises NotFoundError."""
    known = await opened(journal, interaction_id)
    first = known.first
    receipts = await journal.contacts(sorted(known.contacts))
    streams = {one.stream for one in receipts.values()} | set((await facts_of(journal, first.customer_id)).members)
    histories = await journal.load_only(sorted(streams), _OF_CONTACTS)
    said = sorted(one for history in histories.values() for one in history)
    planned = fold(one.event for one in said)
    ours = {name: one for name, one in planned.items() if one.planned.correlation == interaction_id}
    sent = {one.event.contact_id: one.event for one in said if isinstance(one.event, ContactSent)}
    messages = [
        *(_came(one.stream, one.event) for one in said
          if isinstance(one.event, ContactReceived) and one.event.contact_id in known.contacts),
        *(_goes(name, one, sent) for name, one in ours.items()),
        *(_left(one.stream, one.event) for one in said
          if isinstance(one.event, ContactSent) and _is_of(one.event, first, _contacts(planned.values()))),
    ]  # fmt: skip
    messages.sort(key=lambda one: (one.at, one.contact_id))
    return Talk(interaction_id, first.customer_id, first.channel, messages)


def _came(stream: str, event: ContactReceived) -> Message:
    return Message(
        at=event.at, direction=Direction.INBOUND, state=RECEIVED, by="customer", contact_id=event.contact_id,
        outbound_id="", customer_id=stream, channel=event.channel, address=event.address, auto=event.auto,
        blocked_images=blocked_images(event.html), **_words(event, stream, event.contact_id),
    )  # fmt: skip


def _goes(name: str, one: OutboundContact, sent: Mapping[str, ContactSent]) -> Message:
    told = one.dispatched
    left = sent.get(told.contact_id) if told else None
    channel = told.channel if told else (one.planned.came_in_on or one.planned.channels[0])
    customer = told.customer_id if told else one.planned.customer_id
    return Message(
        at=one.planned.at, direction=Direction.OUTBOUND, state=one.phase.value, by=one.planned.actor,
        contact_id=told.contact_id if told else "", outbound_id=name, customer_id=customer, channel=channel,
        address=told.address if told else "",
        sent_at=left.at if left else None, delivered_at=one.delivered_at, reason=one.why,
        **_words(one.planned, customer, name),
    )  # fmt: skip


def _left(stream: str, event: ContactSent) -> Message:
    """Nobody asked the hub for it: its sender said afterwards that it was made."""
    return Message(
        at=event.at, direction=Direction.OUTBOUND, state="sent", by=event.actor, contact_id=event.contact_id,
        outbound_id="", customer_id=stream, channel=event.channel, address=event.address, sent_at=event.at,
        **_words(event, stream, event.contact_id),
    )  # fmt: skip


def _words(one: Worded, customer: str, contact: str) -> dict[str, Any]:
    return {**words_of(one), "attachments": shown_files(one.attachments, customer, contact)}


def _contacts(planned: Iterable[OutboundContact]) -> set[str]:
    return {one.dispatched.contact_id for one in planned if one.dispatched}


def _is_of(event: ContactSent, first: InteractionQueued | InteractionRefused, asked_for: set[str]) -> bool:
    """On the same thread, and after it began."""
    is_there = (event.channel, event.thread) == (first.channel, first.thread or first.contact_id)
    return is_there and event.at >= first.at and event.contact_id not in asked_for
