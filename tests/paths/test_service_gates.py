"""Given who somebody may be, what is open with them and what a path can take, then gates open or say why not."""

import tomllib
from typing import Any

import pytest
from pydantic import ValidationError

from hub.domain.cases.events import Severity
from hub.domain.cases.open_cases import OpenCase
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.paths.consent.purposes import PURPOSES, Confidence, Gate, overridden
from hub.paths.gates.capacity import Free, capacity_gate
from hub.paths.gates.identity import identity_gate
from hub.paths.gates.service import Conversation, ServiceState, service_gate
from hub.paths.gates.verdict import Inputs, Reason, Verdict
from tests.paths.slots import hour

PROMOTIONAL = Purpose.PROMOTIONAL


def section(text: str) -> ServiceState:
    return ServiceState.model_validate(tomllib.loads(text))


def talk(channel: Channel = Channel.PHONE, ended: float | None = None) -> Conversation:
    return Conversation("interaction-1", channel, None if ended is None else hour(ended))


def case(severity: Severity) -> OpenCase:
    return OpenCase("case-1", severity, "ann")


class TestIdentity:
    @pytest.mark.parametrize(
        ("purpose", "confidence", "reason"),
        [
            (PROMOTIONAL, Confidence.VERIFIED, Reason.IDENTITY_ENOUGH),
            (PROMOTIONAL, Confidence.CLAIMED, Reason.IDENTITY_CLAIMED),
            (PROMOTIONAL, Confidence.UNKNOWN, Reason.IDENTITY_UNKNOWN),
            (Purpose.SERVICE, Confidence.CLAIMED, Reason.IDENTITY_CLAIMED),
            (Purpose.RECOVERY, Confidence.CLAIMED, Reason.IDENTITY_CLAIMED),
            (Purpose.SURVEY, Confidence.CLAIMED, Reason.IDENTITY_ENOUGH),
            (Purpose.TRANSACTIONAL, Confidence.CLAIMED, Reason.IDENTITY_ENOUGH),
            (Purpose.REPLY, Confidence.CLAIMED, Reason.IDENTITY_ENOUGH),
            (Purpose.REPLY, Confidence.UNKNOWN, Reason.IDENTITY_UNKNOWN),
        ],
    )
    def test_what_names_something_personal_asks_for_more_than_a_claim(
        self, purpose: Purpose, confidence: Confidence, reason: Reason
    ) -> None:
        verdict = identity_gate(confidence, PURPOSES[purpose])
        assert (verdict.reason, verdict.is_open) == (reason, reason is Reason.IDENTITY_ENOUGH)
        assert verdict.inputs == {"confidence": confidence, "asked": PURPOSES[purpose].identity}
        assert verdict.gate is Gate.IDENTITY
        assert verdict.opens_at is None

    @pytest.mark.parametrize("purpose", PURPOSES)
    def test_where_they_gave_the_contact_point_for_just_this_a_claim_is_enough(self, purpose: Purpose) -> None:
        told = {one: identity_gate(one, PURPOSES[purpose], given_for_it=True).is_open for one in Confidence}
        assert told == {Confidence.UNKNOWN: False, Confidence.CLAIMED: True, Confidence.VERIFIED: True}

    def test_who_it_is_does_not_matter_where_the_policy_does_not_ask(self) -> None:
        row = overridden(PURPOSES, {Purpose.SURVEY: {"gates": frozenset((Gate.CONSENT,))}})[Purpose.SURVEY]
        assert identity_gate(Confidence.UNKNOWN, row) == Verdict(Gate.IDENTITY, True, Reason.NOT_ASKED)


class TestServiceState:
    def asked(self, *, conversations: Any = (), cases: Any = (), at: float = 0, **more: Any) -> Verdict:
        purpose = more.pop("purpose", PROMOTIONAL)
        return service_gate(section("hold_hours = 4"), tuple(cases), conversations, purpose, hour(at), **more)

    @pytest.mark.parametrize(
        ("severity", "is_open"),
        [(Severity.LOW, True), (Severity.NORMAL, True), (Severity.HIGH, False), (Severity.CRITICAL, False)],
    )
    def test_a_severe_case_stops_selling(self, severity: Severity, is_open: bool) -> None:
        verdict = self.asked(cases=[case(Severity.LOW), case(severity)])
        assert verdict.is_open is is_open
        if not is_open:
            inputs: Inputs = {"from": 3, "cases": [{"case_id": "case-1", "severity": int(severity)}]}
            assert verdict == Verdict(Gate.SERVICE_STATE, False, Reason.COMPLAINT, inputs)

    def test_it_stops_selling_to_who_came_too(self) -> None:
        assert self.asked(cases=[case(Severity.HIGH)], they_came=True).reason is Reason.COMPLAINT

    def test_an_open_conversation_holds_until_it_is_over_and_so_many_hours_after(self) -> None:
        assert self.asked(conversations=[talk()], at=90).reason is Reason.CONVERSATION
        assert self.asked(conversations=[talk()]).opens_at is None
        verdict = self.asked(conversations=[talk(ended=0), talk(Channel.EMAIL, ended=2)], at=3)
        assert (verdict.reason, verdict.opens_at) == (Reason.CONVERSATION, hour(6))
        assert not self.asked(conversations=[talk(ended=2)], at=5.999).is_open
        assert self.asked(conversations=[talk(ended=2)], at=6).is_open
        assert self.asked(conversations=[talk(ended=0), talk()], at=3).opens_at is None

    def test_who_came_is_in_a_conversation_that_holds_nothing(self) -> None:
        assert self.asked(conversations=[talk()], they_came=True).is_open

    def test_what_holds_it_is_told(self) -> None:
        verdict = self.asked(conversations=[talk(), talk(Channel.EMAIL, ended=2)], at=3)
        held_by = [
            {"interaction_id": "interaction-1", "channel": "phone", "ended_at": None},
            {"interaction_id": "interaction-1", "channel": "email", "ended_at": hour(2).isoformat()},
        ]
        inputs: Inputs = {"hold_hours": 4, "conversations": held_by}
        assert verdict == Verdict(Gate.SERVICE_STATE, False, Reason.CONVERSATION, inputs)

    def test_who_is_left_alone_by_nothing_is_told_so(self) -> None:
        assert self.asked() == Verdict(Gate.SERVICE_STATE, True, Reason.NOTHING_OPEN)

    def test_whatever_it_says_it_is_the_gate_of_what_is_open_with_them(self) -> None:
        asked: list[dict[str, Any]] = [
            {}, {"cases": [case(Severity.HIGH)]}, {"conversations": [talk()]}, {"purpose": Purpose.REPLY},
        ]  # fmt: skip
        assert {self.asked(**one).gate for one in asked} == {Gate.SERVICE_STATE}

    @pytest.mark.parametrize("channel", [Channel.PHONE, Channel.EMAIL])
    def test_a_reply_is_never_held(self, channel: Channel) -> None:
        verdict = self.asked(conversations=[talk(channel)], cases=[case(Severity.CRITICAL)], purpose=Purpose.REPLY)
        assert (verdict.is_open, verdict.reason) == (True, Reason.REPLY)

    def test_the_policy_says_from_which_severity_on(self) -> None:
        assert section('severity = "low"').severity is Severity.LOW
        assert section("").severity is Severity.HIGH
        with pytest.raises(ValidationError, match="is no severity: low, normal, high, critical"):
            section('severity = "awful"')
        with pytest.raises(ValidationError, match="is no severity"):
            section("severity = 3")


class TestCapacity:
    PATH = (Channel.PHONE, "agent")

    @pytest.mark.parametrize(
        ("free", "at", "reason"),
        [
            (Free(1), 0, Reason.FREE),
            (Free(0), 0, Reason.NOT_FREE),
            (Free(0, hour(2)), 1.999, Reason.NOT_FREE),
            (Free(0, hour(2)), 2, Reason.FREE),
        ],
    )
    def test_a_path_that_is_full_is_asked_again_when_it_says(self, free: Free, at: float, reason: Reason) -> None:
        verdict = capacity_gate({self.PATH: free}, *self.PATH, hour(at))
        assert (verdict.reason, verdict.is_open) == (reason, reason is Reason.FREE)
        assert verdict.opens_at == (free.more_at if reason is Reason.NOT_FREE else None)
        more_at = free.more_at.isoformat() if free.more_at else None
        assert verdict.gate is Gate.CAPACITY
        assert verdict.inputs == {"channel": "phone", "sender": "agent", "places": free.places, "more_at": more_at}

    def test_a_path_nobody_limits_is_open(self) -> None:
        open_to_all = Verdict(Gate.CAPACITY, True, Reason.NOT_LIMITED)
        assert capacity_gate({self.PATH: Free(0)}, Channel.PHONE, "dealer", hour(0)) == open_to_all
        assert capacity_gate({self.PATH: Free(0)}, Channel.SMS, "agent", hour(0)).reason is Reason.NOT_LIMITED
