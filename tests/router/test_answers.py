"""Offers that are declined or not answered: who is asked next, and who gets nothing more."""

from datetime import timedelta

import pytest

from hub.domain.agent.events import AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.contact import Channel
from hub.domain.errors import RefusedError
from hub.domain.interaction.events import (
    DeclinesForgotten,
    InteractionFlagged,
    InteractionOffered,
    InteractionQueued,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
)
from hub.router.pool.deadlines import next_deadline, reset_deadlines
from tests.router.pools import START, PoolInHand


@pytest.fixture
def pool() -> PoolInHand:
    return PoolInHand()


def kinds(events: list) -> list[type]:
    return [type(event) for event in events]


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_a_declined_interaction_goes_to_the_next_with_its_age(pool):
    pool.signs_on("anna")
    pool.signs_on("ben")
    pool.arrives("old")
    pool.now += seconds(5)
    pool.arrives("new")
    pool.now += seconds(5)
    pool.works_through("ben", "offer-new-1")
    declined, offered = pool.declines("anna", "offer-old-1")

    assert isinstance(declined, OfferDeclined)
    assert (offered.offer_id, offered.agent_id) == ("offer-old-2", "ben")
    assert "waited 70.0 s" in offered.reasons[0]


def test_when_all_who_fit_have_declined_they_are_asked_again_after_the_backoff(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    _, forgotten, flagged = pool.declines("anna", "offer-c1-1")
    assert (forgotten.after, flagged.reason) == (START + seconds(60), "nobody else who fits would take it")
    assert next_deadline(pool.state) == (START + seconds(60)).timestamp()
    assert pool.passes(59) == []
    [offered] = pool.passes(1)
    assert offered.offer_id == "offer-c1-2"


def test_who_declined_gets_other_work_meanwhile(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.declines("anna", "offer-c1-1")

    assert InteractionOffered in kinds(pool.arrives("c2"))


def test_signing_on_anew_forgets_what_was_declined(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.declines("anna", "offer-c1-1")
    pool.signs_off("anna")

    assert kinds(pool.signs_on("anna")) == [AgentSignedOn, InteractionOffered]


def test_an_offer_nobody_answers_goes_on_and_the_agent_gets_nothing_more(pool):
    pool.signs_on("anna")
    pool.signs_on("ben")
    pool.arrives("c1")
    assert next_deadline(pool.state) == (START + seconds(10)).timestamp()
    assert pool.passes(9.9) == []
    timed_out, not_answering, offered = pool.passes(0.1)

    assert isinstance(timed_out, OfferTimedOut)
    assert (timed_out.agent_id, timed_out.causation) == ("anna", "command-5")
    assert isinstance(not_answering, AgentStateChanged)
    assert not_answering.state is AgentState.NOT_ANSWERING
    assert (offered.agent_id, offered.offer_id) == ("ben", "offer-c1-2")
    assert kinds(pool.arrives("c2")) == [InteractionQueued]
    assert kinds(pool.becomes("anna", AgentState.READY)) == [AgentStateChanged, InteractionOffered]


def test_other_offers_of_an_agent_who_does_not_answer_are_taken_back(pool):
    pool.signs_on("anna")
    pool.arrives("c1", channel=Channel.WEB)
    pool.now += seconds(5)
    pool.arrives("c2", channel=Channel.WEB)

    assert kinds(pool.passes(5)) == [
        OfferTimedOut, AgentStateChanged, OfferRescinded, DeclinesForgotten, InteractionFlagged,
    ]  # fmt: skip
    assert next_deadline(pool.state) == (pool.now + seconds(60)).timestamp()


def test_two_offers_of_one_agent_that_time_out_together(pool):
    pool.signs_on("anna")
    pool.arrives("c1", channel=Channel.WEB)
    pool.arrives("c2", channel=Channel.WEB)

    assert kinds(pool.passes(10)) == [
        OfferTimedOut, AgentStateChanged, OfferRescinded, DeclinesForgotten, InteractionFlagged,
    ]  # fmt: skip


def test_an_answer_after_the_time_is_up_is_refused(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.passes(10)

    with pytest.raises(RefusedError, match="no longer open"):
        pool.accepts("anna", "offer-c1-1")


def test_after_downtime_open_offers_get_their_full_time_again(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.now += seconds(3600)
    reset_deadlines(pool.state, pool.now)

    assert next_deadline(pool.state) == (pool.now + seconds(10)).timestamp()
    assert pool.passes(9.9) == []
    assert kinds(pool.passes(0.1)) == [OfferTimedOut, AgentStateChanged, DeclinesForgotten, InteractionFlagged]
