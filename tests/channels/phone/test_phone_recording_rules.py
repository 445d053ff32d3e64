"""Given a call that is recorded, when its agent wants nothing recorded, then nothing is, and the hub is told so."""

from hypothesis import given
from hypothesis import strategies as st

from hub.channels.phone.actions import Action, Request, Signal
from hub.channels.phone.call import Call
from hub.channels.phone.decide import decide
from hub.channels.phone.happenings import (
    Gone,
    Happening,
    Listening,
    NotSwitched,
    PickedUp,
    Pressed,
    Recorded,
    Resumed,
    Told,
)
from tests.channels.phone.lived_calls import LEG, NOON, PLAIN, RECORDED, TALKS, asked, lived, told

NAME = "talk-call-c1-1"
PAUSE, GO_ON, STOP = (f"{method} /recordings/live/{NAME}/{what}" for method, what in (
    ("POST", "pause"), ("DELETE", "pause"), ("POST", "stop"),
))  # fmt: skip
BEGIN = "POST /bridges/talk-call-c1/record"


def wish(state: str, agent_id: str = "ann") -> Told:
    return told("recording", agent_id=agent_id, state=state)


def fulfilled(actions: list[Action]) -> list[str]:
    """What is told as soon as the requests are carried out, and what is told at once."""
    riding = [one.fulfils for one in actions if isinstance(one, Request) and one.fulfils is not None]
    return [str(one.details["state"]) for one in (*riding, *actions) if isinstance(one, Signal)]


def test_a_wish_is_told_once_asterisk_has_done_it() -> None:
    call, _ = lived(*TALKS, settings=RECORDED)
    pause = wish("paused")
    call, actions = decide(call, pause, RECORDED)
    assert (asked(actions), fulfilled(actions)) == ([PAUSE], ["paused"])
    assert not [one for one in actions if isinstance(one, Signal)], "not before it is done"
    assert decide(call, pause, RECORDED)[1] == [], "the same command again"
    call, actions = decide(call, wish("running"), RECORDED)
    assert (asked(actions), fulfilled(actions)) == ([GO_ON], ["running"])


def test_the_agents_key_is_told_like_a_command() -> None:
    call, _ = lived(*TALKS, settings=RECORDED)
    ids = []
    for state in ("paused", "running"):
        call, actions = decide(call, Pressed(NOON, LEG, "*"), RECORDED)
        assert fulfilled(actions) == [state]
        [request] = [one for one in actions if isinstance(one, Request)]
        assert request.fulfils is not None
        assert request.fulfils.details["agent_id"] == "ann"
        ids.append(request.fulfils.id)
    assert len(set(ids)) == 2


def test_a_call_that_is_not_recorded_says_so() -> None:
    call, _ = lived(*TALKS)
    call, actions = decide(call, wish("paused"), PLAIN)
    assert (asked(actions), fulfilled(actions)) == ([], ["off"])


def test_hold_and_advice_do_not_end_the_pause() -> None:
    call, _ = lived(*TALKS, wish("paused"), settings=RECORDED)
    for command in (told("held", agent_id="ann"), told("resumed", agent_id="ann")):
        call, actions = decide(call, command, RECORDED)
        assert GO_ON not in asked(actions)
    advice = [
        told("offered", agent_id="bob", offer_id="o2", consult_id="interaction-2"),
        PickedUp(NOON, "leg-call-c1-2"),
        told("consult_answered", agent_id="bob", consult_id="interaction-2"),
        told("consult_ended", agent_id="bob", consult_id="interaction-2"),
    ]
    for happening in advice:
        call, actions = decide(call, happening, RECORDED)
        assert BEGIN not in asked(actions)
    call, actions = decide(call, wish("running"), RECORDED)
    assert (asked(actions), fulfilled(actions)) == ([BEGIN], ["running"])


def test_the_next_agent_is_recorded_again() -> None:
    call, _ = lived(*TALKS, wish("paused"), settings=RECORDED)
    call, _ = decide(call, told("offered", agent_id="bob", offer_id="o2", consult_id="interaction-2"), RECORDED)
    call, _ = decide(call, PickedUp(NOON, "leg-call-c1-2"), RECORDED)
    call, _ = decide(call, told("consult_answered", agent_id="bob", consult_id="interaction-2"), RECORDED)
    call, actions = decide(call, told("transferred", agent_id="ann", to_agent="bob", warm=True), RECORDED)
    assert BEGIN in asked(actions)
    assert call.paused_by == ""


def test_who_does_not_have_the_call_pauses_nothing() -> None:
    call, _ = lived(*TALKS, settings=RECORDED)
    assert decide(call, wish("paused", agent_id="bob"), RECORDED)[1] == []


def test_what_cannot_be_paused_is_stopped() -> None:
    call, _ = lived(*TALKS, wish("paused"), settings=RECORDED)
    call, actions = decide(call, NotSwitched(NOON), RECORDED)
    assert (asked(actions), fulfilled(actions)) == ([STOP], ["paused"])
    call, actions = decide(call, wish("running"), RECORDED)
    assert (asked(actions), fulfilled(actions)) == ([BEGIN], ["running"])


def test_what_cannot_go_on_begins_anew() -> None:
    call, _ = lived(*TALKS, wish("paused"), wish("running"), settings=RECORDED)
    call, actions = decide(call, NotSwitched(NOON), RECORDED)
    assert (asked(actions), fulfilled(actions)) == ([BEGIN, STOP], ["running"])
    assert call.recording is not None
    assert call.recording.name != NAME


def test_after_a_restart_the_wish_is_carried_out_and_told_once_more() -> None:
    call, actions = lived(*TALKS, wish("paused"), settings=RECORDED)
    [before] = [one.fulfils for one in actions if isinstance(one, Request)]
    again, actions = decide(call, Resumed(NOON), RECORDED)
    assert PAUSE in asked(actions)
    assert [one.fulfils for one in actions if isinstance(one, Request) and one.fulfils] == [before], "the same word"
    assert again == call


_channels = st.sampled_from([f"leg-call-c1-{number}" for number in range(8)])
_agents = st.sampled_from(["ann", "bob"])
_happenings = st.one_of(
    st.builds(wish, st.sampled_from(["paused", "running"]), _agents),
    st.builds(Pressed, st.just(NOON), _channels, st.just("*")),
    st.builds(PickedUp, st.just(NOON), _channels),
    st.builds(Gone, st.just(NOON), _channels, st.just(16)),
    st.builds(Listening, st.just(NOON), st.just("hears"), _channels),
    st.builds(Recorded, st.just(NOON), st.sampled_from([f"talk-call-c1-{number}" for number in range(8)]), st.just(3)),
    st.builds(NotSwitched, st.just(NOON)),
    st.builds(Resumed, st.just(NOON)),
    st.builds(
        told,
        st.sampled_from(
            [
                "offered",
                "answered",
                "held",
                "resumed",
                "transferred",
                "pulled_back",
                "consult_answered",
                "consult_ended",
            ]
        ),
        agent_id=_agents,
        to_agent=_agents,
        warm=st.booleans(),
        offer_id=st.sampled_from(["o1", "o2"]),
        consult_id=st.sampled_from(["", "interaction-2"]),
    ),
)


@given(st.lists(_happenings, max_size=20))
def test_whatever_happens_nothing_is_recorded_while_the_agent_wants_it_so(happenings: list[Happening]) -> None:
    call, running = Call("", phase=lived()[0].phase), dict[str, bool]()
    call, actions = lived(*TALKS, settings=RECORDED)
    for happening in (None, *happenings):
        if happening is not None:
            call, actions = decide(call, happening, RECORDED)
        if isinstance(happening, Recorded):
            running.pop(happening.name, None)
        for one in actions:
            _carry_out(one, running)
        assert not (call.paused_by and any(running.values())), (call.paused_by, running)
        assert not call.paused_by or call.paused_by == call.agent_id


def _carry_out(action: Action, running: dict[str, bool]) -> None:
    """Which recordings there are in Asterisk, and which of them run."""
    if not isinstance(action, Request):
        return
    if action.records:
        running[action.records] = True
        return
    match action.path.split("/"):
        case ["", "recordings", "live", name, "stop"]:
            running.pop(name, None)
        case ["", "recordings", "live", name, "pause"] if name in running:
            running[name] = action.method == "DELETE"
