"""What commands make happen, given what happened before."""

import gc
from datetime import timedelta

import pytest

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.interaction.events import (
    ContactAttached,
    DeclinesForgotten,
    InteractionAbandoned,
    InteractionEnded,
    InteractionFlagged,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.router.matching.waiting import Work
from hub.router.pool.commands import Accept, SignOn, TakeUp, Tick, as_tuple
from hub.router.pool.deadlines import next_deadline, reset_deadlines
from hub.router.pool.evolve import evolve
from tests.router.pictures import picture
from tests.router.pools import POLICY, START, PoolInHand, contact


@pytest.fixture
def pool() -> PoolInHand:
    return PoolInHand()


def kinds(events: list) -> list[type]:
    return [type(event) for event in events]


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def test_a_contact_opens_an_interaction_that_waits_where_the_policy_says(pool):
    [queued] = pool.arrives("c1", service="sales")

    assert isinstance(queued, InteractionQueued)
    assert (queued.queue, queued.priority, queued.skills, queued.units) == ("sales", 1, {"sales": 2}, 100)
    assert (queued.customer_id, queued.contact_id, queued.thread) == ("customer-1", "c1", "c1")
    assert queued.reasons == ("rule 1: service sales -> queue sales",)
    assert (queued.policy, queued.actor) == (POLICY.version, f"policy:{POLICY.version}")
    assert (queued.at, queued.correlation) == (START, "interaction-c1")


def test_a_contact_that_finds_a_fitting_agent_is_offered_at_once(pool):
    pool.signs_on("anna", sales=2)
    pool.now += seconds(30)
    queued, offered = pool.arrives("c1", service="sales")

    assert isinstance(queued, InteractionQueued)
    assert isinstance(offered, InteractionOffered)
    assert (offered.agent_id, offered.offer_id, offered.units) == ("anna", "offer-c1-1", 100)
    assert offered.expires_at == pool.now + seconds(20)
    assert offered.reasons == (
        "queue sales, priority 1, waited 0.0 s: the highest priority, then the longest waiting of all that the agent"
        " may take",
        "longest idle of those who fit: idle 30.0 s, 100 units free",
    )
    assert [(one.stream, one.version) for one in pool.log[1:]] == [("interaction-c1", 1), ("interaction-c1", 2)]


def test_an_agent_whose_level_is_too_low_is_not_asked(pool):
    pool.signs_on("anna", sales=1)

    assert kinds(pool.arrives("c1", service="sales")) == [InteractionQueued]


def test_the_same_contact_again_changes_nothing(pool):
    pool.arrives("c1")

    assert pool.arrives("c1") == []


def test_a_contact_of_another_pool_is_left_alone(pool):
    assert pool.arrives("c1", pool="history") == []


def test_a_further_contact_of_a_thread_joins_its_interaction(pool):
    pool.arrives("c1", thread="t")
    [attached] = pool.arrives("c2", thread="t")

    assert isinstance(attached, ContactAttached)
    assert (attached.contact_id, pool.log[-1].stream) == ("c2", "interaction-c1")
    assert pool.arrives("c2", thread="t") == []


def test_the_same_thread_key_on_another_channel_is_another_conversation(pool):
    pool.arrives("c1", thread="t")

    assert kinds(pool.arrives("c2", thread="t", channel=Channel.EMAIL)) == [InteractionQueued]


def test_a_contact_in_wrap_up_is_new_work(pool):
    pool.signs_on("anna")
    pool.arrives("c1", thread="t")
    pool.accepts("anna", "offer-c1-1")
    pool.ends("anna", "interaction-c1")

    assert kinds(pool.arrives("c2", thread="t")) == [InteractionQueued]
    assert kinds(pool.wraps_up("anna", "interaction-c1")) == [WrapUpCompleted, InteractionOffered]
    assert kinds(pool.arrives("c3", thread="t")) == [ContactAttached]


def test_a_whole_life(pool):
    pool.signs_on("anna", sales=3)
    pool.arrives("c1", service="sales")

    assert kinds(pool.accepts("anna", "offer-c1-1")) == [OfferAccepted]
    assert pool.accepts("anna", "offer-c1-1") == []
    assert next_deadline(pool.state) is None
    assert kinds(pool.ends("anna", "interaction-c1")) == [InteractionEnded]
    assert pool.ends("anna", "interaction-c1") == []
    assert kinds(pool.wraps_up("anna", "interaction-c1")) == [WrapUpCompleted]
    assert pool.state.interactions == {}
    assert pool.state.threads == {}
    assert pool.state.contacts == {}


def test_capacity_is_held_until_wrap_up_is_complete_then_the_next_is_offered(pool):
    pool.signs_on("anna", sales=3)
    pool.arrives("c1", service="sales")
    pool.arrives("c2", service="sales")
    pool.accepts("anna", "offer-c1-1")
    pool.ends("anna", "interaction-c1")
    completed, offered = pool.wraps_up("anna", "interaction-c1")

    assert isinstance(completed, WrapUpCompleted)
    assert (offered.agent_id, offered.offer_id) == ("anna", "offer-c2-1")


def test_several_chats_fit_beside_each_other_but_no_call(pool):
    pool.signs_on("anna")
    for number in range(4):
        assert InteractionOffered in kinds(pool.arrives(f"chat{number}", channel=Channel.WEB))
    assert kinds(pool.arrives("chat4", channel=Channel.WEB)) == [InteractionQueued]
    assert kinds(pool.arrives("call")) == [InteractionQueued]

    freed = pool.works_through("anna", "offer-chat0-1")
    assert [event.offer_id for event in freed[1:]] == ["offer-chat4-1"]


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


def test_wrap_up_codes_come_from_the_queue(pool):
    pool.signs_on("anna", sales=3)
    pool.arrives("c1", service="sales")
    pool.accepts("anna", "offer-c1-1")
    pool.ends("anna", "interaction-c1")

    with pytest.raises(InvalidError, match="use sold, not_sold") as refused:
        pool.wraps_up("anna", "interaction-c1", "lunch")
    assert refused.value.field == "code"


@pytest.mark.parametrize(
    "ask",
    [
        lambda pool: pool.accepts("anna", "offer-none-1"),
        lambda pool: pool.accepts("anna", "not an offer"),
        lambda pool: pool.declines("anna", "offer-none-1"),
        lambda pool: pool.ends("anna", "interaction-none"),
        lambda pool: pool.wraps_up("anna", "interaction-none"),
        lambda pool: pool.customer_leaves("none"),
        lambda pool: pool.signs_off("nobody"),
        lambda pool: pool.becomes("nobody", AgentState.READY),
    ],
)
def test_what_does_not_exist_is_not_found_and_changes_nothing(pool, ask):
    pool.signs_on("anna")
    pool.arrives("c1")
    before = picture(pool.state, pool.now)

    with pytest.raises(NotFoundError):
        ask(pool)
    assert picture(pool.state, pool.now) == before


@pytest.mark.parametrize(
    "ask",
    [
        lambda pool: pool.accepts("ben", "offer-c1-1"),
        lambda pool: pool.accepts("anna", "offer-c1-2"),
        lambda pool: pool.declines("ben", "offer-c1-1"),
        lambda pool: pool.ends("anna", "interaction-c1"),
        lambda pool: pool.wraps_up("anna", "interaction-c1"),
        lambda pool: pool.signs_on("carl", sales=6),
    ],
)
def test_a_refused_command_changes_nothing(pool, ask):
    pool.signs_on("anna")
    pool.arrives("c1")
    before = picture(pool.state, pool.now)

    with pytest.raises((RefusedError, InvalidError)):
        ask(pool)
    assert picture(pool.state, pool.now) == before
    assert pool.passes(0) == []


def test_after_downtime_open_offers_get_their_full_time_again(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.now += seconds(3600)
    reset_deadlines(pool.state, pool.now)

    assert next_deadline(pool.state) == (pool.now + seconds(10)).timestamp()
    assert pool.passes(9.9) == []
    assert kinds(pool.passes(0.1)) == [OfferTimedOut, AgentStateChanged, DeclinesForgotten, InteractionFlagged]


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


def test_commands_are_kept_compact_and_without_personal_data():
    call = contact("c1", address="+989121234567", text="private")
    taken = TakeUp(START, "c1", "policy:x", call, "customer-1", "interaction-c1")

    assert as_tuple(taken) == ("take_up", START.timestamp(), ("c1",))
    assert as_tuple(Accept(START, "i", "agent:a", "a", "offer-1-1")) == (
        "accept", START.timestamp(), ("a", "offer-1-1"),
    )  # fmt: skip
    assert as_tuple(SignOn(START, "i", "agent:a", "a", "Anna", {"x": 1}))[2] == (
        "a", "Anna", {"x": 1}, (), 100, {}, {}, {},
    )  # fmt: skip
    assert as_tuple(Tick(START, "i", "p")) == ("tick", START.timestamp(), ())


def test_what_is_over_is_freed_at_once_without_the_collector(pool):
    pool.signs_on("anna")
    gc.disable()
    try:
        pool.arrives("soon-over")
        pool.works_through("anna", "offer-soon-over-1", "any")
        pool.log.clear()
        kept = [one for one in gc.get_objects() if isinstance(one, Work) and one.id == "interaction-soon-over"]
        assert kept == []
    finally:
        gc.enable()
