"""What a rule may ask of a customer: each condition is about one measure, and all of a rule's must hold."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hub.domain.contact import VALUE_TIER
from hub.policies.sections import Section, Text

_LARGEST = 2**53 - 1
Count = Annotated[int, Field(ge=0, le=_LARGEST)]
Days = Annotated[int, Field(ge=1, le=36_600)]


def _listed(written: Any) -> Any:
    return [written] if isinstance(written, str) else written


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("names nothing: leave it out where anything will do")
    return names


Names = Annotated[tuple[Text, ...], Field(strict=False), BeforeValidator(_listed), AfterValidator(_some)]
"""One of these: `"B2B"`, or `["B2B", "B2G"]`."""
_WORD = re.compile(VALUE_TIER)


def _word(name: str) -> str:
    if not _WORD.fullmatch(name):
        raise ValueError(f"{name!r} is no name here: a lower-case word of letters, digits, - and _, at most 32")
    return name


Word = Annotated[str, AfterValidator(_word)]
"""A name that somebody gave to something of theirs."""


class Range(Section):
    """A number from `at_least` on, until just `below`. What was never there (days since a purchase of somebody who
    bought nothing) is in no range."""

    at_least: Count | None = None
    below: Annotated[int, Field(ge=1, le=_LARGEST)] | None = None

    @model_validator(mode="after")
    def _has_bounds(self) -> "Range":
        if self.at_least is None and self.below is None:
            raise ValueError("says nothing: write at_least, below, or both")
        if self.at_least is not None and self.below is not None and self.at_least >= self.below:
            raise ValueError(f"at_least {self.at_least} is not less than below {self.below}: no number is in between")
        return self

    @property
    def bounds(self) -> tuple[int, int]:
        """The first number in it, and the first that is not any more."""
        return self.at_least or 0, _LARGEST + 1 if self.below is None else self.below


class WindowedRange(Range):
    """The same of what happened in the last `within_days` days; without them, ever."""

    within_days: Days | None = None


class Measure(NamedTuple):
    """Something that can be said of every customer; `days`: of how many days, 0: ever; `of`: of what, where there are
    several of its kind: of which proposition, of which field of the profile."""

    name: str
    days: int = 0
    of: str = ""

    def __str__(self) -> str:
        text = self.name.replace("_", " ") + (f" {self.of}" if self.of else "")
        return f"{text} in {self.days} days" if self.days else text

    @property
    def domain(self) -> str:
        """What the names that it may be are listed under."""
        return f"{self.name}.{self.of}" if self.of else self.name


Interval = tuple[int, int]
"""From a number until just below another; -1 stands for what was never there."""
Allowed = Interval | frozenset[str]
"""What a condition allows: a range of numbers, or some of several names."""
EVERYTHING: Interval = (-1, _LARGEST + 1)
CHOICES = ("kind", "value_tier", "segment", "declared_value_tier", "declared_stage", "account")
"""Conditions on names; all others are on numbers."""
YES, NO = "yes", "no"


class When(Section):
    """The conditions of a rule; what is not named does not matter."""

    kind: Names | None = None
    """B2C, B2B, B2G: as declared, else the default."""
    value_tier: Names | None = None
    segment: Names | None = None
    """The operator's own."""
    declared_value_tier: Names | None = None
    declared_stage: Names | None = None
    account: bool | None = None
    """Whether they act for an account now."""
    purchases: WindowedRange | None = None
    """How many."""
    spent: WindowedRange | None = None
    """The sum of purchases in the policy's currency, in whole units as stored."""
    days_since_purchase: Range | None = None
    days_since_first_purchase: Range | None = None
    tenure_days: Range | None = None
    """Days since the hub first heard of them."""
    contacts: Range | None = None
    """How many they made, ever."""
    days_since_contact: Range | None = None

    @cached_property
    def conditions(self) -> tuple[tuple[Measure, Allowed], ...]:
        """What is asked of which measure, in the order of the fields."""
        return tuple(self._conditions())

    def _conditions(self) -> Iterator[tuple[Measure, Allowed]]:
        for name in type(self).model_fields:
            value = getattr(self, name)
            match value:
                case bool():
                    yield Measure(name), frozenset((YES if value else NO,))
                case tuple():
                    yield Measure(name), frozenset(value)
                case WindowedRange():
                    yield Measure(name, value.within_days or 0), value.bounds
                case Range():
                    yield Measure(name), value.bounds


def takes(allowed: Allowed, value: int | str) -> bool:
    """Whether a measured value is one of those allowed."""
    if isinstance(allowed, frozenset):
        return value in allowed
    return isinstance(value, int) and allowed[0] <= value < allowed[1]
