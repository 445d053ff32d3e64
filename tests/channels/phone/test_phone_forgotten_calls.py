"""Callbacks in threads whose earlier call is forgotten: each is a call of its own, on lines of its own."""

from hypothesis import given
from hypothesis import strategies as st

from hub.channels.command import Command
from hub.channels.phone.actions import Signal
from hub.channels.phone.call import Call, Phase
from hub.channels.phone.calls import outbound
from hub.channels.phone.decide import decide
from hub.channels.phone.happenings import Gone, PickedUp, Told
from hub.channels.phone.settings import PhoneSettings
from tests.channels.phone.test_phone_limits import NOON

IDS = st.text("abc-.019", min_size=1, max_size=20)


def dial(command_id: str) -> Command:
    return Command(
        id=command_id, at=NOON, command="dial", channel="phone", thread="form-1", interaction_id="i-1",
        address="+982112345678", agent_id="ann",
    )  # fmt: skip


def dialled(command_id: str) -> Call:
    """The agent was rung, as far as that."""
    begun = outbound("form-1", "+982112345678", command_id)
    return decide(begun, Told(NOON, dial(command_id)), PhoneSettings())[0]


def nobody_answers(call: Call) -> list[str]:
    """The ids of what the hub is told when the agent picks up and the customer does not."""
    call, _ = decide(call, PickedUp(NOON, call.legs[0].id), PhoneSettings())
    _, actions = decide(call, Gone(NOON, call.channel, 19), PhoneSettings())
    return [one.id for one in actions if isinstance(one, Signal)]


@given(IDS, IDS)
def test_another_callback_has_lines_of_its_own_and_the_same_one_told_twice_has_the_same(one: str, other: str) -> None:
    lines = [dialled(command).legs[0].id for command in (one, other)]
    assert (lines[0] == lines[1]) is (one == other)


def test_what_is_said_late_of_a_forgotten_line_is_said_of_no_other() -> None:
    first, second = dialled("i-1.4"), dialled("i-1.9")
    after, actions = decide(second, Gone(NOON, first.legs[0].id, 16), PhoneSettings())
    assert (after, actions) == (second, [])
    assert second.phase is Phase.DIALLING


def test_that_nobody_answered_the_next_callback_either_is_news() -> None:
    [first], [second] = nobody_answers(dialled("i-1.4")), nobody_answers(dialled("i-1.9"))
    assert first != second
