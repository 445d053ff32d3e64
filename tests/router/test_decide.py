"""What commands make happen, given what happened before."""

import gc
from datetime import timedelta

import pytest

from hub.domain.agent.events import AgentState
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    WrapUpCompleted,
)
from hub.router.matching.waiting import Work
from hub.router.pool.commands import Accept, SignOn, TakeUp, Tick, as_tuple
from hub.router.pool.deadlines import next_deadline
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
