"""Given facts of a contact point, what was said of it at any moment follows from them alone."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import (
    ConsentDenied,
    ConsentExpired,
    ConsentGranted,
    ConsentWithdrawn,
    PointBlocked,
    PointUnblocked,
    PreferenceChanged,
    Purpose,
)
from hub.domain.customer.consent.point import contact_point, on_channel
from hub.domain.customer.consent.state import ConsentStanding, Said, standing
from hub.domain.customer.events import CustomerRegistered, ProfileChanged
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from tests.domain.consents import KEY, MAIL, PHONE, consent, day, fact


def said(events: Sequence[Event], number: float, **more: Any) -> Said:
    return standing(events, day(number), **more).stance(PHONE.point, Channel.SMS, Purpose.PROMOTIONAL).said


def test_what_was_said_last_counts_and_the_past_stays_as_it_was() -> None:
    told = [ConsentGranted(**consent(day(1))), ConsentWithdrawn(**consent(day(3))), ConsentDenied(**consent(day(5)))]
    assert [said(told, n) for n in (0, 1, 2.9, 3, 4, 5)] == [
        Said.NOTHING, Said.GRANTED, Said.GRANTED, Said.WITHDRAWN, Said.WITHDRAWN, Said.DENIED,
    ]  # fmt: skip


def test_what_is_reported_late_does_not_undo_what_was_said_since() -> None:
    told = [ConsentWithdrawn(**consent(day(3))), ConsentGranted(**consent(day(1), recorded_at=day(6)))]
    assert said(told, 2) is Said.GRANTED
    assert said(told, 7) is Said.WITHDRAWN
    assert said(told, 2, known_at=day(5)) is Said.NOTHING


def test_of_two_at_once_the_one_recorded_later_counts() -> None:
    assert said([ConsentGranted(**consent(day(1))), ConsentWithdrawn(**consent(day(1)))], 1) is Said.WITHDRAWN


def is_nowhere(*events: Event, number: float = 9) -> bool:
    return standing(events, day(number)).nowhere(Purpose.PROMOTIONAL) is not None


def test_of_a_no_to_all_paths_and_a_yes_to_one_the_later_counts_in_whatever_order_they_are_read() -> None:
    no = ConsentWithdrawn(**consent(day(2)), everywhere=True)
    before, since = (ConsentGranted(**consent(day(number), MAIL) | {"channel": Channel.EMAIL}) for number in (1, 3))
    assert [is_nowhere(*told) for told in ((no, before), (before, no))] == [True, True]
    assert [is_nowhere(*told) for told in ((no, since), (since, no), (before,))] == [False, False, False]


def test_of_a_no_to_all_paths_and_a_yes_at_once_the_last_word_at_that_point_counts_else_the_no() -> None:
    no, yes = ConsentWithdrawn(**consent(day(2)), everywhere=True), ConsentGranted(**consent(day(2)))
    elsewhere = ConsentGranted(**consent(day(2), MAIL) | {"channel": Channel.EMAIL})
    assert (is_nowhere(no, yes), is_nowhere(yes, no)) == (False, True)
    assert (is_nowhere(no, elsewhere), is_nowhere(elsewhere, no)) == (True, True)


def test_a_consent_ends_at_its_very_moment() -> None:
    told = [ConsentGranted(**consent(day(1)), expires_at=day(10))]
    assert (said(told, 9.999), said(told, 10)) == (Said.GRANTED, Said.EXPIRED)


def test_an_expiry_speaks_only_of_the_consent_it_names() -> None:
    told = [
        ConsentGranted(**consent(day(1)), expires_at=day(10)),
        ConsentExpired(**consent(day(10)), granted_at=day(1)),
        ConsentGranted(**consent(day(9), recorded_at=day(11)), expires_at=day(20)),
    ]
    assert [said(told, n) for n in (9.5, 10, 15, 20)] == [Said.GRANTED, Said.GRANTED, Said.GRANTED, Said.EXPIRED]


def test_channels_and_purposes_are_apart() -> None:
    now = standing([ConsentGranted(**consent(day(1)))], day(2))
    assert now.stance(PHONE.point, Channel.PHONE, Purpose.PROMOTIONAL).said is Said.NOTHING
    assert now.stance(PHONE.point, Channel.SMS, Purpose.SURVEY).said is Said.NOTHING
    assert now.stance(MAIL.point, Channel.SMS, Purpose.PROMOTIONAL).said is Said.NOTHING


def test_each_list_blocks_for_itself() -> None:
    told = [
        PointBlocked(**fact(day(1), source="operator blacklist"), channel=Channel.SMS),
        PointBlocked(**fact(day(2), source="regulator"), channel=Channel.SMS),
        PointUnblocked(**fact(day(3), source="operator blacklist"), channel=Channel.SMS),
        PointUnblocked(**fact(day(4), source="regulator"), channel=Channel.SMS),
        PointBlocked(**fact(day(2), source="regulator", recorded_at=day(5)), channel=Channel.SMS),
    ]
    lists = [standing(told, day(n)).blocked_by(PHONE.point, Channel.SMS) for n in (0, 1, 2, 3, 4)]
    assert lists == [(), ("operator blacklist",), ("operator blacklist", "regulator"), ("regulator",), ()]
    assert standing(told, day(2)).blocked_by(PHONE.point, Channel.PHONE) == ()


def test_of_several_contact_points_the_newest_preference_is_the_customers() -> None:
    told = [
        PreferenceChanged(**fact(day(2)), language="fa"),
        PreferenceChanged(**fact(day(1), MAIL), language="en"),
        PreferenceChanged(**fact(day(1)), language="ar"),
    ]
    now = standing(told, day(3))
    both, mail = now.preference(), now.preference([MAIL.point])
    assert both is not None
    assert mail is not None
    assert (both.language, mail.language) == ("fa", "en")
    assert standing(told, day(0)).preference() is None


def test_facts_of_a_forgotten_customer_still_count_by_the_hash_of_their_contact_point() -> None:
    told = [ConsentWithdrawn(**consent(day(1)) | {"value": "", "evidence": ""})]
    assert said(told, 2) is Said.WITHDRAWN
    assert standing(told, day(2)).book.points[PHONE.point].value == ""


def test_a_contact_point_is_named_by_kind_and_value_and_by_nothing_else() -> None:
    assert contact_point(KEY, "phone", "+989121234567") == PHONE
    assert "+98" not in PHONE.point
    names = {PHONE.point, MAIL.point, contact_point(KEY, "phone", "+9821").point, contact_point(b"o", *PHONE[1:]).point}
    assert len(names) == 4


@pytest.mark.parametrize(("kind", "value", "field"), [("national_id", "123", "kind"), ("phone", "", "value")])
def test_who_can_not_be_reached_by_it_is_refused(kind: str, value: str, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        contact_point(KEY, kind, value)
    assert refused.value.field == field


def test_a_channel_that_does_not_reach_it_is_refused() -> None:
    assert on_channel(PHONE, "sms") is Channel.SMS
    with pytest.raises(InvalidError, match="a phone is not reached on channel 'email': on phone or sms"):
        on_channel(PHONE, Channel.EMAIL)


NUMBERS = st.integers(0, 12)
POINTS = st.sampled_from([PHONE, MAIL])


@st.composite
def facts(draw: st.DrawFn) -> Event:
    point, at, late = draw(POINTS), day(draw(NUMBERS)), draw(st.sampled_from([0, 0, 0, 2, 30]))
    channel = Channel.EMAIL if point == MAIL else Channel.SMS
    about = {"channel": channel, "purpose": draw(st.sampled_from([Purpose.PROMOTIONAL, Purpose.SURVEY]))}
    told = fact(at, point, recorded_at=at + (day(late) - day(0)))
    match draw(st.integers(0, 5)):
        case 0 | 1:
            lasts = draw(st.none() | st.integers(1, 9))
            return ConsentGranted(**told, **about, expires_at=None if lasts is None else at + (day(lasts) - day(0)))
        case 2:
            return ConsentWithdrawn(**told, **about)
        case 3:
            return ConsentDenied(**told, **about)
        case 4:
            kind = draw(st.sampled_from([PointBlocked, PointUnblocked]))
            return kind(**told | {"source": draw(st.sampled_from(["a", "b"]))}, channel=channel)
        case _:
            return PreferenceChanged(**told, language=draw(st.sampled_from(["fa", "en"])))


HISTORIES = st.lists(facts(), max_size=12)


def told_at(now: ConsentStanding) -> dict[Any, Any]:
    """All that can be asked of a standing."""
    points = [(point, channel) for point in (PHONE.point, MAIL.point) for channel in Channel]
    told: dict[Any, Any] = {(*where, purpose): now.stance(*where, purpose) for where in points for purpose in Purpose}
    return told | {where: now.blocked_by(*where) for where in points} | {"preference": now.preference()}


@for_all(HISTORIES, NUMBERS)
def test_what_happens_later_never_changes_what_was_so_before(told: list[Event], number: int) -> None:
    until = [one for one in told if one.at <= day(number)]
    assert told_at(standing(told, day(number))) == told_at(standing(until, day(number)))


@for_all(HISTORIES, st.integers(0, 25))
def test_expiry_is_the_same_whether_it_was_written_down_or_not(told: list[Event], number: int) -> None:
    written: list[Event] = []
    for one in told:
        written.append(one)
        if isinstance(one, ConsentGranted) and one.expires_at is not None:
            about = one.model_dump(include={"point", "kind", "value", "source", "channel", "purpose"})
            told_of = {"recorded_at": day(99), "causation": "timer", "actor": "policy:1"}
            written.append(ConsentExpired(at=one.expires_at, **told_of, **about, granted_at=one.at))
    at = day(number)
    assert told_at(standing(written, at)) == told_at(standing(told, at))


@for_all(HISTORIES, st.data(), NUMBERS)
def test_facts_of_different_contact_points_never_touch_each_other(
    told: list[Event], data: st.DataObject, number: int
) -> None:
    """So that a link or an unlink, which only puts streams together or apart, neither gives nor takes consent."""
    streams = {
        point: [one for one in told if getattr(one, "point", "") == point] for point in (PHONE.point, MAIL.point)
    }
    order = data.draw(st.permutations(list(streams)))
    linked = standing([one for point in order for one in streams[point]], day(number))
    for point, own in streams.items():
        alone = standing(own, day(number))
        for channel in Channel:
            assert linked.blocked_by(point, channel) == alone.blocked_by(point, channel)
            for purpose in Purpose:
                assert linked.stance(point, channel, purpose) == alone.stance(point, channel, purpose)


@for_all(HISTORIES, st.data(), NUMBERS)
def test_facts_of_other_kinds_change_nothing(told: list[Event], data: st.DataObject, number: int) -> None:
    meta = {"at": day(0), "recorded_at": day(0), "causation": "c", "actor": "a"}
    others: list[Event] = [CustomerRegistered(**meta), ProfileChanged(**meta, name="Zohar")]
    mixed = list(told)
    for other in others:
        mixed.insert(data.draw(st.integers(0, len(mixed))), other)
    assert told_at(standing(mixed, day(number))) == told_at(standing(told, day(number)))
