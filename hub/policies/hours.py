"""Hours of the week: when something is open by the clock on the wall there, whatever daylight saving does to it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEARCHED = timedelta(days=366)
"""How far ahead the next change is looked for."""

_DAY = 24 * 60
_CHUNK = timedelta(days=1)
"""So much is looked at first, then twice as much each time: most hours change within a day."""
_SPAN = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


class Span(NamedTuple):
    """A part of one day, in minutes since midnight on the wall: from `start` until just before `end`."""

    start: int
    end: int

    def __str__(self) -> str:
        return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in self)


@dataclass(frozen=True, slots=True)
class Hours:
    """When it is open: by weekday (monday first), but on the dates of `holidays` as said there."""

    zone: tzinfo = UTC
    week: tuple[tuple[Span, ...], ...] = ((),) * 7
    holidays: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)


def spans_of(texts: Sequence[str]) -> tuple[Span, ...]:
    """The parts of a day that `["08:00-12:00", "13:00-17:00"]` says. Raises ValueError that says what to write."""
    spans, wrong = [], []
    for text in texts:
        try:
            spans.append(_span(text))
        except ValueError as error:
            wrong.append(str(error))
    spans.sort()
    for before, after in pairwise(spans):
        if after.start < before.end:
            wrong.append(f"{before} and {after} overlap: write them as one")
    if wrong:
        raise ValueError("; ".join(wrong))
    return tuple(spans)


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f'{text!r} is not a part of a day: write it like "08:00-17:30"')
    hour, minute, end_hour, end_minute = map(int, found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if max(start, end) > _DAY:
        raise ValueError(f"{text!r} goes beyond 24:00, the end of the day")
    if start == end:
        raise ValueError(f"{text!r} is empty: leave it out, or write 00:00-24:00 for the whole day")
    if end < start:
        ends = f', and "00:00-{text[6:]}" on the next day' if end else ""
        raise ValueError(f'{text!r} ends before it begins: over midnight write "{text[:5]}-24:00"{ends}')
    return Span(start, end)


def zone_of(name: str) -> tzinfo:
    """The time zone of an IANA name such as Europe/Paris. Raises ValueError."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}: use an IANA name such as Europe/Paris or UTC") from None


def is_open(hours: Hours, moment: datetime) -> bool:
    """Whether the clock on the wall shows an open time at this moment (aware)."""
    return is_open_on_wall(hours, moment.astimezone(hours.zone))


def is_open_on_wall(hours: Hours, local: datetime) -> bool:
    """Whether a clock that shows this, in the zone of the hours, shows an open time."""
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in _spans_on(hours, local.date()))


def next_change(hours: Hours, moment: datetime) -> datetime | None:
    """The first moment after this one at which it opens, if it is closed, or closes, if it is open, in UTC. None: it
    stays as it is for a year. An hour that daylight saving repeats opens and closes twice, one it skips never was."""
    now = is_open(hours, moment)
    start, end, chunk = moment.astimezone(UTC), moment.astimezone(UTC) + SEARCHED, _CHUNK
    while start < end:
        until = min(start + chunk, end)
        for candidate in sorted(_candidates(hours, start, until)):
            if is_open(hours, candidate) != now:
                return candidate
        start, chunk = until, 2 * chunk
    return None


def next_open(hours: Hours, moment: datetime) -> datetime | None:
    """When it is open next, in UTC: the moment itself if it is open then. None: not within a year."""
    return moment.astimezone(UTC) if is_open(hours, moment) else next_change(hours, moment)


def _spans_on(hours: Hours, day: date) -> tuple[Span, ...]:
    holiday = hours.holidays.get(day)
    return hours.week[day.weekday()] if holiday is None else holiday


def _candidates(hours: Hours, after: datetime, until: datetime) -> Iterator[datetime]:
    """Every moment in (after, until] at which it may open or close: all bounds of all days, each in both of the
    hours that daylight saving may repeat, and the moments at which the clocks are changed."""
    day = after.astimezone(hours.zone).date() - timedelta(days=1)
    last = until.astimezone(hours.zone).date() + timedelta(days=1)
    while day <= last:
        for minute in {bound for span in _spans_on(hours, day) for bound in span}:
            wall = datetime.combine(day, time(), hours.zone) + timedelta(minutes=minute)
            for moment in (wall.replace(fold=0).astimezone(UTC), wall.replace(fold=1).astimezone(UTC)):
                if after < moment <= until:
                    yield moment
        day += timedelta(days=1)
    yield from _clock_changes(hours.zone, after, until)


def _clock_changes(zone: tzinfo, after: datetime, until: datetime) -> Iterator[datetime]:
    start = after
    while start < until:
        end = min(start + timedelta(days=1), until)
        if _offset(zone, start) != _offset(zone, end):
            yield _change_between(zone, start, end)
        start = end


def _change_between(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The moment, to the second, at which the clocks are changed between these two."""
    low, high = int(before.timestamp()), int(after.timestamp()) + 1
    old = _offset(zone, before)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _offset(zone: tzinfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
