"""The propositions of a policy, made ready once, so that whom they fit is quickly told: G3 and G4."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import NamedTuple

from hub.domain.grant.events import Response
from hub.domain.grant.state import Grant
from hub.paths.consent.purposes import Gate
from hub.paths.gates.verdict import Inputs, Reason, Told, Verdict
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.asked import Answers, Asked, Conditions
from hub.paths.propositions.contradictions import excluding
from hub.paths.propositions.known import Known
from hub.paths.propositions.model import Holder, Proposition

_LEVELS = (Reason.NOT_ELIGIBLE, Reason.NOT_APPLICABLE, Reason.NOT_SUITABLE)
_NO_CONFLICT = Verdict(Gate.CONFLICT, True, Reason.NO_CONFLICT)
_FITS = (Gate.FIT, True, Reason.FITS)
_NO_ACCOUNT = Verdict(Gate.FIT, False, Reason.NO_ACCOUNT)
_FEW = 5
"""Propositions of which what they ask is added up before it is measured; of more nearly all would be."""
_FINAL = (Response.ACCEPTED, Response.DECLINED)


class Looked(NamedTuple):
    """What one look at a customer says of propositions, by their number in the file."""

    fit: Mapping[int, Verdict]
    conflict: Mapping[int, Verdict]
    levers: Mapping[int, float]
    """L: 1 and the weights of the levers that hold, in percent."""


@dataclass(frozen=True, slots=True)
class _Ready:
    proposition: Proposition
    name: str
    is_accounts: bool
    all: Asked
    """What all its levels ask together."""
    levels: Sequence[Asked]
    levers: tuple[tuple[int, int], ...]
    """Mask and weight of each."""
    measures: frozenset[int]
    """All that is measured for any of this."""
    since: datetime | None
    until: datetime | None


class Catalogue:
    """What a policy proposes."""

    def __init__(self, policy: PathPolicy, zone: tzinfo = UTC) -> None:
        """`zone`: where its days begin."""
        self.propositions = policy.propositions
        self._numbers = {one.name: number for number, one in enumerate(self.propositions)}
        self._without = {name: tuple(sorted(rivals)) for name, rivals in excluding(self.propositions).items()}
        whens = [when for one in self.propositions for when in (*one.whens.values(), *(lv.when for lv in one.levers))]
        self._conditions = Conditions(whens)
        asked = iter(self._conditions.asked)
        self._ready = [_ready(one, asked, zone) for one in self.propositions]

    def look(self, known: Known, asked: Iterable[int] | None = None) -> Looked:
        """Whom each of those asked for fits (None: all of them), what it contradicts, and how much its levers move. A
        proposition has to fit whatever it is for: which purposes a contact's gates are asked for says nothing of what
        may be proposed in it. What was granted fits as long as the grant stands: nobody hears on one path that they may
        not have what another promised."""
        numbers = range(len(self._ready)) if asked is None else asked
        touched = _touched(known)
        ready = [(number, self._ready[number]) for number in numbers]
        few = None if len(ready) > _FEW else {place for _, one in ready for place in one.measures}
        answers = self._conditions.answers(known, touched, few)
        holds = answers.holds
        conflict = dict.fromkeys(numbers, _NO_CONFLICT)
        rivals = (rival for name in touched for rival in self._without.get(name, ()))
        for name in {*touched, *rivals} & self._numbers.keys():
            if self._numbers[name] in conflict:
                conflict[self._numbers[name]] = _conflict(name, self._without[name], known)
        return Looked(
            {number: self._fit(one, known, answers) for number, one in ready},
            conflict,
            {number: _lever(one.levers, holds) if one.levers else 1.0 for number, one in ready},
        )

    def rival(self, name: str, known: Known) -> Grant | None:
        """A grant that stands, beside which this can't be granted."""
        return _rival(self._without[name], known)

    def _fit(self, one: _Ready, known: Known, answers: Answers) -> Verdict:
        has, at = known.account if one.is_accounts else known.held, known.customer.at
        if has is None:
            return _NO_ACCOUNT
        granted = has.stands.get(one.name)
        if granted is not None:
            return Verdict(Gate.FIT, True, Reason.GRANTED, {"grant": granted.grant_id})
        if (one.since is not None and at < one.since) or (one.until is not None and at >= one.until):
            return _not_valid(one, at)
        values, holds = answers
        mask = one.all.mask
        if holds & mask == mask:
            # half the time of Verdict(...), for each of them in each decision
            return tuple.__new__(Verdict, (*_FITS, self._conditions.told(one.all, values), None))
        reason, asked = next(
            (reason, asked)
            for reason, asked in zip(_LEVELS, one.levels, strict=True)
            if holds & asked.mask != asked.mask
        )
        return Verdict(Gate.FIT, False, reason, self._conditions.told(asked, values))


def _ready(one: Proposition, asked: Iterator[Asked], zone: tzinfo) -> _Ready:
    """`asked` goes on to the next proposition's."""
    levels = [next(asked) for _ in _LEVELS]
    moving = [next(asked) for _ in one.levers]
    levers = tuple((moves.mask, lever.weight) for moves, lever in zip(moving, one.levers, strict=True))
    mask = levels[0].mask | levels[1].mask | levels[2].mask
    places = tuple(dict.fromkeys(place for level in levels for place in level.measures))
    measures = frozenset(place for each in (*levels, *moving) for place in each.measures)
    since, until = _midnight(one.valid_from, zone), _midnight(one.valid_until, zone)
    is_accounts = one.holder is Holder.ACCOUNT
    return _Ready(one, one.name, is_accounts, Asked(mask, places), levels, levers, measures, since, until)


def _midnight(day: date | None, zone: tzinfo) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), zone).astimezone(UTC)


def _touched(known: Known) -> Mapping[str, None]:
    """Propositions that were granted or answered."""
    touched = dict.fromkeys((*known.held.stands, *known.held.answers))
    if known.account is not None:
        touched |= dict.fromkeys((*known.account.stands, *known.account.answers))
    return touched


def _lever(levers: Sequence[tuple[int, int]], holds: int) -> float:
    percent = 100
    for mask, weight in levers:
        if holds & mask == mask:
            percent += weight
    return percent / 100


def _not_valid(one: _Ready, at: datetime) -> Verdict:
    inputs = {"from": _day(one.proposition.valid_from), "until": _day(one.proposition.valid_until)}
    to_come = one.since if one.since is not None and at < one.since else None
    return Verdict(Gate.FIT, False, Reason.NOT_VALID, inputs, to_come)


def _day(day: date | None) -> Told:
    return None if day is None else str(day)


def _conflict(name: str, without: Sequence[str], known: Known) -> Verdict:
    """An answer counts as long as the terms that it was given to stand; who asked for a later time is left alone until
    then, whatever they are granted. What stands is kept back by nothing else that stands: a link made both theirs, and
    each was promised."""
    at, answer, grant = known.customer.at, known.answer(name), known.stands(name)
    if answer is not None and answer.deferred_until is not None and at < answer.deferred_until:
        inputs: Inputs = {"until": answer.deferred_until.isoformat()}
        return Verdict(Gate.CONFLICT, False, Reason.DEFERRED, inputs, answer.deferred_until)
    if answer is not None and grant is not None and answer.response in _FINAL:
        since = grant.granted_at if answer.response is Response.ACCEPTED else grant.terms_since
        if answer.at >= since:
            inputs = {"grant": grant.grant_id, "answer": answer.response.value, "at": answer.at.isoformat()}
            return Verdict(Gate.CONFLICT, False, Reason.ANSWERED, inputs, grant.expires_at)
    rival = _rival(without, known) if grant is None else None
    if rival is not None:
        inputs = {"grant": rival.grant_id, "proposition": rival.proposition}
        return Verdict(Gate.CONFLICT, False, Reason.CONFLICT, inputs, rival.expires_at)
    return _NO_CONFLICT


def _rival(without: Sequence[str], known: Known) -> Grant | None:
    """What stands of these."""
    return next((held for other in without if (held := known.stands(other)) is not None), None)
