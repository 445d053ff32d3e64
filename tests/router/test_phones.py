"""Agents' phones: whoever can't be reached there rests and the customer waits on; whoever hangs up is out."""

import pytest

from hub.domain.agent.events import AgentState, AgentStateChanged
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.interaction.events import (
    InteractionEnded,
    InteractionOffered,
    InteractionPulledBack,
    OfferDeclined,
    OfferTimedOut,
    ParticipantLeft,
    WrapUpCompleted,
)
from hub.domain.interaction.state import Phase
from tests.router.pools import START, PoolInHand
from tests.router.rich_policy import policy

CALL = "interaction-c1"


def kinds(events):
    return [type(event) for event in events]


def offered(events):
    return [event.agent_id for event in events if isinstance(event, InteractionOffered)]


def missed(pool, agent_id, interaction_id=CALL, outcome="no_answer"):
    return pool.misses_agent(agent_id, interaction_id, outcome)


def hangs_up(pool, agent_id, interaction_id=CALL):
    return pool.hangs_up(agent_id, interaction_id)


def state_of(pool, agent_id):
    return pool.state.agents[agent_id].state.state


@pytest.fixture
def pool() -> PoolInHand:
    """Anna is offered a call."""
    pool = PoolInHand(policy(agents="after_no_answer_seconds = 30\nafter_busy_seconds = 20"))
    pool.arrives("c1")
    pool.signs_on("anna")
    return pool


def test_who_accepted_and_does_not_pick_up_loses_the_call_which_keeps_its_age(pool):
    pool.passes(5)
    pool.accepts("anna", "offer-c1-1")
    events = missed(pool, "anna")
    assert kinds(events)[:2] == [InteractionPulledBack, AgentStateChanged]
    assert (events[0].missed, events[0].reason, events[1].state) == ("no_answer", "", AgentState.NOT_ANSWERING)
    call = pool.state.interactions[CALL]
    assert (call.state.phase, call.since) == (Phase.WAITING, START.timestamp())
    assert missed(pool, "anna") == [], "a repeat"
    pool.arrives("c2")
    assert offered(pool.signs_on("ben")) == ["ben"]
    assert pool.state.interactions[CALL].state.phase is Phase.OFFERED, "the older one first"


def test_an_open_offer_is_over_at_once_where_the_phone_cannot_be_reached(pool):
    assert kinds(missed(pool, "anna", outcome="failed"))[:2] == [OfferTimedOut, AgentStateChanged]
    assert state_of(pool, "anna") is AgentState.NOT_ANSWERING


def test_whose_line_is_busy_rests_as_who_declined_and_stays_ready(pool):
    [declined] = missed(pool, "anna", outcome="busy")[:1]
    assert (type(declined), declined.busy) == (OfferDeclined, True)
    pool.signs_on("ben")
    pool.accepts("ben", "offer-c1-2")
    assert InteractionPulledBack in kinds(missed(pool, "ben", outcome="busy"))
    assert state_of(pool, "ben") is AgentState.READY


@pytest.mark.parametrize(("outcome", "seconds"), [("no_answer", 30), ("busy", 20)])
def test_the_rest_is_that_of_the_policy_where_nobody_has_to_say_that_they_are_ready(outcome, seconds):
    rests = 'not_answering = "none"\nafter_no_answer_seconds = 30\nafter_busy_seconds = 20'
    pool = PoolInHand(policy(agents=rests))
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    missed(pool, "anna", outcome=outcome)
    assert offered(pool.arrives("c2", customer="customer-2")) == []
    assert offered(pool.passes(seconds - 1)) == []
    assert offered(pool.passes(1)) == ["anna"]


def test_who_was_handed_a_call_and_does_not_pick_up_loses_it_too(pool):
    pool.accepts("anna", "offer-c1-1")
    pool.signs_on("ben")
    pool.consults("anna", CALL, "x", to_agent="ben")
    pool.accepts("ben", "offer-x-1")
    pool.completes_transfer("anna", CALL)
    assert pool.state.interactions[CALL].state.agent_id == "ben"
    assert kinds(missed(pool, "ben"))[0] is InteractionPulledBack


def test_an_adviser_is_named_by_the_conversation_or_by_the_consultation(pool):
    pool.accepts("anna", "offer-c1-1")
    pool.signs_on("ben")
    pool.consults("anna", CALL, "x", to_agent="ben")
    pool.accepts("ben", "offer-x-1")
    pulled, *_ = missed(pool, "ben", CALL)
    assert (type(pulled), pulled.correlation) == (InteractionPulledBack, "interaction-x")
    pool.becomes("ben", AgentState.READY)
    assert pool.state.interactions["interaction-x"].state.phase is Phase.WAITING
    pool.assigns("interaction-x", "ben")
    assert kinds(hangs_up(pool, "ben", CALL)) == [InteractionEnded, WrapUpCompleted]
    assert pool.state.interactions[CALL].state.phase is Phase.ACTIVE


def test_who_has_the_call_and_hangs_up_ends_it(pool):
    pool.accepts("anna", "offer-c1-1")
    [ended] = hangs_up(pool, "anna")
    assert (type(ended), ended.ended_by, ended.agent_id) == (InteractionEnded, "agent", "anna")
    assert hangs_up(pool, "anna") == [], "a repeat"


def test_who_listens_and_hangs_up_or_cannot_be_reached_is_out(pool):
    pool.accepts("anna", "offer-c1-1")
    pool.joins(CALL, "super")
    assert kinds(hangs_up(pool, "super")) == [ParticipantLeft]
    assert hangs_up(pool, "super") == []
    pool.joins(CALL, "super")
    assert kinds(missed(pool, "super")) == [ParticipantLeft]
    assert pool.state.interactions[CALL].state.phase is Phase.ACTIVE


def test_who_is_called_back_waits_on_to_be_called(pool):
    pool = PoolInHand(policy(general="callback = { attempts = 2, retry_seconds = 300 }"))
    pool.arrives("c1")
    pool.asks_for_callback("c1")
    pool.signs_on("anna")
    pool.accepts("anna", "offer-c1-1")
    missed(pool, "anna")
    call = pool.state.interactions[CALL].state
    assert (call.phase, call.callback, call.attempts) == (Phase.WAITING, True, 0)


def test_what_cannot_be_is_refused(pool):
    pool.accepts("anna", "offer-c1-1")
    with pytest.raises(InvalidError):
        missed(pool, "anna", outcome="asleep")
    with pytest.raises(NotFoundError):
        missed(pool, "anna", "interaction-none")
