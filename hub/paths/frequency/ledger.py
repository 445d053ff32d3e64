"""All contacts that count together: those of streams that are one customer now, or of one account."""

from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.slots.state import NO_SLOTS, Slot, Slots


class Entry(NamedTuple):
    """One contact, made or reserved."""

    at: datetime
    channel: Channel
    purpose: Purpose
    name: str
    """Of the slot, or of the contact that had none."""


Ledger = tuple[Entry, ...]
"""The oldest first."""
Whole = Mapping[str, Slots]
"""What each of several streams knows, by stream."""


def customer_ledger(whole: Whole) -> Ledger:
    """Of the streams that are one customer now. A slot counts for whom it was reserved: what a stream still tells of a
    part that is another customer again is theirs alone."""
    standing = (slot for slot in _slots(whole) if slot.customer_id in whole)
    return _sorted(standing, whole)


def account_ledger(account: str, whole: Whole) -> Ledger:
    """Of an account: what its own stream tells of slots, and the contacts without one of the people who act for it,
    whose streams are in `whole` too."""
    slots = whole.get(account, NO_SLOTS).reserved.values()
    return _sorted((slot for slot in slots if slot.account_id == account and not slot.released), whole)


def without(ledger: Ledger, names: Container[str]) -> Ledger:
    """The same as if these had never been reserved: to ask for a contact again that has its slot already."""
    return tuple(entry for entry in ledger if entry.name not in names)


def _slots(whole: Whole) -> Iterable[Slot]:
    """Those that stand, each once; what one stream tells of a release holds in all."""
    found: dict[str, Slot] = {}
    for slots in whole.values():
        for name, slot in slots.reserved.items():
            if name not in found or slot.released:
                found[name] = slot
    return (slot for slot in found.values() if not slot.released)


def _sorted(slots: Iterable[Slot], whole: Whole) -> Ledger:
    """Slots and contacts that had none. A contact that was made for a slot is that slot's, and counts from when it was
    made: what waits on its way is no earlier for that."""
    found = {slot.slot_id: Entry(slot.at, slot.channel, slot.purpose, slot.slot_id) for slot in slots}
    for slots_of in whole.values():
        for name, made in slots_of.made.items():
            known = found.get(name)
            found[name] = (
                Entry(made.at, made.channel, made.purpose, name) if known is None else known._replace(at=made.at)
            )
    return tuple(sorted(found.values()))
