"""What follows from an order of the hub, and from what the provider tells: given a line, when this happens."""

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.channels.command import Command
from hub.channels.voice_webhooks.line import Line, State
from hub.channels.voice_webhooks.orders import NewCall, Redirect, Step, told
from hub.channels.voice_webhooks.outcomes import About, agent_done, call_over, placed
from hub.channels.voice_webhooks.parse import call_of, contact_of, fields_of
from hub.channels.voice_webhooks.render import Place, in_line, last_words, while_waiting
from hub.channels.voice_webhooks.settings import Line as Number
from hub.channels.voice_webhooks.settings import VoiceSettings, Words
from hub.domain.contact import CallbackOutcome, ConversationEvent
from hub.domain.errors import InvalidError

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NEEDED = {"public_url": "https://voice.example.org", "account": "AC1", "auth_token": "t", "caller_id": "+982188000"}


def settings(**more: Any) -> VoiceSettings:
    return VoiceSettings.model_validate({**NEEDED, **more})


PLAIN = settings()
WAITS = Line("voice-CA1", "CA1")
TALKS = Line("voice-CA1", "CA1", State.TALKING, "interaction-1", "ann")
FREE = Line("voice-CA1", "", State.FREE, "interaction-1")
ANN = About("turn-1", "ann")


def order(line: Line, command: str, *, address: str = "+98912", config: VoiceSettings = PLAIN, **more: Any) -> Step:
    said = {"thread": line.thread, "interaction_id": "interaction-1", **more}
    told_ = Command(id="turn-1", at=NOON, command=command, channel="phone", **said)
    return told(line, told_, address, NOON, config)


def redirect(step: Step) -> ElementTree.Element:
    [action] = step[1]
    assert isinstance(action, Redirect)
    assert action.sid == "CA1"
    return ElementTree.fromstring(action.twiml)


def signal(step: Step) -> ConversationEvent:
    [action] = step[1]
    assert isinstance(action, ConversationEvent)
    return action


# What the hub decides


@pytest.mark.parametrize(
    ("endpoint", "tag", "text"),
    [
        ("client:{agent}", "Client", "ann"), ("sip:{agent}@pbx.example.org", "Sip", "sip:ann@pbx.example.org"),
        ("+982188{agent}", "Number", "+982188ann"),
    ],
)  # fmt: skip
def test_answered_rings_the_agents_phone(endpoint: str, tag: str, text: str) -> None:
    step = order(WAITS, "answered", agent_id="ann", config=settings(agent_endpoint=endpoint))
    [dial] = redirect(step)
    assert (dial.tag, [(one.tag, one.text) for one in dial]) == ("Dial", [(tag, text)])
    assert dial.get("action") == "https://voice.example.org/voice/dialled?thread=voice-CA1&turn=turn-1&agent=ann"
    assert step[0] == TALKS


def test_an_agents_own_endpoint_goes_before_the_common_one() -> None:
    step = order(WAITS, "answered", agent_id="ann", config=settings(agents={"ann": "+49301234"}))
    assert redirect(step)[0].findtext("Number") == "+49301234"


def test_what_is_no_name_of_an_agent_is_not_rung() -> None:
    told_ = signal(order(WAITS, "answered", agent_id="ann@elsewhere;x"))
    assert (told_.signal, told_.outcome) == ("agent_missed", CallbackOutcome.FAILED)


def test_a_warm_transfer_rings_the_other_and_a_cold_one_puts_them_back_in_line() -> None:
    line, _ = step = order(TALKS, "transferred", agent_id="ann", to_agent="bob", warm=True)
    assert (redirect(step)[0].findtext("Client"), line.agent_id, line.state) == ("bob", "bob", State.TALKING)
    line, _ = step = order(TALKS, "transferred", agent_id="ann", to_agent="", warm=False)
    assert (redirect(step)[0].tag, line.agent_id, line.state) == ("Enqueue", "", State.WAITING)


def test_who_waits_already_is_not_disturbed_by_being_pulled_back() -> None:
    assert order(WAITS, "pulled_back", agent_id="ann")[1] == []


def test_who_is_refused_hears_why_and_may_leave_a_message() -> None:
    words = Words(refused={"closed": "We are closed.", "": "Sorry."})
    line, _ = step = order(WAITS, "refused", reason="closed", config=settings(words=words))
    said = redirect(step)
    assert [one.tag for one in said] == ["Say", "Say", "Record", "Hangup"]
    assert (said.findtext("Say"), line.state) == ("We are closed.", State.GOODBYE)
    assert order(line, "ended")[1] == []
    said = redirect(order(WAITS, "refused", reason="closed", config=settings(words=words, voicemail=None)))
    assert [one.tag for one in said] == ["Say", "Hangup"]


def test_it_ends_with_a_goodbye() -> None:
    assert [one.tag for one in redirect(order(TALKS, "ended"))] == ["Say", "Hangup"]


def test_a_scheduled_callback_lets_the_line_go_and_its_end_is_nobody_leaving() -> None:
    line, _ = step = order(WAITS, "callback_scheduled")
    assert redirect(step)[-1].tag == "Hangup"
    assert call_over(line, "CA1", "completed", NOON).told == ()


def test_dial_calls_the_customer_with_the_agents_phone_next() -> None:
    line, [call] = order(FREE, "dial", agent_id="ann")
    assert isinstance(call, NewCall)
    assert (line.state, line.agent_id, call.to, call.key) == (State.DIALLING, "ann", "+98912", "turn-1")
    assert "<Client>ann</Client>" in call.twiml
    assert call.status_url.endswith("/voice/placed?thread=voice-CA1&turn=turn-1&agent=ann")


@pytest.mark.parametrize(("address", "agent"), [("", "ann"), ("sip:x@y", "ann"), ("+98912", "a b")])
def test_what_can_not_be_dialled_is_missed(address: str, agent: str) -> None:
    told_ = signal(order(FREE, "dial", agent_id=agent, address=address))
    assert (told_.signal, told_.outcome) == ("callback_missed", CallbackOutcome.FAILED)


def test_send_speaks_the_words_and_leaves_the_line_alone() -> None:
    about = {"id": "c1", "at": NOON, "command": "send", "channel": "phone", "thread": "voice-CA1", "contact_id": "c1"}
    command = Command.model_validate({**about, "address": "+98912", "text": "Your card < is here"})
    line, [call] = told(TALKS, command, "", NOON, PLAIN)
    assert isinstance(call, NewCall)
    assert (line, call.key, call.to) == (TALKS, "c1", "+98912")
    assert '<Say language="en-US">Your card &lt; is here</Say>' in call.twiml


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"address": "+98912"}, "nothing to say"), ({"address": "ann@example.org", "text": "x"}, "no number"),
        ({"address": "+98912", "text": "x" * 4000}, "too long"), ({"address": "+98912", "agent_id": "a b"}, "no phone"),
    ],
)  # fmt: skip
def test_what_can_not_be_said_has_failed(fields: dict[str, str], reason: str) -> None:
    command = Command(id="c1", at=NOON, command="send", channel="phone", thread="c1", contact_id="c1", **fields)
    told_ = signal(told(Line("c1"), command, "", NOON, PLAIN))
    assert (told_.signal, told_.contact_id) == ("failed", "c1")
    assert reason in told_.reason


@pytest.mark.parametrize("command", ["consult_answered", "participant_joined"])
def test_a_third_is_out_at_once(command: str) -> None:
    line, _ = step = order(TALKS, command, agent_id="bob", consult_id="consult-1", mode="conference")
    told_ = signal(step)
    assert (told_.signal, told_.agent_id, told_.interaction_id) == ("agent_left", "bob", "consult-1")
    assert line == TALKS


@pytest.mark.parametrize("command", ["offered", "offer_over", "moved", "held", "parked", "survey", "somersault"])
def test_what_asks_nothing_of_the_line_is_passed_over(command: str) -> None:
    assert order(WAITS, command)[1] == []


# What the provider tells


def test_an_agent_who_hung_up_has_left_and_it_is_over() -> None:
    outcome = agent_done(TALKS, ANN, "completed", NOON, PLAIN)
    assert [(one.signal, one.agent_id, one.interaction_id) for one in outcome.told] == [
        ("agent_left", "ann", "interaction-1")
    ]
    assert "<Hangup" in outcome.twiml


@pytest.mark.parametrize(
    ("status", "outcome"),
    [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed"), ("canceled", "no_answer")],
)
def test_an_agent_who_did_not_pick_up_is_missed_and_the_customer_waits_on(status: str, outcome: str) -> None:
    done = agent_done(TALKS, ANN, status, NOON, PLAIN)
    assert [(one.signal, one.agent_id, one.outcome) for one in done.told] == [("agent_missed", "ann", outcome)]
    assert (done.line.state, "<Enqueue" in done.twiml) == (State.WAITING, True)


def test_of_an_agent_who_has_it_no_longer_nothing_is_told() -> None:
    given_to_bob = Line("voice-CA1", "CA1", State.TALKING, "interaction-1", "bob")
    done = agent_done(given_to_bob, ANN, "completed", NOON, PLAIN)
    assert (done.line, done.told) == (given_to_bob, ())


@pytest.mark.parametrize(("status", "dropped"), [("completed", False), ("failed", True), ("canceled", False)])
def test_a_call_that_ended_is_a_customer_who_left(status: str, dropped: bool) -> None:
    [left] = call_over(WAITS, "CA1", status, NOON).told
    assert (left.signal, left.dropped, left.id) == ("customer_left", dropped, "voice-CA1-left")


def test_a_call_that_goes_on_or_is_another_is_none() -> None:
    assert call_over(WAITS, "CA1", "in-progress", NOON).told == ()
    assert call_over(WAITS, "CA0", "completed", NOON).told == ()


def test_a_callback_is_reached_then_left() -> None:
    dialling, _ = order(FREE, "dial", agent_id="ann")
    assert placed(dialling, ANN, "CA2", "ringing", NOON).told == ()
    reached = placed(dialling, ANN, "CA2", "in-progress", NOON)
    assert [one.signal for one in reached.told] == ["callback_reached"]
    assert (reached.line.sid, reached.line.state) == ("CA2", State.TALKING)
    assert [one.signal for one in placed(reached.line, ANN, "CA2", "completed", NOON).told] == ["customer_left"]


@pytest.mark.parametrize(("status", "outcome"), [("busy", "busy"), ("no-answer", "no_answer"), ("failed", "failed")])
def test_a_callback_nobody_answers_is_missed(status: str, outcome: str) -> None:
    dialling, _ = order(FREE, "dial", agent_id="ann")
    done = placed(dialling, ANN, "CA2", status, NOON)
    assert [(one.signal, one.outcome) for one in done.told] == [("callback_missed", outcome)]
    assert done.line.state is State.FREE


@pytest.mark.parametrize(
    ("status", "signals"),
    [("ringing", []), ("in-progress", ["sent"]), ("completed", ["sent"]), ("busy", ["failed"]), ("failed", ["failed"])],
)
def test_a_contact_was_made_or_not(status: str, signals: list[str]) -> None:
    done = placed(TALKS, About(contact_id="c1"), "CA9", status, NOON)
    assert ([one.signal for one in done.told], done.line) == (signals, TALKS)


# What a call is


def test_a_call_is_a_contact_of_its_number_and_line() -> None:
    config = settings(lines={"+982188001": {"service": "cards", "language": "fa"}})
    form = fields_of(b"CallSid=CA1&From=%2B989121234567&To=%2B982188001&SpeechResult=My+card")
    contact = contact_of(call_of(form), NOON, config)
    assert (contact.id, contact.thread, contact.path.address) == ("voice-CA1", "voice-CA1", "+989121234567")
    assert (contact.service, contact.language, contact.text) == ("cards", "fa", "My card")
    assert [(one.kind, one.verified) for one in contact.identifiers] == [("phone", False)]


@pytest.mark.parametrize("caller", ["anonymous", "Restricted", "", "%2B266696687"])
def test_who_withholds_the_number_is_not_named(caller: str) -> None:
    contact = contact_of(call_of(fields_of(f"CallSid=CA1&From={caller}".encode())), NOON, PLAIN)
    assert (contact.path.address, contact.identifiers) == ("", ())


@pytest.mark.parametrize("form", [b"", b"From=1", b"CallSid=", b"CallSid=../x", b"CallSid=" + b"C" * 65])
def test_a_call_without_a_name_is_none(form: bytes) -> None:
    with pytest.raises(InvalidError, match="CallSid must name it"):
        call_of(fields_of(form))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_parser(body: bytes) -> None:
    try:
        call = call_of(fields_of(body))
    except InvalidError:
        return
    assert contact_of(call, NOON, PLAIN).id == call.thread


@given(st.text())
def test_whatever_is_said_is_xml(words: str) -> None:
    ElementTree.fromstring(last_words(words, PLAIN))


# What is heard in line


def test_the_place_is_said_with_music_and_a_key_for_a_callback() -> None:
    words = Words(callback="Press 1 to be called.")
    config = settings(words=words, callback_digit="1", music="https://example.org/a.mp3")
    heard = ElementTree.fromstring(while_waiting("voice-CA1", Place(3, 130.0), config))
    [gather] = heard
    assert [(one.tag, one.text) for one in gather] == [
        ("Say", "Callers before you: 2."), ("Say", "Estimated wait in minutes: 2."),
        ("Say", "Press 1 to be called."), ("Play", "https://example.org/a.mp3"),
    ]  # fmt: skip


def test_without_a_place_there_is_music_or_silence() -> None:
    heard = ElementTree.fromstring(while_waiting("voice-CA1", Place(), PLAIN))
    assert [one.tag for one in heard] == ["Pause"]


def test_the_line_names_where_to_ask_what_is_heard() -> None:
    response = ElementTree.fromstring(in_line("voice-CA1", PLAIN, "Welcome."))
    assert [one.tag for one in response] == ["Say", "Enqueue"]
    assert response[1].get("waitUrl") == "https://voice.example.org/voice/wait?thread=voice-CA1"


def test_settings_without_a_secret_are_refused() -> None:
    with pytest.raises(ValidationError, match="anybody could make calls up"):
        VoiceSettings.model_validate({**NEEDED, "auth_token": ""})


def test_a_number_that_is_not_named_means_nothing_special() -> None:
    assert PLAIN.line("+1") == Number()
