"""A call that an agent promised is work at its time: first for who promised it, then for whom its queue serves."""

import pytest

from hub.domain.interaction.events import CallbackScheduled, InteractionExpired, InteractionOffered, InteractionQueued
from hub.domain.interaction.state import Phase
from hub.router.pool.commands import OpenCallback
from tests.router.pools import PoolInHand
from tests.router.rich_policy import policy

NAME, WORK = "callback-ab-1", "interaction-1"


@pytest.fixture
def pool() -> PoolInHand:
    return PoolInHand(policy(general="callback = { attempts = 2, retry_seconds = 300 }"))


def due(pool: PoolInHand, for_agent: str = "", queue: str = "general"):
    return pool.handle(
        OpenCallback, interaction_id=WORK, callback_id=NAME, customer_id="customer-ab", queue=queue, for_agent=for_agent
    )


def test_at_its_time_it_waits_to_be_called_and_is_offered(pool):
    assert [type(one) for one in due(pool)] == [InteractionQueued, CallbackScheduled]
    assert pool.state.interactions[WORK].state.callback
    assert due(pool) == [], "once"
    [offer] = [one for one in pool.signs_on("anna") if isinstance(one, InteractionOffered)]
    pool.accepts("anna", offer.offer_id)
    assert pool.customer_leaves(NAME) == [], "they are not on the line yet"
    [missed] = pool.misses_callback("anna", WORK, "busy")
    assert (missed.retry_at - pool.now).total_seconds() == 300


def test_who_promised_it_is_asked_first_and_others_after_a_while(pool):
    pool.signs_on("ben")
    pool.signs_on("anna")
    offers = [one for one in due(pool, "anna") if isinstance(one, InteractionOffered)]
    assert [one.agent_id for one in offers] == ["anna"]
    queued = pool.state.interactions[WORK].queued
    assert (queued.known_agent, queued.known_reason) == ("anna", "promised")


def test_who_promised_it_and_is_not_there_is_not_waited_for(pool):
    pool.signs_on("ben")
    offers = [one for one in due(pool, "anna") if isinstance(one, InteractionOffered)]
    assert [one.agent_id for one in offers] == ["ben"]


def test_a_queue_that_is_gone_does_not_lose_it(pool):
    due(pool, queue="closed-down")
    assert pool.state.interactions[WORK].queue in pool.state.policy.queues


def test_where_the_queue_says_nothing_of_attempts_there_is_one():
    pool = PoolInHand(policy())
    pool.signs_on("anna")
    [offer] = [one for one in due(pool) if isinstance(one, InteractionOffered)]
    pool.accepts("anna", offer.offer_id)
    assert isinstance(pool.misses_callback("anna", WORK, "no_answer")[-1], InteractionExpired)
    assert WORK not in pool.state.interactions or pool.state.interactions[WORK].state.phase is Phase.EXPIRED
