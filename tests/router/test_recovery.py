"""After a crash the pool goes on from its open work, as if nothing had happened."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hub.domain.agent.events import AgentState
from hub.domain.contact import Channel
from hub.domain.interaction.events import InteractionOffered, OfferTimedOut
from hub.router.pool.commands import Tick
from hub.router.pool.deadlines import next_deadline, reset_deadlines
from hub.router.pool.decide import handle
from tests.router.pictures import differences, open_work, picture, rebuilt
from tests.router.pools import PoolInHand
from tests.router.promises import structure_holds
from tests.router.rich_policy import policy

POLICY = policy(
    agents="after_decline_seconds = 5",
    channels="reopen_within_days = 1\nclose_after_silence_seconds = 500",
    sales="reentry_seconds = 600\ncallback = { attempts = 3 }\noffer_to = 2",
    general='entry_delay_seconds = 5\nwrap_up_rule = "timed"\nagent_choice = "fewest_today"',
    rule="known_agent = { seconds = 20 }\nsteps = [{ after_seconds = 40, anyone = true }]\nskills = { sales = 2 }",
)


def with_agents(pool: PoolInHand) -> None:
    for agent in ("anna", "ben"):
        pool.signs_on(agent, sales=3)


def waiting(pool: PoolInHand) -> None:
    pool.arrives("c1", service="sales")
    pool.arrives("c2")
    pool.prioritises("interaction-c2", 5, 60)


def offered_to_two(pool: PoolInHand) -> None:
    with_agents(pool)
    pool.arrives("c1", service="sales")


def declined(pool: PoolInHand) -> None:
    offered_to_two(pool)
    pool.declines("anna", "offer-c1-1")
    pool.passes(1)


def not_reached(pool: PoolInHand) -> None:
    """Anna's phone, after she accepted; then Ben's call is taken from him."""
    pool.adopts(policy(agents='not_answering = "none"\nafter_no_answer_seconds = 60'))
    with_agents(pool)
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    pool.misses_agent("anna", "interaction-c1")
    pool.accepts("ben", "offer-c1-2")
    pool.pulls_back("interaction-c1")


def refused_by_all(pool: PoolInHand) -> None:
    declined(pool)
    pool.declines("ben", "offer-c1-2")


def talking(pool: PoolInHand) -> None:
    offered_to_two(pool)
    pool.accepts("anna", "offer-c1-1")
    pool.consults("anna", "interaction-c1", "advice", to_agent="ben")
    pool.accepts("ben", "offer-advice-1")
    pool.confers("anna", "interaction-c1")
    pool.holds("anna", "interaction-c1")


def wrapping_up(pool: PoolInHand) -> None:
    with_agents(pool)
    pool.arrives("c1")
    pool.passes(5)
    pool.accepts("anna", "offer-c1-1")
    pool.ends("anna", "interaction-c1")


def interrupted(pool: PoolInHand) -> None:
    pool.signs_on("anna", sales=3)
    pool.arrives("mail", channel=Channel.EMAIL, service="sales")
    pool.accepts("anna", "offer-mail-1")
    pool.arrives("c1", service="sales")
    pool.accepts("anna", "offer-c1-1")


def parked(pool: PoolInHand) -> None:
    pool.signs_on("anna", sales=3)
    pool.arrives("mail", channel=Channel.EMAIL, service="sales")
    pool.accepts("anna", "offer-mail-1")
    pool.parks("anna", "interaction-mail", 100)


def over_but_reopenable(pool: PoolInHand) -> None:
    pool.signs_on("anna", sales=3)
    pool.arrives("mail", channel=Channel.EMAIL, service="sales")
    pool.works_through("anna", "offer-mail-1", "any")


def reopened(pool: PoolInHand) -> None:
    over_but_reopenable(pool)
    pool.arrives("again", channel=Channel.EMAIL, service="sales", thread="mail")


def called_back(pool: PoolInHand) -> None:
    pool.arrives("c1", service="sales")
    pool.asks_for_callback("c1", 100)
    pool.arrives("c2", service="sales")
    pool.asks_for_callback("c2")


def transferred(pool: PoolInHand) -> None:
    offered_to_two(pool)
    pool.accepts("anna", "offer-c1-1")
    pool.transfers("anna", "interaction-c1", to_agent="ben")


def closed_and_drained(pool: PoolInHand) -> None:
    pool.sets_intake("general", "draining", "desk")
    pool.sets_intake("sales", "paused")
    pool.sets_intake("sales", "open")
    pool.arrives("c1")


def other_policy(pool: PoolInHand) -> None:
    waiting(pool)
    pool.adopts(policy(rule="priority = 3"), waiting=True)
    with_agents(pool)


def another_day(pool: PoolInHand) -> None:
    wrapping_up(pool)
    pool.passes(86_400)
    pool.arrives("c2")


def silent(pool: PoolInHand) -> None:
    talking(pool)
    pool.falls_silent("ben")
    pool.plans("anna")
    pool.becomes("anna", AgentState.AWAY)
    pool.signs_on("carl")
    pool.signs_off("carl")


STORIES = (
    with_agents, waiting, offered_to_two, declined, not_reached, refused_by_all, talking, wrapping_up, interrupted,
    parked,
    over_but_reopenable, reopened, called_back, transferred, closed_and_drained, other_policy, another_day, silent,
)  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_the_open_work_alone_leads_back_to_where_it_was(story: Callable[[PoolInHand], None]) -> None:
    pool = PoolInHand(POLICY)
    story(pool)
    restarted = rebuilt(pool, open_work(pool))
    structure_holds(restarted)
    now, then = (picture(state, pool.now) for state in (restarted, pool.state))
    assert differences(now, then) == {}
    for state in (restarted, pool.state):
        reset_deadlines(state, pool.now)
    assert next_deadline(restarted) == next_deadline(pool.state)
    later = Tick(at=pool.now + timedelta(seconds=30), id="later", actor="test")
    assert handle(restarted, later) == handle(pool.state, later)


@pytest.mark.parametrize("story", STORIES)
def test_the_whole_log_leads_back_to_where_it_was_in_all_that_matters(story: Callable[[PoolInHand], None]) -> None:
    pool = PoolInHand(POLICY)
    story(pool)
    assert differences(picture(rebuilt(pool), pool.now), picture(pool.state, pool.now)) == {}


def test_downtime_costs_no_agent_their_offer() -> None:
    pool = PoolInHand(POLICY)
    offered_to_two(pool)
    pool.now += timedelta(hours=1)
    restarted = rebuilt(pool, open_work(pool))
    reset_deadlines(restarted, pool.now)
    tick = Tick(at=pool.now, id="recovery", actor="test")
    assert not any(isinstance(one.event, OfferTimedOut) for one in handle(restarted, tick))
    assert next_deadline(restarted) == (pool.now + timedelta(seconds=20)).timestamp()


def test_who_was_cut_off_gets_their_place_back_after_a_restart() -> None:
    pool = PoolInHand(POLICY)
    pool.arrives("c1", service="sales")
    pool.customer_leaves("c1", dropped=True)
    came = pool.now
    pool.state = rebuilt(pool, open_work(pool))
    pool.passes(60)
    assert pool.arrives("c2", service="sales")[0].since == came


def test_the_longest_idle_is_the_same_after_a_restart() -> None:
    pool = PoolInHand(POLICY)
    with_agents(pool)
    pool.arrives("c1", service="sales")
    pool.works_through("anna", "offer-c1-1", "any")
    pool.state = rebuilt(pool, open_work(pool))
    pool.passes(60)
    offers = [event for event in pool.arrives("c2", service="sales", customer="x")
              if isinstance(event, InteractionOffered)]  # fmt: skip
    assert [event.agent_id for event in offers] == ["ben", "anna"]
