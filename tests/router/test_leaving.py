"""Customers hang up, agents go away or sign off: what becomes of what they were in."""

from datetime import timedelta

import pytest

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.interaction.events import (
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    OfferRescinded,
    WrapUpCompleted,
)
from hub.router.pool.evolve import evolve
from tests.router.pools import START, PoolInHand


@pytest.fixture
def pool() -> PoolInHand:
    return PoolInHand()


def kinds(events: list) -> list[type]:
    return [type(event) for event in events]


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_the_customer_leaves_before_an_answer(pool):
    pool.signs_on("anna")
    pool.arrives("c1")

    assert kinds(pool.customer_leaves("c1")) == [OfferRescinded, InteractionAbandoned]
    assert InteractionOffered in kinds(pool.arrives("c2")), "the capacity is free again"


def test_the_customer_leaves_while_waiting(pool):
    pool.arrives("c1")

    assert kinds(pool.customer_leaves("c1")) == [InteractionAbandoned]
    assert kinds(pool.signs_on("anna")) == [AgentSignedOn]


def test_the_customer_leaves_while_talking_then_in_wrap_up(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    [ended] = pool.customer_leaves("c1")

    assert (ended.ended_by, ended.agent_id) == ("customer", "anna")
    assert pool.customer_leaves("c1") == []
    pool.wraps_up("anna", "interaction-c1")
    with pytest.raises(NotFoundError):
        pool.customer_leaves("c1")


def test_going_away_hands_offers_on_but_keeps_conversations(pool):
    pool.signs_on("anna")
    pool.arrives("c1", channel=Channel.WEB)
    pool.accepts("anna", "offer-c1-1")
    pool.arrives("c2", channel=Channel.WEB)
    pool.signs_on("ben")
    rescinded, away, offered = pool.becomes("anna", AgentState.AWAY)

    assert isinstance(rescinded, OfferRescinded)
    assert isinstance(away, AgentStateChanged)
    assert (offered.agent_id, offered.offer_id) == ("ben", "offer-c2-2")
    assert kinds(pool.ends("anna", "interaction-c1")) == [InteractionEnded]


def test_signing_off_hands_offers_on(pool):
    pool.signs_on("anna")
    pool.arrives("c1")

    assert kinds(pool.signs_off("anna")) == [OfferRescinded, AgentSignedOff]
    assert pool.signs_off("anna") == []
    assert kinds(pool.signs_on("ben")) == [AgentSignedOn, InteractionOffered]


@pytest.mark.parametrize("in_wrap_up", [False, True])
def test_nobody_signs_off_from_a_conversation_or_its_wrap_up(pool, in_wrap_up):
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    if in_wrap_up:
        pool.ends("anna", "interaction-c1")

    with pytest.raises(RefusedError, match="first end and wrap up interaction-c1"):
        pool.signs_off("anna")


def test_signing_on_with_less_than_is_held_is_refused(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")

    with pytest.raises(RefusedError, match="100 units"):
        pool.signs_on("anna", capacity=50)
    assert kinds(pool.signs_on("anna", capacity=200)) == [AgentSignedOn]
    assert InteractionOffered in kinds(pool.arrives("c2"))


def test_signing_on_again_changes_nothing(pool):
    pool.signs_on("anna", sales=3)

    assert pool.signs_on("anna", sales=3) == []


def test_only_the_hub_says_that_an_agent_does_not_answer(pool):
    pool.signs_on("anna")

    with pytest.raises(InvalidError) as refused:
        pool.becomes("anna", AgentState.NOT_ANSWERING)
    assert refused.value.field == "state"


def test_the_end_of_older_work_leaves_idle_time_as_it_is(pool):
    pool.signs_on("anna")
    pool.signs_on("ben")
    for hours, agent in ((-1, "anna"), (1, "ben")):
        at = START + seconds(3600 * hours)
        over = WrapUpCompleted(at=at, recorded_at=at, causation="x", actor="x", agent_id=agent, code="x")
        evolve(pool.state, "interaction-long-over", 6, over)
    pool.now += seconds(7200)

    assert pool.arrives("c1")[1].agent_id == "anna"
    assert "7200.0 s" in pool.log[-1].event.reasons[1]
    assert "3600.0 s" in pool.arrives("c2")[1].reasons[1]
