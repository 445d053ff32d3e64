"""Sets of customers as the checker sees them: boxes, one range a measure, that can be cut out of each other.

What one measure says of another is known: who bought something in 90 days bought something, within the last 90 days.
So a box that nobody can be in is seen to be empty."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from hub.paths.policy.conditions import EVERYTHING, Allowed, Interval, Measure

Box = Mapping[Measure, Allowed]
"""What is allowed of each measure; one that is not named may be anything."""
Domains = Mapping[str, frozenset[str]]
"""All names there are, by the domain of their measure."""
MOST_PIECES = 2_000
"""Beyond so many pieces nobody looks on: the rules are too many to be told apart."""

_NEVER = (-1, 0)
_BOUGHT, _FIRST = Measure("days_since_purchase"), Measure("days_since_first_purchase")
_PURCHASES, _CONTACTS, _CONTACTED = Measure("purchases"), Measure("contacts"), Measure("days_since_contact")
_COUNTED = ("purchases", "spent", "contacts", "tenure_days", "case_severity")
"""Measures that are there of everybody, from 0 on."""


OTHER = "\0"
"""Stands for all names that the policy does not know; no TOML text has it."""


class TooManyError(Exception):
    """There are more pieces than anybody looks at."""


class Space(NamedTuple):
    """What can be measured: the names there are, and the numbers of days that any rule looks back."""

    domains: Domains
    windows: tuple[int, ...]

    def closed(self, box: Box) -> Box | None:
        """The same customers, with what their measures say of each other; None: there can be no such customer."""
        numbers = {measure: allowed for measure, allowed in box.items() if isinstance(allowed, tuple)}
        if any(not allowed for allowed in box.values() if isinstance(allowed, frozenset)):
            return None
        before: dict[Measure, Interval] = {}
        while before != numbers:
            before = dict(numbers)
            for measure, bounds in self._implied(before):
                low, high = _both(numbers.get(measure, self.full_range(measure)), bounds)
                if low >= high:
                    return None
                numbers[measure] = (low, high)
        return {**box, **numbers}

    def common(self, one: Box, other: Box) -> Box | None:
        """Who is in both; None: nobody."""
        both: dict[Measure, Allowed] = dict(one)
        for measure, allowed in other.items():
            both[measure] = _within(both.get(measure, self.full(measure)), allowed)
        return self.closed(both)

    def minus(self, box: Box, other: Box) -> list[Box]:
        """Who is in the one and not in the other: boxes that have nobody in common."""
        if self.common(box, other) is None:
            return [box]
        pieces: list[Box] = []
        rest: dict[Measure, Allowed] = dict(box)
        for measure, allowed in other.items():
            here = rest.get(measure, self.full(measure))
            for outside in _outside(here, allowed):
                piece = self.closed({**rest, measure: outside})
                if piece is not None:
                    pieces.append(piece)
            rest[measure] = _within(here, allowed)
        return pieces

    def without(self, boxes: Sequence[Box], others: Iterable[Box]) -> list[Box]:
        """Who is in any of these and in none of the others. Raises TooManyError."""
        left = list(boxes)
        for other in others:
            left = [piece for box in left for piece in self.minus(box, other)]
            if len(left) > MOST_PIECES:
                raise TooManyError
        return left

    def full(self, measure: Measure) -> Allowed:
        """All that a measure may be."""
        return self.domains.get(measure.domain) or self.full_range(measure)

    def full_range(self, measure: Measure) -> Interval:
        """The same of a number."""
        return (0, EVERYTHING[1]) if measure.name in _COUNTED else EVERYTHING

    def _implied(self, box: Mapping[Measure, Interval]) -> Iterator[tuple[Measure, Interval]]:
        """What each of these ranges says of another measure."""
        top = EVERYTHING[1]
        for measure, (low, high) in box.items():
            yield measure, self.full_range(measure)
            match measure.name:
                case "purchases" | "spent":
                    yield from self._implied_by_buying(measure, low, high)
                case "days_since_purchase" if low >= 0:
                    yield _PURCHASES, (1, top)
                    yield _FIRST, (low, top)
                    yield from _nothing_in(days for days in self.windows if days <= low)
                case "days_since_first_purchase" if low >= 0:
                    yield _PURCHASES, (1, top)
                    yield _BOUGHT, (0, high)
                    yield from _nothing_before(box, high)
                case "days_since_purchase" | "days_since_first_purchase" if high <= 0:
                    yield _PURCHASES, (0, 1)
                case "contacts" if low > 0:
                    yield _CONTACTED, (0, top)
                case "contacts" if high == 1:
                    yield _CONTACTED, _NEVER
                case "days_since_contact" if low >= 0:
                    yield _CONTACTS, (1, top)
                case "days_since_contact" if high <= 0:
                    yield _CONTACTS, (0, 1)

    def _implied_by_buying(self, measure: Measure, low: int, high: int) -> Iterator[tuple[Measure, Interval]]:
        """Of a number or sum of purchases: longer windows hold at least what shorter ones do."""
        top = EVERYTHING[1]
        for days in (*self.windows, 0):
            if low > 0 and (days == 0 or 0 < measure.days <= days):
                yield Measure(measure.name, days), (low, top)
            if measure.days == 0 or 0 < days <= measure.days:
                yield Measure(measure.name, days), (0, high)
        if low > 0:
            yield Measure("purchases", measure.days), (1, top)
            yield _BOUGHT, (0, measure.days or top)
        if measure.name == "purchases" and high == 1:
            yield Measure("spent", measure.days), (0, 1)
            if measure.days == 0:
                yield _BOUGHT, _NEVER
                yield _FIRST, _NEVER


def _nothing_in(windows: Iterable[int]) -> Iterator[tuple[Measure, Interval]]:
    for days in windows:
        yield Measure("purchases", days), (0, 1)


def _nothing_before(box: Mapping[Measure, Interval], high: int) -> Iterator[tuple[Measure, Interval]]:
    """All that was ever bought was bought since the first purchase: a window longer than that holds it all."""
    ever, spent = box.get(Measure("purchases")), box.get(Measure("spent"))
    for measure in list(box):
        if measure.days >= high and measure.name == "purchases" and ever is not None:
            yield measure, ever
        if measure.days >= high and measure.name == "spent" and spent is not None:
            yield measure, spent


def described(box: Box, space: Space, shown: Callable[[int], str]) -> str:
    """Who is in a box, in words, without what the rest of it implies; `shown` writes an amount of money. Of two that
    say the same, windows go before what was ever so, and `days since` before what is counted."""
    told = dict(box)
    for measure in sorted(box, key=lambda one: (-one.days, not one.name.startswith("days_since"), one.name)):
        rest = {one: allowed for one, allowed in told.items() if one != measure}
        closed = space.closed(rest)
        if closed is not None and closed.get(measure, space.full(measure)) == box[measure]:
            told = rest
    return ", ".join(_described(measure, told[measure], shown) for measure in sorted(told)) or "everybody"


def _described(measure: Measure, allowed: Allowed, shown: Callable[[int], str]) -> str:
    if isinstance(allowed, frozenset):
        return f"{measure} {' or '.join(_name(one) for one in sorted(allowed, reverse=True))}"
    low, high = allowed
    if allowed == _NEVER:
        return f"{str(measure).removeprefix('days since ')} never"
    number = shown if measure.name == "spent" else str
    below = f"below {number(high)}" if high < EVERYTHING[1] else ""
    least = f"at least {number(low)}" if low > 0 or not below else ""
    never = " or never" if low < 0 else ""
    return f"{measure} {' and '.join(part for part in (least, below) if part)}{never}"


def _name(name: str) -> str:
    return "any other" if name == OTHER else name or "none"


def _both(one: Interval, other: Interval) -> Interval:
    return max(one[0], other[0]), min(one[1], other[1])


def _within(one: Allowed, other: Allowed) -> Allowed:
    if isinstance(one, frozenset):
        assert isinstance(other, frozenset)
        return one & other
    assert isinstance(other, tuple)
    return _both(one, other)


def _outside(one: Allowed, other: Allowed) -> Iterator[Allowed]:
    """The parts of the one that the other does not allow."""
    if isinstance(one, frozenset):
        assert isinstance(other, frozenset)
        if one - other:
            yield one - other
        return
    assert isinstance(other, tuple)
    if one[0] < other[0]:
        yield one[0], min(one[1], other[0])
    if other[1] < one[1]:
        yield max(one[0], other[1]), one[1]
