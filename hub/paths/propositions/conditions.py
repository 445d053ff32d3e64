"""What a proposition may ask of a customer: all that other rules may, and what is known only once those are decided."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from hub.domain.grant.events import Response
from hub.paths.policy.conditions import NO, YES, Allowed, Days, Measure, Names, Range, When, Word
from hub.policies.sections import Section

NONE = "none"
"""What somebody answered who did not answer."""
ANSWERS = (Response.ACCEPTED.value, Response.DECLINED.value, Response.DEFERRED.value, NONE)


def _listed(written: object) -> object:
    return [written] if isinstance(written, str) else written


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("names nothing: leave it out where anything will do")
    return names


Answers = Annotated[
    tuple[Literal["accepted", "declined", "deferred", "none"], ...],
    Field(strict=False),
    BeforeValidator(_listed),
    AfterValidator(_some),
]


Values = Annotated[tuple[str, ...], Field(strict=False), BeforeValidator(_listed), AfterValidator(_some)]
"""What a field of the profile may hold; empty: nobody said."""


class Answered(Section):
    """What they said last to a proposition, in the last `within_days` days; without them, ever. Who said nothing, or
    not lately, said `none`."""

    last: Answers
    within_days: Days | None = None


class FitWhen(When):
    """The conditions under which a proposition fits; what is not named does not matter."""

    stage: Names | None = None
    """Of the lifecycle."""
    case_severity: Range | None = None
    """Of the worst open case, 1 to 4; 0: there is none."""
    holds: dict[Word, bool] | None = None
    """By proposition, whether a grant of it stands."""
    answered: dict[Word, Answered] | None = None
    """By proposition."""
    profile: dict[str, Values] | None = None
    """By field of the profile, what it may hold."""
    profile_number: dict[str, Range] | None = None
    """The same of integers and money; who did not say is in no range."""

    def _conditions(self) -> Iterator[tuple[Measure, Allowed]]:
        yield from super()._conditions()
        for proposition, holds in (self.holds or {}).items():
            yield Measure("holds", of=proposition), frozenset((YES if holds else NO,))
        for proposition, answered in (self.answered or {}).items():
            yield Measure("answered", answered.within_days or 0, proposition), frozenset(answered.last)
        for field, names in (self.profile or {}).items():
            yield Measure("profile", of=field), frozenset(names)
        for field, numbers in (self.profile_number or {}).items():
            yield Measure("profile_number", of=field), numbers.bounds
