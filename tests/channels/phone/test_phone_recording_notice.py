"""Given that conversations are recorded with a notice, when customer and agent speak, then the customer was told."""

import pytest

from hub.channels.phone.call import Phase
from hub.channels.phone.decide import decide
from hub.channels.phone.happenings import Gone, PickedUp, Played, Recorded, Resumed
from hub.channels.phone.layout import APART, main_bridge, places
from hub.channels.phone.settings import PhoneSettings, Recording
from tests.channels.phone.lived_calls import LEG, NOON, RECORDED, RINGS, TALKS, asked, free, lived, told

BEGIN = "POST /bridges/talk-call-c1/record"
RECORDING = Recording(queues=("care",), notice=("sound:recorded",))
TOLD = PhoneSettings(recording=RECORDING)
RINGING = PhoneSettings(recording=RECORDING, answer_at_once=False)


def test_who_is_called_is_told_before_they_speak_with_the_agent() -> None:
    call, _ = decide(free(), told("dial", agent_id="ann"), TOLD)
    call, _ = decide(call, PickedUp(NOON, LEG), TOLD)
    customer = call.channel

    call, actions = decide(call, PickedUp(NOON, customer), TOLD)
    assert places(call)[customer] == APART
    assert "sound:recorded" in str(actions)
    assert BEGIN not in asked(actions)

    call, actions = decide(call, Played(NOON, call.playing), TOLD)
    assert places(call)[customer] == main_bridge(call)
    assert asked(actions)[-1] == BEGIN


def test_who_heard_it_ring_is_told_when_the_agent_is_there_and_not_before() -> None:
    call, _ = lived(*RINGS, PickedUp(NOON, LEG), settings=RINGING)
    call, actions = decide(call, told("answered", agent_id="ann"), RINGING)
    assert places(call)["c1"] == APART
    requests = asked(actions)
    assert requests.index("POST /channels/c1/answer") < requests.index(f"POST /channels/c1/play/{call.playing}")
    assert BEGIN not in requests
    assert asked(decide(call, Played(NOON, call.playing), RINGING)[1])[-1] == BEGIN


def test_who_was_told_on_arrival_is_not_told_again() -> None:
    said = Played(NOON, "play-call-c1-0")
    call, actions = lived(said, *(RINGS[0], RINGS[1]), settings=TOLD)
    rung = call.legs[0].id
    call, _ = decide(call, PickedUp(NOON, rung), TOLD)
    call, actions = decide(call, told("answered", agent_id="ann"), TOLD)
    assert not call.playing
    assert asked(actions)[-1] == BEGIN


def test_who_is_not_recorded_is_told_nothing() -> None:
    call, _ = decide(free(), told("dial", agent_id="ann", queue="other"), TOLD)
    call, _ = decide(call, PickedUp(NOON, LEG), TOLD)
    call, actions = decide(call, PickedUp(NOON, call.channel), TOLD)
    assert not call.playing
    assert "sound:recorded" not in str(actions)


def test_who_hangs_up_while_they_are_told_has_left() -> None:
    call, _ = decide(free(), told("dial", agent_id="ann"), TOLD)
    call, _ = decide(call, PickedUp(NOON, LEG), TOLD)
    call, _ = decide(call, PickedUp(NOON, call.channel), TOLD)
    assert decide(call, Gone(NOON, call.channel, 16), TOLD)[0].phase is Phase.OVER


def test_a_notice_that_a_restart_cut_off_is_said_again_before_anything_is_recorded() -> None:
    call, _ = lived(*RINGS, PickedUp(NOON, LEG), told("answered", agent_id="ann"), settings=RINGING)
    cut_off = call.playing
    call, actions = decide(call, Resumed(NOON), RINGING)
    requests = asked(actions)
    assert requests.index(f"DELETE /playbacks/{cut_off}") < requests.index(f"POST /channels/c1/play/{call.playing}")
    assert (places(call)["c1"], BEGIN in requests) == (APART, False)
    call, actions = decide(call, Played(NOON, cut_off), RINGING)
    assert BEGIN not in asked(actions), "the end of the one that was cut off is no end of this one"
    assert asked(decide(call, Played(NOON, call.playing), RINGING)[1])[-1] == BEGIN


def test_a_notice_that_is_wanted_no_longer_after_a_restart_keeps_nobody_waiting() -> None:
    call, _ = lived(*RINGS, PickedUp(NOON, LEG), told("answered", agent_id="ann"), settings=RINGING)
    call, actions = decide(call, Resumed(NOON), PhoneSettings(recording=Recording(queues=("care",))))
    assert (places(call)["c1"], asked(actions)[-2]) == (main_bridge(call), BEGIN)


@pytest.mark.parametrize("is_held", [False, True])
def test_what_goes_on_for_long_is_recorded_in_several_files(is_held: bool) -> None:
    call, actions = lived(*TALKS, settings=RECORDED)
    assert "'maxDurationSeconds': '1200'" in str(actions)
    if is_held:
        call, _ = decide(call, told("held", agent_id="ann"), RECORDED)
    assert call.recording is not None
    first = call.recording.name
    call, actions = decide(call, Recorded(NOON, first, 1200), RECORDED)
    assert (BEGIN in asked(actions)) is not is_held
    if is_held:
        call, actions = decide(call, told("resumed", agent_id="ann"), RECORDED)
    assert BEGIN in asked(actions)
    assert call.recording is not None
    assert call.recording.name != first
