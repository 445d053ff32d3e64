"""All that the conditions of a policy's propositions ask of a customer, each measured once however many ask for it."""

from collections.abc import Callable, Collection, ItemsView, Iterator, Mapping, Sequence
from typing import NamedTuple

from hub.paths.gates.verdict import Told
from hub.paths.policy.conditions import NO, Allowed, Measure, takes
from hub.paths.propositions.conditions import NONE, FitWhen
from hub.paths.propositions.known import Known, measuring
from hub.paths.standing.measuring import NEVER

_OF_NOBODY: Mapping[str, str] = {"holds": NO, "answered": NONE}
"""What is measured of a proposition that was never granted: nobody looks at each that might have been."""

Values = Sequence[int | str]


class Asked(NamedTuple):
    """The conditions of one rule: a bit each, and the places of what they measure."""

    mask: int
    places: tuple[int, ...]


class Answers(NamedTuple):
    """What was measured, by place, and which conditions hold, as a bit each."""

    values: Values
    holds: int


class _Step(NamedTuple):
    """One measure, and the conditions on it: place, bit, and what is allowed."""

    measure: Callable[[Known], int | str]
    conditions: tuple[tuple[int, int, Allowed], ...]


class Conditions:
    """Those of some rules; `asked` has them in the same order."""

    def __init__(self, whens: Sequence[FitWhen]) -> None:
        places: dict[tuple[Measure, Allowed], int] = {}
        for when in whens:
            for condition in when.conditions:
                places.setdefault(condition, len(places))
        self.asked = [_asked(when, places) for when in whens]
        self._names = [str(measure) for measure, _ in places]
        measures = list(dict.fromkeys(measure for measure, _ in places))
        self._steps = [_step(one, places) for one in measures if one.name not in _OF_NOBODY]
        self._steps_of: dict[str, list[_Step]] = {}
        for one in measures:
            if one.name in _OF_NOBODY:
                self._steps_of.setdefault(one.of, []).append(_step(one, places))
        blank = {places[measure, allowed]: _OF_NOBODY.get(measure.name, "") for measure, allowed in places}
        self._values: list[int | str] = list(blank.values())
        self._holds = sum(
            1 << place
            for (measure, allowed), place in places.items()
            if measure.name in _OF_NOBODY and takes(allowed, blank[place])
        )

    def answers(self, known: Known, touched: Collection[str]) -> Answers:
        """All of them; `touched`: the propositions that the customer was granted or answered to."""
        values, holds = self._values.copy(), self._holds
        steps = [*self._steps, *(step for name in touched for step in self._steps_of.get(name, ()))]
        for measure, conditions in steps:
            value = measure(known)
            for place, bit, allowed in conditions:
                values[place] = value
                holds = holds | bit if takes(allowed, value) else holds & ~bit
        return Answers(values, holds)

    def told(self, asked: Asked, values: Values) -> "Measured":
        """What was measured for one rule."""
        return Measured(self._names, values, asked.places)


class Measured(Mapping[str, Told]):
    """What was measured for some conditions: put into words only for who asks."""

    __slots__ = ("_names", "_places", "_values")

    def __init__(self, names: Sequence[str], values: Values, places: Sequence[int]) -> None:
        self._names, self._values, self._places = names, values, places

    def __getitem__(self, name: str) -> Told:
        return self._told()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._told())

    def __len__(self) -> int:
        return len(self._told())

    def items(self) -> ItemsView[str, Told]:
        """All of it at once: one by one would put it into words as often."""
        return self._told().items()

    def __repr__(self) -> str:
        return repr(self._told())

    def _told(self) -> dict[str, Told]:
        values = self._values
        return {self._names[place]: None if values[place] == NEVER else values[place] for place in self._places}


def _asked(when: FitWhen, places: Mapping[tuple[Measure, Allowed], int]) -> Asked:
    mine = tuple(places[condition] for condition in when.conditions)
    return Asked(sum(1 << place for place in set(mine)), mine)


def _step(measure: Measure, places: Mapping[tuple[Measure, Allowed], int]) -> _Step:
    mine = ((place, 1 << place, allowed) for (one, allowed), place in places.items() if one == measure)
    return _Step(measuring(measure), tuple(mine))
