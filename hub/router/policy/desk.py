"""What desktops show of a policy that routing does not look at: the operator's calendar, and names in each language."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from hub.policies.sections import Section, Text
from hub.router.policy.fields import Tag


class Weekday(StrEnum):
    """Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


Days = Annotated[tuple[Annotated[Weekday, Field(strict=False)], ...], Field(strict=False)]
Named = dict[Text, dict[Tag, Text]]
"""By name, what it is called in each language."""


class Calendar(StrEnum):
    """By which dates are told first."""

    JALALI = "jalali"
    GREGORIAN = "gregorian"


class Locale(Section):
    """How the operator counts days; `languages`: those that agents work in, the usual one first."""

    calendar: Annotated[Calendar, Field(strict=False)] = Calendar.JALALI
    first_day: Annotated[Weekday, Field(strict=False)] = Weekday.SATURDAY
    weekend: Days = (Weekday.FRIDAY,)
    languages: Annotated[tuple[Tag, ...], Field(strict=False, min_length=1)] = ("fa", "en")


class Labels(Section):
    """What names of the policy are called where people read them; one without a label is shown as it is."""

    queues: Named = Field(default_factory=dict)
    away_reasons: Named = Field(default_factory=dict)
    wrap_up: Named = Field(default_factory=dict)
