"""What follows from what happens to a call: given a call, when this happens, then that is asked for."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.command import Command
from hub.channels.phone.actions import Action, Keep, Report, Request, Signal
from hub.channels.phone.call import Call, Phase, Role
from hub.channels.phone.decide import begin, decide
from hub.channels.phone.happenings import (
    Arrived,
    Confirmed,
    Gone,
    Happening,
    Kept,
    Listening,
    PickedUp,
    Played,
    Pressed,
    Recorded,
    Resumed,
    TimeUp,
    Told,
)
from hub.channels.phone.layout import MUSIC, main_bridge, places
from hub.channels.phone.settings import AskNumber, Menu, PhoneSettings, Recording

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PLAIN = PhoneSettings()
RECORDED = PhoneSettings(recording=Recording(queues=("*",)))
_numbers = count()


def told(command: str, **fields: object) -> Told:
    said = {"interaction_id": "interaction-1", "queue": "care", **fields}
    about = Command(id=f"c{next(_numbers)}", at=NOON, command=command, channel="phone", thread="call-c1", **said)  # type: ignore[arg-type]
    return Told(NOON, about)


def lived(*happenings: Happening, settings: PhoneSettings = PLAIN) -> tuple[Call, list[Action]]:
    """A call after all this, and what the last of it asked for."""
    call, actions = begin("call-c1", Arrived(NOON, "c1", "+98211", "1000"), settings)
    for happening in happenings:
        call, actions = decide(call, happening, settings)
    return call, actions


WAITS = (Confirmed(NOON, "", accepted=True),)
OFFERED = told("offered", agent_id="ann", offer_id="o1")
LEG = "leg-call-c1-0"
RINGS = (*WAITS, OFFERED)
TALKS = (*RINGS, PickedUp(NOON, LEG), told("answered", agent_id="ann"))


def asked(actions: list[Action]) -> list[str]:
    return [f"{one.method} {one.path}" for one in actions if isinstance(one, Request)]


def signals(actions: list[Action]) -> list[str]:
    return [one.signal for one in actions if isinstance(one, Signal)]


def test_a_call_is_answered_reported_and_hears_music() -> None:
    call, actions = lived()
    assert asked(actions) == [
        "POST /applications/hub/subscription", "POST /channels/c1/answer", "POST /channels/c1/moh",
    ]  # fmt: skip
    [report] = [one for one in actions if isinstance(one, Report)]
    assert (report.contact.id, report.contact.path.address) == ("call-c1", "+98211")
    assert [(one.kind, one.value, one.verified) for one in report.contact.identifiers] == [("phone", "+98211", False)]
    assert call.phase is Phase.REPORTING


def test_who_hangs_up_before_the_hub_has_given_them_the_call_is_rung_once_more_and_the_caller_keeps_the_place() -> None:
    early = (*RINGS, PickedUp(NOON, LEG), Gone(NOON, LEG, 16))
    call, actions = lived(*early)
    assert (signals(actions), call.phase) == (["offer_declined"], Phase.WAITING)
    call, actions = lived(*early, told("answered", agent_id="ann"))
    assert (asked(actions), call.phase) == (["POST /channels/leg-call-c1-1"], Phase.WAITING)
    call, actions = lived(*early, told("answered", agent_id="ann"), Gone(NOON, "leg-call-c1-1", 3))
    assert (signals(actions), call.phase) == (["agent_missed"], Phase.WAITING)


def test_who_withholds_the_number_is_not_named() -> None:
    _, actions = begin("call-c1", Arrived(NOON, "c1", "", "1000"), PLAIN)
    [report] = [one for one in actions if isinstance(one, Report)]
    assert (report.contact.path.address, report.contact.identifiers) == ("", ())


def test_a_menu_and_a_number_come_before_the_hub_hears_of_the_call() -> None:
    settings = PhoneSettings(
        menu=Menu(prompt=("sound:menu",), choices={"1": "cards"}), ask_number=AskNumber(prompt=("sound:number",))
    )
    call, actions = lived(settings=settings)
    assert asked(actions)[1:] == ["POST /channels/c1/answer", "POST /channels/c1/play/play-call-c1-0"]
    for digit in "1" + "4711#":
        call, actions = decide(call, Pressed(NOON, "c1", digit), settings)
    [report] = [one for one in actions if isinstance(one, Report)]
    assert report.contact.service == "cards"
    assert [(one.kind, one.value) for one in report.contact.identifiers][1:] == [("customer_number", "4711")]


def test_who_hangs_up_in_the_menu_is_on_record_and_no_work() -> None:
    asks = PhoneSettings(menu=Menu(prompt=("sound:choose",), choices={"1": "cards"}))
    call, actions = lived(Gone(NOON, "c1", 16), settings=asks)
    [report] = [one for one in actions if isinstance(one, Report)]
    assert (report.contact.path.address, report.contact.auto) == ("+98211", True)
    assert (call.phase, signals(actions)) == (Phase.OVER, [])


def test_who_presses_nothing_gets_to_the_hub_all_the_same() -> None:
    settings = PhoneSettings(menu=Menu(prompt=("sound:menu",), choices={"1": "cards"}, attempts=2))
    happened: list[Happening] = []
    for number in range(2):
        happened += [Played(NOON, f"play-call-c1-{number}"), TimeUp(NOON, "digits")]
    call, actions = lived(*happened, settings=settings)
    assert call.phase is Phase.REPORTING
    assert [one.contact.service for one in actions if isinstance(one, Report)] == [""]


def test_what_the_hub_does_not_confirm_goes_to_the_pbx() -> None:
    call, actions = lived(TimeUp(NOON, "confirm"))
    assert asked(actions) == ["POST /channels/c1/continue"]
    assert (call.phase, signals(actions)) == (Phase.OVER, ["customer_left"])


def test_the_place_is_said_and_music_goes_on() -> None:
    call, actions = lived(*WAITS, told("waiting", place=3, estimated_wait_s=150.0))
    [said] = [one for one in actions if isinstance(one, Request) and "/play/" in one.path]
    assert said.params["media"].split(",")[1:5] == [
        "number:2", "sound:queue-callswaiting", "sound:queue-holdtime", "number:2",
    ]  # fmt: skip
    _, actions = decide(call, Played(NOON, call.playing), PLAIN)
    assert asked(actions) == ["POST /channels/c1/moh"]


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


def test_who_comes_when_it_is_closed_is_told_and_may_leave_a_message() -> None:
    call, _ = lived(told("refused", reason="closed"))
    for _ in range(2):
        call, actions = decide(call, Played(NOON, call.playing), PLAIN)
    assert asked(actions) == ["POST /channels/c1/record"]
    call, actions = decide(call, Recorded(NOON, "voicemail-call-c1", 7), PLAIN)
    assert asked(actions) == ["DELETE /channels/c1"]
    assert [(one.kind, one.recording.seconds) for one in actions if isinstance(one, Keep)] == [("voicemail", 7)]
    assert not call.done
    assert decide(call, Kept(NOON, "voicemail-call-c1"), PLAIN)[0].done


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


def free() -> Call:
    return Call("call-c1", Phase.FREE, caller="+98211")


def test_a_callback_rings_the_agent_then_the_customer() -> None:
    call, actions = decide(free(), told("dial", agent_id="ann", contact_id="call-c1"), PLAIN)
    assert asked(actions) == [f"POST /channels/{LEG}"]
    call, actions = decide(call, PickedUp(NOON, LEG), PLAIN)
    assert asked(actions)[-1] == "POST /channels/customer-call-c1-1"
    call, actions = decide(call, PickedUp(NOON, "customer-call-c1-1"), PLAIN)
    assert signals(actions) == ["callback_reached"]
    assert set(places(call).values()) == {main_bridge(call)}


def test_who_was_called_back_and_hangs_up_has_left() -> None:
    waited = (*WAITS, told("callback_scheduled"), Gone(NOON, "c1", 16), told("dial", agent_id="ann"))
    called = (PickedUp(NOON, LEG.replace("-0", "-1")), PickedUp(NOON, "customer-call-c1-2"))
    call, actions = lived(*waited, *called, Gone(NOON, "customer-call-c1-2", 16))
    assert (call.phase, signals(actions)) == (Phase.OVER, ["customer_left"])


@pytest.mark.parametrize(("cause", "outcome"), [(17, "busy"), (19, "no_answer"), (20, "failed")])
def test_a_customer_who_does_not_answer_was_missed(cause: int, outcome: str) -> None:
    call, _ = decide(free(), told("dial", agent_id="ann"), PLAIN)
    call, _ = decide(call, PickedUp(NOON, LEG), PLAIN)
    call, actions = decide(call, Gone(NOON, call.channel, cause), PLAIN)
    [signal] = [one for one in actions if isinstance(one, Signal)]
    assert (signal.signal, signal.details["outcome"], call.phase) == ("callback_missed", outcome, Phase.FREE)


def test_what_is_no_number_is_never_dialled() -> None:
    call = replace(free(), caller="100@elsewhere.example")
    call, actions = decide(call, told("dial", agent_id="ann"), PLAIN)
    assert (asked(actions), signals(actions)) == ([], ["callback_missed"])


@pytest.mark.parametrize("thread", ["form 7", "../../asterisk/modules", "a,b", "x?y=1"])
def test_a_thread_that_no_line_can_be_named_after_is_never_dialled(thread: str) -> None:
    _, actions = decide(replace(free(), thread=thread), told("dial", agent_id="ann"), PLAIN)
    assert (asked(actions), signals(actions)) == ([], ["callback_missed"])


def test_the_number_that_the_hub_names_is_called() -> None:
    call, _ = decide(free(), told("dial", agent_id="ann", address="+98 212"), PLAIN)
    call, actions = decide(call, PickedUp(NOON, LEG), PLAIN)
    assert call.caller == "+98212"
    assert "PJSIP/+98212@trunk" in str(actions)


def test_an_outbound_call_is_told_as_sent_when_the_customer_answers() -> None:
    call = replace(free(), contact_id="contact-9")
    call, _ = decide(call, told("send", agent_id="ann", contact_id="contact-9"), PLAIN)
    call, _ = decide(call, PickedUp(NOON, LEG), PLAIN)
    call, actions = decide(call, PickedUp(NOON, call.channel), PLAIN)
    assert signals(actions) == ["sent"]
    _, actions = decide(call, Gone(NOON, call.channel, 16), PLAIN)
    assert (signals(actions), asked(actions)[0]) == ([], f"DELETE /channels/{LEG}")


def test_a_call_that_stands_after_a_restart_goes_on_as_it_was() -> None:
    call, _ = lived(*TALKS)
    again, actions = decide(call, Resumed(NOON), PLAIN)
    assert again == call
    assert asked(actions) == ["POST /bridges/talk-call-c1", "POST /bridges/talk-call-c1/addChannel"]


_agents = st.sampled_from(["ann", "bob", "sue", "not a phone"])
_channels = st.sampled_from(["c1", *(f"leg-call-c1-{n}" for n in range(4)), "customer-call-c1-1", "other"])
_COMMANDS = [
    "waiting", "refused", "expired", "moved", "offered", "offer_over", "answered", "dial", "send",
    "callback_scheduled", "callback_missed", "held", "resumed", "transferred", "pulled_back", "consult_answered",
    "consult_ended", "participant_joined", "participant_left", "ended", "survey", "tomorrow",
]  # fmt: skip
_told = st.builds(
    told,
    st.sampled_from(_COMMANDS),
    agent_id=_agents,
    to_agent=_agents,
    warm=st.booleans(),
    offer_id=st.sampled_from(["o1", "o2"]),
    consult_id=st.sampled_from(["", "interaction-2"]),
    mode=st.sampled_from(["conference", "barge", "coach", "monitor"]),
    place=st.sampled_from([None, 1, 4]),
    reason=st.sampled_from(["", "closed", "taken_back"]),
)
_happenings = st.one_of(
    _told,
    st.builds(PickedUp, st.just(NOON), _channels),
    st.builds(Gone, st.just(NOON), _channels.filter(lambda one: one != "c1"), st.sampled_from([0, 16, 17, 19])),
    st.builds(Pressed, st.just(NOON), _channels, st.sampled_from("1#*")),
    st.builds(Played, st.just(NOON), st.sampled_from([f"play-call-c1-{n}" for n in range(6)])),
    st.builds(Recorded, st.just(NOON), st.sampled_from(["talk-call-c1-1", "voicemail-call-c1"]), st.just(3)),
    st.builds(Listening, st.just(NOON), st.just("hears"), _channels),
    st.builds(Confirmed, st.just(NOON), st.sampled_from(["", "offer_accepted"]), st.booleans(), _agents),
    st.builds(TimeUp, st.just(NOON), st.sampled_from(["digits", "confirm"])),
    st.builds(Resumed, st.just(NOON)),
)
_EVERYTHING = PhoneSettings(
    menu=Menu(prompt=("sound:menu",), choices={"1": "cards"}),
    ask_number=AskNumber(prompt=("sound:number",)),
    recording=Recording(queues=("*",), notice=("sound:notice",)),
    callback_digit="9",
)


@given(st.lists(_happenings, max_size=25), st.sampled_from([PLAIN, _EVERYTHING, PhoneSettings(answer_at_once=False)]))
def test_no_order_of_happenings_forgets_the_caller(happenings: list[Happening], settings: PhoneSettings) -> None:
    call, _ = begin("call-c1", Arrived(NOON, "c1", "+98211", "1000"), settings)
    on_the_line = True
    for happening in happenings:
        call, actions = decide(call, happening, settings)
        let_go = {"DELETE /channels/c1", "POST /channels/c1/continue"} & set(asked(actions))
        on_the_line = on_the_line and not let_go
        assert on_the_line == (call.channel == "c1" and call.phase is not Phase.OVER)
        if on_the_line and call.phase in (Phase.WAITING, Phase.REPORTING, Phase.TALKING) and not call.playing:
            company = [leg for leg in call.legs if places(call).get(leg.id) == places(call)["c1"]]
            assert places(call)["c1"] in (MUSIC, "ringing") or company
        if call.phase is Phase.OVER:
            assert not call.legs


@given(st.lists(_happenings, max_size=25))
def test_who_hangs_up_is_gone_whatever_was_before_and_everybody_is_let_go(happenings: list[Happening]) -> None:
    call, _ = begin("call-c1", Arrived(NOON, "c1", "+98211", "1000"), _EVERYTHING)
    for happening in happenings:
        call, _ = decide(call, happening, _EVERYTHING)
    before = call
    after, actions = decide(call, Gone(NOON, "c1", 16), _EVERYTHING)
    if before.channel == "c1" and before.phase is not Phase.OVER:
        assert after.phase in (Phase.OVER, Phase.FREE)
        assert {f"DELETE /channels/{leg.id}" for leg in before.legs} - {
            f"DELETE /channels/{leg.id}" for leg in after.legs
        } <= set(asked(actions))
