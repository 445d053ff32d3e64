"""The slot of a contact, wherever it stands: streams that were the customer's when it was reserved may be another's."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from hub.application.paths.decisions import recorded_in
from hub.application.paths.whole import Facts, Whole, Wholes
from hub.domain.customer.events import ContactSent
from hub.domain.customer.outbound.state import OutboundContact
from hub.domain.customer.slots.events import ContactSlotReleased
from hub.domain.customer.slots.state import Slot
from hub.domain.customer.slots.state import fold as slots_of
from hub.domain.errors import NotFoundError, RefusedError
from hub.paths.frequency.reserving import release
from hub.ports import Histories, Recorded

Beyond = Mapping[str, Sequence[Recorded]]
"""Streams that are not the customer's any more, with all that they tell."""


class ContactSlots:
    """Finds slots that were reserved when more streams were the customer than are now."""

    def __init__(self, journal: Histories, wholes: Wholes) -> None:
        self._journal = journal
        self._wholes = wholes

    async def beyond(self, slot: str, whole: Whole) -> Beyond:
        """The streams that were the customer when this slot was reserved and are not now; none where it is for a
        contact point of who they are now."""
        if not slot or _theirs(slot, whole) is not None:
            return {}
        decided = await recorded_in(self._journal, slot)
        event = decided.event
        then = await self._wholes.read(decided.stream, event.at, account_id=event.account_id, seen=event.seen)
        names = sorted(then.customer.keys() - whole.customer.keys())
        return await self._journal.load(names) if names else {}

    async def given_back(
        self, stream: str, one: OutboundContact, reason: str, policy: str, meta: Mapping[str, Any]
    ) -> tuple[Whole, Facts]:
        """The customer as they are, and what gives its slot back wherever that stands; nothing where it has none, or
        somebody gave it back."""
        whole = await self._wholes.read(stream, meta["at"], account_id=one.planned.account_id)
        beyond = await self.beyond(one.slot_id, whole)
        with suppress(NotFoundError, RefusedError):
            return whole, given_back(whole, beyond, one.slot_id, reason, policy, meta)
        return whole, []


def stands(slot: str, whole: Whole) -> bool:
    """Whether it is for a contact point of who they are now, and was not given back."""
    known = _theirs(slot, whole)
    return known is not None and not known.released


def was_made(slot: str, whole: Whole, beyond: Beyond) -> bool:
    """Whether there is a contact of that name, be its contact point another customer's by now."""
    return any(
        isinstance(one.event, ContactSent) and one.event.contact_id == slot
        for history in (*whole.customer.values(), *beyond.values())
        for one in history
    )


def given_back(whole: Whole, beyond: Beyond, slot: str, reason: str, policy: str, meta: Mapping[str, Any]) -> Facts:
    """As `release`, in whichever streams the slot stands. Raises NotFoundError and RefusedError as that does."""
    parties = whole.parties()
    elsewhere = {stream: slots_of(one.event for one in history) for stream, history in beyond.items()}
    parties = parties._replace(customer={**parties.customer, **elsewhere})
    told = release(parties, slot, reason, policy=policy, **meta)
    released = [one for one in told if isinstance(one[1], ContactSlotReleased)]
    if not beyond or not released:
        return told
    everywhere = {**parties.customer, **parties.account}
    holding = [stream for stream, slots in everywhere.items() if slot in slots.reserved]
    streams = dict.fromkeys((*holding, everywhere[holding[0]].reserved[slot].account_id))
    besides = [one for one in told if one not in released]
    return [*((stream, released[0][1]) for stream in streams if stream), *besides]


def _theirs(slot: str, whole: Whole) -> Slot | None:
    streams = whole.parties().customer
    known = (slots.reserved[slot] for slots in streams.values() if slot in slots.reserved)
    return next((one for one in known if one.customer_id in streams), None)
