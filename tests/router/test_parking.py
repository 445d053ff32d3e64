"""Asynchronous work that rests: until a time, until the customer answers, until it has been silent for too long."""

import pytest

from hub.domain.contact import Channel
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionEnded,
    InteractionExpired,
    InteractionOffered,
    InteractionParked,
    InteractionReopened,
    InteractionUnparked,
    RequirementRelaxed,
)
from tests.router.pools import PoolInHand
from tests.router.rich_policy import policy

MAIL = "interaction-m1"


def kinds(events):
    return [type(event) for event in events]


@pytest.fixture
def pool() -> PoolInHand:
    """Anna has a mail."""
    pool = PoolInHand(policy(channels="close_after_silence_seconds = 1000\nreopen_within_days = 1"))
    pool.signs_on("anna", capacity=40)
    pool.arrives("m1", channel=Channel.EMAIL, thread="t")
    pool.accepts("anna", "offer-m1-1")
    return pool


def test_what_is_parked_frees_its_agent(pool):
    pool.arrives("m2", channel=Channel.EMAIL)
    assert kinds(pool.parks("anna", MAIL)) == [InteractionParked, InteractionOffered]
    assert pool.parks("anna", MAIL) == []


def test_it_comes_back_at_its_time_first_to_who_parked_it(pool):
    pool.parks("anna", MAIL, 100)
    pool.signs_on("ben")
    assert pool.passes(99) == []
    unparked, offered = pool.passes(1)
    assert (unparked.reason, unparked.known_agent, offered.agent_id) == ("time", "anna", "anna")
    assert pool.state.interactions[MAIL].since == pool.now.timestamp(), "it did not wait while it rested"


def test_what_a_machine_answers_joins_open_work_and_brings_nothing_back(pool):
    [attached] = pool.arrives("m2", channel=Channel.EMAIL, thread="t", auto=True)
    assert (type(attached), attached.contact_id) == (ContactAttached, "m2")
    pool.parks("anna", MAIL, 100)
    assert kinds(pool.arrives("m3", channel=Channel.EMAIL, thread="t", auto=True)) == [ContactAttached]
    assert kinds(pool.passes(100)) == [InteractionUnparked, InteractionOffered]


def test_what_a_machine_writes_opens_no_work_and_reopens_none(pool):
    assert pool.arrives("m2", channel=Channel.EMAIL, auto=True) == []
    pool.ends("anna", MAIL)
    assert pool.arrives("m3", channel=Channel.EMAIL, thread="t", auto=True) == []
    pool.wraps_up("anna", MAIL)
    assert pool.arrives("m4", channel=Channel.EMAIL, thread="t", auto=True) == []
    assert InteractionReopened in kinds(pool.arrives("m5", channel=Channel.EMAIL, thread="t"))


def test_the_customers_answer_brings_it_back(pool):
    pool.parks("anna", MAIL, 100)
    events = pool.arrives("m2", channel=Channel.EMAIL, thread="t")
    assert kinds(events) == [ContactAttached, InteractionUnparked, InteractionOffered]
    assert events[1].reason == "customer"
    pool.accepts("anna", "offer-m1-2")
    assert pool.passes(100) == [], "the time it was parked until is over and done with"


def test_who_parked_it_is_waited_for_a_while(pool):
    pool.parks("anna", MAIL, 10)
    pool.arrives("m2", channel=Channel.EMAIL)
    pool.accepts("anna", "offer-m2-1")
    pool.signs_on("ben", capacity=40)
    assert kinds(pool.passes(10)) == [InteractionUnparked]
    assert kinds(pool.passes(30)) == [RequirementRelaxed, InteractionOffered]
    assert pool.log[-1].event.agent_id == "ben"


def test_who_parked_it_and_left_is_not_waited_for(pool):
    pool.parks("anna", MAIL, 10)
    pool.signs_off("anna")
    pool.signs_on("ben")
    assert kinds(pool.passes(10)) == [InteractionUnparked, RequirementRelaxed, InteractionOffered]


def test_an_agent_takes_up_what_they_parked(pool):
    pool.parks("anna", MAIL)
    unparked, offered = pool.unparks("anna", MAIL)
    assert (unparked.reason, offered.agent_id) == ("agent", "anna")
    assert pool.unparks("anna", MAIL) == []


def test_silence_closes_what_is_parked(pool):
    pool.parks("anna", MAIL)
    assert pool.passes(999) == []
    [expired] = pool.passes(1)
    assert (type(expired), expired.reason) == (InteractionExpired, "silence")
    assert kinds(pool.arrives("m2", channel=Channel.EMAIL, thread="t"))[0] is InteractionReopened


def test_silence_ends_what_an_agent_still_has(pool):
    pool.passes(500)
    pool.arrives("m2", channel=Channel.EMAIL, thread="t")
    assert pool.passes(999) == [], "a contact broke the silence"
    [ended] = pool.passes(1)
    assert (type(ended), ended.ended_by) == (InteractionEnded, "policy")


def test_calls_are_never_silent_and_never_parked():
    pool = PoolInHand(policy(channels=""))
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    assert pool.passes(100_000) == []
    with pytest.raises(RefusedError, match="use hold"):
        pool.parks("anna", "interaction-c1")


def test_nothing_is_parked_until_a_time_that_has_passed(pool):
    with pytest.raises(InvalidError) as refused:
        pool.parks("anna", MAIL, 0)
    assert refused.value.field == "until"


def test_a_customer_who_goes_leaves_what_is_parked_as_it_is(pool):
    pool.parks("anna", MAIL, 100)
    assert pool.customer_leaves("t", "email") == []
    assert InteractionUnparked in kinds(pool.passes(100))
