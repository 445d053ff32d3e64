"""The decision: whether something is said to a customer, what, on which path and when, and why nothing else is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol

from hub.domain.customer.consent.events import Purpose
from hub.domain.decision.events import Outcome
from hub.paths.arbitration.arbitrate import Action, Arbitrated
from hub.paths.arbitration.responses import ResponseTable
from hub.paths.arbitration.score import Occasion, Path
from hub.paths.decision.places import Asking, Place, opened, places_for
from hub.paths.decision.question import Question, check
from hub.paths.decision.rules import PathRules
from hub.paths.decision.state import PathState
from hub.paths.gates.holdout import NO_HOLDOUT, holdout_gate
from hub.paths.gates.verdict import Verdict
from hub.paths.holdout.drawing import holder_of
from hub.paths.propositions.catalogue import Looked

NOTHING_PROPOSED = Arbitrated((), (), ())
NOTHING_LOOKED_AT = Looked({}, {}, {})
NOBODY_HELD_OUT: Mapping[int, Verdict] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, and all that was looked at for it."""

    question: Question
    policy: str
    outcome: Outcome
    at: datetime | None
    """When it is to be done; of nothing when to ask again, None: time alone changes nothing."""
    place: Place | None
    """Where; None: nowhere. Of what is named to somebody who is here, where the first of it is."""
    arbitrated: Arbitrated
    places: Sequence[Place]
    """All that were asked for, at the moment of the question."""
    looked: Looked
    held_out: Mapping[int, Verdict]
    """Of each proposition that was asked for, by its number in the file; so is `looked`."""
    asked: Sequence[int]
    """Which propositions were asked for, by their number in the file."""

    @property
    def actions(self) -> tuple[Action, ...]:
        """What is proposed: live grants first, in just their terms."""
        return (*self.arbitrated.granted, *self.arbitrated.actions)


def decide_path(question: Question, state: PathState, rules: PathRules, table: ResponseTable) -> Decision:
    """Every gate is asked, whatever the others say. What can be done now is done now, by the best that may be said now;
    else at the first moment until `by` at which time alone opens the gates of a place, by the best for that place: then
    it is decided again. Raises InvalidError for what can't be asked."""
    check(question, rules.places)
    asking = Asking(question, state, rules)
    return _proposing(asking, table) if question.proposes else _contacting(asking)


class _Chosen(NamedTuple):
    """What is done at one of several places; None: nothing is, at none."""

    place: Place | None
    arbitrated: Arbitrated = NOTHING_PROPOSED


class _Choice(Protocol):
    """Knows what to do at places that are open."""

    def wants(self, place: Place) -> bool:
        """Whether there is anything to do there."""

    def choose(self, places: Sequence[Place]) -> _Chosen:
        """The best of it."""


class _Found(NamedTuple):
    outcome: Outcome
    at: datetime | None
    chosen: _Chosen


def _proposing(asking: Asking, table: ResponseTable) -> Decision:
    question, state, rules = asking.question, asking.state, asking.rules
    asked = _asked_for(question, rules)
    looked, held_out = rules.catalogue.look(state.known, asked), _held_out(asking, asked)
    fit, conflict, sayable = looked.fit, looked.conflict, rules.by_sender[question.sender]
    fitting = [
        number
        for number in asked
        if number in sayable and fit[number].is_open and conflict[number].is_open and held_out[number].is_open
    ]
    purposes = (question.purpose,) if question.purpose is not None else _purposes(asked, rules)
    places = places_for(asking, purposes)
    found = _found(asking, places, _Best(asking, table, looked, fitting))
    return _decision(asking, found, places, looked, held_out, asked)


def _contacting(asking: Asking) -> Decision:
    """Nothing is proposed: only the path is looked for. The channel they prefer comes first, then as it was asked; a
    reply has no choice."""
    question, state = asking.question, asking.state
    assert question.purpose is not None
    places = places_for(asking, [question.purpose])
    if question.purpose is Purpose.REPLY:
        places = [one for one in places if (one.reach.channel, one.reach.point) == question.came_in]
    places.sort(key=lambda place: place.reach.channel != state.preferred_channel)
    return _decision(asking, _found(asking, places, _Any()), places, NOTHING_LOOKED_AT, NOBODY_HELD_OUT, ())


def _found(asking: Asking, places: Sequence[Place], choice: _Choice) -> _Found:
    """The first moment at which there is something to do, and what."""
    question = asking.question
    now = choice.choose([place for place in places if place.is_open])
    if now.place is not None:
        return _Found(Outcome.NOW, question.at, now)
    if question.they_came:
        return _Found(Outcome.NOTHING, None, now)
    waiting = (opened(asking, place) for place in places if not place.is_open and choice.wants(place))
    later = sorted((place for place in waiting if place is not None), key=lambda place: place.at)
    for moment in dict.fromkeys(place.at for place in later):
        chosen = choice.choose([place for place in later if place.at == moment])
        if chosen.place is not None:
            in_time = question.by is not None and moment <= question.by
            return _Found(Outcome.LATER, moment, chosen) if in_time else _Found(Outcome.NOTHING, moment, now)
    return _Found(Outcome.NOTHING, None, now)


class _Any:
    """There is always something to do: the first place will do."""

    def wants(self, place: Place) -> bool:  # noqa: ARG002
        return True

    def choose(self, places: Sequence[Place]) -> _Chosen:
        return _Chosen(places[0] if places else None)


class _Best:
    """The best of what fits."""

    def __init__(self, asking: Asking, table: ResponseTable, looked: Looked, fitting: Sequence[int]) -> None:
        question, state, rules = asking.question, asking.state, asking.rules
        self._asking, self._table = asking, table
        self._alike: dict[int, list[str]] = {}
        self._levers: dict[str, float] = {}
        for number in fitting:
            name, _, _, alike = rules.propositions[number]
            if alike not in self._alike:
                self._alike[alike] = []
            self._alike[alike].append(name)
            self._levers[name] = looked.levers[number]
        self._stands = state.known.standing
        self._occasion = Occasion(
            question.decision_id, question.seed, state.standing, question.sender, not question.they_came,
            question.service,
        )  # fmt: skip

    def wants(self, place: Place) -> bool:
        purpose, channel = place.purpose, place.reach.channel
        alike = map(self._asking.rules.propositions.__getitem__, self._alike)
        return any(one.purpose is purpose and channel in one.channels for one in alike)

    def choose(self, places: Sequence[Place]) -> _Chosen:
        rules = self._asking.rules
        open_to: list[tuple[Sequence[str], Sequence[Path]]] = []
        for alike, names in self._alike.items():
            _, purpose, channels, _ = rules.propositions[alike]
            paths = [
                (place.reach.channel, place.reach.point)
                for place in places
                if place.purpose is purpose and place.reach.channel in channels
            ]
            if paths:
                open_to.append((names, paths))
        if not open_to:
            return _Chosen(None)
        found = rules.arbiter.choose(open_to, self._levers, self._stands.get, self._occasion, self._table)
        first = next(iter((*found.granted, *found.actions)), None)
        if first is None:
            return _Chosen(None, found)
        at = (first.channel, first.path)
        return _Chosen(next(place for place in places if (place.reach.channel, place.reach.point) == at), found)


def _asked_for(question: Question, rules: PathRules) -> Sequence[int]:
    purpose = question.purpose
    if not question.propositions:
        return range(len(rules.propositions)) if purpose is None else rules.by_purpose[purpose]
    wanted = sorted({rules.places[name] for name in question.propositions})
    return [number for number in wanted if purpose in (None, rules.propositions[number].purpose)]


def _purposes(asked: Sequence[int], rules: PathRules) -> Iterable[Purpose]:
    return dict.fromkeys(rules.propositions[number].purpose for number in asked)


def _held_out(asking: Asking, asked: Iterable[int]) -> dict[int, Verdict]:
    """Of each proposition that was asked for; drawn once for a campaign."""
    state, rules = asking.state, asking.rules
    held_out = dict.fromkeys(asked, NO_HOLDOUT)
    drawn: dict[str, Verdict] = {}
    for number, one in rules.holdouts.items():
        if number in held_out:
            if one.campaign not in drawn:
                holder = holder_of(state.account_kind, state.customer_id, state.account_id)
                drawn[one.campaign] = holdout_gate(one, holder)
            held_out[number] = drawn[one.campaign]
    return held_out


def _decision(
    asking: Asking,
    found: _Found,
    places: Sequence[Place],
    looked: Looked,
    held_out: Mapping[int, Verdict],
    asked: Sequence[int],
) -> Decision:
    chosen = found.chosen
    return Decision(
        asking.question, asking.rules.version, found.outcome, found.at, chosen.place, chosen.arbitrated, places, looked,
        held_out, asked,
    )  # fmt: skip
