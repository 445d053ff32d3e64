"""Who wished to be called from a chat or a mail: given the log, then the phone is told of the call, in a thread of its
own."""

from typing import Any

from hub.application.outbound.command import Command
from hub.domain.contact import Channel
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackScheduled,
    InteractionExpired,
    InteractionHeld,
    InteractionReopened,
    InteractionUnparked,
)
from hub.ports import Recorded
from tests.application.test_outbound_commands import ANN, META, NOON, ONE, WHERE, Log, accepted, ended, offered, queued

CHAT, CALL = ("web", "chat-1"), ("phone", ONE)
WISH = CallbackScheduled(**META, address_of="c7")


def chat(**more: Any) -> Any:
    return queued(channel=Channel.WEB, thread="chat-1", **more)


def places(commands: list[Command]) -> list[tuple[str, tuple[str, str]]]:
    return [(one.name, (one.conversation.channel, one.conversation.thread)) for one in commands]


def test_the_call_is_told_to_the_phone_and_that_it_is_over_to_the_chat_as_well() -> None:
    log = Log()
    assert places(log.add(chat(place=1), WISH)) == [("waiting", CHAT), ("callback_scheduled", CHAT)]
    assert log.add(offered()) == []
    [dial] = log.add(accepted())
    assert (places([dial]), dial.details) == ([("dial", CALL)], {"agent_id": "ann", "contact_id": "c7"})
    assert places(log.add(InteractionHeld(**META, **ANN))) == [("held", CALL)]
    over = log.add(ended())
    assert places(over) == [("ended", CALL), ("ended", CHAT)]
    assert [one.id for one in over] == [f"{ONE}.6", f"{ONE}.6.web"]


def test_what_is_told_together_goes_to_each_its_own() -> None:
    told = Log().add(chat(place=1), WISH, accepted(), InteractionHeld(**META, **ANN))
    assert places(told) == [("waiting", CHAT), ("callback_scheduled", CHAT), ("dial", CALL), ("held", CALL)]


def test_a_call_that_nobody_answered_is_made_again_in_the_same_thread_until_it_is_given_up() -> None:
    log = Log()
    log.add(chat(), WISH, accepted())
    missed = log.add(CallbackMissed(**META, **ANN, attempt=1, outcome="busy", retry_at=NOON))
    again = log.add(InteractionUnparked(**META, reason="time"), offered(), accepted())
    assert places(missed + again) == [("callback_missed", CALL), ("unparked", CALL), ("offered", CALL), ("dial", CALL)]
    given_up = log.add(InteractionExpired(**META, reason="callback failed"))
    assert places(given_up) == [("expired", CALL), ("expired", CHAT)]


def test_advice_for_a_call_rings_phones() -> None:
    log = Log()
    log.add(chat(), WISH, accepted())
    advice = chat(contact_id="", consult_of=ONE)
    assert places(log.add(advice, offered(), stream="interaction-2")) == [("offered", CALL)]


def test_who_comes_back_by_chat_is_told_there() -> None:
    log = Log()
    log.add(chat(), WISH, accepted(), ended())
    back = log.add(InteractionReopened(**META, **WHERE, contact_id="c9"))
    assert places(back + log.add(accepted(), ended())) == [("reopened", CHAT), ("answered", CHAT), ("ended", CHAT)]


def test_a_hub_that_starts_again_knows_whom_it_calls() -> None:
    log = Log()
    told = enumerate((chat(), WISH, accepted()), 1)
    log.conversations.restore(Recorded(number, ONE, number, event) for number, event in told)
    assert places(log.add(ended())) == [("ended", CALL), ("ended", CHAT)]
