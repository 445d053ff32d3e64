"""What channel adapters are to carry out, read off the log: a pure fold over the events of interactions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

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
    ParticipantJoined,
    ParticipantLeft,
    Placement,
    WrapUpCompleted,
)
from hub.domain.interaction.state import Interaction, Phase, evolve
from hub.ports import Recorded

COMMAND_TYPE = "hub.conversation.command.v1"
SOURCE = "/hub"


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
    state: Interaction = field(default_factory=Interaction)

    @property
    def waits(self) -> bool:
        """Whether a customer is there and waits for an agent."""
        return self.state.phase in (Phase.WAITING, Phase.OFFERED) and not self.to_dial and not self.consult_of


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
                    **self.details,
                },
            },
            option=orjson.OPT_UTC_Z,
        )


class Conversations:
    """The open interactions of one pool; what other pools have is passed over."""

    def __init__(self, pool: str = "main") -> None:
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
        for _, stream, _, event in batch:
            if not stream.startswith("interaction-") or stream in self._open or stream in opened:
                continue
            if isinstance(event, InteractionQueued | InteractionRefused):
                opened.add(stream)
                about = event.consult_of if isinstance(event, InteractionQueued) else ""
                if about and about not in self._open and about not in opened:
                    missing[about] = None
            else:
                missing[stream] = None
        return list(missing)

    def restore(self, history: Iterable[Recorded]) -> None:
        """Take in events that were told before."""
        for recorded in history:
            self._take(recorded.stream, recorded.event)

    def tell(self, batch: Sequence[Recorded]) -> list[Command]:
        """What adapters are to carry out, in order. Not told is what the same breath takes back: that somebody waits
        who is offered to an agent, that advice is over from whom the conversation is handed to."""
        taken_back = set(_taken_back(batch))
        commands = []
        for position, stream, _, event in batch:
            known = self._take(stream, event)
            make = _COMMANDS.get(type(event))
            made = make(known, event) if make and known else None
            if known is not None and made is not None and _subject(known, made) not in taken_back:
                name, details = made
                about = self._of_consult(known) if known.consult_of else known
                commands.append(Command(f"{stream}.{position}", position, event.at, name, about, about.queue, details))
            if isinstance(event, _LAST):
                self._open.pop(stream, None)
        return commands

    def _take(self, stream: str, event: Event) -> Conversation | None:
        if isinstance(event, InteractionQueued | InteractionRefused):
            self._open[stream] = _opened(stream, event) if event.pool == self._pool else None
        known = self._open.get(stream)
        if known is not None:
            known.state = evolve(known.state, event)
            if isinstance(event, Placement):
                known.queue = event.queue
            match event:
                case CallbackScheduled():
                    known.to_dial, known.address_of = True, event.address_of or known.address_of
                case CallbackMissed():
                    known.to_dial = True
                case InteractionHeld() | InteractionTransferred() | ParticipantJoined() | InteractionReopened():
                    known.to_dial = False
        return known

    def _of_consult(self, consult: Conversation) -> Conversation:
        """A consultation concerns the conversation it is about."""
        return self._open.get(consult.consult_of) or consult


_LAST = (WrapUpCompleted, InteractionAbandoned, InteractionRefused, InteractionExpired)
"""After these an interaction is over."""
Made = tuple[str, dict[str, Any]] | None


def _subject(known: Conversation, made: tuple[str, dict[str, Any]]) -> tuple[Any, ...]:
    """What a command says of whom."""
    if known.consult_of:
        return made[0], known.consult_of, made[1]["agent_id"]
    return made[0], known.interaction_id


def _taken_back(batch: Iterable[Recorded]) -> Iterator[tuple[Any, ...]]:
    for _, stream, _, event in batch:
        if isinstance(event, InteractionOffered):
            yield "waiting", stream
        elif isinstance(event, InteractionTransferred) and event.warm:
            yield "consult_ended", stream, event.to_agent


def _opened(stream: str, event: InteractionQueued | InteractionRefused) -> Conversation:
    consult_of = event.consult_of if isinstance(event, InteractionQueued) else ""
    thread = event.thread or event.contact_id or consult_of
    return Conversation(
        stream, event.channel.value, thread, event.customer_id, event.contact_id, event.queue, consult_of
    )


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
    return "answered", {"agent_id": event.agent_id}


def _transferred(known: Conversation, event: InteractionTransferred) -> Made:
    if known.consult_of:
        return _consult_over(known, event)
    told = {"agent_id": event.agent_id, "to_agent": event.to_agent, "warm": event.warm, "reason": event.reason}
    return "transferred", told


def _pulled_back(known: Conversation, event: InteractionPulledBack) -> Made:
    if known.consult_of:
        return _consult_over(known, event)
    return "pulled_back", {"agent_id": event.agent_id, "reason": event.reason}


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


_COMMANDS: dict[type[Event], Callable[[Conversation, Any], Made]] = {
    InteractionQueued: _queued,
    InteractionRefused: _refused,
    InteractionMoved: _plain("moved", "from_queue", "reason"),
    InteractionReopened: _plain("reopened", "contact_id"),
    OfferAccepted: _accepted,
    InteractionHeld: _plain("held", "agent_id"),
    InteractionResumed: _plain("resumed", "agent_id"),
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
