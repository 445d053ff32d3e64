"""Agents on a call: given a call, when they pick up, hold, consult or leave, then who hears whom."""

import pytest

from hub.channels.phone.actions import Action, Keep, Request, Signal
from hub.channels.phone.call import Phase, Role
from hub.channels.phone.decide import decide
from hub.channels.phone.happenings import (
    CameBack,
    Gone,
    PickedUp,
    Pressed,
    Recorded,
    Resumed,
)
from hub.channels.phone.layout import MUSIC, main_bridge, places
from tests.channels.phone.lived_calls import LEG, NOON, PLAIN, RECORDED, RINGS, TALKS, asked, lived, signals, told


def test_who_hangs_up_before_the_hub_has_given_them_the_call_is_rung_once_more_and_the_caller_keeps_the_place() -> None:
    early = (*RINGS, PickedUp(NOON, LEG), Gone(NOON, LEG, 16))
    call, actions = lived(*early)
    assert (signals(actions), call.phase) == (["offer_declined"], Phase.WAITING)
    call, actions = lived(*early, told("answered", agent_id="ann"))
    assert (asked(actions), call.phase) == (["POST /channels/leg-call-c1-1"], Phase.WAITING)
    call, actions = lived(*early, told("answered", agent_id="ann"), Gone(NOON, "leg-call-c1-1", 3))
    assert (signals(actions), call.phase) == (["agent_missed"], Phase.WAITING)


def test_an_offer_rings_and_picking_up_accepts_it() -> None:
    call, actions = lived(*RINGS)
    assert asked(actions) == [f"POST /channels/{LEG}"]
    call, actions = decide(call, PickedUp(NOON, LEG), PLAIN)
    assert signals(actions) == ["offer_accepted"]
    call, actions = decide(call, told("answered", agent_id="ann"), PLAIN)
    assert asked(actions) == [
        "DELETE /channels/c1/moh", "POST /bridges/talk-call-c1", "POST /bridges/talk-call-c1/addChannel",
    ]  # fmt: skip


@pytest.mark.parametrize(("cause", "reason"), [(17, "busy"), (19, "no_answer"), (21, "rejected"), (20, "unreachable")])
def test_who_does_not_pick_up_declines_and_the_caller_hears_music_still(cause: int, reason: str) -> None:
    call, actions = lived(*RINGS, Gone(NOON, LEG, cause))
    [signal] = [one for one in actions if isinstance(one, Signal)]
    assert (signal.signal, signal.details["reason"]) == ("offer_declined", reason)
    assert (signal.details["outcome"] == "busy") == (cause == 17), "a busy line is no refusal"
    assert (asked(actions), places(call)) == ([], {"c1": MUSIC})


def test_an_agent_who_took_it_at_the_desktop_and_does_not_pick_up_was_missed() -> None:
    call, actions = lived(*RINGS, told("answered", agent_id="ann"), Gone(NOON, LEG, 19))
    assert signals(actions) == ["agent_missed"]
    assert places(call) == {"c1": MUSIC}


def test_who_is_rung_besides_is_let_go() -> None:
    _, actions = lived(*RINGS, told("offered", agent_id="bob", offer_id="o2"), told("answered", agent_id="bob"))
    assert asked(actions) == [f"DELETE /channels/{LEG}"]


def test_hold_is_music_and_no_hold_is_the_agent_again() -> None:
    call, actions = lived(*TALKS, told("held", agent_id="ann"))
    assert asked(actions) == ["POST /bridges/talk-call-c1/removeChannel", "POST /channels/c1/moh"]
    _, actions = decide(call, told("resumed", agent_id="ann"), PLAIN)
    assert asked(actions) == ["DELETE /channels/c1/moh", "POST /bridges/talk-call-c1/addChannel"]


def test_a_customer_who_hangs_up_takes_all_along() -> None:
    _, actions = lived(*TALKS, Gone(NOON, "c1", 16))
    [signal] = [one for one in actions if isinstance(one, Signal)]
    assert (signal.signal, signal.details) == ("customer_left", {"dropped": False})
    assert asked(actions) == [f"DELETE /channels/{LEG}", "DELETE /bridges/talk-call-c1"]


def test_a_line_that_broke_is_told_as_such() -> None:
    _, actions = lived(*TALKS, Gone(NOON, "c1", 27))
    assert [one.details for one in actions if isinstance(one, Signal)] == [{"dropped": True}]


def test_an_agent_who_hangs_up_leaves_the_customer_to_the_hub() -> None:
    call, actions = lived(*TALKS, Gone(NOON, LEG, 16))
    assert (signals(actions), places(call)) == (["agent_left"], {"c1": MUSIC})
    _, actions = decide(call, told("ended", agent_id="ann"), PLAIN)
    assert asked(actions) == ["DELETE /channels/c1", "DELETE /bridges/talk-call-c1"]


CONSULTS = (
    *TALKS,
    told("consult_answered", agent_id="bob", consult_id="interaction-2"),
    PickedUp(NOON, "leg-call-c1-1"),
)


def test_a_consultation_is_unheard_by_the_customer_and_ends_in_a_warm_transfer() -> None:
    call, _ = lived(*CONSULTS)
    assert places(call) == {"c1": MUSIC, LEG: "consult-leg-call-c1-1", "leg-call-c1-1": "consult-leg-call-c1-1"}
    call, actions = decide(call, told("transferred", agent_id="ann", to_agent="bob", warm=True), PLAIN)
    assert places(call) == {"c1": main_bridge(call), "leg-call-c1-1": main_bridge(call)}
    assert f"DELETE /channels/{LEG}" in asked(actions)
    assert "DELETE /bridges/consult-leg-call-c1-1" in asked(actions)


def test_a_consultation_that_ends_brings_the_agent_back() -> None:
    call, _ = lived(*CONSULTS, told("consult_ended", agent_id="bob", consult_id="interaction-2"))
    assert places(call) == {"c1": main_bridge(call), LEG: main_bridge(call)}


def test_the_bridge_of_a_call_is_made_once_and_goes_when_the_call_is_over() -> None:
    call, _ = lived(*TALKS)
    call, out = decide(call, told("transferred", agent_id="ann", to_agent="", warm=False), PLAIN)
    for happening in (told("answered", agent_id="bob"), PickedUp(NOON, "leg-call-c1-1")):
        call, again = decide(call, happening, PLAIN)
    assert [one for one in asked(again) if "bridges" in one] == ["POST /bridges/talk-call-c1/addChannel"]
    assert "DELETE /bridges/talk-call-c1" not in asked(out)
    _, over = decide(call, told("ended"), PLAIN)
    assert "DELETE /bridges/talk-call-c1" in asked(over)


def test_a_cold_transfer_puts_the_customer_back_in_line() -> None:
    call, actions = lived(*TALKS, told("transferred", agent_id="ann", to_agent="", warm=False))
    assert (call.phase, places(call)) == (Phase.WAITING, {"c1": MUSIC})
    assert f"DELETE /channels/{LEG}" in asked(actions)


@pytest.mark.parametrize(("mode", "whisper"), [("monitor", "none"), ("coach", "out")])
def test_who_listens_is_in_no_conversation(mode: str, whisper: str) -> None:
    call, actions = lived(
        *TALKS, told("participant_joined", agent_id="sue", mode=mode), PickedUp(NOON, "leg-call-c1-1")
    )
    assert places(call)["leg-call-c1-1"] == "ear-leg-call-c1-1"
    [ear] = [one for one in actions if isinstance(one, Request) and "/snoop/" in one.path]
    assert (ear.path, ear.params["whisper"]) == (f"/channels/{LEG}/snoop/hears-leg-call-c1-1", whisper)


@pytest.mark.parametrize("mode", ["conference", "barge"])
def test_who_joins_is_heard_by_all(mode: str) -> None:
    call, _ = lived(*TALKS, told("participant_joined", agent_id="sue", mode=mode), PickedUp(NOON, "leg-call-c1-1"))
    assert set(places(call).values()) == {main_bridge(call)}
    assert call.legs[-1].role is Role.CONFERENCE


def test_a_conversation_is_recorded_paused_and_kept() -> None:
    call, actions = lived(*TALKS, settings=RECORDED)
    assert asked(actions)[-1] == "POST /bridges/talk-call-c1/record"
    assert call.recording is not None
    name = call.recording.name
    for digit, method in (("*", "POST"), ("*", "DELETE")):
        call, actions = decide(call, Pressed(NOON, LEG, digit), RECORDED)
        assert asked(actions) == [f"{method} /recordings/live/{name}/pause"]
    call, actions = decide(call, told("held", agent_id="ann"), RECORDED)
    assert asked(actions)[0] == f"POST /recordings/live/{name}/pause"
    call, actions = decide(call, Gone(NOON, "c1", 16), RECORDED)
    assert asked(actions)[0] == f"POST /recordings/live/{name}/stop"
    assert not call.done
    call, actions = decide(call, Recorded(NOON, name, 60), RECORDED)
    assert [(one.kind, one.recording.name) for one in actions if isinstance(one, Keep)] == [("recording", name)]


def test_a_call_that_stands_after_a_restart_goes_on_as_it_was() -> None:
    call, _ = lived(*TALKS)
    again, actions = decide(call, Resumed(NOON), PLAIN)
    assert again == call
    assert asked(actions) == ["POST /bridges/talk-call-c1", "POST /bridges/talk-call-c1/addChannel"]


BACK = CameBack(NOON, "c9", "PJSIP/ann")


def test_who_lost_the_line_has_the_customer_again_on_a_new_one() -> None:
    call, actions = lived(*TALKS, BACK)
    assert places(call) == {"c1": main_bridge(call), "c9": main_bridge(call)}
    assert asked(actions) == [
        "POST /bridges/talk-call-c1/addChannel", f"DELETE /channels/{LEG}", "POST /applications/hub/subscription",
        "POST /channels/c9/answer",
    ]  # fmt: skip
    call, actions = decide(call, Gone(NOON, LEG, 16), PLAIN)
    assert (signals(actions), call.agent_id) == ([], "ann"), "the line that was lost is nobody's any more"
    call, actions = decide(call, Gone(NOON, "c9", 16), PLAIN)
    assert signals(actions) == ["agent_left"]


def test_who_accepted_at_the_desktop_and_is_not_rung_comes_by_a_line_of_their_own() -> None:
    call, actions = lived(*RINGS, told("answered", agent_id="ann"), BACK)
    assert places(call) == {"c1": main_bridge(call), "c9": main_bridge(call)}
    assert f"DELETE /channels/{LEG}" in asked(actions)


@pytest.mark.parametrize("stranger", [CameBack(NOON, "c9", "PJSIP/bob"), CameBack(NOON, "c9", "PJSIP/trunk")])
def test_nobody_comes_into_a_call_that_was_not_given_to_them(stranger: CameBack) -> None:
    before, _ = lived(*TALKS)
    after, actions = lived(*TALKS, stranger)
    assert (places(after), asked(actions)) == (places(before), ["DELETE /channels/c9"])
    _, actions = lived(*RINGS, BACK)
    assert asked(actions) == ["DELETE /channels/c9"], "an offer is accepted by picking up alone"


def test_a_line_that_broke_is_no_hanging_up_and_the_customer_waits_with_music() -> None:
    call, actions = lived(*TALKS, Gone(NOON, LEG, 44))
    assert signals(actions) == ["agent_missed"]
    assert places(call) == {"c1": MUSIC}


def test_a_phone_is_told_what_rings_and_answers_by_itself_what_its_agent_asked_for() -> None:
    def headers(actions: list[Action]) -> list[dict[str, str]]:
        return [dict(one.headers) for one in actions if isinstance(one, Request) and one.calls]

    _, offered = lived(*RINGS)
    assert headers(offered) == [{"X-Hub-Interaction": "interaction-1"}]
    _, joined = lived(*TALKS, told("participant_joined", agent_id="sue", mode="monitor"))
    assert headers(joined) == [{"X-Hub-Interaction": "interaction-1", "X-Hub-Answer": "at-once"}]
