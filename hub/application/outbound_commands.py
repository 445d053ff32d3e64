"""What channel adapters are to carry out, read off the log: a pure fold over the events of interactions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from hub.application.outbound_conversations import CHANGES, Conversation, called, opened, where_it_began
from hub.domain.contact import Channel
from hub.domain.customer.events import CustomerForgotten
from hub.domain.customer.outbound.events import ContactDispatched
from hub.domain.customer.outbound.words import WORDS
from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackScheduled,
    InteractionAbandoned,
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
    WrapUpCompleted,
)
from hub.domain.satisfaction.decide import customer_of_survey
from hub.domain.satisfaction.events import SatisfactionAsked
from hub.ports import Recorded

COMMAND_TYPE = "hub.conversation.command.v1"
SOURCE = "/hub"


class Command(NamedTuple):
    """What one adapter is to carry out. `position` is that of the event it comes from; 0: from none."""

    id: str
    position: int
    at: datetime
    name: str
    conversation: Conversation
    queue: str
    """Where it was at that moment."""
    details: Mapping[str, Any]
    cause: str = ""
    """Of what takes it elsewhere: the id of what that follows from, a signal's or somebody else's wish."""

    def envelope(self) -> bytes:
        """As CloudEvents 1.0 in structured JSON."""
        about = self.conversation
        return orjson.dumps(
            {
                "specversion": "1.0",
                "id": self.id,
                "source": SOURCE,
                "type": COMMAND_TYPE,
                "time": self.at,
                "datacontenttype": "application/json",
                "data": {
                    "command": self.name,
                    "interaction_id": about.interaction_id,
                    "channel": about.channel,
                    "thread": about.thread,
                    "customer_id": about.customer_id,
                    "queue": self.queue,
                    **({"cause": self.cause} if self.cause else {}),
                    **self.details,
                },
            },
            option=orjson.OPT_UTC_Z,
        )


class Conversations:
    """The open interactions of one pool; what other pools have is passed over."""

    def __init__(self, pool: str = "main") -> None:
        self.queues = set[str]()
        """All in which something ever waited here."""
        self._pool = pool
        self._open: dict[str, Conversation | None] = {}

    def __getitem__(self, interaction_id: str) -> Conversation | None:
        """An open interaction; None: there is no such one here."""
        return self._open.get(interaction_id)

    def __iter__(self) -> Iterator[Conversation]:
        return (one for one in self._open.values() if one is not None)

    def unknown(self, batch: Iterable[Recorded]) -> list[str]:
        """The interactions in this part of the log that began before what was told so far."""
        opened, missing = set[str](), dict[str, None]()
        known = self._open
        for _, stream, _, event in batch:
            if stream in known or stream in opened or not stream.startswith("interaction-"):
                continue
            kind = type(event)
            if kind is InteractionQueued or kind is InteractionRefused:
                opened.add(stream)
                about = getattr(event, "consult_of", "")
                if about and about not in known and about not in opened:
                    missing[about] = None
            else:
                missing[stream] = None
        return list(missing)

    def restore(self, history: Iterable[Recorded]) -> None:
        """Take in events that were told before."""
        for _, stream, _, event in history:
            self._take(stream, type(event), event)

    def tell(self, batch: Sequence[Recorded]) -> list[Command]:
        """What adapters are to carry out, in order. Not told is what the same breath takes back: that somebody waits
        who is offered to an agent, that advice is over from whom the conversation is handed to."""
        taken_back = _taken_back(batch)
        commands = []
        for position, stream, _, event in batch:
            kind = type(event)
            if kind is SatisfactionAsked:
                commands += _survey(position, stream, event)
                continue
            if kind is ContactDispatched:
                commands += _send(position, event)
                continue
            if kind is CustomerForgotten:
                commands += _forgotten(position, stream, event)
                continue
            known = self._take(stream, kind, event)
            if known is not None and (make := _COMMANDS.get(kind)) is not None:
                made = make(known, event)
                if made is not None and not (taken_back and _subject(known, made) in taken_back):
                    about = self._of_consult(known) if known.consult_of else known
                    commands += _told(f"{stream}.{position}", position, event, made, about)
            if kind in _LAST:
                self._open.pop(stream, None)
        return commands

    def _take(self, stream: str, kind: type[Event], event: Any) -> Conversation | None:
        """By the event's very class: asking pydantic whether it is an instance of one costs more than all the rest."""
        if kind is InteractionQueued or kind is InteractionRefused:
            known = self._open[stream] = opened(stream, event) if event.pool == self._pool else None
            if known is not None and known.unanswered:
                self.queues.add(known.queue)
            return known
        known = self._open.get(stream)
        if known is not None:
            change = CHANGES.get(kind)
            if change is not None:
                change(known, event)
            if kind in _PLACEMENTS:
                known.queue = event.queue
                self.queues.add(known.queue)
            if kind in _TURNS:
                known = self._open[stream] = _TURNS[kind](known)
        return known

    def _of_consult(self, consult: Conversation) -> Conversation:
        """A consultation concerns the conversation it is about."""
        return self._open.get(consult.consult_of) or consult


_PLACEMENTS = frozenset({InteractionMoved, InteractionTransferred, InteractionReopened})
"""After these it waits, or is handled, in another queue."""
_TURNS: Mapping[type[Event], Callable[[Conversation], Conversation]] = {
    OfferAccepted: lambda known: called(known) if known.to_dial else known,
    InteractionReopened: where_it_began,
}
"""After these it may go on on another channel. What was told before stays where it was."""
_LAST = frozenset({WrapUpCompleted, InteractionAbandoned, InteractionRefused, InteractionExpired})
"""After these an interaction is over."""
Made = tuple[str, dict[str, Any]] | None


def _told(
    id_: str, position: int, event: Event, made: tuple[str, dict[str, Any]], about: Conversation
) -> list[Command]:
    """To who carries it. That a call is over is told where the customer came from, too."""
    name, details = made
    if name in _OF_RINGING and about.channel not in _RINGS:
        return []
    at, cause = event.at, event.causation if name in _MOVES else ""
    told = [Command(id_, position, at, name, about, about.queue, details, cause)]
    if about.came_by is not None and name in _OF_THE_END:
        began = where_it_began(about)
        told.append(Command(f"{id_}.{began.channel}", position, at, name, began, began.queue, details))
    return told


_OF_RINGING = frozenset({"offered", "offer_over"})
"""A desk phone rings on it, a branch calls the visitor. Others need not know."""
_RINGS = (Channel.PHONE.value, Channel.IN_PERSON.value)
_OF_THE_END = frozenset({"ended", "expired"})
_MOVES = frozenset({"moved", "transferred", "pulled_back", "parked", "unparked"})
"""An adapter may have brought it about itself, and then need not follow."""


def _subject(known: Conversation, made: tuple[str, dict[str, Any]]) -> tuple[Any, ...]:
    """What a command says of whom."""
    if known.consult_of:
        return made[0], known.consult_of, made[1]["agent_id"]
    return made[0], known.interaction_id


def _taken_back(batch: Iterable[tuple[int, str, int, Any]]) -> set[tuple[Any, ...]]:
    found = set[tuple[Any, ...]]()
    for _, stream, _, event in batch:
        kind = type(event)
        if kind is InteractionOffered:
            found.add(("waiting", stream))
        elif kind is InteractionTransferred and event.warm:
            found.add(("consult_ended", stream, event.to_agent))
    return found


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


def _survey(position: int, stream: str, event: Any) -> list[Command]:
    """Told once, of the stream that it belongs to. It concerns no interaction that is open: `about` says which one, or
    which case."""
    if customer_of_survey(event.survey_id) != stream:
        return []
    told = {
        name: getattr(event, name) for name in ("survey_id", "kind", "about", "contact_id", "language", "expires_at")
    }
    asked = Conversation(
        "", event.channel.value, event.thread or event.survey_id, stream, event.contact_id, event.queue
    )
    return [Command(f"{stream}.{position}", position, event.at, "survey", asked, event.queue, told)]


def _forgotten(position: int, stream: str, event: Event) -> list[Command]:
    """To adapters that keep who came, in no conversation: it concerns whatever they have of this customer."""
    return [
        Command(
            f"{stream}.{position}", position, event.at, "forgotten",
            Conversation("", channel.value, stream, stream, "", ""), "", {},
        )
        for channel in _KEEPERS
    ]  # fmt: skip


_KEEPERS = (Channel.IN_PERSON,)


def _send(position: int, event: Any) -> list[Command]:
    """Under the contact's own name, however often it is told. Of who was forgotten meanwhile nobody knows the
    address."""
    if not event.address:
        return []
    told = {name: getattr(event, name) for name in _SENT}
    told["attachments"] = [one.model_dump() for one in event.attachments]
    if event.grant_id:
        told["grant"] = {name: getattr(event, name) for name in _GRANTED}
    about = Conversation(
        event.correlation, event.channel.value, event.thread, event.customer_id, event.contact_id, event.queue
    )
    return [Command(event.contact_id, position, event.at, "send", about, event.queue, told)]


_SENT = (
    "contact_id", "address", "answers", "purpose", "sender", "speaker", "service", "language", "agent_id", "report_by",
    *WORDS,
)  # fmt: skip
_GRANTED = ("grant_id", "proposition", "terms", "terms_hash", "terms_until")

_COMMANDS: dict[type[Event], Callable[[Conversation, Any], Made]] = {
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
