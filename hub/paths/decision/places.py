"""The places at which something might be said, each with its gates: a contact point on a channel, for a purpose."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cached_property
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
from hub.paths.gates.frequency import Counting, counted, frequency_gate, that_count
from hub.paths.gates.identity import identity_gate
from hub.paths.gates.service import service_gate
from hub.paths.gates.time import quiet_hours_gate
from hub.paths.gates.verdict import Reason, Verdict, not_asked

BEFORE_FIT = 4
"""So many of a place's gates come before those of a proposition."""
_ROUNDS = 64
"""So often the next moment is looked for at which all gates are open."""
_UNASKED = {gate: not_asked(gate) for gate in Gate}
_CAME = {gate: Verdict(gate, True, Reason.THEY_CAME) for gate in (Gate.QUIET_HOURS, Gate.FREQUENCY)}


class Asking:
    """What stays the same while places and moments are looked at; what several places share is worked out once."""

    def __init__(self, question: Question, state: PathState, rules: PathRules) -> None:
        self.question, self.state, self.rules = question, state, rules
        self._known: dict[tuple[object, ...], Verdict] = {}

    def service(self, purpose: Purpose, at: datetime) -> Verdict:
        """What is open with them: the same at all places."""
        cases, talks, came = self.state.known.open_cases, self.state.conversations, self.question.they_came
        return self._once(
            (Gate.SERVICE_STATE, purpose, at),
            lambda: service_gate(self.rules.service, cases, talks, purpose, at, they_came=came),
        )

    def quiet(self, reach: Reach, at: datetime) -> Verdict:
        """Quiet hours: the same on all channels of a contact point."""
        zone, preferred = reach.zone, reach.preferred
        return self._once(
            (Gate.QUIET_HOURS, reach.point, at), lambda: quiet_hours_gate(self.rules.quiet, zone, preferred, at)
        )

    def frequency(self, channel: Channel, purpose: Purpose, at: datetime) -> Verdict:
        """How often they were contacted: the same wherever the same caps count."""
        asked = that_count(self._counted, channel, purpose)
        return self._once((Gate.FREQUENCY, *(one.number for one in asked), at), lambda: frequency_gate(asked, at))

    @cached_property
    def _counted(self) -> Sequence[Counting]:
        """The contacts that each cap counts."""
        return counted(self.rules.caps, self.state.ledgers, self.rules.table)

    def _once(self, key: tuple[object, ...], gate: Callable[[], Verdict]) -> Verdict:
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = gate()
        return known


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
    verdicts = _verdicts(asking, purpose, reach, at)
    return Place(purpose, reach, at, verdicts, all(verdict.is_open for verdict in verdicts))


def opened(asking: Asking, place: Place) -> Place | None:
    """The same at the first moment at which time alone will have opened all its gates; None: something has to happen
    first, or nobody looks so far ahead."""
    for _ in range(_ROUNDS):
        if place.is_open:
            return place
        closed = [verdict.opens_at for verdict in place.verdicts if not verdict.is_open]
        known = [moment for moment in closed if moment is not None and moment > place.at]
        if len(known) < len(closed):
            return None
        place = place_at(asking, place.purpose, place.reach, max(known))
    return None


def _verdicts(asking: Asking, purpose: Purpose, reach: Reach, at: datetime) -> tuple[Verdict, ...]:
    """Each gate by itself, none waits for another. The time of day, and how often they were contacted, say nothing of
    who came of their own accord."""
    question, state, rules = asking.question, asking.state, asking.rules
    table, came = rules.table, question.they_came
    rule, consent = table[purpose], ConsentStanding(state.consent, at)
    service, quiet, frequency, capacity = map(_UNASKED.__getitem__, _AFTER_CONSENT)
    if Gate.SERVICE_STATE in rule.gates:
        service = asking.service(purpose, at)
    if Gate.QUIET_HOURS in rule.gates:
        quiet = _CAME[Gate.QUIET_HOURS] if came else asking.quiet(reach, at)
    if Gate.FREQUENCY in rule.gates:
        frequency = _CAME[Gate.FREQUENCY] if came else asking.frequency(reach.channel, purpose, at)
    if Gate.CAPACITY in rule.gates:
        speaker = question.speaker or question.sender.value
        capacity = capacity_gate(state.capacity, reach.channel, speaker, at)
    return (
        identity_gate(reach.confidence, rule),
        consent_gate(consent, reach.point, reach.channel, purpose, table, they_came=came),
        block_gate(consent, reach.point, reach.channel, purpose, table),
        service,
        quiet,
        frequency,
        capacity,
    )


_AFTER_CONSENT = (Gate.SERVICE_STATE, Gate.QUIET_HOURS, Gate.FREQUENCY, Gate.CAPACITY)
