"""What is asked of an agent, less and less: entry delay, known agents, steps, overflow, leaving."""

from datetime import timedelta

import pytest

from hub.domain.agent.events import AgentState
from hub.domain.interaction.events import (
    InteractionExpired,
    InteractionMoved,
    InteractionOffered,
    InteractionQueued,
    OfferDeclined,
    RequirementRelaxed,
)
from hub.router.pool.deadlines import next_deadline
from tests.router.pools import START, PoolInHand
from tests.router.rich_policy import policy

CALL = "interaction-c1"
STEPS = """
skills = { sales = 5 }
steps = [{ after_seconds = 30, skills = { sales = 3 } }, { after_seconds = 60, anyone = true, priority = 9 }]
"""


def kinds(events):
    return [type(event) for event in events]


def offered(events):
    return [event.agent_id for event in events if isinstance(event, InteractionOffered)]


def relaxed(events):
    return [(event.step, event.reason) for event in events if isinstance(event, RequirementRelaxed)]


def stepping(*levels: int) -> PoolInHand:
    """Busy agents of these levels; then a call that asks for the best first."""
    pool = PoolInHand(policy(rule=STEPS))
    for number, level in enumerate(levels):
        pool.signs_on(f"agent{number}", sales=level)
        pool.becomes(f"agent{number}", AgentState.AWAY)
    return pool


def test_less_is_asked_as_it_gets_older():
    pool = stepping(5, 3, 1)
    assert kinds(pool.arrives("c1", service="sales")) == [InteractionQueued]
    for name in ("agent1", "agent2"):
        assert not offered(pool.becomes(name, AgentState.READY))
    assert pool.passes(29) == []
    events = pool.passes(1)
    assert (relaxed(events), offered(events)) == ([(0, "time")], ["agent1"])
    pool.declines("agent1", "offer-c1-1")
    events = pool.passes(30)
    assert (relaxed(events), offered(events)) == ([(1, "time")], ["agent2"])
    assert pool.state.interactions[CALL].priority == 9


def test_the_priority_a_supervisor_gave_stands_when_less_is_asked():
    pool = stepping(5, 1)
    pool.arrives("c1", service="sales")
    pool.prioritises(CALL, priority=20)
    assert relaxed(pool.passes(60)) == [(1, "time")]
    assert pool.state.interactions[CALL].priority == 20
    assert pool.prioritises(CALL, priority=20) == []
    pool.arrives("c2", service="sales")
    pool.prioritises("interaction-c2", priority=15)
    pool.passes(60)
    assert [event.correlation for event in pool.becomes("agent1", AgentState.READY)[1:]] == [CALL]


def test_a_step_has_its_own_priority_where_a_supervisor_changed_the_age_alone():
    pool = stepping(5)
    pool.arrives("c1", service="sales")
    pool.prioritises(CALL, credit_seconds=30)
    pool.passes(60)
    one = pool.state.interactions[CALL]
    assert (one.priority, one.credit) == (9, 30)


def test_steps_count_on_the_age_and_late_ones_come_together():
    pool = stepping(5)
    pool.arrives("c1", service="sales")
    assert relaxed(pool.passes(3600)) == [(1, "time")]


def test_steps_that_came_while_it_was_offered_come_when_it_is_declined():
    pool = PoolInHand(policy(rule=STEPS))
    pool.signs_on("best", sales=5)
    pool.arrives("c1", service="sales")
    pool.now += timedelta(seconds=19)
    pool.signs_on("good", sales=3)
    pool.now += timedelta(seconds=12)
    pool.declines("best", "offer-c1-1")
    assert next_deadline(pool.state) <= pool.now.timestamp()
    events = pool.passes(0)
    assert (relaxed(events), offered(events)) == ([(0, "time")], ["good"])


@pytest.mark.parametrize(("levels", "step"), [((), 1), ((1,), 1), ((3,), 0), ((4,), 0)])
def test_a_step_that_nobody_signed_on_meets_is_skipped_at_once(levels, step):
    pool = stepping(*levels)
    assert relaxed(pool.arrives("c1", service="sales")) == [(step, "nobody signed on")]


@pytest.mark.parametrize("how", ["signs_off", "loses the skill", "is gone", "signs on without it"])
def test_a_step_is_skipped_when_the_last_who_meets_it_can_no_longer(how):
    pool = stepping(5, 3)
    pool.arrives("c1", service="sales")
    match how:
        case "signs_off":
            events = pool.signs_off("agent0")
        case "loses the skill":
            events = pool.changes_skills("agent0", sales=2)
        case "is gone":
            events = pool.falls_silent("agent0")
        case _:
            events = pool.signs_on("agent0", sales=1)
    assert relaxed(events) == [(0, "nobody signed on")]


def test_a_step_that_time_brings_is_skipped_too_if_nobody_meets_it():
    french = "{ after_seconds = 30, skills = { french = 1 } }, { after_seconds = 60, anyone = true }"
    pool = PoolInHand(policy(rule=f"skills = {{ sales = 5 }}\nsteps = [{french}]"))
    pool.signs_on("best", sales=5)
    pool.becomes("best", AgentState.AWAY)
    assert kinds(pool.arrives("c1", service="sales")) == [InteractionQueued]
    assert relaxed(pool.passes(30)) == [(0, "time"), (1, "nobody signed on")]


def test_a_step_somebody_meets_again_is_not_taken_back():
    pool = stepping(3)
    pool.arrives("c1", service="sales")
    pool.signs_on("best", sales=5)
    assert pool.state.interactions[CALL].step == 0


ENTRY = "entry_delay_seconds = 10"


def test_nobody_is_offered_it_before_its_entry_delay_is_over():
    pool = PoolInHand(policy(general=ENTRY))
    pool.signs_on("anna")
    [queued] = pool.arrives("c1")
    assert queued.estimated_wait_seconds == 10.0
    assert pool.passes(9) == []
    events = pool.passes(1)
    assert (relaxed(events), offered(events)) == ([(-1, "entry delay")], ["anna"])


def test_work_that_is_old_enough_enters_at_once():
    pool = PoolInHand(policy(general=ENTRY))
    pool.arrives("c1", service="sales")
    pool.passes(10)
    pool.moves(CALL, "general")
    assert offered(pool.signs_on("anna")) == ["anna"]


def test_work_within_its_entry_delay_counts_as_waiting_and_may_be_left():
    pool = PoolInHand(policy(general=ENTRY))
    pool.arrives("c1")
    assert pool.state.waiting_in == {"general": 1}
    pool.customer_leaves("c1")
    assert pool.state.waiting_in == {"general": 0}
    assert pool.passes(10) == []


KNOWN = "known_agent = { who = ['last_agent', 'account_owner', 'case_agent'], seconds = 15 }"


def knowing(**given) -> PoolInHand:
    """Anna had the customer last; Ben has been idle for longer."""
    pool = PoolInHand(policy(rule=given.pop("rule", KNOWN), **given))
    pool.signs_on("anna")
    pool.arrives("c0", service="sales")
    pool.works_through("anna", "offer-c0-1", "any")
    pool.signs_on("ben")
    pool.signs_on("carl")
    evolve_idle(pool)
    return pool


def evolve_idle(pool: PoolInHand) -> None:
    pool.arrives("x", customer="other")
    [holder] = [name for name, agent in pool.state.agents.items() if agent.holds]
    pool.works_through(holder, "offer-x-1", "any")


def test_the_agent_a_customer_spoke_to_last_goes_first():
    pool = knowing()
    queued, to = pool.arrives("c1", service="sales")
    assert (queued.known_agent, queued.known_reason) == ("anna", "last_agent")
    assert (queued.known_until - pool.now).total_seconds() == 15
    assert to.agent_id == "anna"


def test_another_customer_does_not_know_them():
    assert knowing().arrives("c1", service="sales", customer="customer-9")[0].known_agent == ""


def test_who_spoke_last_to_any_stream_of_the_customer_is_asked_first():
    pool = knowing()
    assert pool.arrives("c1", service="sales", customer="customer-9", also=("customer-1",))[0].known_agent == "anna"
    at = pool.now.timestamp()
    pool.state.last_agents |= {"customer-2": ("carl", at - 1), "customer-3": ("ben", at - 2)}
    queued = pool.arrives("c2", service="sales", customer="customer-3", also=("customer-2", "customer-7"))[0]
    assert (queued.known_agent, queued.known_reason) == ("carl", "last_agent")


def test_a_last_agent_is_remembered_for_so_many_days():
    pool = knowing(rule="known_agent = { days = 1 }")
    pool.now += timedelta(days=2)
    assert pool.arrives("c1", service="sales")[0].known_agent == ""


@pytest.mark.parametrize("who", ["account_owner", "case_agent"])
def test_whom_the_contact_names_goes_first(who):
    pool = knowing(rule=f"known_agent = {{ who = ['{who}'] }}")
    queued, to = pool.arrives("c1", service="sales", known_agents={who: "carl"})
    assert (queued.known_reason, to.agent_id) == (who, "carl")


def test_a_busy_known_agent_is_waited_for_a_bounded_time():
    pool = knowing()
    pool.becomes("anna", AgentState.AWAY)
    assert kinds(pool.arrives("c1", service="sales")) == [InteractionQueued]
    assert pool.passes(14) == []
    events = pool.passes(1)
    assert (relaxed(events), len(offered(events))) == ([(-1, "time")], 1)


def test_with_only_ready_a_busy_known_agent_is_not_waited_for():
    pool = knowing(rule="known_agent = { only_ready = true }")
    pool.becomes("anna", AgentState.AWAY)
    queued, to = pool.arrives("c1", service="sales")
    assert (queued.known_agent, to.agent_id in ("ben", "carl")) == ("", True)


@pytest.mark.parametrize("how", ["signs_off", "falls_silent"])
def test_a_known_agent_who_leaves_is_not_waited_for(how):
    pool = knowing()
    pool.becomes("anna", AgentState.AWAY)
    pool.arrives("c1", service="sales")
    events = getattr(pool, how)("anna")
    assert (relaxed(events), len(offered(events))) == ([(-1, "nobody signed on")], 1)


def test_a_known_agent_who_is_not_there_or_does_not_fit_is_passed_over():
    pool = PoolInHand(policy(rule=KNOWN + "\nskills = { sales = 1 }"))
    pool.signs_on("ben")
    pool.signs_on("carl", sales=1)
    queued = pool.arrives("c1", service="sales", known_agents={"account_owner": "ben", "case_agent": "carl"})[0]
    assert (queued.known_agent, queued.known_reason) == ("carl", "case_agent")


def test_a_known_agent_who_declines_leaves_it_to_the_others():
    pool = knowing()
    pool.arrives("c1", service="sales")
    assert kinds(pool.declines("anna", "offer-c1-1")) == [OfferDeclined, RequirementRelaxed, InteractionOffered]


def test_who_is_asked_for_by_name_goes_before_all_rules():
    pool = knowing()
    queued, to = pool.arrives("c1", service="sales", known_agents={"direct": "carl"})
    assert (queued.known_reason, (queued.known_until - pool.now).total_seconds(), to.agent_id) == (
        "direct", 30, "carl",
    )  # fmt: skip
    assert pool.arrives("c2", service="sales", known_agents={"direct": "nobody"})[0].known_reason == "last_agent"


def test_moved_work_waits_for_one_agent_no_longer():
    pool = knowing()
    pool.becomes("anna", AgentState.AWAY)
    pool.arrives("c1", service="sales")
    assert len(offered(pool.moves(CALL, "desk"))) == 1
    assert not pool.state.agents["anna"].bound


def test_work_that_has_waited_too_long_moves_on_with_its_age():
    pool = PoolInHand(policy(general='overflow = { after_seconds = 50, to = "desk" }'))
    pool.arrives("c1")
    assert pool.passes(49) == []
    [moved] = pool.passes(1)
    assert (type(moved), moved.from_queue, moved.queue, moved.reason) == (
        InteractionMoved, "general", "desk", "overflow",
    )  # fmt: skip
    assert pool.state.interactions[CALL].since == START.timestamp()
    assert pool.passes(3600) == []


def test_overflow_counts_the_time_in_this_queue_not_the_age():
    pool = PoolInHand(policy(general='overflow = { after_seconds = 50, to = "desk" }'))
    pool.arrives("c1", service="sales")
    pool.passes(100)
    pool.moves(CALL, "general")
    assert pool.passes(49) == []
    assert kinds(pool.passes(1)) == [InteractionMoved]


def test_overflow_into_a_queue_that_is_drained_goes_on_from_there():
    pool = PoolInHand(policy(general='overflow = { after_seconds = 50, to = "desk" }'))
    pool.sets_intake("desk", "draining", "sales")
    pool.arrives("c1")
    assert [event.queue for event in pool.passes(50)] == ["desk", "sales"]


def test_work_that_nobody_took_for_so_long_is_over():
    pool = PoolInHand(policy(general="leave_after_seconds = 100"))
    pool.arrives("c1")
    assert pool.passes(99) == []
    [expired] = pool.passes(1)
    assert (type(expired), expired.reason) == (InteractionExpired, "waited too long")
    assert not pool.state.interactions


def test_what_is_due_while_it_is_offered_comes_when_nobody_takes_it():
    pool = PoolInHand(policy(general="leave_after_seconds = 10"))
    pool.signs_on("anna")
    pool.arrives("c1")
    assert pool.passes(15) == []
    pool.declines("anna", "offer-c1-1")
    assert kinds(pool.passes(0)) == [InteractionExpired]
