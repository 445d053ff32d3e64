"""What adapters report of agents' phones, and what that asks of the routing pool."""

from datetime import UTC, datetime
from typing import Any

import pytest

from hub.application.intake.asked_of_pool import asked_of_pool
from hub.domain.contact import Channel, ConversationEvent, ConversationSignal, Desk, RecordingState
from hub.domain.errors import InvalidError
from hub.router.pool.commands import (
    Accept,
    AgentLeft,
    CloseDesk,
    Decline,
    EndVisit,
    Hold,
    MissAgent,
    OpenDesk,
    ParkVisit,
    PassVisitOn,
    Resume,
    SwitchRecording,
    TakeVisit,
    WantNext,
)  # fmt: skip

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WORK = {"interaction_id": "interaction-1", "agent_id": "ann"}
OFFER = {**WORK, "offer_id": "offer-1-2"}


def report(signal: ConversationSignal, **more: Any) -> ConversationEvent:
    told = {"id": "s-1", "channel": Channel.PHONE, "thread": "call-1", "occurred_at": NOON, "signal": signal}
    return ConversationEvent(**told, **more)


@pytest.mark.parametrize(
    ("signal", "more", "command"),
    [
        ("offer_accepted", OFFER, Accept(NOON, "s-1", "agent:ann", "ann", "offer-1-2")),
        (
            "offer_declined",
            {**OFFER, "reason": "in the basement"},
            Decline(NOON, "s-1", "agent:ann", "ann", "offer-1-2", "in the basement", False),
        ),
        (
            "offer_declined",
            {**OFFER, "outcome": "busy"},
            Decline(NOON, "s-1", "agent:ann", "ann", "offer-1-2", "", True),
        ),
        ("agent_missed", WORK, MissAgent(NOON, "s-1", "adapter:phone", "ann", "interaction-1", "no_answer")),
        (
            "agent_missed",
            {**WORK, "outcome": "failed"},
            MissAgent(NOON, "s-1", "adapter:phone", "ann", "interaction-1", "failed"),
        ),
        ("agent_left", WORK, AgentLeft(NOON, "s-1", "agent:ann", "ann", "interaction-1")),
        ("held", WORK, Hold(NOON, "s-1", "agent:ann", "ann", "interaction-1")),
        (
            "recording_switched",
            {**WORK, "state": "paused"},
            SwitchRecording(NOON, "s-1", "agent:ann", "ann", "interaction-1", RecordingState.PAUSED),
        ),
        ("resumed", WORK, Resume(NOON, "s-1", "agent:ann", "ann", "interaction-1")),
    ],
)
def test_what_a_phone_tells_is_asked_of_the_pool(signal: str, more: dict[str, str], command: object) -> None:
    assert asked_of_pool(report(ConversationSignal(signal), **more), NOON) == command


@pytest.mark.parametrize(
    ("signal", "more", "field"),
    [
        ("offer_accepted", {**OFFER, "agent_id": ""}, "agent_id"),
        ("offer_accepted", WORK, "offer_id"),
        ("offer_declined", {**OFFER, "offer_id": "the first"}, "offer_id"),
        ("agent_missed", {"agent_id": "ann"}, "interaction_id"),
        ("agent_left", {"interaction_id": "interaction-1"}, "agent_id"),
        ("held", {}, "interaction_id"),
        ("recording_switched", {"state": "paused"}, "interaction_id"),
        ("recording_switched", WORK, "state"),
    ],
)
def test_what_does_not_say_whose_is_refused_and_blamed(signal: str, more: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        asked_of_pool(report(ConversationSignal(signal), **more), NOON)
    assert refused.value.field == field


DESK = Desk(branch="centre", desk="3", name="Ann", skills={"loans": 3}, languages=("fa",))
BY_ANN = (NOON, "s-1", "agent:ann")
ITS_VISIT = (Channel.IN_PERSON, "visit-1", "ann")


@pytest.mark.parametrize(
    ("signal", "more", "command"),
    [
        ("desk_opened", {"desk": DESK}, OpenDesk(*BY_ANN, "ann", "Ann", "centre", "3", {"loans": 3}, ("fa",))),
        ("desk_closed", {}, CloseDesk(*BY_ANN, "ann")),
        ("next_wanted", {}, WantNext(*BY_ANN, "ann", True)),
        ("next_unwanted", {}, WantNext(*BY_ANN, "ann", False)),
        ("taken", {}, TakeVisit(*BY_ANN, *ITS_VISIT)),
        ("parked", {}, ParkVisit(*BY_ANN, *ITS_VISIT)),
        ("passed_on", {"queue": "loans"}, PassVisitOn(*BY_ANN, *ITS_VISIT, "loans")),
        (
            "passed_on", {"agent_id": "", "queue": "loans"},
            PassVisitOn(NOON, "s-1", "adapter:in_person", Channel.IN_PERSON, "visit-1", "", "loans"),
        ),
        ("ended", {"wrap_up": "done"}, EndVisit(*BY_ANN, *ITS_VISIT, "done", "agent")),
        ("ended", {"wrap_up": "no_show"}, EndVisit(*BY_ANN, *ITS_VISIT, "no_show", "customer")),
    ],
)  # fmt: skip
def test_what_a_branch_tells_is_asked_of_the_pool(signal: str, more: dict[str, Any], command: object) -> None:
    told = report(ConversationSignal(signal), **{"agent_id": "ann", **more})
    there = told.model_copy(update={"channel": Channel.IN_PERSON, "thread": "visit-1"})
    assert asked_of_pool(there, NOON) == command


@pytest.mark.parametrize(
    ("signal", "more", "field"),
    [
        ("desk_opened", {"agent_id": "ann"}, "desk"),
        ("desk_opened", {"desk": DESK}, "agent_id"),
        ("taken", {}, "agent_id"),
        ("passed_on", {"agent_id": "ann"}, "queue"),
    ],
)
def test_what_a_branch_does_not_say_is_refused_and_blamed(signal: str, more: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        asked_of_pool(report(ConversationSignal(signal), **more), NOON)
    assert refused.value.field == field


@pytest.mark.parametrize("signal", ["sent", "failed", "survey_answered"])
def test_what_is_not_of_a_running_conversation_asks_nothing_of_it(signal: str) -> None:
    assert asked_of_pool(report(ConversationSignal(signal)), NOON) is None
