"""G6: were they contacted often enough?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.paths.consent.purposes import Gate, PurposeTable
from hub.paths.frequency.ledger import Ledger
from hub.paths.frequency.section import Cap, Whose
from hub.paths.frequency.windows import fits, held_until, next_candidates
from hub.paths.gates.verdict import Reason, Told, Verdict

Ledgers = Mapping[Whose, Ledger]
"""Of the customer, and of the account they are contacted for if there is one."""


class _Asked(NamedTuple):
    """One cap, and the contacts it counts."""

    number: int
    cap: Cap
    times: Sequence[datetime]

    def has_room(self, at: datetime) -> bool:
        return fits(self.times, at, self.cap.window, self.cap.most)


Counted = Sequence[Sequence[datetime] | None]
"""Of each cap the contacts that it counts; None: they are contacted for no account."""


def counted(caps: Sequence[Cap], ledgers: Ledgers, table: PurposeTable) -> Counted:
    """Made once for all gates of a customer."""
    return [_times(cap, ledgers[cap.of], table) if cap.of in ledgers else None for cap in caps]


def frequency_gate(caps: Sequence[Cap], counted: Counted, channel: Channel, purpose: Purpose, at: datetime) -> Verdict:
    """Each cap that would count such a contact must have room for it, in every window that would hold it: also in those
    that end later, when a contact that is to come is in them."""
    asked = [
        _Asked(number, cap, times)
        for number, (cap, times) in enumerate(zip(caps, counted, strict=True), 1)
        if times is not None and cap.counts(channel, purpose)
    ]
    inputs: dict[str, Told] = {"caps": [_told(one, at) for one in asked]}
    full = [one for one in asked if not one.has_room(at)]
    if not full:
        return Verdict(Gate.FREQUENCY, True, Reason.WITHIN_CAPS, inputs)
    inputs["full"] = [one.number for one in full]
    return Verdict(Gate.FREQUENCY, False, Reason.CAPPED, inputs, _next_room(asked, at))


def _times(cap: Cap, ledger: Ledger, table: PurposeTable) -> list[datetime]:
    return [
        entry.at for entry in ledger if table[entry.purpose].is_counted and cap.counts(entry.channel, entry.purpose)
    ]


def _next_room(asked: Sequence[_Asked], at: datetime) -> datetime | None:
    """The first moment from which on all have room."""
    moments = {moment for one in asked for moment in next_candidates(one.times, at, one.cap.window)}
    return next((moment for moment in sorted(moments) if all(one.has_room(moment) for one in asked)), None)


def _told(asked: _Asked, at: datetime) -> dict[str, Told]:
    cap = asked.cap
    return {
        "rule": asked.number,
        "of": cap.of.value,
        "most": cap.most,
        "hours": int(cap.window.total_seconds()) // 3600,
        "counted": held_until(asked.times, at, cap.window),
    }
