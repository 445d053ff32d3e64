"""Transfers, cold and warm, consultations and conferences: who has the conversation, and whose capacity it takes."""

import pytest

from hub.domain.contact import Channel
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.interaction.events import (
    InteractionEnded,
    InteractionExpired,
    InteractionMoved,
    InteractionOffered,
    InteractionQueued,
    InteractionTransferred,
    OfferAccepted,
    OfferDeclined,
    ParticipantJoined,
    ParticipantLeft,
    RequirementRelaxed,
    WrapUpCompleted,
)
from hub.domain.interaction.state import Phase
from tests.router.pools import START, PoolInHand
from tests.router.rich_policy import policy

CALL = "interaction-c1"
ADVICE = "interaction-advice"


def kinds(events):
    return [type(event) for event in events]


@pytest.fixture
def pool() -> PoolInHand:
    """Anna has a call that came a minute ago; Ben and Carl are free."""
    pool = PoolInHand(policy())
    for agent in ("anna", "ben", "carl"):
        pool.signs_on(agent)
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    pool.passes(60)
    return pool


def free(pool: PoolInHand) -> dict[str, int]:
    return {name: agent.seat.free for name, agent in pool.state.agents.items()}


def test_a_call_given_to_a_queue_waits_there_with_its_age(pool):
    transferred, offered = pool.transfers("anna", CALL, queue="desk")
    assert (transferred.queue, transferred.agent_id, transferred.warm, transferred.to_agent) == (
        "desk", "anna", False, "",
    )  # fmt: skip
    assert pool.state.interactions[CALL].since == START.timestamp()
    assert (offered.agent_id, free(pool)) == ("ben", {"anna": 100, "ben": 0, "carl": 100})


def test_a_call_given_to_an_agent_waits_for_them_then_for_anybody(pool):
    transferred, offered = pool.transfers("anna", CALL, to_agent="carl")
    assert (transferred.queue, transferred.known_agent, offered.agent_id) == ("general", "carl", "carl")
    declined, relaxed, again = pool.declines("carl", offered.offer_id)
    assert (type(declined), relaxed.step, relaxed.reason, again.agent_id) == (OfferDeclined, -1, "declined", "ben")


def test_a_call_given_to_an_agent_in_another_queue_stays_there(pool):
    transferred, offered = pool.transfers("anna", CALL, queue="desk", to_agent="carl")
    assert (transferred.queue, offered.agent_id) == ("desk", "carl")


def test_a_call_given_to_a_busy_agent_waits_its_time_for_them(pool):
    pool.arrives("c2")
    pool.accepts("ben", "offer-c2-1")
    assert kinds(pool.transfers("anna", CALL, to_agent="ben")) == [InteractionTransferred]
    assert pool.passes(29.9) == []
    relaxed, offered = pool.passes(0.1)
    assert (relaxed.reason, offered.agent_id) == ("time", "carl")


def test_a_call_given_to_a_queue_that_is_drained_goes_on_from_there(pool):
    pool.sets_intake("desk", "draining", "sales")
    assert kinds(pool.transfers("anna", CALL, queue="desk")) == [
        InteractionTransferred, InteractionMoved, InteractionOffered,
    ]  # fmt: skip
    assert pool.state.interactions[CALL].queue == "sales"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, InvalidError),
        ({"to_agent": "anna"}, InvalidError),
        ({"to_agent": "nobody"}, NotFoundError),
        ({"queue": "nowhere"}, NotFoundError),
    ],
)
def test_a_call_can_not_be_given_to_nobody_or_nowhere(pool, given, error):
    with pytest.raises(error):
        pool.transfers("anna", CALL, **given)


def test_a_call_can_not_be_given_to_who_is_not_there(pool):
    pool.signs_off("ben")
    with pytest.raises(RefusedError, match="signed off"):
        pool.transfers("anna", CALL, to_agent="ben")


def test_a_transfer_that_comes_twice_is_one_even_when_the_other_has_left(pool):
    pool.transfers("anna", CALL, to_agent="carl")
    assert pool.transfers("anna", CALL, to_agent="carl") == []
    pool.signs_off("carl")
    assert pool.transfers("anna", CALL, to_agent="carl") == []


def test_advice_is_work_of_its_own_while_the_conversation_goes_on(pool):
    queued, offered = pool.consults("anna", CALL, "advice", to_agent="ben")
    assert (queued.consult_of, queued.contact_id, queued.thread) == (CALL, "", "")
    assert (offered.agent_id, offered.correlation) == ("ben", ADVICE)
    assert pool.consults("anna", CALL, "advice", to_agent="ben") == []
    assert free(pool) == {"anna": 0, "ben": 0, "carl": 100}
    pool.accepts("ben", "offer-advice-1")
    assert kinds(pool.ends("ben", ADVICE)) == [InteractionEnded, WrapUpCompleted]
    assert free(pool) == {"anna": 0, "ben": 100, "carl": 100}
    assert pool.consults("anna", CALL, "advice", to_agent="ben") == [], "a click that comes late"


def test_whoever_was_asked_has_the_conversation_after_a_warm_transfer(pool):
    pool.consults("anna", CALL, "advice", to_agent="ben")
    with pytest.raises(RefusedError, match="nobody has accepted"):
        pool.completes_transfer("anna", CALL)
    pool.accepts("ben", "offer-advice-1")
    ended, completed, transferred = pool.completes_transfer("anna", CALL)
    assert (type(ended), completed.code) == (InteractionEnded, "transferred")
    assert (transferred.warm, transferred.agent_id, transferred.to_agent) == (True, "anna", "ben")
    assert free(pool) == {"anna": 100, "ben": 0, "carl": 100}
    assert set(pool.state.interactions) == {CALL}
    assert pool.completes_transfer("anna", CALL) == []
    assert kinds(pool.ends("ben", CALL)) == [InteractionEnded]


def test_a_conference_keeps_the_capacity_of_both_until_the_one_asked_is_done(pool):
    pool.consults("anna", CALL, "advice", to_agent="ben")
    pool.accepts("ben", "offer-advice-1")
    [joined] = pool.confers("anna", CALL)
    assert (type(joined), joined.agent_id, joined.mode) == (ParticipantJoined, "ben", "conference")
    assert pool.confers("anna", CALL) == []
    assert kinds(pool.ends("ben", ADVICE)) == [InteractionEnded, ParticipantLeft, WrapUpCompleted]
    assert pool.state.interactions[CALL].state.participants == ()
    assert free(pool) == {"anna": 0, "ben": 100, "carl": 100}


def test_a_warm_transfer_out_of_a_conference_leaves_nobody_in_it_twice(pool):
    for number, agent in enumerate(("ben", "carl")):
        pool.consults("anna", CALL, f"advice{number}", to_agent=agent)
        pool.accepts(agent, f"offer-advice{number}-1")
        pool.joins(CALL, agent, "coach")
    pool.confers("anna", CALL)
    pool.completes_transfer("anna", CALL)
    assert pool.state.interactions[CALL].state.agent_id == "ben"
    assert free(pool) == {"anna": 100, "ben": 0, "carl": 100}


@pytest.mark.parametrize("accepted", [True, False])
def test_a_customer_who_hangs_up_ends_the_advice_too(pool, accepted):
    pool.consults("anna", CALL, "advice", to_agent="ben")
    if accepted:
        pool.accepts("ben", "offer-advice-1")
        pool.confers("anna", CALL)
    events = pool.customer_leaves("c1")
    assert (WrapUpCompleted if accepted else InteractionExpired) in kinds(events)
    assert set(pool.state.interactions) == {CALL}
    assert free(pool) == {"anna": 0, "ben": 100, "carl": 100}


def test_advice_that_is_declined_is_asked_of_others_but_never_of_who_asks(pool):
    pool.changes_capacity("anna", 200)
    pool.consults("anna", CALL, "advice", to_agent="ben")
    assert kinds(pool.declines("ben", "offer-advice-1")) == [OfferDeclined, RequirementRelaxed, InteractionOffered]
    pool.declines("carl", "offer-advice-2")
    assert pool.passes(59) == []
    assert pool.passes(1)[0].agent_id == "ben"
    assert pool.state.interactions[CALL].state.phase is Phase.ACTIVE


def test_advice_nobody_has_waits_until_who_asked_needs_it_no_more(pool):
    pool.signs_off("ben")
    pool.signs_off("carl")
    assert kinds(pool.consults("anna", CALL, "advice", queue="desk")) == [InteractionQueued]
    assert kinds(pool.ends("anna", ADVICE)) == [InteractionExpired]
    assert set(pool.state.interactions) == {CALL}


def test_who_asked_may_send_the_one_asked_back_to_their_work(pool):
    pool.consults("anna", CALL, "advice", to_agent="ben")
    pool.accepts("ben", "offer-advice-1")
    pool.confers("anna", CALL)
    assert set(kinds(pool.ends("anna", ADVICE))) == {InteractionEnded, WrapUpCompleted, ParticipantLeft}
    assert free(pool) == {"anna": 0, "ben": 100, "carl": 100}


def test_advice_asked_for_in_giving_advice_ends_with_it(pool):
    pool.consults("anna", CALL, "advice", to_agent="ben")
    pool.accepts("ben", "offer-advice-1")
    pool.consults("ben", ADVICE, "more", to_agent="carl")
    pool.accepts("carl", "offer-more-1")
    pool.customer_leaves("c1")
    assert free(pool) == {"anna": 0, "ben": 100, "carl": 100}


@pytest.mark.parametrize("how", ["transfers", "pulls_back"])
def test_advice_ends_when_the_call_goes_to_somebody_else(pool, how):
    pool.consults("anna", CALL, "advice", to_agent="ben")
    pool.accepts("ben", "offer-advice-1")
    if how == "transfers":
        pool.transfers("anna", CALL, queue="desk")
    else:
        pool.pulls_back(CALL)
    assert ADVICE not in pool.state.interactions


def test_nobody_asks_for_advice_on_what_they_do_not_have(pool):
    with pytest.raises(RefusedError):
        pool.consults("ben", CALL, "advice", to_agent="carl")
    with pytest.raises(InvalidError, match="themselves"):
        pool.consults("anna", CALL, "advice", to_agent="anna")


def test_a_consulted_agent_needs_room_for_what_is_transferred(pool):
    pool.signs_on("dora", capacity=25)
    dear = policy(channels="", general='agent_choice = "longest_idle"')
    pool.arrives("chat", channel=Channel.WEB)
    pool.accepts("ben", "offer-chat-1")
    pool.adopts(dear)
    pool.consults("ben", "interaction-chat", "advice", to_agent="dora")
    pool.accepts("dora", "offer-advice-1")
    assert kinds(pool.completes_transfer("ben", "interaction-chat"))[-1] is InteractionTransferred
    assert pool.state.agents["dora"].seat.free == 0


@pytest.fixture
def advised() -> PoolInHand:
    """Anna has a chat and asks Ben, who takes twice as much for a chat as others."""
    pool = PoolInHand(policy())
    pool.signs_on("anna")
    pool.arrives("c1", channel=Channel.WEB)
    pool.accepts("anna", "offer-c1-1")
    pool.signs_on("ben", units={"web": 50})
    pool.consults("anna", CALL, "advice", to_agent="ben")
    pool.accepts("ben", "offer-advice-1")
    return pool


def booked(pool: PoolInHand, agent: str) -> list[int]:
    return [need.units for need in pool.state.agents[agent].seat.held.values()]


def test_a_warm_transfer_takes_of_the_agent_what_an_offer_of_it_would(advised):
    transferred = advised.completes_transfer("anna", CALL)[-1]
    assert (transferred.units, transferred.to_units) == (25, 50), "others would still be asked for 25"
    assert booked(advised, "ben") == [50]
    advised.transfers("ben", CALL, to_agent="anna")
    assert (booked(advised, "ben"), booked(advised, "anna")) == ([], [25])


def test_a_warm_transfer_takes_what_the_agent_says_by_now_not_what_the_advice_took(advised):
    advised.changes_capacity("ben", 60, units={"web": 60})
    assert advised.completes_transfer("anna", CALL)[-1].to_units == 60
    assert (booked(advised, "ben"), free(advised)["ben"]) == ([60], 0)


def test_a_warm_transfer_is_refused_where_it_takes_more_than_there_is_room_for(advised):
    advised.arrives("c2", channel=Channel.WEB)
    advised.assigns("interaction-c2", "ben")
    advised.changes_capacity("ben", 100, units={"web": 51})
    with pytest.raises(RefusedError, match="agent ben has no room for 51 units now"):
        advised.completes_transfer("anna", CALL)
    assert (booked(advised, "ben"), booked(advised, "anna")) == ([50, 50], [25])


def test_hold_and_resume_come_twice_and_count_once(pool):
    assert len(pool.holds("anna", CALL)) == 1
    assert pool.holds("anna", CALL) == []
    assert len(pool.resumes("anna", CALL)) == 1
    assert pool.resumes("anna", CALL) == []
    with pytest.raises(RefusedError):
        pool.holds("ben", CALL)


def test_what_is_transferred_counts_for_both(pool):
    pool.transfers("anna", CALL, to_agent="ben")
    assert kinds(pool.accepts("ben", "offer-c1-2")) == [OfferAccepted]
    assert (pool.state.agents["anna"].answered, pool.state.agents["ben"].answered) == (1, 1)


@pytest.mark.parametrize(
    "asked",
    [
        lambda pool, call: pool.transfers("anna", call, queue="desk"),
        lambda pool, call: pool.consults("anna", call, "advice", to_agent="ben"),
        lambda pool, call: pool.holds("anna", call),
        lambda pool, call: pool.pulls_back(call),
        lambda pool, call: pool.joins(call, "ben", "barge"),
    ],
)
def test_a_call_of_two_ends_stays_with_who_has_it_and_nobody_is_told_otherwise(asked):
    pool = PoolInHand(policy())
    pool.signs_on("anna")
    pool.arrives("c1", thread="sip-edge1-1767614400.000007.42")
    pool.accepts("anna", "offer-c1-1")
    with pytest.raises(RefusedError, match="by the phone's own keys"):
        asked(pool, CALL)
    assert pool.state.interactions[CALL].state.agent_id == "anna"
