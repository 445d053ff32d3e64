"""What adapters are to carry out when something happens to an interaction: one rule an event."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.application.outbound.conversations import Conversation
from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackScheduled,
    InteractionEnded,
    InteractionExpired,
    InteractionHeld,
    InteractionMoved,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionResumed,
    InteractionTransferred,
    InteractionUnparked,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    ParticipantJoined,
    ParticipantLeft,
    RecordingAsked,
)

Made = tuple[str, dict[str, Any]] | None
"""The name of a command and its details; None: the event says nothing to an adapter."""


def _queued(known: Conversation, event: InteractionQueued) -> Made:
    if known.consult_of:
        return None
    return "waiting", {"place": event.place or None, "estimated_wait_s": event.estimated_wait_seconds}


def _refused(_: Conversation, event: InteractionRefused) -> Made:
    return "refused", {"reason": event.reason, "opens_at": event.opens_at}


def _accepted(known: Conversation, event: OfferAccepted) -> Made:
    if known.consult_of:
        return "consult_answered", {"agent_id": event.agent_id, "consult_id": known.interaction_id}
    if known.to_dial:
        return "dial", {"agent_id": event.agent_id, "contact_id": known.address_of or known.contact_id}
    if known.channel != Channel.IN_PERSON:
        return "answered", {"agent_id": event.agent_id}
    return "answered", {"agent_id": event.agent_id, "segment": known.segment, "stage": known.stage}


def _offered(known: Conversation, event: InteractionOffered) -> Made:
    told = {"agent_id": event.agent_id, "offer_id": event.offer_id, "expires_at": event.expires_at}
    return "offered", told | _of_advice(known)


def _offer_over(how: Callable[[Any], str]) -> Callable[[Conversation, Any], Made]:
    """It was not taken. Whoever was asked besides the agent who took it is told so, too."""

    def made(known: Conversation, event: OfferDeclined | OfferTimedOut | OfferRescinded) -> Made:
        told = {"agent_id": event.agent_id, "offer_id": event.offer_id, "reason": how(event)}
        return "offer_over", told | _of_advice(known)

    return made


def _of_advice(known: Conversation) -> dict[str, str]:
    return {"consult_id": known.interaction_id} if known.consult_of else {}


def _transferred(known: Conversation, event: InteractionTransferred) -> Made:
    if known.consult_of:
        return _consult_over(known, event)
    told = {"agent_id": event.agent_id, "to_agent": event.to_agent, "warm": event.warm, "reason": event.reason}
    return "transferred", told


def _pulled_back(known: Conversation, event: InteractionPulledBack) -> Made:
    if known.consult_of:
        return _consult_over(known, event)
    return "pulled_back", {"agent_id": event.agent_id, "reason": event.missed or event.reason}


def _ended(known: Conversation, event: InteractionEnded) -> Made:
    if known.consult_of:
        return _consult_over(known, event)
    return "ended", {"agent_id": event.agent_id, "ended_by": event.ended_by}


def _expired(known: Conversation, event: InteractionExpired) -> Made:
    return None if known.consult_of else ("expired", {"reason": event.reason})


def _consult_over(known: Conversation, event: Any) -> Made:
    return "consult_ended", {"agent_id": event.agent_id, "consult_id": known.interaction_id}


def _plain(name: str, *fields: str) -> Callable[[Conversation, Any], Made]:
    """The fields of the event as they are; nothing of a consultation, where no customer is."""
    return lambda known, event: None if known.consult_of else (name, {one: getattr(event, one) for one in fields})


COMMANDS: Mapping[type[Event], Callable[[Conversation, Any], Made]] = {
    InteractionQueued: _queued,
    InteractionRefused: _refused,
    InteractionMoved: _plain("moved", "from_queue", "reason"),
    InteractionReopened: _plain("reopened", "contact_id"),
    InteractionOffered: _offered,
    OfferAccepted: _accepted,
    OfferDeclined: _offer_over(lambda event: "busy" if event.busy else "declined"),
    OfferTimedOut: _offer_over(lambda _: "no_answer"),
    OfferRescinded: _offer_over(lambda _: "taken_back"),
    InteractionHeld: _plain("held", "agent_id"),
    InteractionResumed: _plain("resumed", "agent_id"),
    RecordingAsked: _plain("recording", "agent_id", "state"),
    InteractionTransferred: _transferred,
    InteractionPulledBack: _pulled_back,
    InteractionParked: _plain("parked", "agent_id", "until", "reason"),
    InteractionUnparked: _plain("unparked", "reason"),
    CallbackScheduled: _plain("callback_scheduled", "due"),
    CallbackMissed: _plain("callback_missed", "agent_id", "attempt", "outcome", "retry_at"),
    ParticipantJoined: _plain("participant_joined", "agent_id", "mode"),
    ParticipantLeft: _plain("participant_left", "agent_id"),
    InteractionEnded: _ended,
    InteractionExpired: _expired,
}
"""Events that say nothing to an adapter are left out."""
