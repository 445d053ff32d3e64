"""The section `[quiet_hours]` of a path policy: when nobody is contacted who did not ask for it."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, Field, PlainValidator, model_validator

from hub.policies.findings import Problem, Remark, Severity
from hub.policies.hours import WEEKDAYS, Hours, Span
from hub.policies.sections import Section, Text
from hub.policies.times import Day, TimeZone

_DAY = 24 * 60
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24(?=:00)):([0-5]\d)")
_PREFIX = re.compile(r"\+[1-9]\d{0,6}")
_PLACE = "quiet_hours"


class QuietSpan(NamedTuple):
    """From `start` until just before `end`, in minutes since midnight; an end beyond 24:00 is on the day after."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_shown(self.start)}-{_shown(self.end if self.end <= _DAY else self.end - _DAY)}"


def quiet_span(text: str) -> QuietSpan:
    """The time that `21:00-09:00` says: where the end is not after the start it is on the next morning. Raises
    ValueError that says what to write."""
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f'{text!r} is no time of quiet: write it like "21:00-09:00", or "00:00-24:00" for a whole day')
    hour, minute, end_hour, end_minute = map(int, found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if start == end:
        raise ValueError(f"{text!r} is empty: leave it out, or write 00:00-24:00 for the whole day")
    return QuietSpan(start, end if end > start else end + _DAY)


def _quiet_spans(written: object) -> tuple[QuietSpan, ...]:
    if isinstance(written, list) and all(isinstance(one, str) for one in written):
        return tuple(quiet_span(one) for one in written)
    raise ValueError(f'{written!r} is not a list of times of quiet: write it like ["21:00-09:00"]')


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        raise ValueError(f"{text!r} is not how a phone number begins: write it like +7 or +61")
    return text


QuietSpans = Annotated[tuple[QuietSpan, ...], PlainValidator(_quiet_spans)]
Prefix = Annotated[str, AfterValidator(_prefix)]


class QuietDay(Section):
    """A date on which it is quiet at more times than on its weekday: all day, if nothing else is said."""

    name: Text
    quiet: QuietSpans = (QuietSpan(0, _DAY),)

    @model_validator(mode="before")
    @classmethod
    def _read(cls, written: Any) -> Any:
        return {"name": written} if isinstance(written, str) else written


class QuietHours(Section):
    """Times of quiet, each from the day it is written for, over midnight if it says so. Those of a weekday and those of
    a holiday come on top of the daily ones: no entry takes quiet away."""

    time_zone: TimeZone | None = None
    """Where customers are of whom nothing else says it; None: nobody can say, and they are left in peace."""
    daily: QuietSpans = (QuietSpan(21 * 60, 33 * 60),)
    monday: QuietSpans = ()
    tuesday: QuietSpans = ()
    wednesday: QuietSpans = ()
    thursday: QuietSpans = ()
    friday: QuietSpans = ()
    saturday: QuietSpans = ()
    sunday: QuietSpans = ()
    holidays: dict[Day, QuietDay] = Field(default_factory=dict)
    zones: dict[Prefix, TimeZone] = Field(default_factory=dict)
    """By how a phone number begins: of numbers that may be in several zones, and against what the number says."""

    def not_quiet(self) -> Hours | None:
        """When it is not quiet, on the wall of any zone; None: it never is."""
        hours = self.open_hours()
        return hours if hours.holidays or any(spans != (Span(0, _DAY),) for spans in hours.week) else None

    def open_hours(self) -> Hours:
        """The same, also where that is always."""
        week: list[list[Span]] = [[] for _ in WEEKDAYS]
        for number, weekday in enumerate(WEEKDAYS):
            for span in (*self.daily, *getattr(self, weekday)):
                for later, part in _parts(span):
                    week[(number + later) % 7].append(part)
        dated: dict[date, list[Span]] = {}
        for day, holiday in self.holidays.items():
            for span in holiday.quiet:
                for later, part in _parts(span):
                    dated.setdefault(day + timedelta(days=later), []).append(part)
        holidays = {day: _between((*week[day.weekday()], *parts)) for day, parts in dated.items()}
        return Hours(week=tuple(map(_between, week)), holidays=holidays)


def quiet_problems(section: QuietHours) -> Iterator[Problem]:
    """What nobody could ever be contacted with."""
    if not any(section.open_hours().week):
        yield (
            (_PLACE,),
            "it is quiet all week: nobody could ever be contacted unasked; leave a time open",
        )


def quiet_remarks(section: QuietHours) -> Iterator[Remark]:
    """What does nothing, or holds more than its author may think."""
    if section.model_fields_set and section.time_zone is None:
        message = "no time_zone: mail, chat and whoever's own zone nobody knows are never written to unasked"
        yield Severity.WARNING, (_PLACE,), message
    always = section.open_hours()
    for day, holiday in section.holidays.items():
        only = section.model_copy(update={"holidays": {day: holiday}}).open_hours()
        if all(spans == always.week[one.weekday()] for one, spans in only.holidays.items()):
            yield Severity.WARNING, (_PLACE, "holidays", str(day)), "changes nothing: it is quiet then anyway"


def _parts(span: QuietSpan) -> Iterator[tuple[int, Span]]:
    """Of the day itself (0) and of the one after (1)."""
    yield 0, Span(span.start, min(span.end, _DAY))
    if span.end > _DAY:
        yield 1, Span(0, span.end - _DAY)


def _between(quiet: Sequence[Span]) -> tuple[Span, ...]:
    """What is left of a day."""
    left: list[Span] = []
    begins = 0
    for start, end in sorted(quiet):
        if start > begins:
            left.append(Span(begins, start))
        begins = max(begins, end)
    return (*left, Span(begins, _DAY)) if begins < _DAY else tuple(left)


def _shown(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
