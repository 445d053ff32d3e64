"""How far each contact is that we make, and each try to make it: what its row on a timeline says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.application.dossier.facts import CustomerFacts
from hub.domain.contact import Channel
from hub.domain.customer.outbound.events import (
    ContactDelivered,
    ContactDispatched,
    ContactFailed,
    ContactGivenUp,
    ContactPlanned,
    ContactUnreported,
)
from hub.domain.event import Event
from hub.ports import Journal

OUTBOUND_FACTS = (ContactPlanned, ContactDelivered, ContactFailed, ContactGivenUp, ContactUnreported)
"""What a timeline can tell of one."""


class SendState(StrEnum):
    """How far a contact is that we make."""

    WAITING = "waiting"
    """It is decided again."""
    DISPATCHED = "dispatched"
    """The adapter was told."""
    UNREPORTED = "unreported"
    """It did not say in time whether it was made."""
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    GIVEN_UP = "given_up"


_UNDER_WAY = (SendState.DISPATCHED, SendState.UNREPORTED)
_OPEN = (SendState.WAITING, *_UNDER_WAY, SendState.SENT)


@dataclass(frozen=True, slots=True)
class HowFar:
    """`at`: since when; `reason`: why it is not made."""

    state: SendState
    at: datetime
    reason: str = ""


@dataclass(slots=True)
class Outbound:
    """A contact that we make: `tries` by the id of the contact that each was to be, the newest last."""

    planned: ContactPlanned
    now: HowFar
    tries: dict[str, HowFar] = field(default_factory=dict)
    channel: Channel | None = None
    """Of the last try."""
    failed_on: set[Channel] = field(default_factory=set)

    @property
    def channels(self) -> Sequence[Channel]:
        """Of the last try; where it waits, those on which it may be made yet."""
        if self.channel is not None and self.now.state is not SendState.WAITING:
            return (self.channel,)
        came = self.planned.came_in_on
        if came is not None and came not in self.failed_on:
            return (came,)
        return [one for one in self.planned.channels if one not in self.failed_on]

    @property
    def last(self) -> str:
        """The contact that the last try was to be; empty: nobody tried yet."""
        return next(reversed(self.tries), "")

    @property
    def is_over(self) -> bool:
        """Whether the last try is the end of it, as far as anybody knows."""
        return self.now.state not in (SendState.WAITING, SendState.DISPATCHED, SendState.GIVEN_UP)


class Outbounds:
    """Those of one customer."""

    def __init__(self, events: Iterable[Event]) -> None:
        """Of the customer, in the order of the log; others say nothing here."""
        self.by_name: dict[str, Outbound] = {}
        self._of_contact: dict[str, str] = {}
        self._first: dict[str, str] = {}
        for event in events:
            self._take(event)

    def of(self, event: Event) -> Outbound | None:
        """The one that this fact is about."""
        return self.by_name.get(event.outbound_id) if isinstance(event, OUTBOUND_FACTS) else None

    def of_contact(self, contact_id: str) -> Outbound | None:
        """The one of whose tries this contact was one."""
        return self.by_name.get(self._of_contact.get(contact_id, ""))

    def how_far(self, contact_id: str, at: datetime) -> HowFar:
        """A contact that went out at that moment."""
        one = self.of_contact(contact_id)
        known = one.tries[contact_id] if one is not None else None
        return HowFar(SendState.SENT, at) if known is None or known.state in _UNDER_WAY else known

    def left(self, sent: Mapping[str, datetime]) -> None:
        """These contacts went out then, whatever was reported of them besides."""
        for contact_id, at in sent.items():
            one = self.of_contact(contact_id) or self.by_name.get(self._first.get(contact_id, ""))
            if one is not None and one.tries.get(contact_id, one.now).state in _OPEN:
                self._tried(one, contact_id, HowFar(SendState.SENT, at))

    @property
    def is_known(self) -> bool:
        """Whether each was tried, or is over, by what is known so far."""
        return all(one.now.state is not SendState.WAITING for one in self.by_name.values())

    def untried(self) -> dict[str, HowFar]:
        """What the first try is called of those of which no try is known yet."""
        first = {contact_id: self.by_name[name] for contact_id, name in self._first.items()}
        waits = SendState.WAITING
        return {name: one.now for name, one in first.items() if not one.tries and one.now.state is waits}

    def under_way(self) -> dict[str, HowFar]:
        """The contacts of which nobody reported what came of them."""
        tries = [one.tries.items() for one in self.by_name.values()]
        return {name: now for each in tries for name, now in each if now.state in _UNDER_WAY}

    def _take(self, event: Event) -> None:
        if isinstance(event, ContactPlanned):
            self.by_name[event.outbound_id] = Outbound(event, HowFar(SendState.WAITING, event.at))
            self._first[event.slot_id or event.outbound_id] = event.outbound_id
            return
        one = self.by_name.get(getattr(event, "outbound_id", ""))
        if one is None:
            return
        one.channel = getattr(event, "channel", one.channel)
        match event:
            case ContactDispatched():
                one.tries.pop(event.contact_id, None)
                self._tried(one, event.contact_id, HowFar(SendState.DISPATCHED, event.at))
            case ContactFailed():
                one.failed_on.add(event.channel)
                self._tried(one, event.contact_id, HowFar(SendState.FAILED, event.at, event.reason))
                if event.again:
                    one.now = HowFar(SendState.WAITING, event.at)
            case ContactDelivered():
                self._tried(one, event.contact_id, HowFar(SendState.DELIVERED, event.at))
            case ContactUnreported() if one.tries.get(event.contact_id, one.now).state is not SendState.DELIVERED:
                self._tried(one, event.contact_id, HowFar(SendState.UNREPORTED, event.at))
            case ContactGivenUp():
                one.now = HowFar(SendState.GIVEN_UP, event.at, event.reason)

    def _tried(self, one: Outbound, contact_id: str, now: HowFar) -> None:
        self._of_contact[contact_id] = one.planned.outbound_id
        one.tries[contact_id] = now
        if contact_id == one.last:
            one.now = now


async def outbounds_of(journal: Journal, facts: CustomerFacts, at: datetime | None) -> Outbounds:
    """As they are, or as it was known then. Receipts tell of what nobody reported on whether it left, also where it
    stands in a stream that is this customer no longer. Dispatches, which hold every word again, are read only where
    that leaves something open."""
    told = [one for one in facts.history if isinstance(one.event, OUTBOUND_FACTS)]
    found = Outbounds(one.event for one in told)
    if at is None:
        await _receipts(journal, found, found.untried())
    if not found.is_known:
        dispatched = await journal.load_only(list(facts.members), [ContactDispatched])
        known = [one for history in dispatched.values() for one in history if at is None or one.event.recorded_at <= at]
        found = Outbounds(one.event for one in sorted([*told, *known]))
    if at is None:
        await _receipts(journal, found, found.under_way())
    return found


async def _receipts(journal: Journal, outbounds: Outbounds, asked: Mapping[str, HowFar]) -> None:
    if asked:
        outbounds.left({contact_id: asked[contact_id].at for contact_id in await journal.contacts(list(asked))})
