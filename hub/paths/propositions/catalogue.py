"""The propositions of a policy, made ready once, so that whom they fit is quickly told: G3 and G4."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import NamedTuple

from hub.domain.grant.events import Response
from hub.paths.consent.purposes import Gate
from hub.paths.gates.verdict import Inputs, Reason, Told, Verdict
from hub.paths.policy.conditions import Allowed, Measure, takes
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.conditions import FitWhen
from hub.paths.propositions.contradictions import excluding
from hub.paths.propositions.known import Known, measuring
from hub.paths.propositions.model import Proposition
from hub.paths.standing.measuring import NEVER

_LEVELS = (Reason.NOT_ELIGIBLE, Reason.NOT_APPLICABLE, Reason.NOT_SUITABLE)
_NO_CONFLICT = Verdict(Gate.CONFLICT, True, Reason.NO_CONFLICT)
_NO_ACCOUNT = Verdict(Gate.FIT, False, Reason.NO_ACCOUNT)
_FINAL = (Response.ACCEPTED, Response.DECLINED)


class Looked(NamedTuple):
    """What one look at a customer says of each proposition, in the order of the file."""

    fit: Sequence[Verdict]
    conflict: Sequence[Verdict]
    levers: Sequence[float]
    """L: 1 and the weights of the levers that hold, in percent."""


class _Asked(NamedTuple):
    """A rule's conditions: as a mask over all that the policy asks, and their places."""

    mask: int
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Ready:
    proposition: Proposition
    levels: tuple[_Asked, _Asked, _Asked]
    levers: tuple[tuple[int, int], ...]
    """Mask and weight of each."""
    since: datetime | None
    until: datetime | None
    without: frozenset[str]


class Catalogue:
    """What a policy proposes. Every condition that several propositions ask is measured and looked at once."""

    def __init__(self, policy: PathPolicy, zone: tzinfo = UTC) -> None:
        """`zone`: where its days begin."""
        self.version = policy.version
        self.propositions = policy.propositions
        self._places: dict[tuple[Measure, Allowed], int] = {}
        without = excluding(policy.propositions)
        self._ready = tuple(self._made(one, without[one.name], zone) for one in policy.propositions)
        measures = list(dict.fromkeys(measure for measure, _ in self._places))
        self._measuring = [measuring(measure) for measure in measures]
        self._names = [str(measure) for measure, _ in self._places]
        self._conditions = [(measures.index(measure), allowed) for measure, allowed in self._places]

    def look(self, known: Known) -> Looked:
        """Whom each fits, what it contradicts, and how much its levers move. A proposition has to fit whatever it is
        for: which purposes a contact's gates are asked for says nothing of what may be proposed in it. What was granted
        fits as long as the grant stands: nobody hears on one path that they may not have what another promised."""
        measured = [measure(known) for measure in self._measuring]
        values = [measured[place] for place, _ in self._conditions]
        holds = 0
        for number, (_, allowed) in enumerate(self._conditions):
            if takes(allowed, values[number]):
                holds |= 1 << number
        fit = [self._fit(one, known, holds, values) for one in self._ready]
        conflict = [_conflict(one, known) for one in self._ready]
        return Looked(fit, conflict, [_lever(one, holds) for one in self._ready])

    def _fit(self, one: _Ready, known: Known, holds: int, values: Sequence[int | str]) -> Verdict:
        at, has = known.customer.at, known.held_by(one.proposition.holder)
        granted = has.stands.get(one.proposition.name) if has is not None else None
        if granted is not None:
            return Verdict(Gate.FIT, True, Reason.GRANTED, {"grant": granted.grant_id})
        if (one.since is not None and at < one.since) or (one.until is not None and at >= one.until):
            return _not_valid(one, at)
        if has is None:
            return _NO_ACCOUNT
        for reason, asked in zip(_LEVELS, one.levels, strict=True):
            if holds & asked.mask != asked.mask:
                return Verdict(Gate.FIT, False, reason, self._inputs(asked.places, values))
        places = [place for asked in one.levels for place in asked.places]
        return Verdict(Gate.FIT, True, Reason.FITS, self._inputs(places, values))

    def _inputs(self, places: Sequence[int], values: Sequence[int | str]) -> Inputs:
        """What was measured for these conditions."""
        names = self._names
        return {names[place]: None if values[place] == NEVER else values[place] for place in places}

    def _made(self, one: Proposition, without: frozenset[str], zone: tzinfo) -> _Ready:
        eligible, applicable, suitable = (self._asked(when) for when in one.whens.values())
        levers = tuple((self._asked(lever.when).mask, lever.weight) for lever in one.levers)
        since, until = _midnight(one.valid_from, zone), _midnight(one.valid_until, zone)
        return _Ready(one, (eligible, applicable, suitable), levers, since, until, without)

    def _asked(self, when: FitWhen) -> _Asked:
        places = tuple(self._places.setdefault(condition, len(self._places)) for condition in when.conditions)
        return _Asked(sum(1 << place for place in set(places)), places)


def _midnight(day: date | None, zone: tzinfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone).astimezone(UTC)


def _lever(one: _Ready, holds: int) -> float:
    return (100 + sum(weight for mask, weight in one.levers if holds & mask == mask)) / 100


def _not_valid(one: _Ready, at: datetime) -> Verdict:
    inputs = {"from": _day(one.proposition.valid_from), "until": _day(one.proposition.valid_until)}
    to_come = one.since if one.since is not None and at < one.since else None
    return Verdict(Gate.FIT, False, Reason.NOT_VALID, inputs, to_come)


def _day(day: date | None) -> Told:
    return None if day is None else str(day)


def _conflict(one: _Ready, known: Known) -> Verdict:
    """An answer counts as long as the terms that it was given to stand; who asked for a later time is left alone until
    then, whatever they are granted."""
    if known.held.is_empty and (known.account is None or known.account.is_empty):
        return _NO_CONFLICT
    name, at = one.proposition.name, known.customer.at
    answer, grant = known.answer(name), known.stands(name)
    if answer is not None and answer.deferred_until is not None and at < answer.deferred_until:
        inputs: Inputs = {"until": answer.deferred_until.isoformat()}
        return Verdict(Gate.CONFLICT, False, Reason.DEFERRED, inputs, answer.deferred_until)
    if answer is not None and grant is not None and answer.response in _FINAL:
        since = grant.granted_at if answer.response is Response.ACCEPTED else grant.terms_since
        if answer.at >= since:
            inputs = {"grant": grant.grant_id, "answer": answer.response.value, "at": answer.at.isoformat()}
            return Verdict(Gate.CONFLICT, False, Reason.ANSWERED, inputs, grant.expires_at)
    for other in sorted(one.without):
        held = known.stands(other)
        if held is not None:
            inputs = {"grant": held.grant_id, "proposition": other}
            return Verdict(Gate.CONFLICT, False, Reason.CONFLICT, inputs, held.expires_at)
    return _NO_CONFLICT
