"""A queue is open when the clock on the wall there says so, whatever daylight saving does."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.policies.hours import SEARCHED, Hours, Span, is_open, next_change, next_open, spans_of, zone_of

PARIS = zone_of("Europe/Paris")
OFFICE = Hours(PARIS, (spans_of(["08:00-12:00", "13:00-17:00"]),) * 5 + ((),) * 2)
NIGHT = Hours(PARIS, (spans_of(["01:30-02:30"]),) * 7)


def at(text, zone=PARIS, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-03-02 07:59:59", False),
        ("2026-03-02 08:00:00", True),
        ("2026-03-02 11:59:59", True),
        ("2026-03-02 12:00:00", False),
        ("2026-03-02 13:00:00", True),
        ("2026-03-02 17:00:00", False),
        ("2026-03-07 10:00:00", False),
    ],
)
def test_open_from_the_first_minute_until_just_before_the_last(moment, expected):
    assert is_open(OFFICE, at(moment)) is expected


def test_any_clock_may_ask():
    assert is_open(OFFICE, datetime(2026, 3, 2, 7, 0, tzinfo=UTC))
    assert is_open(OFFICE, at("2026-03-02 02:00", zone_of("America/New_York")))
    assert not is_open(OFFICE, at("2026-03-02 08:00", zone_of("America/New_York")) + timedelta(hours=4))


def test_the_whole_week_may_be_open_and_then_nothing_changes():
    always = Hours(UTC, (spans_of(["00:00-24:00"]),) * 7)

    assert is_open(always, at("2026-03-02 23:59:59", UTC))
    assert next_change(always, at("2026-03-02 12:00", UTC)) is None
    assert next_open(always, at("2026-03-02 12:00")) == at("2026-03-02 12:00")


def test_what_never_opens_has_no_next_time():
    assert next_open(Hours(), at("2026-03-02 12:00")) is None


def test_it_opens_after_the_break_after_the_weekend_and_at_once():
    assert next_open(OFFICE, at("2026-03-02 12:30")) == at("2026-03-02 13:00")
    assert next_open(OFFICE, at("2026-03-06 17:00")) == at("2026-03-09 08:00")
    assert next_open(OFFICE, at("2026-03-06 16:59")) == at("2026-03-06 16:59")
    assert next_change(OFFICE, at("2026-03-06 16:59")) == at("2026-03-06 17:00")


def test_holidays_stand_before_weekdays():
    holidays = {date(2026, 3, 3): (), date(2026, 3, 7): spans_of(["09:00-10:00"])}
    hours = Hours(OFFICE.zone, OFFICE.week, holidays)

    assert not is_open(hours, at("2026-03-03 10:00"))
    assert next_open(hours, at("2026-03-02 17:00")) == at("2026-03-04 08:00")
    assert is_open(hours, at("2026-03-07 09:30"))
    assert next_change(hours, at("2026-03-07 09:30")) == at("2026-03-07 10:00")


def test_an_opening_that_daylight_saving_skips_happens_when_the_clocks_are_changed():
    skipped = Hours(PARIS, (spans_of(["02:30-04:00"]),) * 7)

    assert next_open(skipped, at("2026-03-29 00:00")) == at("2026-03-29 03:00")
    assert not is_open(skipped, at("2026-03-29 03:00") - timedelta(seconds=1))


def test_an_hour_that_daylight_saving_skips_never_was():
    gone = Hours(PARIS, (spans_of(["02:00-03:00"]),) * 7)

    assert next_open(gone, at("2026-03-28 03:00")) == at("2026-03-30 02:00")


def test_an_hour_that_daylight_saving_repeats_is_open_twice():
    moment = at("2026-10-25 00:00")
    changes = []
    for _ in range(4):
        moment = next_change(NIGHT, moment)
        changes.append(moment)

    clocks_changed = at("2026-10-25 02:00", fold=1)
    assert changes == [
        at("2026-10-25 01:30"),
        at("2026-10-25 02:30", fold=0),
        clocks_changed,
        at("2026-10-25 02:30", fold=1),
    ]


def test_the_search_ends_after_a_year():
    day = date(2028, 3, 2)
    far = Hours(UTC, holidays={day: spans_of(["08:00-09:00"])})
    opens = datetime.combine(day, time(8), UTC)

    assert next_open(far, opens - SEARCHED + timedelta(hours=1)) == opens
    assert next_open(far, opens - SEARCHED - timedelta(days=10)) is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["8:00-12:00"], "'8:00-12:00' is not a part of a day: write it like"),
        (["08:00-25:00"], "is not a part of a day"),
        (["08:00-24:30"], "goes beyond 24:00"),
        (["24:00-24:00"], "is empty"),
        (["22:00-02:00"], 'over midnight write "22:00-24:00", and "00:00-02:00" on the next day'),
        (["22:00-00:00"], 'over midnight write "22:00-24:00"$'),
        (["08:00-12:00", "11:00-13:00"], "08:00-12:00 and 11:00-13:00 overlap: write them as one"),
    ],
)
def test_what_is_no_part_of_a_day_is_refused_with_advice(texts, expected):
    with pytest.raises(ValueError, match=expected):
        spans_of(texts)


def test_parts_of_a_day_may_be_written_in_any_order():
    assert spans_of(["13:00-24:00", "08:00-13:00"]) == (Span(480, 780), Span(780, 1440))


@pytest.mark.parametrize("name", ["", "Paris", "Europe", "../etc/passwd", "Europe/Nowhere"])
def test_a_time_zone_nobody_knows_is_refused(name):
    with pytest.raises(ValueError, match="there is no time zone"):
        zone_of(name)


ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Tehran", "Australia/Lord_Howe", "America/Havana"]
CLOCK_CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC), datetime(2026, 10, 3, 15, tzinfo=UTC),
    datetime(2026, 11, 1, 5, tzinfo=UTC), datetime(2026, 6, 15, 12, tzinfo=UTC),
]  # fmt: skip
DAYS = st.lists(st.integers(0, 48), min_size=0, max_size=4, unique=True).map(
    lambda halves: tuple(Span(start * 30, end * 30) for start, end in zip(*[iter(sorted(halves))] * 2, strict=False))
)


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), week=st.tuples(*[DAYS] * 7), near=st.sampled_from(CLOCK_CHANGES),
       minutes=st.integers(-2880, 600))  # fmt: skip
def test_the_next_change_is_the_first_minute_at_which_the_wall_says_otherwise(zone, week, near, minutes):
    hours = Hours(zone_of(zone), week)
    start = near + timedelta(minutes=minutes)

    def says(moment):
        local = moment.astimezone(hours.zone)
        return any(one.start <= local.hour * 60 + local.minute < one.end for one in week[local.weekday()])

    ahead = (start + timedelta(minutes=minute) for minute in range(1, 2 * 1440))
    expected = next((moment for moment in ahead if says(moment) != says(start)), None)
    found = next_change(hours, start)

    assert is_open(hours, start) == says(start)
    if expected is None:
        assert found is None or found >= start + timedelta(days=2) - timedelta(minutes=1)
    else:
        assert found == expected
