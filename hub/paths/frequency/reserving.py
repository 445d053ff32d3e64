"""A slot is reserved before a contact is made, released where it was not made, and kept where it was."""

from collections.abc import Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.domain.capacity.events import PathPlaceGivenBack
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.customer.slots.state import NO_SLOTS, Slot, evolve
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.paths.consent.purposes import Gate, PurposeTable
from hub.paths.frequency.ledger import Whole, account_ledger, customer_ledger, without
from hub.paths.frequency.section import Cap, Whose
from hub.paths.gates.frequency import Ledgers, counted, frequency_gate, that_count
from hub.paths.gates.verdict import Verdict

Told = list[tuple[str, Event]]
"""Facts and the streams they belong in, to be written in one transaction."""
LONGEST_ID = 200
LONGEST_REASON = 64


class Wanted(NamedTuple):
    """A contact that is to be made at `at`."""

    slot_id: str
    at: datetime
    channel: Channel
    purpose: Purpose
    sender: str
    customer_id: str
    """The stream of the contact point that is contacted."""
    account_id: str = ""
    decision_id: str = ""
    path: str = ""
    """The stream of the limited path it is made on; empty: nobody limits that."""


class Rules(NamedTuple):
    """What a policy says of frequency."""

    policy: str
    caps: Sequence[Cap]
    table: PurposeTable


class Parties(NamedTuple):
    """Who is contacted: the streams that are the customer now, the first of them by its `canonical` name, and those of
    the account and its people; empty where they are contacted for none."""

    canonical: str
    customer: Whole
    account: Whole = MappingProxyType({})

    def ledgers(self, account_id: str, besides: str = "") -> Ledgers:
        """What counts, all but the slot `besides`."""
        ledgers = {Whose.CUSTOMER: without(customer_ledger(self.customer), (besides,))}
        if account_id:
            ledgers[Whose.ACCOUNT] = without(account_ledger(account_id, self.account), (besides,))
        return ledgers


def room(parties: Parties, wanted: Wanted, rules: Rules) -> Verdict:
    """Whether there is a slot for it, its own aside if it has one already."""
    times = counted(rules.caps, parties.ledgers(wanted.account_id, wanted.slot_id), rules.table)
    return frequency_gate(that_count(times, wanted.channel, wanted.purpose), wanted.at)


def reserve(parties: Parties, wanted: Wanted, rules: Rules, **meta: Any) -> Told:
    """Take a slot for it; nothing to do where it has just this one. Of what is not counted nothing is reserved. Raises
    RefusedError that says from when on there is room, if the purpose has to pass frequency at all. Who writes these
    facts and finds that a stream has moved on decides again: what another one reserved meanwhile is among them then."""
    if not 0 < len(wanted.slot_id) <= LONGEST_ID:
        raise InvalidError(f"name the slot in 1 to {LONGEST_ID} characters", "slot_id")
    if wanted.customer_id not in parties.customer:
        raise InvalidError(
            f"{wanted.customer_id} is neither customer {parties.canonical} nor linked with them", "customer_id"
        )
    known = parties.customer[wanted.customer_id].reserved.get(wanted.slot_id)
    if known is not None:
        if known == _slot(wanted):
            return []
        said = f"released: {known.released}" if known.released else "reserved for another contact"
        raise RefusedError(f"slot_id {wanted.slot_id!r} is taken already, {said}: name the slot anew")
    rule = rules.table[wanted.purpose]
    if not rule.is_counted:
        return []
    if Gate.FREQUENCY in rule.gates:
        _refuse_full(room(parties, wanted, rules))
    event = ContactSlotReserved(
        **meta, slot_id=wanted.slot_id, customer_id=wanted.customer_id, account_id=wanted.account_id,
        policy=rules.policy, due_at=wanted.at, channel=wanted.channel, purpose=wanted.purpose, sender=wanted.sender,
        decision_id=wanted.decision_id, path=wanted.path,
    )  # fmt: skip
    streams = (parties.canonical, wanted.customer_id, wanted.account_id)
    return [(stream, event) for stream in dict.fromkeys(streams) if stream]


def release(parties: Parties, slot_id: str, reason: str, *, policy: str, **meta: Any) -> Told:
    """Give it back: the contact was not made. Raises NotFoundError for a slot nobody reserved, RefusedError for one
    that was released before."""
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise InvalidError(f"say in 1 to {LONGEST_REASON} characters why it was not made", "reason")
    everywhere = {**parties.customer, **parties.account}
    known = [slots.reserved[slot_id] for slots in everywhere.values() if slot_id in slots.reserved]
    if not known:
        raise NotFoundError(f"slot_id {slot_id!r}: {parties.canonical} has no such slot")
    released = next((slot.released for slot in known if slot.released), "")
    if released:
        raise RefusedError(f"slot_id {slot_id!r} was released already: {released}")
    slot = known[0]
    event = ContactSlotReleased(
        **meta, slot_id=slot_id, customer_id=slot.customer_id, account_id=slot.account_id, policy=policy,
        reason=reason.strip(),
    )  # fmt: skip
    streams = (parties.canonical, slot.customer_id, slot.account_id)
    told: Told = [(stream, event) for stream in dict.fromkeys(streams) if stream]
    return [*told, (slot.path, PathPlaceGivenBack(**meta, contact_id=slot_id))] if slot.path else told


def move(parties: Parties, slot_id: str, wanted: Wanted, rules: Rules, **meta: Any) -> Told:
    """The contact is made at another moment than its slot is for, or on another channel, for another purpose or
    account: a slot for that, `wanted`, in place of this one. Nothing to do where all of it is the same. Raises
    RefusedError where there is no room then: decide again."""
    slot = parties.customer.get(wanted.customer_id, NO_SLOTS).reserved.get(slot_id)
    if slot == _slot(wanted)._replace(slot_id=slot_id, decision_id=slot.decision_id if slot else ""):
        return []
    freed = release(parties, slot_id, "moved", policy=rules.policy, **meta)
    after = _after(parties, freed)
    return [*freed, *reserve(after, wanted, rules, **meta)]


def _refuse_full(verdict: Verdict) -> None:
    if not verdict.is_open:
        opens = (
            f"from {verdict.opens_at:%Y-%m-%d %H:%M} UTC on there is room" if verdict.opens_at else "there is no room"
        )
        raise RefusedError(f"they are contacted often enough: {opens}")


def _after(parties: Parties, told: Told) -> Parties:
    """Parties as they are once these facts are written."""

    def advanced(whole: Whole) -> Whole:
        changed = dict(whole)
        for stream, event in told:
            if stream in changed:
                changed[stream] = evolve(changed[stream], event)
        return changed

    return Parties(parties.canonical, advanced(parties.customer), advanced(parties.account))


def _slot(wanted: Wanted) -> Slot:
    return Slot(
        wanted.slot_id, wanted.at, wanted.channel, wanted.purpose, wanted.sender, wanted.customer_id,
        wanted.account_id, wanted.decision_id, path=wanted.path,
    )  # fmt: skip
