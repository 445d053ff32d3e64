"""All that the conditions of a policy's propositions ask of a customer, each measured once however many ask for it."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Container, ItemsView, Iterator, Mapping, Sequence
from typing import NamedTuple

from hub.paths.gates.verdict import Told
from hub.paths.policy.conditions import NO, Allowed, Measure, takes
from hub.paths.propositions.conditions import NONE, FitWhen
from hub.paths.propositions.known import Known, measuring
from hub.paths.standing.measuring import NEVER

_OF_NOBODY: Mapping[str, str] = {"holds": NO, "answered": NONE}
"""What is measured of a proposition that was never granted: nobody looks at each that might have been."""

Values = Sequence[int | str]
"""What was measured, by the number of the measure."""


class Asked(NamedTuple):
    """The conditions of one rule: a bit each, and the numbers of what they measure."""

    mask: int
    measures: tuple[int, ...]


class Answers(NamedTuple):
    """What was measured, and which conditions hold, as a bit each."""

    values: Values
    holds: int


class _Step(NamedTuple):
    """One measure, and which of all the conditions on it hold at each of its values: there may be hundreds."""

    number: int
    measure: Callable[[Known], int | str]
    mask: int
    """All of them."""
    bounds: Sequence[int]
    """Of ranges: where one begins or ends."""
    ranges: Sequence[int]
    """Below the first bound, from it to the next, and so on."""
    names: Mapping[str, int]

    def holding(self, value: int | str) -> int:
        """Those that hold."""
        if isinstance(value, str):
            return self.names.get(value, 0)
        return self.ranges[bisect_right(self.bounds, value)]


class Conditions:
    """Those of some rules; `asked` has them in the same order."""

    def __init__(self, whens: Sequence[FitWhen]) -> None:
        bits: dict[tuple[Measure, Allowed], int] = {}
        for when in whens:
            for condition in when.conditions:
                bits.setdefault(condition, 1 << len(bits))
        measures = {measure: number for number, measure in enumerate(dict.fromkeys(measure for measure, _ in bits))}
        self.asked = [_asked(when, bits, measures) for when in whens]
        self._names = [str(measure) for measure in measures]
        steps = {measure: _step(number, measure, bits) for measure, number in measures.items()}
        self._steps = [step for measure, step in steps.items() if measure.name not in _OF_NOBODY]
        self._steps_of: dict[str, list[_Step]] = {}
        self._values: list[int | str] = [_OF_NOBODY.get(measure.name, "") for measure in measures]
        self._holds = 0
        for measure, step in steps.items():
            if measure.name in _OF_NOBODY:
                self._steps_of.setdefault(measure.of, []).append(step)
                self._holds |= step.holding(_OF_NOBODY[measure.name])

    def answers(self, known: Known, touched: Collection[str], measures: Container[int] | None = None) -> Answers:
        """All of them, or those on these measures; `touched`: the propositions that the customer was granted or
        answered to."""
        values, holds = self._values.copy(), self._holds
        steps = self._steps if measures is None else [step for step in self._steps if step.number in measures]
        for step in (*steps, *(step for name in touched for step in self._steps_of.get(name, ()))):
            value = values[step.number] = step.measure(known)
            holds = (holds & ~step.mask) | step.holding(value)
        return Answers(values, holds)

    def told(self, asked: Asked, values: Values) -> "Measured":
        """What was measured for one rule."""
        return Measured(self._names, values, asked.measures)


class Measured(Mapping[str, Told]):
    """What was measured for some conditions: put into words only for who asks."""

    __slots__ = ("_measures", "_names", "_values")

    def __init__(self, names: Sequence[str], values: Values, measures: Sequence[int]) -> None:
        self._names, self._values, self._measures = names, values, measures

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
        return {self._names[one]: None if values[one] == NEVER else values[one] for one in self._measures}


def _asked(when: FitWhen, bits: Mapping[tuple[Measure, Allowed], int], measures: Mapping[Measure, int]) -> Asked:
    mask = 0
    for condition in when.conditions:
        mask |= bits[condition]
    return Asked(mask, tuple(dict.fromkeys(measures[measure] for measure, _ in when.conditions)))


def _step(number: int, measure: Measure, bits: Mapping[tuple[Measure, Allowed], int]) -> _Step:
    mine = {allowed: bit for (one, allowed), bit in bits.items() if one == measure}
    bounds = sorted({bound for allowed in mine if isinstance(allowed, tuple) for bound in allowed})
    values = sorted({name for allowed in mine if isinstance(allowed, frozenset) for name in allowed})
    return _Step(
        number,
        measuring(measure),
        sum(mine.values()),
        bounds,
        [0, *(_holding(mine, bound) for bound in bounds)],
        {name: _holding(mine, name) for name in values},
    )


def _holding(conditions: Mapping[Allowed, int], value: int | str) -> int:
    return sum(bit for allowed, bit in conditions.items() if takes(allowed, value))
