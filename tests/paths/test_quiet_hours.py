"""Given the clock on the customer's wall, when it is quiet there, then nobody is contacted unasked."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.domain.customer.consent.events import PreferenceChanged, PreferredHours
from hub.domain.customer.consent.point import ContactPoint
from hub.domain.customer.spelling.zones import zones_of_phone
from hub.paths.consent.purposes import Gate
from hub.paths.gates.time import quiet_hours_gate
from hub.paths.gates.verdict import Inputs, Reason, Verdict
from hub.paths.time.preferred import preferred_hours
from hub.paths.time.section import QuietHours, quiet_problems, quiet_remarks, quiet_span
from hub.paths.time.zones import Zone, zone_of_point
from hub.policies.findings import Severity
from hub.policies.hours import zone_of
from tests.domain.consents import fact

TEHRAN, PARIS, NEW_YORK = "Asia/Tehran", "Europe/Paris", "America/New_York"
NIGHT = 'daily = ["21:00-09:00"]\n'


def section(text: str) -> QuietHours:
    return QuietHours.model_validate(tomllib.loads(text))


def at(text: str, zone: str = TEHRAN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone_of(zone), fold=fold).astimezone(UTC)


def asked(text: str, moment: datetime, zone: str = TEHRAN, preferred: PreferenceChanged | None = None) -> Verdict:
    known = Zone(zone, "number") if zone else Zone("", "nobody")
    return quiet_hours_gate(section(text).not_quiet(), known, preferred_hours(preferred), moment)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        ("2026-03-02 20:59:59", True, None),
        ("2026-03-02 21:00:00", False, "2026-03-03 09:00"),
        ("2026-03-02 23:59:59", False, "2026-03-03 09:00"),
        ("2026-03-03 00:00:00", False, "2026-03-03 09:00"),
        ("2026-03-03 08:59:59", False, "2026-03-03 09:00"),
        ("2026-03-03 09:00:00", True, None),
        ("2026-03-03 12:00:00", True, None),
    ],
)
def test_an_overnight_window_is_the_night_and_not_the_day(moment: str, is_open: bool, opens: str | None) -> None:
    """Mautic #9769 took 21:00 to 09:00 for the day."""
    verdict = asked(NIGHT, at(moment))
    assert verdict.is_open is is_open
    assert verdict.reason == (Reason.OPEN_HOURS if is_open else Reason.QUIET_HOURS)
    assert verdict.opens_at == (at(opens) if opens else None)


def test_nobody_is_contacted_where_nobody_knows_what_time_it_is() -> None:
    """Adobe and AWS send when the time zone is unknown."""
    verdict = asked(NIGHT, at("2026-03-02 12:00"), zone="")
    because: Inputs = {"zone": None, "because": "nobody"}
    assert verdict == Verdict(Gate.QUIET_HOURS, False, Reason.UNKNOWN_ZONE, because)


def test_where_it_is_never_quiet_no_zone_is_needed() -> None:
    verdict = asked("daily = []", at("2026-03-02 03:00"), zone="")
    assert verdict == Verdict(Gate.QUIET_HOURS, True, Reason.OPEN_HOURS)


def test_it_is_the_clock_there_that_counts() -> None:
    noon_in_tehran = at("2026-03-02 12:00")
    assert asked(NIGHT, noon_in_tehran, TEHRAN).is_open
    verdict = asked(NIGHT, noon_in_tehran, NEW_YORK)
    inputs: Inputs = {"zone": NEW_YORK, "said_by": "number", "local": "2026-03-02T03:30-05:00"}
    morning = at("2026-03-02 09:00", NEW_YORK)
    assert verdict == Verdict(Gate.QUIET_HOURS, False, Reason.QUIET_HOURS, inputs, morning)


def test_a_weekday_is_quiet_on_top_of_every_day() -> None:
    weekend = NIGHT + 'friday = ["00:00-24:00"]\nthursday = ["18:00-24:00"]\n'
    verdict = asked(weekend, at("2026-03-05 18:00"))
    assert (verdict.is_open, verdict.opens_at) == (False, at("2026-03-07 09:00"))
    assert asked(weekend, at("2026-03-05 17:59")).is_open


def test_an_overnight_window_of_one_weekday_ends_on_the_next_morning() -> None:
    sunday = 'daily = []\nsunday = ["22:00-07:00"]\n'
    assert asked(sunday, at("2026-03-01 06:59")).is_open
    assert asked(sunday, at("2026-03-01 22:00")).opens_at == at("2026-03-02 07:00")
    assert not asked(sunday, at("2026-03-02 06:59")).is_open
    assert asked(sunday, at("2026-03-02 22:00")).is_open


def test_a_holiday_is_quiet_all_day_and_the_night_before_and_after_stay_quiet() -> None:
    nowruz = NIGHT + '[holidays]\n2026-03-21 = "Nowruz"\n'.replace("2026-03-21", '"2026-03-21"')
    verdict = asked(nowruz, at("2026-03-20 21:00"))
    assert (verdict.is_open, verdict.opens_at) == (False, at("2026-03-22 09:00"))
    evening = NIGHT + '[holidays]\n"2026-12-31" = { name = "New Year", quiet = ["18:00-12:00"] }\n'
    assert asked(evening, at("2026-12-31 18:00")).opens_at == at("2027-01-01 12:00")
    assert asked(evening, at("2026-12-31 17:59")).is_open


class TestDaylightSaving:
    """Paris: on 2026-03-29 02:00 becomes 03:00, on 2026-10-25 03:00 becomes 02:00."""

    def test_an_end_that_never_was_comes_when_the_clocks_are_changed(self) -> None:
        verdict = asked('daily = ["22:00-02:30"]', at("2026-03-28 23:00", PARIS), PARIS)
        assert verdict.opens_at == datetime(2026, 3, 29, 1, tzinfo=UTC)

    def test_an_end_that_comes_twice_is_quiet_again_after_the_first(self) -> None:
        text = 'daily = ["22:00-02:30"]'
        first = at("2026-10-25 02:30", PARIS)
        assert asked(text, at("2026-10-25 01:00", PARIS), PARIS).opens_at == first
        assert asked(text, first, PARIS).is_open
        again = at("2026-10-25 02:00", PARIS, fold=1)
        assert asked(text, again - timedelta(seconds=1), PARIS).is_open
        assert asked(text, again, PARIS).opens_at == at("2026-10-25 02:30", PARIS, fold=1)

    @pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
    def test_the_night_ends_at_nine_on_the_wall_whatever_its_length(self, day: str) -> None:
        before = at(f"{day} 00:30", PARIS)
        assert asked(NIGHT, before, PARIS).opens_at == at(f"{day} 09:00", PARIS)


class TestPreferredHours:
    EVENINGS = (PreferredHours(days=(1, 2, 3, 4, 5), start="17:00", end="20:00"),)

    def said(self, hours: tuple[PreferredHours, ...], zone: str = TEHRAN) -> PreferenceChanged:
        return PreferenceChanged(**fact(at("2026-01-01 12:00")), hours=hours, time_zone=zone)

    def test_who_asked_for_certain_hours_is_contacted_then(self) -> None:
        preference = self.said(self.EVENINGS)
        verdict = asked(NIGHT, at("2026-03-06 20:00"), preferred=preference)
        inputs: dict[str, Any] = {"zone": TEHRAN, "said_by": "number", "local": "2026-03-06T20:00+03:30"}
        monday = at("2026-03-09 17:00")
        assert verdict == Verdict(Gate.QUIET_HOURS, False, Reason.NOT_PREFERRED, inputs, monday)
        inputs["local"] = "2026-03-09T17:00+03:30"
        open_then = Verdict(Gate.QUIET_HOURS, True, Reason.OPEN_HOURS, inputs)
        assert asked(NIGHT, monday, preferred=preference) == open_then

    def test_hours_begin_and_end_at_their_minute(self) -> None:
        lunch = self.said((PreferredHours(days=(1,), start="12:15", end="13:45"),))
        for moment, is_open in (("12:14", False), ("12:15", True), ("13:44", True), ("13:45", False)):
            assert asked("daily = []", at(f"2026-03-02 {moment}"), preferred=lunch).is_open is is_open

    def test_the_minute_after_midnight_is_theirs_if_they_said_so(self) -> None:
        """Of a Sunday's that is Monday's."""
        late = self.said((PreferredHours(days=(7,), start="23:00", end="00:01"),))
        assert asked("daily = []", at("2026-03-02 00:00"), preferred=late).is_open
        assert not asked("daily = []", at("2026-03-02 00:01"), preferred=late).is_open

    def test_the_policy_stays_quiet_whatever_they_prefer(self) -> None:
        owl = self.said((PreferredHours(days=(1,), start="20:00", end="02:00"),))
        assert asked(NIGHT, at("2026-03-02 22:00"), preferred=owl).opens_at == at("2026-03-09 20:00")
        assert asked("daily = []", at("2026-03-03 01:00"), preferred=owl).is_open
        assert not asked("daily = []", at("2026-03-03 02:00"), preferred=owl).is_open

    def test_hours_that_are_quiet_anyway_never_come(self) -> None:
        night = self.said((PreferredHours(days=(1,), start="22:00", end="24:00"),))
        verdict = asked(NIGHT, at("2026-03-02 12:00"), preferred=night)
        assert (verdict.is_open, verdict.opens_at) == (False, None)


class TestZone:
    HOME = section(f'time_zone = "{TEHRAN}"\n[zones]\n"+7" = "Europe/Moscow"\n"+7701" = "Asia/Almaty"\n')

    def point(self, value: str, kind: str = "phone") -> ContactPoint:
        return ContactPoint("point-1", kind, value)

    @pytest.mark.parametrize(
        ("value", "preferred", "account", "zone"),
        [
            ("+989121234567", "", "", Zone(TEHRAN, "number")),
            ("+989121234567", NEW_YORK, PARIS, Zone(NEW_YORK, "customer")),
            ("+12125550123", "", PARIS, Zone(NEW_YORK, "number")),
            ("+79161234567", "", "", Zone("Europe/Moscow", "policy")),
            ("+77011234567", "", PARIS, Zone("Asia/Almaty", "policy")),
            ("+61412345678", "", "", Zone("", "several")),
            ("+61412345678", "", PARIS, Zone(PARIS, "account")),
            ("+80012345678", "", "", Zone("", "nobody")),
            ("110", "", "", Zone(TEHRAN, "tenant")),
            ("", "", "", Zone(TEHRAN, "tenant")),
        ],
    )
    def test_of_a_phone(self, value: str, preferred: str, account: str, zone: Zone) -> None:
        assert zone_of_point(self.point(value), preferred, account, self.HOME) == zone

    def test_of_what_says_nothing_itself(self) -> None:
        mail = self.point("zohar@example.org", "email")
        assert zone_of_point(mail, "", PARIS, self.HOME) == Zone(PARIS, "account")
        assert zone_of_point(mail, "", "", self.HOME) == Zone(TEHRAN, "tenant")
        assert zone_of_point(mail, "", "", QuietHours()) == Zone("", "nobody")

    def test_an_extension_does_not_move_a_phone(self) -> None:
        assert zones_of_phone("+982188776655;ext=12") == (TEHRAN,)
        assert zones_of_phone("anonymous") == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('daily = ["9-21"]', "is no time of quiet: write it like"),
        ('daily = ["24:00-09:00"]', "is no time of quiet"),
        ('daily = ["21:00-24:30"]', "is no time of quiet"),
        ('daily = ["21:00-21:00"]', "is empty"),
        ('daily = "21:00-09:00"', "is not a list of times of quiet"),
        ('time_zone = "Mars/Olympus"', "there is no time zone"),
        ('[zones]\n"0098" = "Asia/Tehran"', "is not how a phone number begins"),
        ('[holidays]\n"2026-02-30" = "x"', "is no date"),
        ("nightly = []", "Extra inputs"),
    ],
)
def test_what_can_not_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        section(text)


@pytest.mark.parametrize("written", ["21:00-09:05", "12:30-13:59", "00:00-24:00", "18:00-00:00"])
def test_a_time_of_quiet_is_shown_as_it_is_written(written: str) -> None:
    """What a comparison of two policies shows."""
    assert str(quiet_span(written)) == written.replace("-00:00", "-24:00")


def test_a_policy_that_is_quiet_all_week_is_refused() -> None:
    message = "it is quiet all week: nobody could ever be contacted unasked; leave a time open"
    assert list(quiet_problems(section('daily = ["00:00-12:00", "12:00-00:00"]'))) == [(("quiet_hours",), message)]
    assert not list(quiet_problems(section('daily = ["00:00-23:59"]')))


def test_the_checker_tells_of_holidays_that_change_nothing_and_of_zones_nobody_knows() -> None:
    text = NIGHT + 'friday = ["00:00-24:00"]\n[holidays]\n"2026-03-20" = "a friday"\n"2026-03-21" = "Nowruz"\n'
    nobody = "no time_zone: mail, chat and whoever's own zone nobody knows are never written to unasked"
    same = "changes nothing: it is quiet then anyway"
    assert list(quiet_remarks(section(text))) == [
        (Severity.WARNING, ("quiet_hours",), nobody),
        (Severity.WARNING, ("quiet_hours", "holidays", "2026-03-20"), same),
    ]
    assert not list(quiet_remarks(QuietHours()))


minutes = st.integers(0, 24 * 60 - 1)
spans = st.tuples(minutes, minutes).filter(lambda pair: pair[0] != pair[1])
weeks = st.fixed_dictionaries(
    {}, optional={day: st.lists(spans, max_size=2) for day in ("daily", "monday", "friday", "sunday")}
)
ZONES = [TEHRAN, PARIS, NEW_YORK, "Australia/Lord_Howe", "UTC"]


def wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@settings(max_examples=200)
@for_all(
    weeks,
    st.dictionaries(st.dates(date(2026, 3, 20), date(2026, 4, 5)), spans, max_size=2),
    st.integers(0, 18 * 24 * 3600).map(lambda seconds: datetime(2026, 3, 19, tzinfo=UTC) + timedelta(seconds=seconds)),
    st.sampled_from(ZONES),
)
def test_quiet_is_what_every_window_says_by_itself(
    week: dict[str, list[tuple[int, int]]], holidays: dict[date, tuple[int, int]], moment: datetime, zone: str
) -> None:
    """Against the plain words: a window of a day covers the minute on the wall, of that day or over midnight."""
    written: dict[str, Any] = {name: [f"{wall(a)}-{wall(b)}" for a, b in spans] for name, spans in week.items()}
    written = {"daily": [], **written}
    written["holidays"] = {
        str(day): {"name": "x", "quiet": [f"{wall(a)}-{wall(b)}"]} for day, (a, b) in holidays.items()
    }
    quiet = QuietHours.model_validate(written)
    local = moment.astimezone(zone_of(zone))
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

    def windows(day: date) -> list[tuple[int, int]]:
        found = [*week.get("daily", ()), *week.get(names[day.weekday()], ())]
        return [*found, *([holidays[day]] if day in holidays else [])]

    minute = local.hour * 60 + local.minute
    today, yesterday = windows(local.date()), windows(local.date() - timedelta(days=1))
    expected = any(a <= minute < b if a < b else minute >= a for a, b in today)
    expected = expected or any(a > b and minute < b for a, b in yesterday)
    verdict = quiet_hours_gate(quiet.not_quiet(), Zone(zone, "number"), None, moment)
    assert verdict.is_open is not expected
    if verdict.opens_at is not None:
        assert verdict.opens_at > moment
        assert quiet_hours_gate(quiet.not_quiet(), Zone(zone, "number"), None, verdict.opens_at).is_open
        before = max(moment, verdict.opens_at - timedelta(seconds=1))
        assert not quiet_hours_gate(quiet.not_quiet(), Zone(zone, "number"), None, before).is_open


def test_midnight_itself_is_of_the_new_day() -> None:
    text = 'daily = []\nmonday = ["00:00-24:00"]\n'
    monday = datetime.combine(date(2026, 3, 2), time(), zone_of(TEHRAN))
    assert asked(text, monday - timedelta(seconds=1)).is_open
    assert not asked(text, monday).is_open
    assert asked(text, monday + timedelta(days=1)).is_open
