"""The times of one recorded call: parsed, checked against its durations, carried over midnight."""

import math
import re
from collections.abc import Callable
from collections.abc import Mapping as Table
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from hub.calls.mapping import MOMENTS, Mapping
from hub.calls.sources import DurationSource
from hub.tables.moments import YEARS, timestamp_reader
from hub.tables.rows import BadValueError, Cells
from hub.tables.sources import TimeSource, read_moment

DAY = 86_400
HALF_DAY = DAY // 2


class Timeline(NamedTuple):
    """When a call came in, when it began to wait, how long it waited and was spoken, in seconds."""

    entered_at: datetime
    queued_at: datetime
    wait: float
    talk: float


class _Span(NamedTuple):
    start: str
    end: str
    length: str


MENU = _Span("entered_at", "menu_left_at", "menu")
WAIT = _Span("queued_at", "queue_left_at", "wait")
TALK = _Span("answered_at", "ended_at", "talk")
_HMS = re.compile(r"([01]?\d|2[0-3]):([0-5]?\d):([0-5]?\d)", re.ASCII)
_LENGTH_OF = {moment: span.length for span in (MENU, WAIT, TALK) for moment in span[:2]}


class TimelineParser:
    """Parses the times of one file's rows. `index`: place of each column.

    A moment is a number of seconds, in the local day for times of day, since 1970 for timestamps: only differences
    are looked at until the very end.
    """

    def __init__(self, mapping: Mapping, index: Table[str, int]) -> None:
        times, durations = mapping.times, mapping.durations
        self._zone = mapping.zone
        self._tolerance = durations.tolerance_seconds
        self._longest = durations.longest_seconds
        self._of_day = times.entered_at.is_time_of_day
        self._rolls = self._of_day and times.past_midnight == "next day"
        self._sources = {name: one for name in MOMENTS if (one := getattr(times, name))}
        self._lengths = {name: one for name in ("menu", "wait", "talk") if (one := getattr(durations, name))}
        self._index = index
        readers = {
            form: lru_cache(maxsize=2 * DAY)(_time_of_day(form))
            if self._of_day
            else timestamp_reader(form, mapping.zone)
            for form in {one.format for one in self._sources.values()}
        }
        self._read_moment = {name: readers[one.format] for name, one in self._sources.items()}
        self._date = times.date
        self._read_date = lru_cache(maxsize=1000)(_date_reader(times.date)) if times.date else None

    def parse(self, cells: Cells, *, answered: bool) -> Timeline:
        """The call's times. Raises BadValueError for lengths below 0 and times that can't be."""
        lengths = {name: self._length(cells, source) for name, source in self._lengths.items()}
        moments = {name: self._moment(cells, name, lengths) for name in self._sources}
        entered = moments["entered_at"]
        if entered is None:
            raise BadValueError(self._sources["entered_at"].column, "is empty: when did the call come in?")
        menu = self._agreed(MENU, moments, lengths)
        wait = self._agreed(WAIT, moments, lengths)
        talk = self._agreed(TALK, moments, lengths)
        since = {name: self._since(entered, value, name) for name, value in moments.items() if value is not None}
        queued = since.get("queued_at", since.get("menu_left_at", menu or 0.0))
        if wait is None:
            wait = self._gap(since, queued, "answered_at" if answered else "ended_at")
        if talk is None:
            talk = self._gap(since, since.get("answered_at", queued + wait), "ended_at")
        entered_at = self._moment_utc(cells, entered)
        try:
            queued_at = entered_at + timedelta(seconds=queued)
        except OverflowError:
            raise BadValueError("queued_at", "is beyond the calendar") from None
        return Timeline(entered_at, queued_at, wait, talk)

    def _length(self, cells: Cells, source: DurationSource) -> float | None:
        text = cells[self._index[source.column]].strip()
        if not text:
            return None
        try:
            length = _UNITS[source.unit](text)
        except ValueError:
            raise BadValueError(source.column, f"{text!r} is no duration in {source.unit}") from None
        if length < 0:
            raise BadValueError(source.column, f"negative duration {text}")
        if not length <= self._longest:
            raise BadValueError(source.column, f"duration {text} is longer than {self._longest:g} s")
        return length

    def _moment(self, cells: Cells, name: str, lengths: Table[str, float | None]) -> float | None:
        source = self._sources[name]
        text = cells[self._index[source.column]].strip()
        if not text or (text in source.none and not lengths.get(_LENGTH_OF[name])):
            return None
        try:
            return self._read_moment[name](text)
        except (ValueError, OverflowError, OSError):
            raise BadValueError(source.column, f"impossible time {text!r}, wanted as {source.format}") from None

    def _agreed(
        self, span: _Span, moments: Table[str, float | None], lengths: Table[str, float | None]
    ) -> float | None:
        """The length of a span by its times or its duration, which must agree where both are there."""
        start, end, given = moments.get(span.start), moments.get(span.end), lengths.get(span.length)
        if start is None or end is None:
            return given
        gap = end - start
        if self._rolls and gap < 0 and (gap + DAY <= HALF_DAY or (given is not None and self._equal(gap + DAY, given))):
            gap += DAY
        columns = self._sources[span.end].column, self._sources[span.start].column
        if given is not None:
            if not self._equal(gap, given):
                length = self._lengths[span.length].column
                raise BadValueError(
                    columns[0], f"impossible time: {gap:g} s after {columns[1]}, but {length} says {given:g} s"
                )
            return given
        if gap < -self._tolerance or gap > self._longest:
            raise BadValueError(columns[0], f"impossible time: {gap:g} s after {columns[1]}")
        return max(gap, 0.0)

    def _equal(self, gap: float, given: float) -> bool:
        return abs(gap - given) <= self._tolerance

    def _since(self, entered: float, moment: float, name: str) -> float:
        """Seconds since the call came in."""
        gap = moment - entered
        if self._rolls and gap < 0 and gap + DAY <= HALF_DAY:
            gap += DAY
        if gap < -self._tolerance:
            columns = self._sources[name].column, self._sources["entered_at"].column
            raise BadValueError(columns[0], f"impossible time: {-gap:g} s before the call came in ({columns[1]})")
        return max(gap, 0.0)

    def _gap(self, since: Table[str, float], start: float, end: str) -> float:
        gap = since.get(end, start) - start
        if gap < -self._tolerance or gap > self._longest:
            raise BadValueError(self._sources[end].column, f"impossible time: {gap:g} s after the step before it")
        return max(gap, 0.0)

    def _moment_utc(self, cells: Cells, entered: float) -> datetime:
        if self._date is None or self._read_date is None:
            return datetime.fromtimestamp(entered, UTC)
        text = cells[self._index[self._date.column]].strip()
        try:
            local = self._read_date(text) + timedelta(seconds=entered)
            return local.replace(tzinfo=self._zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise BadValueError(self._date.column, f"impossible date {text!r}, wanted as {self._date.format}") from None


def _date_reader(source: TimeSource) -> Callable[[str], datetime]:
    def read(text: str) -> datetime:
        day = read_moment(text, source.format)
        if day.year not in YEARS:
            raise ValueError("beyond all calls")
        return day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)

    return read


def _time_of_day(form: str) -> Callable[[str], float]:
    if form == "%H:%M:%S":
        return _hours_minutes_seconds

    def read(text: str) -> float:
        moment = read_moment(text, form)
        return moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6

    return read


def _hours_minutes_seconds(text: str) -> float:
    """What strptime would say, in a tenth of its time."""
    found = _HMS.fullmatch(text)
    if found is None:
        raise ValueError("no h:mm:ss")
    hours, minutes, seconds = map(int, found.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def _number(text: str) -> float:
    value = float(text.replace(",", ".") if "." not in text else text)
    if not math.isfinite(value):
        raise ValueError("no length")
    return value


def _clock(text: str) -> float:
    parts = text.removeprefix("-").split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        raise ValueError("no h:mm:ss")
    total = 0
    for part in parts:
        total = total * 60 + int(part)
    return -float(total) if text.startswith("-") else float(total)


_UNITS: Table[str, Callable[[str], float]] = {
    "seconds": _number,
    "milliseconds": lambda text: _number(text) / 1000,
    "minutes": lambda text: _number(text) * 60,
    "clock": _clock,
}
