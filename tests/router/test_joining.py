"""How a contact finds a queue, another queue, its old place, or none."""

from datetime import timedelta

import pytest

from hub.domain.agent.events import AgentState
from hub.domain.interaction.events import (
    CallbackScheduled,
    InteractionAbandoned,
    InteractionOffered,
    InteractionQueued,
    InteractionRefused,
    RequirementRelaxed,
)
from tests.router.pools import START, PoolInHand
from tests.router.rich_policy import policy

NIGHT = """
[hours.night]
monday = ["20:00-24:00"]
"""


def kinds(events):
    return [type(event) for event in events]


def sales(**given):
    return PoolInHand(policy(**given))


@pytest.mark.parametrize(
    ("diversion", "expected"),
    [
        ('"wait"', [InteractionQueued]),
        ('"refuse"', [InteractionRefused]),
        ('"callback"', [InteractionQueued, CallbackScheduled]),
    ],
)
def test_outside_its_hours_a_queue_takes_refuses_or_calls_back_as_the_policy_says(diversion, expected):
    pool = sales(sales=f'hours = "night"\nclosed = {diversion}\ncallback = {{}}', more=NIGHT)
    events = pool.arrives("c1", service="sales")

    assert kinds(events) == expected
    opens = START + timedelta(hours=12)
    match events:
        case [InteractionRefused() as refused]:
            assert (refused.reason, refused.opens_at, refused.queue) == ("closed", opens, "sales")
            assert refused.reasons == (
                "rule 1: service sales -> queue sales", "queue sales is out of hours: refuse",
            )  # fmt: skip
            assert not pool.state.interactions
        case [_, CallbackScheduled() as callback]:
            assert callback.due == opens


def test_outside_its_hours_a_queue_sends_work_elsewhere_and_says_why():
    pool = sales(sales='hours = "night"\nclosed = { to = "desk" }', more=NIGHT)
    [queued] = pool.arrives("c1", service="sales")

    assert queued.queue == "desk"
    assert queued.reasons == (
        "rule 1: service sales -> queue sales", "queue sales is out of hours: to queue desk",
    )  # fmt: skip


def test_a_full_queue_refuses_but_not_who_would_be_served_at_once():
    pool = sales(sales='limit = 0\nfull = "refuse"')
    [refused] = pool.arrives("c1", service="sales")
    assert refused.reason == "full"

    pool.signs_on("anna")
    assert kinds(pool.arrives("c2", service="sales")) == [InteractionQueued, InteractionOffered]
    assert kinds(pool.arrives("c3", service="sales")) == [InteractionRefused]


def test_offered_work_does_not_count_as_waiting():
    pool = sales(sales="limit = 1")
    pool.signs_on("anna")
    for number in range(2):
        assert InteractionQueued in kinds(pool.arrives(f"c{number}", service="sales"))
    assert kinds(pool.arrives("c2", service="sales")) == [InteractionRefused]


def test_nobody_who_can_serve_it_means_nobody_signed_on_not_nobody_free():
    pool = sales(sales='nobody = { to = "general" }', rule="skills = { sales = 2 }")
    pool.signs_on("anna", sales=1)
    assert pool.arrives("c1", service="sales")[0].queue == "general"

    pool.signs_on("ben", sales=2)
    pool.becomes("ben", AgentState.AWAY)
    assert pool.arrives("c2", service="sales")[0].queue == "sales"


def test_a_last_step_that_somebody_meets_is_enough_to_be_served():
    pool = sales(
        sales='nobody = "refuse"', rule="skills = { sales = 5 }\nsteps = [{ after_seconds = 60, anyone = true }]"
    )
    assert kinds(pool.arrives("c1", service="sales")) == [InteractionRefused]
    pool.signs_on("anna")
    assert InteractionQueued in kinds(pool.arrives("c2", service="sales"))


def test_too_long_a_wait_is_measured_by_the_pace_of_the_queue():
    pool = sales(sales='max_estimated_wait_seconds = 25\nlong_wait = { to = "desk" }')
    pool.signs_on("anna")
    for number in range(7):
        pool.arrives(f"c{number}", service="sales")
    for number in range(6):
        pool.now += timedelta(seconds=10)
        pool.works_through("anna", f"offer-c{number}-1", "any")
    pool.arrives("c7", service="sales")
    pace = pool.state.paces["sales"].seconds
    assert pace == 70.0
    assert pool.arrives("c8", service="sales")[0].queue == "desk"


def test_the_estimate_is_place_times_pace_and_nothing_where_somebody_is_free():
    pool = sales()
    assert pool.arrives("c0", service="sales")[0].estimated_wait_seconds is None
    pool.signs_on("anna")
    for number in range(1, 6):
        pool.arrives(f"c{number}", service="sales")
    for number in range(5):
        pool.now += timedelta(seconds=30)
        pool.works_through("anna", f"offer-c{number}-1", "any")
    assert pool.arrives("early", service="sales")[0].estimated_wait_seconds is None, "four gaps were seen"
    pool.customer_leaves("early")
    pool.now += timedelta(seconds=30)
    pool.accepts("anna", "offer-c5-1")
    [queued] = pool.arrives("c6", service="sales")
    assert (queued.place, queued.estimated_wait_seconds) == (1, 90.0)
    [queued] = pool.arrives("c7", service="sales")
    assert (queued.place, queued.estimated_wait_seconds) == (2, 180.0)
    pool.signs_on("ben")
    pool.signs_on("carl")
    pool.signs_on("dora")
    assert pool.arrives("c8", service="sales")[0].estimated_wait_seconds == 0.0


def test_who_finds_an_agent_free_is_first_even_where_others_wait_for_somebody_else():
    pool = sales(sales="max_estimated_wait_seconds = 1", rule='languages = ["contact"]')
    pool.signs_on("anna", languages=("en",))
    pool.arrives("fa", service="sales", language="fa")
    queued, _ = pool.arrives("en", service="sales", language="en")
    assert (queued.place, queued.estimated_wait_seconds) == (1, 0.0)


def test_diversions_go_on_from_queue_to_queue():
    pool = sales(sales='limit = 0\nfull = { to = "general" }', general='hours = "night"\nclosed = { to = "desk" }',
                 more=NIGHT)  # fmt: skip
    [queued] = pool.arrives("c1", service="sales")
    assert queued.queue == "desk"
    assert queued.reasons[1:] == (
        "queue sales is full: to queue general",
        "queue general is out of hours: to queue desk",
    )


def test_a_ring_of_diversions_and_drained_queues_ends_where_it_began():
    pool = sales(sales='limit = 0\nfull = { to = "general" }')
    pool.sets_intake("general", "draining", "sales")
    [refused] = pool.arrives("c1", service="sales")
    assert (type(refused), refused.queue, refused.reason) == (InteractionRefused, "general", "paused")


def test_a_paused_queue_refuses_what_is_new_and_keeps_what_waits():
    pool = sales()
    pool.arrives("c1", service="sales")
    pool.sets_intake("sales", "paused")
    assert kinds(pool.arrives("c2", service="sales")) == [InteractionRefused]
    assert kinds(pool.signs_on("anna"))[1:] == [InteractionOffered]
    pool.sets_intake("sales", "open")
    assert kinds(pool.arrives("c3", service="sales")) == [InteractionQueued]


REENTRY = "reentry_seconds = 60"


def test_who_was_cut_off_while_waiting_gets_the_place_back():
    pool = sales(sales=REENTRY)
    pool.arrives("c1", service="sales")
    pool.now += timedelta(seconds=30)
    pool.arrives("c2", service="sales", customer="customer-2")
    assert kinds(pool.customer_leaves("c1", dropped=True)) == [InteractionAbandoned]
    pool.now += timedelta(seconds=60)
    [back] = pool.arrives("c3", service="sales")
    assert back.since == START
    assert pool.signs_on("anna")[1].offer_id == "offer-c3-1"


@pytest.mark.parametrize(("after", "dropped"), [(61, True), (10, False)])
def test_who_is_back_too_late_or_had_hung_up_starts_again(after, dropped):
    pool = sales(sales=REENTRY)
    pool.arrives("c1", service="sales")
    pool.customer_leaves("c1", dropped=dropped)
    pool.now += timedelta(seconds=after)
    assert pool.arrives("c3", service="sales")[0].since is None


def test_a_place_is_given_back_once():
    pool = sales(sales=REENTRY)
    pool.arrives("c1", service="sales")
    pool.customer_leaves("c1", dropped=True)
    assert pool.arrives("c2", service="sales")[0].since == START
    pool.customer_leaves("c2")
    assert pool.arrives("c3", service="sales")[0].since is None


def test_who_was_cut_off_while_talking_comes_back_to_the_same_agent_first():
    pool = sales(sales=REENTRY)
    pool.signs_on("anna")
    pool.signs_on("ben")
    pool.arrives("c1", service="sales")
    pool.accepts("anna", "offer-c1-1")
    [ended] = pool.customer_leaves("c1", dropped=True)
    assert ended.ended_by == "dropped"
    queued = pool.arrives("c2", service="sales")
    assert kinds(queued) == [InteractionQueued], "ben is free, but anna knows them"
    assert (queued[0].known_agent, queued[0].known_reason) == ("anna", "dropped")
    assert kinds(pool.wraps_up("anna", "interaction-c1", "any"))[1:] == [InteractionOffered]


RELAXING = (
    "skills = { vip = 1 }\nknown_agent = { who = ['account_owner'], seconds = 30 }\n"
    "steps = [{ after_seconds = 20, skills = { sales = 1 } }, { after_seconds = 60, anyone = true }]"
)


def test_a_known_agent_is_asked_first_where_nobody_meets_the_first_steps_but_they_do_a_later_one():
    pool = sales(rule=RELAXING)
    pool.signs_on("anna", sales=1)
    pool.signs_on("ben", sales=1)
    pool.becomes("ben", AgentState.AWAY)
    queued = pool.arrives("c1", service="sales", known_agents={"account_owner": "ben"})
    assert kinds(queued) == [InteractionQueued, RequirementRelaxed], "anna is free, but ben knows them"
    assert (queued[0].known_agent, queued[0].known_reason, queued[1].step) == ("ben", "account_owner", 0)
    assert kinds(pool.becomes("ben", AgentState.READY))[1:] == [InteractionOffered]


def test_a_known_agent_who_does_not_meet_the_step_that_others_meet_is_not_asked_first():
    pool = sales(rule=RELAXING)
    pool.signs_on("anna", vip=1)
    pool.signs_on("ben", sales=1)
    queued = pool.arrives("c1", service="sales", known_agents={"account_owner": "ben"})
    assert (queued[0].known_agent, queued[1].agent_id) == ("", "anna")


def test_who_finds_somebody_free_for_the_step_that_is_left_is_first():
    pool = sales(rule=RELAXING)
    pool.signs_on("anna", sales=1)
    assert pool.arrives("c1", service="sales")[0].estimated_wait_seconds == 0.0
