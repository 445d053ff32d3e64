"""Calls to customers: given one that is free, when the hub has it called, then who is rung and what is told."""

from dataclasses import replace

import pytest

from hub.channels.phone.actions import Signal
from hub.channels.phone.call import Phase
from hub.channels.phone.decide import decide
from hub.channels.phone.happenings import (
    Gone,
    PickedUp,
)
from hub.channels.phone.layout import main_bridge, places
from tests.channels.phone.lived_calls import (
    LEG,
    NOON,
    PLAIN,
    WAITS,
    asked,
    free,
    lived,
    signals,
    told,
)


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
