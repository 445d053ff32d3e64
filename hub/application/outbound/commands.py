"""What channel adapters are to carry out, read off the log: a pure fold over the events of interactions."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from hub.application.outbound.command import Command
from hub.application.outbound.conversations import CHANGES, Conversation, called, opened, where_it_began
from hub.application.outbound.of_customers import forgotten, send, survey
from hub.application.outbound.of_interactions import COMMANDS
from hub.domain.contact import Channel
from hub.domain.customer.events import CustomerForgotten
from hub.domain.customer.outbound.events import ContactDispatched
from hub.domain.event import Event
from hub.domain.interaction.events import (
    InteractionAbandoned,
    InteractionExpired,
    InteractionMoved,
    InteractionOffered,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionTransferred,
    OfferAccepted,
    WrapUpCompleted,
)
from hub.domain.satisfaction.events import SatisfactionAsked
from hub.ports import Recorded


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
                commands += survey(position, stream, event)
                continue
            if kind is ContactDispatched:
                commands += send(position, event)
                continue
            if kind is CustomerForgotten:
                commands += forgotten(position, stream, event)
                continue
            known = self._take(stream, kind, event)
            if known is not None and (make := COMMANDS.get(kind)) is not None:
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
