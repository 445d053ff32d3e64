"""One contact that we are to make, as its facts tell."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.domain.contact import Channel
from hub.domain.customer.events import ContactSent
from hub.domain.customer.outbound.events import (
    ContactDelivered,
    ContactDispatched,
    ContactFailed,
    ContactGivenUp,
    ContactPlanned,
    ContactPostponed,
    ContactUnreported,
)
from hub.domain.event import Event


class Phase(StrEnum):
    """How far it is."""

    WAITING = "waiting"
    """It is decided again at `due_at`."""
    DISPATCHED = "dispatched"
    """The adapter was told, and has until `due_at` to report."""
    UNREPORTED = "unreported"
    """It did not."""
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class OutboundContact:
    """`steps` counts the facts so far; each decision about it has one of its own."""

    planned: ContactPlanned
    phase: Phase
    slot_id: str
    due_at: datetime | None
    dispatched: ContactDispatched | None = None
    """The last time."""
    tried: tuple[Channel, ...] = ()
    """Channels on which it failed."""
    steps: int = 1
    why: str = ""
    """Of one that is not made."""
    said: str = ""
    """Why it failed, as the adapter says."""
    delivered_at: datetime | None = None
    """When what was made last arrived, where its channel tells."""

    @property
    def outbound_id(self) -> str:
        """What whoever wants it calls it."""
        return self.planned.outbound_id

    @property
    def channels(self) -> tuple[Channel, ...]:
        """On which it may be made yet."""
        return tuple(one for one in self.planned.channels if one not in self.tried)


Outbounds = dict[str, OutboundContact]
"""Contacts of some streams, by what they are called."""


def fold(events: Iterable[Event]) -> Outbounds:
    """The contacts after these facts, in the order of the log."""
    known: Outbounds = {}
    by_contact: dict[str, str] = {}
    for event in events:
        match event:
            case ContactPlanned():
                known[event.outbound_id] = OutboundContact(event, Phase.WAITING, event.slot_id, event.due_at)
            case ContactDispatched() if event.outbound_id in known:
                by_contact[event.contact_id] = event.outbound_id
                known[event.outbound_id] = _after(known[event.outbound_id], event)
            case ContactSent() if event.contact_id in by_contact:
                outbound = by_contact[event.contact_id]
                known[outbound] = _sent(known[outbound], event.contact_id)
            case ContactDelivered() if event.contact_id in by_contact:
                outbound = by_contact[event.contact_id]
                known[outbound] = _delivered(known[outbound], event)
            case ContactPostponed() | ContactFailed() | ContactUnreported() | ContactGivenUp():
                if event.outbound_id in known:
                    known[event.outbound_id] = _after(known[event.outbound_id], event)
    return known


def _sent(one: OutboundContact, contact_id: str) -> OutboundContact:
    if one.dispatched is None or one.dispatched.contact_id != contact_id or one.phase not in _UNDER_WAY:
        return one
    return replace(one, phase=Phase.SENT, due_at=None, why="")


def _delivered(one: OutboundContact, event: ContactDelivered) -> OutboundContact:
    if one.dispatched is None or one.dispatched.contact_id != event.contact_id:
        return one
    return replace(one, delivered_at=event.at)


_UNDER_WAY = (Phase.DISPATCHED, Phase.UNREPORTED)


def _after(
    one: OutboundContact,
    event: ContactPostponed | ContactDispatched | ContactFailed | ContactUnreported | ContactGivenUp,
) -> OutboundContact:
    one = replace(one, steps=one.steps + 1)
    match event:
        case ContactPostponed():
            return replace(one, phase=Phase.WAITING, slot_id=event.slot_id, due_at=event.due_at)
        case ContactDispatched():
            return replace(
                one, phase=Phase.DISPATCHED, slot_id=event.slot_id, due_at=event.report_by, dispatched=event,
                delivered_at=None,
            )  # fmt: skip
        case ContactFailed():
            tried = tuple(dict.fromkeys((*one.tried, event.channel)))
            phase = Phase.WAITING if event.again else Phase.FAILED
            due_at, why = (event.at, "") if event.again else (None, "failed")
            return replace(one, phase=phase, slot_id="", due_at=due_at, tried=tried, why=why, said=event.reason)
        case ContactUnreported():
            return replace(one, phase=Phase.UNREPORTED, due_at=None)
        case ContactGivenUp():
            return replace(one, phase=Phase.GIVEN_UP, slot_id="", due_at=None, why=event.reason)
