"""A conversation in words: what the customer wrote and what we answered, in order, with how far each answer is."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.application.conversations.blocked_images import blocked_images
from hub.application.conversations.files import ShownFile, shown_files
from hub.application.conversations.quoting import of_html, of_text
from hub.application.conversations.sending_again import repeat_of
from hub.application.dossier.facts import facts_of
from hub.domain.contact import Channel
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.notes import NoteWritten
from hub.domain.customer.outbound.events import (
    ContactDelivered,
    ContactDispatched,
    ContactFailed,
    ContactGivenUp,
    ContactPlanned,
    ContactPostponed,
    ContactUnreported,
)
from hub.domain.customer.outbound.state import OutboundContact, Phase, fold
from hub.domain.customer.outbound.words import Worded, words_of
from hub.domain.errors import NotFoundError
from hub.domain.event import Event
from hub.domain.interaction.events import ContactAttached, InteractionQueued, InteractionRefused, InteractionReopened
from hub.domain.interaction.state import Interaction, evolve
from hub.ports import Journal, Recorded

EARLIER = 50
"""Messages of a page of what was said earlier."""


class Said(StrEnum):
    """Who a message is from and for; internal: agents wrote it for each other."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


RECEIVED = "received"
"""How far what came in is; what goes out says its phase."""
_OF_CONTACTS: tuple[type[Event], ...] = (
    ContactReceived, ContactSent, ContactPlanned, ContactPostponed, ContactDispatched, ContactFailed,
    ContactUnreported, ContactGivenUp,
    ContactDelivered, NoteWritten,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """`direction` is `internal` of a note that agents wrote for each other: it never leaves. `text` and `html` are its
    writer's own; what they quoted of older mails is in `quoted` and `quoted_html`. `mentions`: agents who are to read a
    note. `state`: `received`, or of what goes out its phase; `by`: who wrote it; `address`: where from, or where to;
    `outbound_id`: of what goes out, if the hub was asked for it; `reason`: why it is not sent; `at`: when it was
    written, `sent_at` when it left, `delivered_at` when it arrived, where the channel tells."""

    at: datetime
    direction: Said
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
    """Of those in `html` and `quoted_html`, that lie elsewhere and are not shown."""
    quoted: str = ""
    quoted_html: str = ""
    sender: str = ""
    """Who of the company speaks there."""
    note_id: str = ""
    mentions: tuple[str, ...] = ()
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    reason: str = ""
    answers: str = ""
    """Of an answer: the contact that is answered."""
    sent_again_as: str = ""
    """Of an answer that did not arrive: the `outbound_id` of the one that repeats it."""


@dataclass(frozen=True, slots=True)
class Talk:
    """An interaction with what was said in it."""

    interaction_id: str
    customer_id: str
    channel: Channel
    messages: Sequence[Message]
    before: int | None
    """Where the page with older messages of the same thread ends, that are of earlier interactions; None: there are
    none."""


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


async def talk_of(journal: Journal, interaction_id: str, before: int | None = None) -> Talk:
    """The conversation; with `before` a page of what was said on its thread earlier. Raises NotFoundError."""
    known = await opened(journal, interaction_id)
    first = known.first
    receipts = await journal.contacts(sorted(known.contacts))
    streams = {one.stream for one in receipts.values()} | set((await facts_of(journal, first.customer_id)).members)
    histories = await journal.load_only(sorted(streams), _OF_CONTACTS)
    said = sorted(one for history in histories.values() for one in history)
    older = [one for one in said if _is_earlier(one.event, known)]
    if before is not None:
        page = [one for one in older if one.position < before]
        shown = page[-EARLIER:]
        told = [_earlier(one.stream, one.event) for one in shown]
        return Talk(interaction_id, first.customer_id, first.channel, told, _more(page[:-EARLIER]))
    planned = fold(one.event for one in said)
    ours = {name: one for name, one in planned.items() if one.planned.correlation == interaction_id}
    sent = {one.event.contact_id: one.event for one in said if isinstance(one.event, ContactSent)}
    messages = [
        *(_came(one.stream, one.event) for one in said
          if isinstance(one.event, ContactReceived) and one.event.contact_id in known.contacts),
        *(_goes(name, one, sent, planned) for name, one in ours.items()),
        *(_noted(one.stream, one.event, first.channel) for one in said
          if isinstance(one.event, NoteWritten) and one.event.interaction_id == interaction_id),
        *(_left(one.stream, one.event) for one in said
          if isinstance(one.event, ContactSent) and _is_of(one.event, first, _contacts(planned.values()))),
    ]  # fmt: skip
    messages.sort(key=lambda one: (one.at, one.contact_id))
    return Talk(interaction_id, first.customer_id, first.channel, messages, _more(older))


def _more(older: Sequence[Recorded]) -> int | None:
    return older[-1].position + 1 if older else None


def _is_earlier(event: Event, known: Opened) -> bool:
    """Whether it was said on the same thread, before this interaction and not in it."""
    if not isinstance(event, ContactReceived | ContactSent):
        return False
    first = known.first
    is_there = (event.channel, event.thread) == (first.channel, first.thread or first.contact_id)
    return is_there and event.at < first.at and event.contact_id not in known.contacts


def _earlier(stream: str, event: Event) -> Message:
    if isinstance(event, ContactReceived):
        return _came(stream, event)
    assert isinstance(event, ContactSent)
    return _left(stream, event)


def _came(stream: str, event: ContactReceived) -> Message:
    return Message(
        at=event.at, direction=Said.INBOUND, state=RECEIVED, by="customer", sender=event.sender,
        contact_id=event.contact_id,
        outbound_id="", customer_id=stream, channel=event.channel, address=event.address, auto=event.auto,
        blocked_images=blocked_images(event.html), **_words(event, stream, event.contact_id, event.channel),
    )  # fmt: skip


def _goes(name: str, one: OutboundContact, sent: Mapping[str, ContactSent], known: Container[str]) -> Message:
    told = one.dispatched
    left = sent.get(told.contact_id) if told else None
    channel = told.channel if told else (one.planned.came_in_on or one.planned.channels[0])
    customer = told.customer_id if told else one.planned.customer_id
    return Message(
        at=one.planned.at, direction=Said.OUTBOUND, sender=told.sender if told else "", state=one.phase.value,
        by=one.planned.actor,
        contact_id=told.contact_id if told else "", outbound_id=name, customer_id=customer, channel=channel,
        address=told.address if told else "",
        sent_at=left.at if left else None, delivered_at=one.delivered_at, reason=_reason(one),
        answers=one.planned.answers,
        sent_again_as=again if (again := repeat_of(one)) in known else "",
        **_words(one.planned, customer, name, channel),
    )  # fmt: skip


def _reason(one: OutboundContact) -> str:
    """Why it is not sent: as the adapter says, where it failed and the adapter says anything."""
    return (one.said if one.phase is Phase.FAILED else "") or one.why


def _left(stream: str, event: ContactSent) -> Message:
    """Nobody asked the hub for it: its sender said afterwards that it was made."""
    return Message(
        at=event.at, direction=Said.OUTBOUND, state="sent", sender=event.sender, by=event.actor,
        contact_id=event.contact_id,
        outbound_id="", customer_id=stream, channel=event.channel, address=event.address, sent_at=event.at,
        **_words(event, stream, event.contact_id, event.channel),
    )  # fmt: skip


def _noted(stream: str, event: NoteWritten, channel: Channel) -> Message:
    return Message(
        at=event.at, direction=Said.INTERNAL, state="written", by=f"agent:{event.agent_id}", contact_id="",
        outbound_id="", customer_id=stream, channel=channel, address="", subject="", text=event.text, html="", cc=(),
        attachments=(), note_id=event.note_id, mentions=event.mentions,
    )  # fmt: skip


def _words(one: Worded, customer: str, contact: str, channel: Channel) -> dict[str, Any]:
    words = {**words_of(one), "attachments": shown_files(one.attachments, customer, contact)}
    if channel is not Channel.EMAIL:
        return words
    text, html = of_text(one.text), of_html(one.html)
    return words | {"text": text.own, "quoted": text.quoted, "html": html.own, "quoted_html": html.quoted}


def _contacts(planned: Iterable[OutboundContact]) -> set[str]:
    return {one.dispatched.contact_id for one in planned if one.dispatched}


def _is_of(event: ContactSent, first: InteractionQueued | InteractionRefused, asked_for: set[str]) -> bool:
    """On the same thread, and after it began."""
    is_there = (event.channel, event.thread) == (first.channel, first.thread or first.contact_id)
    return is_there and event.at >= first.at and event.contact_id not in asked_for
