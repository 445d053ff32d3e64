"""G6: were they contacted often enough?"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.paths.consent.purposes import Gate, PurposeTable
from hub.paths.frequency.ledger import Ledger
from hub.paths.frequency.section import Cap, Whose
from hub.paths.frequency.windows import fits, held_until, next_candidates
from hub.paths.gates.verdict import Reason, Told, Verdict

_HOUR = timedelta(hours=1)

Ledgers = Mapping[Whose, Ledger]
"""Of the customer, and of the account they are contacted for if there is one."""


class Counting(NamedTuple):
    """One cap, and the contacts it counts."""

    number: int
    cap: Cap
    window: timedelta
    times: Sequence[datetime]

    def has_room(self, at: datetime) -> bool:
        """Whether one more at `at` is not one too many."""
        return fits(self.times, at, self.window, self.cap.most)


def counted(caps: Sequence[Cap], ledgers: Ledgers, table: PurposeTable) -> list[Counting]:
    """Each cap with its contacts, but for those of an account where they are contacted for none; made once for all
    gates of a customer. Several caps may count the same contacts."""
    alike: dict[tuple[object, ...], list[datetime]] = {}
    found = []
    for number, cap in enumerate(caps, 1):
        if cap.of in ledgers:
            what = cap.of, cap.purposes, cap.channels
            times = alike.get(what)
            if times is None:
                times = alike[what] = _times(cap, ledgers[cap.of], table)
            found.append(Counting(number, cap, cap.window, times))
    return found


def that_count(counted: Sequence[Counting], channel: Channel, purpose: Purpose) -> tuple[Counting, ...]:
    """Those that would count such a contact."""
    return tuple(one for one in counted if one.cap.counts(channel, purpose))


def frequency_gate(asked: Sequence[Counting], at: datetime) -> Verdict:
    """Each cap that would count a contact at `at` must have room for it, in every window that would hold it: also in
    those that end later, when a contact that is to come is in them."""
    inputs: dict[str, Told] = {"caps": [_told(one, at) for one in asked]}
    full = [one for one in asked if not one.has_room(at)]
    if not full:
        return Verdict(Gate.FREQUENCY, True, Reason.WITHIN_CAPS, inputs)
    inputs["full"] = [one.number for one in full]
    return Verdict(Gate.FREQUENCY, False, Reason.CAPPED, inputs, _next_room(asked, at))


def _times(cap: Cap, ledger: Ledger, table: PurposeTable) -> list[datetime]:
    counts: dict[tuple[Channel, Purpose], bool] = {}
    times = []
    for at, channel, purpose, _ in ledger:
        key = (channel, purpose)
        if key not in counts:
            counts[key] = table[purpose].is_counted and cap.counts(channel, purpose)
        if counts[key]:
            times.append(at)
    return times


def _next_room(asked: Sequence[Counting], at: datetime) -> datetime | None:
    """The first moment from which on all have room."""
    moments = {moment for one in asked for moment in next_candidates(one.times, at, one.window)}
    return next((moment for moment in sorted(moments) if all(one.has_room(moment) for one in asked)), None)


def _told(asked: Counting, at: datetime) -> dict[str, Told]:
    cap = asked.cap
    return {
        "rule": asked.number,
        "of": cap.of.value,
        "most": cap.most,
        "hours": asked.window // _HOUR,
        "counted": held_until(asked.times, at, asked.window),
    }
