"""The places at which something might be said, each with its gates: a contact point on a channel, for a purpose."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.state import ConsentStanding
from hub.paths.consent.purposes import Gate
from hub.paths.decision.question import Question
from hub.paths.decision.rules import PathRules
from hub.paths.decision.state import PathState, Reach
from hub.paths.gates.capacity import capacity_gate
from hub.paths.gates.consent import block_gate, consent_gate
from hub.paths.gates.frequency import Counting, counted, frequency_gate
from hub.paths.gates.identity import identity_gate
from hub.paths.gates.service import service_gate
from hub.paths.gates.verdict import Reason, Verdict, not_asked

BEFORE_FIT = 4
"""So many of a place's gates come before those of a proposition."""
_CONSENT, _LASTING = 1, 3
"""Of a place's gates that of consent, and so many of the first say the same at all moments, unless a consent ends."""
_is_open = attrgetter("is_open")
_SERVICE_STATE, _QUIET_HOURS, _OFTEN, _ROOM = Gate.SERVICE_STATE, Gate.QUIET_HOURS, Gate.FREQUENCY, Gate.CAPACITY
"""Named here: looking for the member of an enum takes as long as asking a gate whose answer is known."""
_ROUNDS = 64
"""So often the next moment is looked for at which all gates are open."""
_SERVICE, _QUIET, _FREQUENCY, _CAPACITY = map(not_asked, (_SERVICE_STATE, _QUIET_HOURS, _OFTEN, _ROOM))
_CAME = Verdict(Gate.QUIET_HOURS, True, Reason.THEY_CAME)
_CAME_OFTEN = Verdict(Gate.FREQUENCY, True, Reason.THEY_CAME)


class Asking:
    """What stays the same while places and moments are looked at; what several places share is worked out once."""

    def __init__(self, question: Question, state: PathState, rules: PathRules) -> None:
        self.question, self.state, self.rules = question, state, rules
        self._speaker = question.speaker or str(question.sender)
        self._known: dict[tuple[object, ...], Verdict] = {}
        self._counted: Sequence[Counting] | None = None

    def service(self, purpose: Purpose, at: datetime) -> Verdict:
        """What is open with them: the same at all places."""
        key = (_SERVICE_STATE, purpose, at)
        known = self._known.get(key)
        if known is None:
            state = self.state
            known = self._known[key] = service_gate(
                self.rules.service, state.known.open_cases, state.conversations, purpose, at,
                they_came=self.question.they_came,
            )  # fmt: skip
        return known

    def quiet(self, reach: Reach, at: datetime) -> Verdict:
        """Quiet hours: the same on all channels of a contact point."""
        key = (_QUIET_HOURS, reach.point, at)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self.rules.clocks.verdict(reach.zone, reach.preferred, at)
        return known

    def frequency(self, channel: Channel, purpose: Purpose, at: datetime) -> Verdict:
        """How often they were contacted: the same wherever the same caps count."""
        caps = self.rules.caps_on[channel, purpose]
        key = (_OFTEN, caps, at)
        known = self._known.get(key)
        if known is None:
            if self._counted is None:
                self._counted = counted(self.rules.caps, self.state.ledgers, self.rules.table)
            asked = [one for one in self._counted if one.number in caps]
            known = self._known[key] = frequency_gate(asked, at)
        return known

    def capacity(self, channel: Channel, at: datetime) -> Verdict:
        """Whether the path of who speaks can take more."""
        return capacity_gate(self.state.capacity, channel, self._speaker, at)


class Place(NamedTuple):
    """Where and what for, at the moment it was looked at."""

    purpose: Purpose
    reach: Reach
    at: datetime
    verdicts: tuple[Verdict, ...]
    """Identity, consent, block, service state; quiet hours, frequency, capacity."""
    is_open: bool


def places_for(asking: Asking, purposes: Iterable[Purpose]) -> list[Place]:
    """On the channels that were asked for, in that order."""
    question, state = asking.question, asking.state
    return [
        place_at(asking, purpose, reach, question.at)
        for purpose in purposes
        for channel in question.channels
        for reach in state.reaches
        if reach.channel is channel
    ]


def place_at(asking: Asking, purpose: Purpose, reach: Reach, at: datetime) -> Place:
    """One of them, at any moment."""
    return _place(asking, purpose, reach, at, _lasting(asking, purpose, reach, at))


def opened(asking: Asking, place: Place) -> Place | None:
    """The same at the first moment at which time alone will have opened all its gates; None: something has to happen
    first, or nobody looks so far ahead."""
    for _ in range(_ROUNDS):
        if place.is_open:
            return place
        moment = _time_opens(place)
        if moment is None:
            return None
        place = _later(asking, place, moment)
    return None


def _time_opens(place: Place) -> datetime | None:
    """When the last of its gates opens, as far as they can tell now; None: not all of them do by time alone."""
    latest = place.at
    for verdict in place.verdicts:
        if not verdict.is_open:
            opens_at = verdict.opens_at
            if opens_at is None or opens_at <= place.at:
                return None
            latest = max(latest, opens_at)
    return latest


def _later(asking: Asking, place: Place, at: datetime) -> Place:
    """The same place: what time does not change is not asked once more."""
    if place.verdicts[_CONSENT].inputs.get("expires_at") is not None:
        return place_at(asking, place.purpose, place.reach, at)
    return _place(asking, place.purpose, place.reach, at, place.verdicts[:_LASTING])


def _place(asking: Asking, purpose: Purpose, reach: Reach, at: datetime, lasting: tuple[Verdict, ...]) -> Place:
    verdicts = (*lasting, *_passing(asking, purpose, reach, at))
    return Place(purpose, reach, at, verdicts, all(map(_is_open, verdicts)))


def _lasting(asking: Asking, purpose: Purpose, reach: Reach, at: datetime) -> tuple[Verdict, ...]:
    """What says the same at all moments, unless a consent runs out."""
    table, point, channel = asking.rules.table, reach.point, reach.channel
    consent = ConsentStanding(asking.state.consent, at)
    return (
        identity_gate(reach.confidence, table[purpose], given_for_it=asking.question.given_for_it),
        consent_gate(consent, point, channel, purpose, table, they_came=asking.question.they_came),
        block_gate(consent, point, channel, purpose, table),
    )


def _passing(asking: Asking, purpose: Purpose, reach: Reach, at: datetime) -> tuple[Verdict, ...]:
    """Each gate by itself, none waits for another. The time of day, and how often they were contacted, say nothing of
    who came of their own accord."""
    gates, channel, came = asking.rules.table[purpose].gates, reach.channel, asking.question.they_came
    service, quiet, frequency, capacity = _SERVICE, _QUIET, _FREQUENCY, _CAPACITY
    if _SERVICE_STATE in gates:
        service = asking.service(purpose, at)
    if _QUIET_HOURS in gates:
        quiet = _CAME if came else asking.quiet(reach, at)
    if _OFTEN in gates:
        frequency = _CAME_OFTEN if came else asking.frequency(channel, purpose, at)
    if _ROOM in gates:
        capacity = asking.capacity(channel, at)
    return service, quiet, frequency, capacity
