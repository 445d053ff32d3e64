"""What telling adapters needs to know of an open conversation: what its later events don't repeat."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackScheduled,
    InteractionAbandoned,
    InteractionEnded,
    InteractionExpired,
    InteractionHeld,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionTransferred,
    InteractionUnparked,
    OfferAccepted,
    ParticipantJoined,
    WrapUpCompleted,
)


@dataclass(slots=True)
class Conversation:
    """What later events of an interaction don't repeat."""

    interaction_id: str
    channel: str
    thread: str
    customer_id: str
    contact_id: str
    queue: str
    consult_of: str = ""
    address_of: str = ""
    to_dial: bool = False
    """The customer is not on the line: who accepts calls them."""
    unanswered: bool = True
    """It waits for an agent, or is offered to one."""
    segment: str = ""
    stage: str = ""
    """How the customer stood when it began."""
    came_by: tuple[str, str] | None = None
    """Channel and thread of where it began, if its customer was called on the phone from there."""

    @property
    def waits(self) -> bool:
        """Whether a customer is there and waits for an agent."""
        return self.unanswered and not self.to_dial and not self.consult_of


def opened(stream: str, event: InteractionQueued | InteractionRefused) -> Conversation:
    """What begins with this event."""
    consult_of = getattr(event, "consult_of", "")
    thread = event.thread or event.contact_id or consult_of
    known = Conversation(
        stream, event.channel.value, thread, event.customer_id, event.contact_id, event.queue, consult_of
    )
    if isinstance(event, InteractionQueued):
        known.segment, known.stage = event.segment, event.lifecycle_stage
    known.unanswered = type(event) is InteractionQueued
    return known


def called(known: Conversation) -> Conversation:
    """Who came by another channel and wished to be called is called by phone: in a thread of its own, which is named
    as the interaction is. What is of this call is told there, whatever was told elsewhere before."""
    if known.channel == Channel.PHONE:
        return known
    began = known.channel, known.thread
    return replace(known, channel=Channel.PHONE.value, thread=known.interaction_id, came_by=began)


def where_it_began(known: Conversation) -> Conversation:
    """The same on the channel by which the customer came."""
    if known.came_by is None:
        return known
    channel, thread = known.came_by
    return replace(known, channel=channel, thread=thread, came_by=None)


def _waits_again(known: Conversation, _: Event) -> None:
    known.unanswered = True


def _waits_no_more(known: Conversation, _: Event) -> None:
    known.unanswered = False


def _spoken_to(known: Conversation, _: Event) -> None:
    known.to_dial = False


def _handed_on(known: Conversation, event: InteractionTransferred) -> None:
    """Cold it waits again; warm the next agent has it at once."""
    known.to_dial = False
    known.unanswered = known.unanswered or not event.warm


def _came_back(known: Conversation, _: Event) -> None:
    known.to_dial, known.unanswered = False, True


def _call_wished(known: Conversation, event: CallbackScheduled) -> None:
    """With a time it rests until then; without one it keeps its place."""
    known.to_dial, known.address_of = True, event.address_of or known.address_of
    known.unanswered = known.unanswered and event.due is None


def _call_missed(known: Conversation, _: Event) -> None:
    known.to_dial, known.unanswered = True, False


CHANGES: dict[type[Event], Callable[[Conversation, Any], None]] = {
    InteractionReopened: _came_back,
    InteractionOffered: _waits_again,
    OfferAccepted: _waits_no_more,
    InteractionHeld: _spoken_to,
    InteractionTransferred: _handed_on,
    InteractionPulledBack: _waits_again,
    InteractionParked: _waits_no_more,
    InteractionUnparked: _waits_again,
    CallbackScheduled: _call_wished,
    CallbackMissed: _call_missed,
    ParticipantJoined: _spoken_to,
    InteractionEnded: _waits_no_more,
    WrapUpCompleted: _waits_no_more,
    InteractionAbandoned: _waits_no_more,
    InteractionExpired: _waits_no_more,
}
"""What of an interaction's later events its commands depend on."""
