"""Whatever happens to a call in whatever order: nobody is forgotten on the line."""

from hypothesis import given
from hypothesis import strategies as st

from hub.channels.phone.call import Phase
from hub.channels.phone.decide import begin, decide
from hub.channels.phone.happenings import (
    Arrived,
    CameBack,
    Confirmed,
    Gone,
    Happening,
    Listening,
    PickedUp,
    Played,
    Pressed,
    Recorded,
    Resumed,
    TimeUp,
)
from hub.channels.phone.layout import MUSIC, places
from hub.channels.phone.settings import AskNumber, Menu, PhoneSettings, Recording
from tests.channels.phone.lived_calls import NOON, PLAIN, asked, told

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
    st.builds(CameBack, st.just(NOON), st.just("back-1"), st.sampled_from(["PJSIP/ann", "PJSIP/bob", "PJSIP/cid"])),
    st.builds(Gone, st.just(NOON), _channels.filter(lambda one: one != "c1"), st.sampled_from([0, 16, 17, 19, 44])),
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
