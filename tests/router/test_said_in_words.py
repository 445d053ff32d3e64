"""Given work, when a person says why they do something with it, then their words stand where they are sealed, and
nowhere else: they may name the customer."""

from collections.abc import Callable

import pytest

from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.journal.codec import Codec
from hub.router.pool import commands
from tests.journal.test_sealing import HeldKeys
from tests.router.pools import PoolInHand
from tests.router.rich_policy import policy

WORDS = "Mrs. Tehrani shouts"
CALL = "interaction-c1"
OFFER = "offer-c1-1"


def offered() -> PoolInHand:
    pool = PoolInHand()
    pool.signs_on("anna")
    pool.arrives("c1")
    return pool


def active(channel: Channel = Channel.PHONE) -> PoolInHand:
    pool = PoolInHand()
    pool.signs_on("anna")
    pool.arrives("c1", channel=channel)
    pool.accepts("anna", OFFER)
    return pool


def waiting() -> PoolInHand:
    pool = PoolInHand()
    pool.arrives("c1")
    return pool


def declined() -> list[Event]:
    return offered().handle(commands.Decline, agent_id="anna", offer_id=OFFER, reason=WORDS)


def parked() -> list[Event]:
    return active(Channel.WEB).handle(commands.Park, agent_id="anna", interaction_id=CALL, until=None, reason=WORDS)


def transferred() -> list[Event]:
    given = {"agent_id": "anna", "interaction_id": CALL, "queue": "sales", "to_agent": "", "reason": WORDS}
    return active().handle(commands.Transfer, **given)


def moved() -> list[Event]:
    return waiting().handle(commands.Move, interaction_id=CALL, queue="sales", reason=WORDS)


def pulled_back() -> list[Event]:
    return active().handle(commands.PullBack, interaction_id=CALL, reason=WORDS)


def taken_back() -> list[Event]:
    return offered().handle(commands.PullBack, interaction_id=CALL, reason=WORDS)


def assigned() -> list[Event]:
    pool = PoolInHand(policy(rule="skills = { sales = 3 }"))
    pool.signs_on("anna")
    pool.arrives("c1", service="sales")
    return pool.handle(commands.Assign, interaction_id=CALL, agent_id="anna", reason=WORDS)


def handed_over() -> list[Event]:
    pool = active()
    pool.signs_on("ben")
    advice = "interaction-advice"
    pool.handle(commands.Consult, agent_id="anna", interaction_id=CALL, consult_id=advice, queue="", to_agent="ben")
    pool.accepts("ben", "offer-advice-1")
    return pool.handle(commands.CompleteTransfer, agent_id="anna", interaction_id=CALL, reason=WORDS)


@pytest.mark.parametrize(
    "happens", [declined, parked, transferred, handed_over, moved, pulled_back, taken_back, assigned]
)
def test_words_are_sealed_under_the_key_of_the_customer(happens: Callable[[], list[Event]]) -> None:
    codec = Codec(keys=HeldKeys())
    events = happens()
    with_words = [event for event in events if WORDS in str(event)]
    assert len(with_words) == 1
    for event in with_words:
        assert getattr(event, "customer_id", "") == "customer-1"
    for event in events:
        topic, state = codec.encode(CALL, event)
        assert WORDS.encode() not in state
        assert codec.decode(CALL, topic, state) == event
