"""Given something about consent that can't be, then whoever said it is told what was wrong with which field, and how to
say it; what just can be is taken."""

from typing import Any

import pytest

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import (
    ConsentDenied,
    ConsentWithdrawn,
    PointBlocked,
    PreferenceChanged,
    PreferredHours,
    Purpose,
)
from hub.domain.errors import InvalidError
from hub.paths.consent import decide
from hub.paths.consent.purposes import PURPOSES, Gate, PurposeRule, overridden
from tests.domain.consents import consent, day, fact
from tests.paths.test_consent_rules import PROMOTIONAL, after, saying

NINE = PreferredHours(days=(1,), start="09:00", end="10:00")
NO_TIME = "{!r} is no time of day, HH:MM"


def hours(**changed: Any) -> dict[str, Any]:
    return {"hours": (NINE.model_copy(update=changed),), "time_zone": "Asia/Tehran"}


@pytest.mark.parametrize(
    ("more", "field", "message"),
    [
        ({"text_version": ""}, "text_version", "a consent needs the version of the wording it was given to"),
        ({"expires_at": day(5)}, "expires_at", "a consent can't expire before it is given"),
        ({"purpose": Purpose.REPLY}, "purpose", "nobody is asked about reply contacts: they answer what was asked"),
        (
            {"purpose": "gossip"},
            "purpose",
            "there is no purpose 'gossip': reply, transactional, service, recovery, survey, promotional",
        ),
    ],
)
def test_a_yes_is_refused_in_words(more: dict[str, Any], field: str, message: str) -> None:
    asked = {"channel": "sms", "purpose": PROMOTIONAL, "text_version": "v1", **more}
    with pytest.raises(InvalidError) as refused:
        decide.grant(after(), saying(), **asked)
    assert (refused.value.field, str(refused.value)) == (field, message)


@pytest.mark.parametrize(
    ("told", "field", "message"),
    [
        ({"now": day(4)}, "at", "this time is still to come: say when it was"),
        ({"source": " "}, "source", "say in 1 to 100 characters where it was said"),
    ],
)
def test_when_and_where_it_was_said_are_asked_for_in_words(told: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(InvalidError) as refused:
        decide.deny(after(), saying(**told), "sms", PROMOTIONAL)
    assert (refused.value.field, str(refused.value)) == (field, message)


@pytest.mark.parametrize("source", ["x", "x" * 100, f" {'x' * 100} "])
def test_one_to_a_hundred_characters_say_where(source: str) -> None:
    [event] = decide.deny(after(), saying(source=source), "sms", PROMOTIONAL)
    assert isinstance(event, ConsentDenied)
    assert event.source == source.strip()


@pytest.mark.parametrize(
    ("wanted", "field", "message"),
    [
        (
            {"preferred_channel": "telepathy"},
            "preferred_channel",
            "there is no channel 'telepathy': phone, web, email, sms, in_person",
        ),
        ({"hours": (NINE,)}, "time_zone", "hours need their time zone, such as Asia/Tehran"),
        ({"time_zone": "Mars"}, "time_zone", "there is no time zone 'Mars': use a name such as Asia/Tehran"),
        (hours(days=(0, 1)), "hours.0.days", "days are ISO weekdays, 1 (Monday) to 7, each once"),
        (hours(start="24:00"), "hours.0.start", NO_TIME.format("24:00")),
        (hours(start="-1:00"), "hours.0.start", NO_TIME.format("-1:00")),
        (hours(end="23:0:0"), "hours.0.end", NO_TIME.format("23:0:0")),
        (hours(end="10:00:00"), "hours.0.end", NO_TIME.format("10:00:00")),
        (hours(end="24:01"), "hours.0.end", NO_TIME.format("24:01")),
        (hours(end="09:00"), "hours.0.end", "these hours are empty: for the whole day say 00:00 to 24:00"),
    ],
)
def test_preferences_are_refused_in_words(wanted: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(InvalidError) as refused:
        decide.prefer(after(), saying(), **wanted)
    assert (refused.value.field, str(refused.value)) == (field, message)


@pytest.mark.parametrize(
    "changed",
    [
        {"days": (1, 2, 3, 4, 5, 6, 7)}, {"start": "00:00"}, {"start": "00:01"}, {"start": "23:59"}, {"end": "00:00"},
        {"end": "24:00"}, {"end": "23:59"},
    ],
)  # fmt: skip
def test_every_minute_of_every_day_may_be_preferred(changed: dict[str, Any]) -> None:
    [event] = decide.prefer(after(), saying(), **hours(**changed))
    assert isinstance(event, PreferenceChanged)
    assert event.hours == (NINE.model_copy(update=changed),)
    assert event.language == ""


def test_a_no_keeps_the_wording_it_was_said_to_and_has_none_otherwise() -> None:
    for say, kind in ((decide.deny, ConsentDenied), (decide.withdraw, ConsentWithdrawn)):
        [without] = say(after(), saying(), "sms", PROMOTIONAL)
        [with_it] = say(after(), saying(), "sms", PROMOTIONAL, text_version="v3")
        assert isinstance(without, kind)
        assert isinstance(with_it, kind)
        assert (without.text_version, with_it.text_version) == ("", "v3")


def test_unsubscribing_goes_by_the_operators_table() -> None:
    """Also where the wording of a purpose was changed so that nobody is asked about it any more."""
    table = overridden(
        PURPOSES, {Purpose.SURVEY: {"ends_on_unsubscribe": True, "gates": frozenset((Gate.IDENTITY, Gate.CONSENT))}}
    )
    told = decide.unsubscribe(after(), saying(), ["sms"], table)
    assert [getattr(one, "purpose", None) for one in told] == [Purpose.SURVEY, PROMOTIONAL]
    unasked = {**table, Purpose.SURVEY: PurposeRule(frozenset(), allowed_by_default=True, ends_on_unsubscribe=True)}
    with pytest.raises(InvalidError, match="nobody is asked about survey contacts"):
        decide.unsubscribe(after(), saying(), ["sms"], unasked)


def test_what_outlives_a_forgetting_says_of_nobody_who_or_why() -> None:
    before = after(
        ConsentWithdrawn(**consent(day(1), text_version="v1")),
        PointBlocked(**fact(day(2)), channel=Channel.SMS),
    )
    no, block = decide.kept_when_forgotten(before)
    assert isinstance(no, ConsentWithdrawn)
    assert isinstance(block, PointBlocked)
    assert [(one.causation, one.value) for one in (no, block)] == [("", ""), ("", "")]
    assert (no.actor, block.actor) == ("operator:x", "")


@pytest.mark.parametrize(
    ("purpose", "fields", "message"),
    [
        (PROMOTIONAL, {"allowed_by_default": True}, "promotional contacts are denied until somebody says yes"),
        (PROMOTIONAL, {"ends_on_unsubscribe": False}, "promotional contacts end when somebody unsubscribes"),
        (
            Purpose.REPLY,
            {"gates": frozenset((Gate.QUIET_HOURS,))},
            "reply contacts are waited for: take the gate quiet_hours away",
        ),
        (
            PROMOTIONAL,
            {"gates": frozenset(Gate) - {Gate.BLOCK}},
            "promotional contacts always pass the gate block: add it",
        ),
        (
            Purpose.SURVEY,
            {"gate": ()},
            "a purpose has no 'gate': it has gates, allowed_by_default, is_counted, ends_on_unsubscribe, identity",
        ),
    ],
)
def test_a_table_of_purposes_is_refused_in_words(purpose: Purpose, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidError) as refused:
        overridden(PURPOSES, {purpose: fields})
    assert str(refused.value) == message


def test_replies_may_have_all_other_gates() -> None:
    gates = frozenset(Gate) - {Gate.QUIET_HOURS, Gate.FREQUENCY}
    assert overridden(PURPOSES, {Purpose.REPLY: {"gates": gates}})[Purpose.REPLY].gates == gates
