"""Customers who would rather be called: their place stays, at their time or when their turn comes."""

import pytest

from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackScheduled,
    InteractionEnded,
    InteractionExpired,
    InteractionOffered,
    InteractionUnparked,
    OfferRescinded,
    OfferTimedOut,
)
from hub.domain.interaction.state import Phase
from hub.router.pool.commands import ReachCallback
from tests.router.pools import START, PoolInHand
from tests.router.rich_policy import policy

CALL = "interaction-c1"


def kinds(events):
    return [type(event) for event in events]


def offered(events):
    return [event.offer_id for event in events if isinstance(event, InteractionOffered)]


@pytest.fixture
def pool() -> PoolInHand:
    """A call waits, then another one."""
    pool = PoolInHand(policy(general="callback = { attempts = 2, retry_seconds = 300 }",
                             agents='not_answering = "none"'))  # fmt: skip
    pool.arrives("c1")
    pool.passes(10)
    pool.arrives("c2", customer="customer-2")
    return pool


def test_who_is_called_back_in_turn_keeps_the_place(pool):
    assert kinds(pool.asks_for_callback("c1")) == [CallbackScheduled]
    assert pool.asks_for_callback("c1") == []
    assert pool.customer_leaves("c1") == [], "they may hang up now"
    assert offered(pool.signs_on("anna")) == ["offer-c1-1"]


def test_who_is_called_at_a_time_comes_then_with_the_age_they_had(pool):
    pool.asks_for_callback("c1", 600)
    assert pool.state.interactions[CALL].state.phase is Phase.PARKED
    assert pool.state.waiting_in["general"] == 1
    assert offered(pool.signs_on("anna")) == ["offer-c2-1"]
    pool.accepts("anna", "offer-c2-1")
    assert pool.passes(599) == []
    [unparked] = pool.passes(1)
    assert unparked.reason == "time"
    assert pool.state.interactions[CALL].since == START.timestamp()


def test_another_time_replaces_the_first(pool):
    pool.asks_for_callback("c1", 600)
    pool.asks_for_callback("c1", 60)
    assert kinds(pool.passes(60)) == [InteractionUnparked]
    assert pool.passes(540) == []


def test_a_time_takes_an_open_offer_back(pool):
    pool.signs_on("anna")
    assert kinds(pool.asks_for_callback("c1", 600)) == [OfferRescinded, CallbackScheduled, InteractionOffered]


def test_a_callback_nobody_answers_is_tried_again_until_the_attempts_are_used_up(pool):
    pool.customer_leaves("c2")
    pool.asks_for_callback("c1")
    pool.signs_on("anna")
    pool.accepts("anna", "offer-c1-1")
    [missed] = pool.misses_callback("anna", CALL, "busy")
    assert (missed.attempt, missed.outcome, (missed.retry_at - pool.now).total_seconds()) == (1, "busy", 300)
    assert pool.misses_callback("anna", CALL) == []
    assert pool.state.agents["anna"].seat.free == 100
    assert kinds(pool.passes(300)) == [InteractionUnparked, InteractionOffered]
    pool.accepts("anna", "offer-c1-2")
    last, expired = pool.misses_callback("anna", CALL)
    assert (type(last), last.retry_at, expired.reason) == (CallbackMissed, None, "callback failed")
    assert not pool.state.interactions


def test_an_offer_nobody_took_is_no_attempt(pool):
    pool.customer_leaves("c2")
    pool.asks_for_callback("c1")
    pool.signs_on("anna")
    assert OfferTimedOut in kinds(pool.passes(20))
    assert pool.state.interactions[CALL].state.attempts == 0


def test_who_was_reached_is_no_callback_any_more(pool):
    pool.customer_leaves("c2")
    pool.asks_for_callback("c1")
    pool.signs_on("anna")
    pool.accepts("anna", "offer-c1-1")
    pool.holds("anna", CALL)
    with pytest.raises(RefusedError, match="on the line"):
        pool.misses_callback("anna", CALL)
    assert kinds(pool.customer_leaves("c1")) == [InteractionEnded]


def test_a_last_attempt_ends_the_advice_that_was_asked_for(pool):
    pool.customer_leaves("c2")
    pool.asks_for_callback("c1")
    pool.signs_on("anna")
    pool.accepts("anna", "offer-c1-1")
    pool.misses_callback("anna", CALL)
    pool.passes(300)
    pool.accepts("anna", "offer-c1-2")
    pool.signs_on("ben")
    pool.consults("anna", CALL, "advice", to_agent="ben")
    pool.accepts("ben", "offer-advice-1")
    assert InteractionExpired in kinds(pool.misses_callback("anna", CALL))
    assert not pool.state.interactions


def test_a_queue_that_offers_no_callbacks_refuses(pool):
    pool.arrives("c3", service="sales")
    with pytest.raises(RefusedError, match="offers no callbacks"):
        pool.asks_for_callback("c3")
    with pytest.raises(InvalidError):
        pool.asks_for_callback("c1", 0)


def called_from_chat() -> PoolInHand:
    """Who wrote in the chat wished to be called, and is."""
    pool = PoolInHand(policy(general="callback = { attempts = 2, retry_seconds = 300 }"))
    pool.arrives("c1", channel="web", thread="chat-1")
    pool.asks_for_callback("chat-1", channel="web")
    pool.signs_on("anna")
    pool.accepts("anna", "offer-c1-1")
    return pool


def test_who_came_by_chat_and_was_called_ends_it_by_hanging_up_and_not_by_closing_the_chat():
    pool = called_from_chat()
    pool.handle(ReachCallback, agent_id="anna", interaction_id=CALL)
    assert pool.customer_leaves("chat-1", "web") == []
    [ended] = pool.customer_leaves(CALL)
    assert (type(ended), ended.ended_by) == (InteractionEnded, "customer")


def test_a_line_that_rings_in_vain_leaves_the_wish_from_a_chat_as_it_is():
    pool = called_from_chat()
    assert pool.customer_leaves(CALL) == []
    assert kinds(pool.misses_callback("anna", CALL)) == [CallbackMissed]


@pytest.mark.parametrize("channel", ["phone", "sms"])
def test_a_chat_that_nobody_called_is_no_ones_call(channel):
    pool = PoolInHand(policy(general="callback = { attempts = 2, retry_seconds = 300 }"))
    pool.arrives("c1", channel="web", thread="chat-1")
    with pytest.raises(NotFoundError, match=f"open on thread '{CALL}' of {channel}"):
        pool.customer_leaves(CALL, channel)
