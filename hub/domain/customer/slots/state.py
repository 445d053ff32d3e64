"""What one stream knows of the contacts that were made, or are to be made: a fold over its own events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.event import Event


class Slot(NamedTuple):
    """A contact that was reserved; `released`: why it was not made, empty: it stands."""

    slot_id: str
    at: datetime
    channel: Channel
    purpose: Purpose
    sender: str
    customer_id: str
    account_id: str
    decision_id: str
    released: str = ""
    path: str = ""
    """The stream of the limited path it is made on, if it is one."""


class Made(NamedTuple):
    """A contact that nobody reserved: an agent or a dealer made it, and it was told afterwards."""

    at: datetime
    channel: Channel
    purpose: Purpose


@dataclass(frozen=True, slots=True)
class Slots:
    """Of one stream. `threads`: those the customer began or wrote in; what is said there is no contact of ours."""

    reserved: Mapping[str, Slot] = field(default_factory=dict)
    made: Mapping[str, Made] = field(default_factory=dict)
    """By the id of the contact: the parts of one message are one contact. Where it is a slot's it counts as that one; a
    release takes it out, as it did not arrive."""
    threads: frozenset[tuple[Channel, str]] = frozenset()


NO_SLOTS = Slots()
CONTACT_EVENTS = (ContactReceived, ContactSent, ContactSlotReserved, ContactSlotReleased)
"""What is looked at here."""


def evolve(slots: Slots, event: Event) -> Slots:
    """The slots after one more fact; facts of other kinds change nothing here."""
    return fold([event], slots) if isinstance(event, CONTACT_EVENTS) else slots


def fold(events: Iterable[Event], slots: Slots = NO_SLOTS) -> Slots:
    """The slots after these facts, in the order of their stream."""
    reserved, made, threads = dict(slots.reserved), dict(slots.made), set(slots.threads)
    for event in events:
        match event:
            case ContactReceived() if not event.auto:
                threads.add((event.channel, event.thread))
            case ContactSent():
                if (event.channel, event.thread) not in threads and event.contact_id not in made:
                    made[event.contact_id] = Made(event.at, event.channel, _purpose(event.purpose))
            case ContactSlotReserved():
                reserved.setdefault(event.slot_id, _slot(event))
            case ContactSlotReleased() if event.slot_id in reserved:
                reserved[event.slot_id] = reserved[event.slot_id]._replace(released=event.reason)
                made.pop(event.slot_id, None)
    return Slots(reserved, made, frozenset(threads))


def _slot(event: ContactSlotReserved) -> Slot:
    return Slot(
        event.slot_id, event.due_at, event.channel, event.purpose, event.sender, event.customer_id, event.account_id,
        event.decision_id, path=event.path,
    )  # fmt: skip


def _purpose(told: str) -> Purpose:
    """Why somebody was contacted, as whoever did it says. What nobody knows counts as what is counted most."""
    try:
        return Purpose(told)
    except ValueError:
        return Purpose.PROMOTIONAL
