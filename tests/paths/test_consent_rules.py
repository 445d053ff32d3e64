"""Given what was said of a contact point, when somebody says something new, then just these facts follow."""

from datetime import datetime
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
    PreferredHours,
    Purpose,
)
from hub.domain.customer.consent.point import ContactPoint
from hub.domain.customer.consent.state import About, ConsentStanding, Said, standing
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.paths.consent import decide
from hub.paths.consent.decide import Saying, Scope
from hub.paths.consent.purposes import PURPOSES, Gate, overridden
from hub.paths.gates.consent import block_gate, consent_gate, gates
from hub.paths.gates.verdict import Inputs, Reason, Verdict
from tests.domain.consents import MAIL, PHONE, consent, day, fact

PROMOTIONAL = Purpose.PROMOTIONAL
TIMER: dict[str, Any] = {"now": day(20), "actor": "policy:1", "causation": "timer"}


NOW = day(5)


def saying(at: datetime = NOW, point: ContactPoint = PHONE, **more: Any) -> Saying:
    told = {"now": at, "source": "call", "actor": "agent:ann", "causation": "command-1", **more}
    return Saying(point=point, at=at, **told)


def after(*events: Event, at: datetime = NOW) -> ConsentStanding:
    return standing(events, at)


class TestGrant:
    def test_a_yes_is_a_fact_with_all_that_shows_it(self) -> None:
        told = saying(evidence="recording 7", now=day(6))
        [event] = decide.grant(after(), told, "sms", PROMOTIONAL, text_version="v2", expires_at=day(9))
        assert event == ConsentGranted(
            at=day(5), recorded_at=day(6), causation="command-1", actor="agent:ann", point=PHONE.point, kind="phone",
            value=PHONE.value, source="call", evidence="recording 7", channel=Channel.SMS, purpose=PROMOTIONAL,
            text_version="v2", expires_at=day(9),
        )  # fmt: skip

    def test_the_same_yes_again_is_nothing_new_another_wording_is(self) -> None:
        before = after(ConsentGranted(**consent(day(1), text_version="v2")))
        assert decide.grant(before, saying(), "sms", PROMOTIONAL, text_version="v2") == []
        assert len(decide.grant(before, saying(), "sms", PROMOTIONAL, text_version="v3")) == 1
        assert len(decide.grant(before, saying(), "sms", PROMOTIONAL, text_version="v2", expires_at=day(9))) == 1

    def test_a_yes_after_a_no_counts(self) -> None:
        before = after(ConsentWithdrawn(**consent(day(1), text_version="v2")))
        assert len(decide.grant(before, saying(), "sms", PROMOTIONAL, text_version="v2")) == 1

    @pytest.mark.parametrize(
        ("told", "more", "field"),
        [
            (saying(), {"text_version": ""}, "text_version"),
            (saying(), {"expires_at": day(5)}, "expires_at"),
            (saying(), {"channel": "email"}, "channel"),
            (saying(), {"purpose": Purpose.REPLY}, "purpose"),
            (saying(now=day(4)), {}, "at"),
            (saying(source="  "), {}, "source"),
            (saying(source="x" * 101), {}, "source"),
        ],
    )
    def test_what_can_not_be_is_refused(self, told: Saying, more: dict[str, Any], field: str) -> None:
        asked = {"channel": "sms", "purpose": PROMOTIONAL, "text_version": "v1", **more}
        with pytest.raises(InvalidError) as refused:
            decide.grant(after(), told, **asked)
        assert refused.value.field == field


class TestNo:
    def test_a_no_when_asked_and_a_yes_taken_back_are_different_facts(self) -> None:
        given = after(ConsentGranted(**consent(day(1))))
        assert [type(one) for one in decide.deny(after(), saying(), "sms", PROMOTIONAL)] == [ConsentDenied]
        assert [type(one) for one in decide.withdraw(given, saying(), "sms", PROMOTIONAL)] == [ConsentWithdrawn]

    def test_who_said_no_has_said_it(self) -> None:
        for kind in (ConsentDenied, ConsentWithdrawn):
            before = after(kind(**consent(day(1))))
            assert decide.deny(before, saying(), "sms", PROMOTIONAL) == []
            assert decide.withdraw(before, saying(), "sms", PROMOTIONAL) == []

    def test_a_no_without_any_yes_is_kept(self) -> None:
        assert len(decide.withdraw(after(), saying(), "sms", PROMOTIONAL)) == 1

    def test_replies_can_not_be_forbidden(self) -> None:
        with pytest.raises(InvalidError, match="nobody is asked about reply contacts"):
            decide.deny(after(), saying(), "sms", Purpose.REPLY)


class TestUnsubscribe:
    def test_it_ends_promotional_contacts_and_nothing_else(self) -> None:
        before = after(*(ConsentGranted(**consent(day(1), purpose=one)) for one in (PROMOTIONAL, Purpose.SERVICE)))
        events = decide.unsubscribe(before, saying(), ("sms", "phone"))
        assert [(type(one), one.channel, one.purpose) for one in events if isinstance(one, ConsentWithdrawn)] == [
            (ConsentWithdrawn, Channel.SMS, PROMOTIONAL),
            (ConsentWithdrawn, Channel.PHONE, PROMOTIONAL),
        ]

    def test_again_is_nothing_new(self) -> None:
        events = decide.unsubscribe(after(), saying(), ("sms",))
        assert decide.unsubscribe(after(*events), saying(), ("sms",)) == []

    def test_all_paths_are_meant_once_and_whatever_was_said_of_this_one(self) -> None:
        before = after(ConsentWithdrawn(**consent(day(1))))
        events = decide.unsubscribe(before, saying(), ("sms",), everywhere=True)
        assert [one.everywhere for one in events if isinstance(one, ConsentWithdrawn)] == [True]
        assert decide.unsubscribe(after(*events), saying(), ("sms",), everywhere=True) == []
        came_back = after(*events, ConsentGranted(**consent(day(6))), at=day(7))
        again = decide.unsubscribe(came_back, saying(day(7)), ("sms",), everywhere=True)
        assert [one.everywhere for one in again if isinstance(one, ConsentWithdrawn)] == [True]

    def test_the_operator_may_end_more_with_it(self) -> None:
        table = overridden(PURPOSES, {Purpose.SURVEY: {"ends_on_unsubscribe": True}})
        events = decide.unsubscribe(after(), saying(), ("sms",), table)
        assert {one.purpose for one in events if isinstance(one, ConsentWithdrawn)} == {PROMOTIONAL, Purpose.SURVEY}

    @pytest.mark.parametrize(
        ("scope", "point", "channel", "where"),
        [
            (Scope.CHANNEL, PHONE, "sms", ("sms",)),
            (Scope.CHANNEL, PHONE, "email", ("phone", "sms")),
            (Scope.POINT, PHONE, "sms", ("phone", "sms")),
            (Scope.EVERYWHERE, MAIL, "sms", ("email",)),
            (Scope.EVERYWHERE, ContactPoint("p", "national_id", "1"), "sms", ()),
        ],
    )
    def test_how_far_it_goes(self, scope: Scope, point: ContactPoint, channel: str, where: tuple[str, ...]) -> None:
        assert decide.channels_within(scope, point, channel) == where


class TestExpire:
    def test_what_ran_out_is_written_down_once_at_its_moment(self) -> None:
        given = ConsentGranted(**consent(day(1)), expires_at=day(5))
        [event] = decide.expire(after(given), **TIMER)
        assert isinstance(event, ConsentExpired)
        assert (event.at, event.recorded_at, event.granted_at, event.value) == (day(5), day(20), day(1), PHONE.value)
        assert decide.expire(after(given, event), **TIMER) == []

    def test_what_still_holds_or_was_taken_back_is_left_alone(self) -> None:
        given = ConsentGranted(**consent(day(1)), expires_at=day(5))
        assert decide.expire(after(given, at=day(4.9)), **TIMER) == []
        assert decide.expire(after(given, ConsentWithdrawn(**consent(day(2))), at=day(9)), **TIMER) == []


class TestBlocks:
    def test_a_list_blocks_and_unblocks_once(self) -> None:
        listed = saying(source="operator blacklist")
        [blocked] = decide.block(after(), listed, "sms")
        assert isinstance(blocked, PointBlocked)
        assert decide.block(after(blocked), listed, "sms") == []
        [freed] = decide.unblock(after(blocked), listed, "sms")
        assert isinstance(freed, PointUnblocked)
        assert decide.unblock(after(blocked, freed), listed, "sms") == []

    def test_a_list_takes_away_only_what_it_said(self) -> None:
        [blocked] = decide.block(after(), saying(source="regulator"), "sms")
        assert decide.unblock(after(blocked), saying(source="operator blacklist"), "sms") == []

    def test_a_block_holds_against_a_yes_but_stops_advertising_alone(self) -> None:
        now = after(ConsentGranted(**consent(day(1))), PointBlocked(**fact(day(2), source="regulator"), channel="sms"))
        said, listed = gates(now, PHONE.point, Channel.SMS, PROMOTIONAL)
        assert (said.is_open, said.reason) == (True, Reason.GRANTED)
        assert (listed.is_open, listed.reason, listed.inputs["lists"]) == (False, Reason.BLOCKED, ["regulator"])
        assert block_gate(now, PHONE.point, Channel.SMS, Purpose.SERVICE).reason is Reason.NOT_ASKED
        assert block_gate(now, PHONE.point, Channel.PHONE, PROMOTIONAL).reason is Reason.NOT_BLOCKED


class TestPreference:
    HOURS = (PreferredHours(days=(6, 7), start="22:00", end="01:00"),)

    def test_it_replaces_what_was_said_before_and_is_nothing_new_when_repeated(self) -> None:
        wanted: dict[str, Any] = {"preferred_channel": "email", "language": "fa", "hours": self.HOURS}
        [event] = decide.prefer(after(), saying(), **wanted, time_zone="Asia/Tehran")
        assert isinstance(event, PreferenceChanged)
        assert (event.preferred_channel, event.hours, event.time_zone) == ("email", self.HOURS, "Asia/Tehran")
        assert decide.prefer(after(event), saying(), **wanted, time_zone="Asia/Tehran") == []
        assert len(decide.prefer(after(event), saying(), language="fa")) == 1

    @pytest.mark.parametrize(
        ("wanted", "field"),
        [
            ({"preferred_channel": "telepathy"}, "preferred_channel"),
            ({"hours": HOURS}, "time_zone"),
            ({"time_zone": "Mars/Olympus"}, "time_zone"),
            ({"time_zone": "../etc/passwd"}, "time_zone"),
            ({"hours": (PreferredHours(days=(), start="09:00", end="10:00"),)}, "hours.0.days"),
            ({"hours": (PreferredHours(days=(1, 1), start="09:00", end="10:00"),)}, "hours.0.days"),
            ({"hours": (PreferredHours(days=(8,), start="09:00", end="10:00"),)}, "hours.0.days"),
            ({"hours": (*HOURS, PreferredHours(days=(1,), start="24:00", end="10:00"))}, "hours.1.start"),
            ({"hours": (PreferredHours(days=(1,), start="9:00", end="10:00"),)}, "hours.0.start"),
            ({"hours": (PreferredHours(days=(1,), start="09:00", end="24:01"),)}, "hours.0.end"),
            ({"hours": (PreferredHours(days=(1,), start="09:00", end="09:60"),)}, "hours.0.end"),
            ({"hours": (PreferredHours(days=(1,), start="09:00", end="09:00"),)}, "hours.0.end"),
        ],
    )
    def test_what_can_not_be_is_refused(self, wanted: dict[str, Any], field: str) -> None:
        zone = {} if "time_zone" in wanted or field == "time_zone" else {"time_zone": "Asia/Tehran"}
        with pytest.raises(InvalidError) as refused:
            decide.prefer(after(), saying(), **wanted, **zone)
        assert refused.value.field == field


class TestGates:
    @pytest.mark.parametrize(
        ("purpose", "is_open", "reason"),
        [
            (Purpose.REPLY, True, Reason.NOT_ASKED),
            (Purpose.TRANSACTIONAL, True, Reason.DEFAULT_ALLOWED),
            (Purpose.SERVICE, True, Reason.DEFAULT_ALLOWED),
            (Purpose.RECOVERY, True, Reason.DEFAULT_ALLOWED),
            (Purpose.SURVEY, True, Reason.DEFAULT_ALLOWED),
            (Purpose.PROMOTIONAL, False, Reason.DEFAULT_DENIED),
        ],
    )
    def test_as_long_as_nothing_was_said(self, purpose: Purpose, is_open: bool, reason: Reason) -> None:
        verdict = consent_gate(after(), PHONE.point, Channel.SMS, purpose)
        assert (verdict.is_open, verdict.reason, verdict.inputs.get("at")) == (is_open, reason, None)

    @pytest.mark.parametrize(
        ("event", "is_open", "reason"),
        [
            (ConsentGranted(**consent(day(1))), True, Reason.GRANTED),
            (ConsentGranted(**consent(day(1)), expires_at=day(5)), False, Reason.EXPIRED),
            (ConsentDenied(**consent(day(1))), False, Reason.DENIED),
            (ConsentWithdrawn(**consent(day(1))), False, Reason.WITHDRAWN),
        ],
    )
    @pytest.mark.parametrize("purpose", [PROMOTIONAL, Purpose.SERVICE])
    def test_what_was_said_counts_before_the_default(
        self, event: Event, is_open: bool, reason: Reason, purpose: Purpose
    ) -> None:
        said = event.model_copy(update={"purpose": purpose})
        verdict = consent_gate(after(said), PHONE.point, Channel.SMS, purpose)
        assert (verdict.is_open, verdict.reason) == (is_open, reason)
        assert verdict.inputs["at"] == day(1).isoformat()

    @pytest.mark.parametrize(
        ("event", "is_open", "reason"),
        [
            (None, True, Reason.THEY_CAME),
            (ConsentGranted(**consent(day(1)), expires_at=day(5)), True, Reason.THEY_CAME),
            (ConsentGranted(**consent(day(1))), True, Reason.GRANTED),
            (ConsentDenied(**consent(day(1))), False, Reason.DENIED),
            (ConsentWithdrawn(**consent(day(1))), False, Reason.WITHDRAWN),
        ],
    )
    def test_who_comes_of_their_own_accord_is_kept_from_what_they_said_no_to_and_nothing_else(
        self, event: Event | None, is_open: bool, reason: Reason
    ) -> None:
        known = after(event) if event else after()
        verdict = consent_gate(known, PHONE.point, Channel.SMS, PROMOTIONAL, they_came=True)
        assert (verdict.is_open, verdict.reason) == (is_open, reason)

    @pytest.mark.parametrize("channel", Channel)
    @pytest.mark.parametrize("they_came", [True, False])
    def test_a_no_to_all_paths_counts_wherever_nothing_was_said(self, channel: Channel, they_came: bool) -> None:
        no = ConsentWithdrawn(**consent(day(1)), everywhere=True)
        verdict = consent_gate(after(no), "", channel, PROMOTIONAL, they_came=they_came)
        assert (verdict.is_open, verdict.reason) == (False, Reason.WITHDRAWN)
        assert (verdict.inputs["point"], verdict.inputs["channel"]) == (PHONE.point, "sms")
        assert consent_gate(after(no), "", channel, Purpose.SERVICE, they_came=they_came).is_open

    def test_a_no_to_one_path_is_none_to_others(self) -> None:
        no = after(ConsentWithdrawn(**consent(day(1))))
        assert consent_gate(no, "", Channel.WEB, PROMOTIONAL, they_came=True).reason is Reason.THEY_CAME

    def test_who_comes_back_by_one_path_is_written_to_there_and_may_be_spoken_to_where_nothing_was_said(self) -> None:
        meant = {"everywhere": True}
        of_mail = ConsentWithdrawn(**consent(day(1), MAIL, channel=Channel.EMAIL), **meant)
        known = after(ConsentWithdrawn(**consent(day(1)), **meant), of_mail, ConsentGranted(**consent(day(2))))
        assert consent_gate(known, PHONE.point, Channel.SMS, PROMOTIONAL).is_open
        assert consent_gate(known, "", Channel.IN_PERSON, PROMOTIONAL, they_came=True).is_open
        assert consent_gate(known, MAIL.point, Channel.EMAIL, PROMOTIONAL, they_came=True).reason is Reason.WITHDRAWN

    def test_what_was_relied_upon_is_told_with_its_wording_and_how_long_it_holds(self) -> None:
        said = ConsentGranted(**consent(day(1), source="web form", text_version="v7"), expires_at=day(9))
        verdict = consent_gate(after(said), PHONE.point, Channel.SMS, PROMOTIONAL)
        inputs: Inputs = {
            "point": PHONE.point, "channel": "sms", "said": "granted", "at": day(1).isoformat(),
            "expires_at": day(9).isoformat(), "source": "web form", "text_version": "v7",
        }  # fmt: skip
        assert verdict == Verdict(Gate.CONSENT, True, Reason.GRANTED, inputs)

    def test_which_lists_were_asked_of_which_point_is_told(self) -> None:
        inputs: Inputs = {"point": PHONE.point, "channel": "sms", "lists": []}
        free = Verdict(Gate.BLOCK, True, Reason.NOT_BLOCKED, inputs)
        assert block_gate(after(), PHONE.point, Channel.SMS, PROMOTIONAL) == free

    def test_each_verdict_is_of_its_gate_whatever_it_says(self) -> None:
        withdrawn = after(ConsentWithdrawn(**consent(day(1))))
        asked: list[tuple[ConsentStanding, Purpose, bool]] = [
            (after(), PROMOTIONAL, False), (after(), PROMOTIONAL, True), (withdrawn, PROMOTIONAL, False),
            (after(), Purpose.REPLY, False),
        ]  # fmt: skip
        for known, purpose, came in asked:
            told = consent_gate(known, PHONE.point, Channel.SMS, purpose, they_came=came)
            assert told.gate is Gate.CONSENT
            assert told.inputs.get("point", PHONE.point) == PHONE.point
            assert bool(told.inputs) is (purpose is not Purpose.REPLY)
            assert block_gate(known, PHONE.point, Channel.SMS, purpose).gate is Gate.BLOCK

    def test_both_are_asked_by_the_operators_table(self) -> None:
        listed_alone = overridden(PURPOSES, {Purpose.SURVEY: {"gates": frozenset((Gate.BLOCK,))}})
        no = ConsentWithdrawn(**consent(day(1), purpose=Purpose.SURVEY))
        listed = PointBlocked(**fact(day(2), source="regulator"), channel="sms")
        told = gates(after(no, listed), PHONE.point, Channel.SMS, Purpose.SURVEY, listed_alone)
        assert [verdict.reason for verdict in told] == [Reason.NOT_ASKED, Reason.BLOCKED]

    def test_what_a_verdict_looked_at_names_nobody(self) -> None:
        said = ConsentGranted(**consent(day(1), evidence="Zohar said so on the phone"))
        verdict = consent_gate(after(said), PHONE.point, Channel.SMS, PROMOTIONAL)
        assert not {PHONE.value, "Zohar said so on the phone"} & set(map(str, verdict.inputs.values()))

    def test_a_reply_is_never_held_by_what_was_said(self) -> None:
        withdrawn = ConsentWithdrawn(**consent(day(1), purpose=Purpose.REPLY))
        assert all(one.is_open for one in gates(after(withdrawn), PHONE.point, Channel.SMS, Purpose.REPLY))


class TestPurposes:
    def test_every_purpose_has_its_row(self) -> None:
        assert set(PURPOSES) == set(Purpose)
        assert PURPOSES[PROMOTIONAL].gates == set(Gate)
        counted = {purpose for purpose, rule in PURPOSES.items() if rule.is_counted}
        assert counted == {Purpose.SERVICE, Purpose.SURVEY, PROMOTIONAL}

    def test_an_operator_changes_a_row(self) -> None:
        table = overridden(PURPOSES, {Purpose.SURVEY: {"allowed_by_default": False}})
        assert consent_gate(after(), PHONE.point, Channel.SMS, Purpose.SURVEY, table).reason is Reason.DEFAULT_DENIED
        assert PURPOSES[Purpose.SURVEY].allowed_by_default

    @pytest.mark.parametrize(
        ("purpose", "fields", "blamed"),
        [
            (PROMOTIONAL, {"allowed_by_default": True}, "promotional.allowed_by_default"),
            (PROMOTIONAL, {"ends_on_unsubscribe": False}, "promotional.ends_on_unsubscribe"),
            (PROMOTIONAL, {"gates": frozenset(Gate) - {Gate.BLOCK}}, "promotional.gates"),
            (Purpose.REPLY, {"gates": frozenset((Gate.QUIET_HOURS,))}, "reply.gates"),
            (Purpose.TRANSACTIONAL, {"gates": frozenset((Gate.FREQUENCY,))}, "transactional.gates"),
            (Purpose.SURVEY, {"gate": ()}, "survey.gate"),
        ],
    )
    def test_what_protects_people_can_not_be_changed(
        self, purpose: Purpose, fields: dict[str, Any], blamed: str
    ) -> None:
        with pytest.raises(InvalidError) as refused:
            overridden(PURPOSES, {purpose: fields})
        assert refused.value.field == blamed


def test_a_no_and_a_block_outlive_a_forgetting_without_the_value() -> None:
    before = after(
        ConsentWithdrawn(**consent(day(1), evidence="his words")),
        ConsentDenied(**consent(day(1), MAIL, channel=Channel.EMAIL)),
        ConsentGranted(**consent(day(1), purpose=Purpose.SURVEY)),
        PointBlocked(**fact(day(2), source="regulator"), channel=Channel.SMS),
    )
    kept = decide.kept_when_forgotten(before)
    assert [type(one) for one in kept] == [ConsentWithdrawn, ConsentDenied, PointBlocked]
    assert not any(word in one.model_dump_json() for one in kept for word in (PHONE.value, MAIL.value, "his words"))
    again = standing(kept, day(9))
    assert again.stance(PHONE.point, Channel.SMS, PROMOTIONAL).said is Said.WITHDRAWN
    assert again.stance(MAIL.point, Channel.EMAIL, PROMOTIONAL).said is Said.DENIED
    assert again.blocked_by(PHONE.point, Channel.SMS) == ("regulator",)


def test_a_no_to_all_paths_outlives_a_forgetting_until_they_said_yes_again() -> None:
    to_all = ConsentWithdrawn(**consent(day(1)), everywhere=True)
    asked_again = ConsentDenied(**consent(day(3)))
    for history in ([to_all], [to_all, asked_again]):
        again = standing(decide.kept_when_forgotten(after(*history)), day(9))
        assert again.counting(About(MAIL.point, Channel.EMAIL, PROMOTIONAL))[1].said is Said.WITHDRAWN
        assert again.stance(PHONE.point, Channel.SMS, PROMOTIONAL).at == history[-1].at
    came_back = after(to_all, ConsentGranted(**consent(day(2))), asked_again)
    again = standing(decide.kept_when_forgotten(came_back), day(9))
    assert again.nowhere(PROMOTIONAL) is None


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["grant", "short", "deny", "withdraw", "unsubscribe", "everywhere", "expire", "block", "unblock"]
        ),
        st.integers(0, 8),
    ),
    max_size=15,
)


def take(history: list[Event], step: str, at: datetime) -> list[Event]:
    now, told = standing(history, at), saying(at, source="list" if "block" in step else "call")
    match step:
        case "grant":
            return decide.grant(now, told, "sms", PROMOTIONAL, text_version="v1")
        case "short":
            return decide.grant(now, told, "sms", PROMOTIONAL, text_version="v1", expires_at=day(60))
        case "deny":
            return decide.deny(now, told, "sms", PROMOTIONAL)
        case "withdraw":
            return decide.withdraw(now, told, "sms", PROMOTIONAL)
        case "unsubscribe":
            return decide.unsubscribe(now, told, ("sms", "phone"))
        case "everywhere":
            return decide.unsubscribe(now, told, ("sms", "phone"), everywhere=True)
        case "expire":
            return decide.expire(now, now=at, actor="policy:1", causation="timer")
        case "block":
            return decide.block(now, told, "sms")
        case _:
            return decide.unblock(now, told, "sms")


@for_all(STEPS)
def test_what_is_said_on_no_path_is_so_from_a_no_to_all_of_them_to_the_next_yes(steps: list[tuple[str, int]]) -> None:
    history, number, nowhere = list[Event](), 0, False
    for step, later in steps:
        number = min(number + later, 59)
        history += take(history, step, day(number))
        nowhere = step == "everywhere" or (nowhere and step not in ("grant", "short"))
        assert (standing(history, day(number)).nowhere(PROMOTIONAL) is not None) == nowhere


@for_all(STEPS)
def test_every_command_given_twice_is_given_once(steps: list[tuple[str, int]]) -> None:
    history, number = list[Event](), 0
    for step, later in steps:
        number = min(number + later, 59)
        history += take(history, step, day(number))
        assert take(history, step, day(number)) == []


@for_all(STEPS)
def test_a_promotional_contact_takes_a_yes_that_stands_and_no_list(steps: list[tuple[str, int]]) -> None:
    """Told by the commands alone: the last of them that speaks of consent, and the list's last word."""
    history, number, yes, ends, listed = list[Event](), 0, False, None, False
    for step, later in steps:
        number += later
        at = day(number)
        if step == "short" and number >= 60:
            continue  # it would be over before it began
        history += take(history, step, at)
        if step in ("grant", "short"):
            yes, ends = True, day(60) if step == "short" else None
        elif step in ("deny", "withdraw", "unsubscribe", "everywhere"):
            yes = False
        listed = step == "block" or (listed and step != "unblock")
        verdicts = gates(standing(history, at), PHONE.point, Channel.SMS, PROMOTIONAL)
        assert all(one.is_open for one in verdicts) == (yes and (ends is None or at < ends) and not listed)
