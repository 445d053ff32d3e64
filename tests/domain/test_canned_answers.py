"""Canned answers: written once, changed by who knows what they change, and filled in the calendar of their language."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.canned.dates import day_in, jalali, time_in
from hub.domain.canned.state import Library, fold, remove, write
from hub.domain.canned.variables import VARIABLES, fill, unknown_in, used_in
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from tests.api.world import META

TEXTS = {"en": "Hello {customer.name}", "fa": "سلام {customer.name}"}


def written(history: list[Event], **more: Any) -> list[Event]:
    told = {"folder": "cards", "title": "Lost", "texts": TEXTS, "channels": (), "expected_version": None} | more
    return write(fold(history), "lost", **told, **META)


def test_it_says_what_was_written_last_and_saying_it_again_changes_nothing() -> None:
    history = written([])
    assert written(history) == []
    assert written(history, expected_version=7) == []
    for number, more in enumerate(
        [{"title": "x"}, {"folder": "x"}, {"texts": {"en": "x"}}, {"channels": (Channel.SMS,)}], 2
    ):
        history += written(history, **more)
        assert fold(history).answers["lost"].version == number
    one = fold(history).answers["lost"]
    assert (one.folder, one.title, one.texts, one.channels) == ("cards", "Lost", TEXTS, (Channel.SMS,))
    assert (one.written_at, one.written_by) == (META["at"], META["actor"])


def test_who_writes_over_somebody_elses_words_is_told() -> None:
    assert written([], expected_version=0)
    with pytest.raises(RefusedError, match="version 0, not 1"):
        written([], expected_version=1)
    history = written([])
    with pytest.raises(RefusedError, match="version 1, not 0"):
        written(history, title="x", expected_version=0)
    assert written(history, title="x", expected_version=1)


def test_what_is_removed_is_there_no_more_and_may_be_written_again() -> None:
    history = written([])
    with pytest.raises(RefusedError):
        remove(fold(history), "lost", 3, **META)
    history += remove(fold(history), "lost", 1, **META)
    assert fold(history) == Library({}, {"lost": 2})
    assert remove(fold(history), "lost", None, **META) == []
    with pytest.raises(NotFoundError):
        remove(fold(history), "found", None, **META)
    history += written(history, expected_version=2)
    assert fold(history).answers["lost"].version == 3


def test_an_unknown_variable_is_refused_with_its_place() -> None:
    with pytest.raises(InvalidError, match=r"line 2, column 5: there is no variable \{customer.nmae\}") as told:
        written([], texts={"en": "Hello", "fa": "one\ntwo {customer.nmae}"})
    assert told.value.field == "texts.fa"
    with pytest.raises(InvalidError) as told:
        written([], texts={"en": " "})
    assert told.value.field == "texts.en"


def test_braces_that_name_nothing_are_text() -> None:
    text = "{ } {} {1} {not a name} {{today}}"
    assert list(unknown_in(text)) == []
    assert used_in(text) == {"today"}
    assert fill(text, {"today": "Monday"}).text == "{ } {} {1} {not a name} {Monday}"


def test_what_is_not_known_stays_and_is_named_once() -> None:
    told = fill("{customer.name}, {today}: {case.number} {case.number}", {"today": "Monday", "customer.name": ""})
    assert told == ("{customer.name}, Monday: {case.number} {case.number}", ("customer.name", "case.number"))


@given(st.dictionaries(st.sampled_from(VARIABLES), st.sampled_from(["", "x", "{today}", "\\1"])))
def test_values_are_text_and_nothing_else(values: dict[str, str]) -> None:
    told = fill("|".join(f"{{{name}}}" for name in VARIABLES), values)
    assert told.text.split("|") == [values.get(name) or f"{{{name}}}" for name in VARIABLES]
    assert set(told.missing) == {name for name in VARIABLES if not values.get(name)}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(1979, 2, 11), (1357, 11, 22)), (date(2000, 2, 29), (1378, 12, 10)), (date(2017, 3, 20), (1395, 12, 30)),
        (date(2021, 3, 20), (1399, 12, 30)), (date(2021, 3, 21), (1400, 1, 1)), (date(2024, 3, 20), (1403, 1, 1)),
        (date(2025, 3, 20), (1403, 12, 30)), (date(2025, 3, 21), (1404, 1, 1)), (date(2026, 1, 5), (1404, 10, 15)),
        (date(2026, 9, 22), (1405, 6, 31)), (date(2026, 9, 23), (1405, 7, 1)),
    ],
)  # fmt: skip
def test_known_days_of_the_solar_hijri_calendar(day: date, expected: tuple[int, int, int]) -> None:
    assert jalali(day) == expected


@given(st.dates(date(1800, 4, 1), date(2100, 1, 1)))
def test_each_day_is_one_day_after_the_one_before(day: date) -> None:
    year, month, number = jalali(day)
    after = jalali(day + timedelta(days=1))
    longest = 31 if month <= 6 else 30
    ends = {(year, month + 1, 1)} if month < 12 else {(year + 1, 1, 1)}
    allowed = {(year, month, number + 1)} if number < (29 if month == 12 else longest) else ends
    if (month, number) == (12, 29):
        allowed |= {(year, 12, 30)}
    assert after in allowed


def test_days_and_hours_are_told_in_the_language() -> None:
    assert day_in("fa", date(2026, 1, 5)) == "۱۵ دی ۱۴۰۴"
    assert day_in("fa-IR", date(2026, 3, 21)) == "۱ فروردین ۱۴۰۵"
    assert day_in("en-GB", date(2026, 1, 5)) == "5 January 2026"
    assert day_in("de", date(2026, 1, 5)) == "2026-01-05"
    assert (time_in("fa", time(15, 30)), time_in("en", time(9, 5))) == ("۱۵:۳۰", "09:05")
