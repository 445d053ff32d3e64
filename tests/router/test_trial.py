"""Another policy on the same log: the model gives the record back, differs where the policy does, and says so."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.domain.agent.events import AgentState
from hub.domain.contact import Standing
from hub.domain.customer.events import ContactReceived
from hub.ports import Recorded
from hub.router.policy.parsing import Policy, parse_policy
from hub.router.trial.cases import UnknownHandleTimeError
from hub.router.trial.compare import Trial
from hub.router.trial.figures import COUNTS
from hub.router.trial.report import as_json
from tests.router.days import OPEN, Day, busy_day, full_centre
from tests.router.pools import PoolInHand
from tests.router.trials import BANK, bank_day, steady_day, trial, uninterrupted

POLICIES = uninterrupted()
TWO = """
[queues.care]
[queues.sales]
[[rules]]
queue = "care"
[[rules]]
service = "sales"
queue = "sales"
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return bank_day(tmp_path_factory.mktemp("bank"))


def lived(found: Trial) -> list[list[tuple[object, ...]]]:
    """What became of everybody, as recorded and as modelled under the same policies."""
    return [
        [
            (one.stream, one.queue, one.outcome, one.wait, one.agent_id, one.talk, one.wrap_up, one.handled)
            for one in account.stories
        ]
        for account in (found.recorded, found.same)
    ]


# The same policies give the record back.


@pytest.mark.parametrize("number", range(len(POLICIES)))
def test_where_people_always_do_the_same_the_model_is_the_record(number: int) -> None:
    policy = POLICIES[number]
    found = trial(steady_day(policy, seed=number).log, policy, policy)
    recorded, modelled = lived(found)
    assert len(recorded) > 500
    assert modelled == recorded
    assert found.same.of_all() == found.recorded.of_all() == found.other.of_all()
    assert (found.joined, found.refused) == ((0, 0), (0, 0))


@pytest.mark.parametrize("seed", range(3))
def test_the_same_holds_of_a_stretch_out_of_the_middle(seed: int) -> None:
    policy, since = POLICIES[seed], OPEN + timedelta(hours=1)
    found = trial(steady_day(policy, seed=seed).log, policy, policy, since, since + timedelta(hours=1))
    recorded, modelled = lived(found)
    assert len(recorded) > 150
    assert modelled == recorded
    assert found.same.of_all() == found.recorded.of_all()
    assert all(since <= one.at < since + timedelta(hours=1) for one in found.recorded.stories)


def test_a_generated_day_of_a_bank_is_given_back(bank: Day) -> None:
    found = trial(bank.log, BANK, BANK)
    recorded, modelled = lived(found)
    assert len(recorded) > 1000
    assert modelled == recorded


@pytest.mark.parametrize("seed", [1, 2])
def test_where_agents_hesitate_decline_and_miss_it_comes_near_with_waits_too_short(tmp_path: Path, seed: int) -> None:
    found = as_json(trial(bank_day(tmp_path, human=True, seed=seed).log, BANK, BANK))["all"]
    recorded, modelled = found["recorded"], found["same"]
    assert recorded["offered"] == modelled["offered"]
    assert modelled["answered"] == pytest.approx(recorded["answered"], rel=0.01)
    assert modelled["abandoned"] == pytest.approx(recorded["abandoned"], rel=0.03)
    assert modelled["aht_s"] == pytest.approx(recorded["aht_s"], rel=0.01)
    assert -0.03 < found["model_error"]["occupancy"] < 0
    assert 0.55 * recorded["asa_s"] < modelled["asa_s"] < recorded["asa_s"]
    assert 0 < found["model_error"]["service_level"] < 0.15


def test_policies_that_changed_meanwhile_are_in_force_again_at_their_times() -> None:
    policies = full_centre()
    day = busy_day(
        policies[0][0], seed=4, hours=2, contacts_per_hour=150, agents=10, policies=policies[1:3], start=OPEN
    )
    found = trial(day.log, policies[0][0], policies[0][0])
    assert found.in_force == tuple(policy.version for policy, _ in policies[:3])
    by_version = {one.stream: one.arrival.policy for one in found.recorded.stories}
    assert all(by_version[one.stream] == one.arrival.policy for one in found.same.stories)
    assert {one.arrival.policy for one in found.other.stories} == {policies[0][0].version}


# Another policy makes a difference.


def swapped(policy: Policy, high: int) -> Policy:
    text = policy.text.replace("priority = 10", f"priority = {high}")
    assert text != policy.text
    return parse_policy(text)


def asa_of(found: Trial, tier: str, contacts: dict[str, str]) -> tuple[float, float]:
    """Mean wait of the answered of a value tier, under the same policies and the other."""

    def mean(stories: list[float]) -> float:
        return sum(stories) / len(stories)

    same, other = (
        mean(
            [
                one.wait.total_seconds()
                for one in account.stories
                if one.outcome == "answered" and contacts[one.arrival.contact_id] == tier
            ]
        )
        for account in (found.same, found.other)
    )
    return same, other


def test_who_goes_last_instead_of_first_waits_longer_and_the_others_less(bank: Day) -> None:
    found = trial(bank.log, BANK, swapped(BANK, -10))
    tiers = {
        one.event.contact_id: one.event.standing.value_tier
        for one in bank.log
        if isinstance(one.event, ContactReceived)
    }
    same, other = asa_of(found, "high", tiers)
    assert other > same + 5
    same, other = asa_of(found, "standard", tiers)
    assert other < same
    change = as_json(found)["all"]["change"]
    assert change["offered"] == change["refused"] == 0
    assert as_json(found)["in_another_queue"] == 0


def test_an_interaction_in_another_queue_is_told_with_the_rules_that_put_it_there() -> None:
    pool = PoolInHand(parse_policy(TWO))
    pool.signs_on("ann", sales=3)
    pool.arrives("1", service="sales")
    pool.passes(3)
    pool.works_through("ann", "offer-1-1")
    other = parse_policy(TWO.replace('service = "sales"', 'service = "loans"'))
    found = as_json(trial(recorded(pool), pool.first_policy, other))
    assert found["in_another_queue"] == 1
    [one] = found["sample"]
    assert (one["same"]["queue"], one["tried"]["queue"]) == ("sales", "care")
    assert one["same"]["rule"] == "rule 2: service sales -> queue sales"
    assert one["tried"]["rule"] == "rule 1: anything else -> queue care"
    assert one["tried"]["agent_id"] == "ann"
    assert found["queues"]["care"]["tried"]["offered"] == 1
    assert found["queues"]["sales"]["change"]["offered"] == -1


def test_agents_who_can_do_other_things_are_another_group() -> None:
    pool = PoolInHand(parse_policy(TWO))
    pool.signs_on("ann", sales=3)
    pool.passes(1)
    pool.signs_on("bob", loans=2)
    pool.arrives("1", service="sales")
    pool.works_through("ann", "offer-1-1")
    other = parse_policy(TWO + "skills = { loans = 1 }\n")
    found = as_json(trial(recorded(pool), pool.first_policy, other))
    assert (found["in_another_queue"], found["with_another_group"]) == (0, 1)
    [one] = found["sample"]
    assert (one["same"]["agent_id"], one["same"]["group"]) == ("ann", "sales 3")
    assert (one["tried"]["agent_id"], one["tried"]["group"]) == ("bob", "loans 2")
    assert one["tried"]["why"]


def test_who_left_may_be_answered_in_time_and_takes_what_others_took() -> None:
    pool = PoolInHand(parse_policy(TWO + "skills = { sales = 1 }\n"))
    pool.signs_on("ann", care=1)
    pool.arrives("1")
    pool.works_through("ann", "offer-1-1")
    pool.arrives("2", customer="customer-2", service="sales")
    pool.passes(30)
    pool.customer_leaves("2")
    found = trial(recorded(pool), pool.first_policy, parse_policy(TWO))
    assert [one.outcome for one in found.same.stories] == ["answered", "abandoned"]
    assert [one.outcome for one in found.other.stories] == ["answered", "answered"]
    pool.passes(120)
    again = trial(recorded(pool), pool.first_policy, parse_policy(TWO))
    assert again.recorded.stories[1].wait == timedelta(seconds=30)


def test_a_policy_that_refuses_refuses_in_the_model_too() -> None:
    pool = PoolInHand(parse_policy(TWO))
    pool.signs_on("ann")
    pool.arrives("1")
    pool.works_through("ann", "offer-1-1")
    pool.signs_off("ann")
    pool.arrives("2", customer="customer-2")
    pool.passes(50)
    pool.customer_leaves("2")
    closed = parse_policy(TWO.replace("[queues.care]", '[queues.care]\nnobody = "refuse"'))
    found = as_json(trial(recorded(pool), pool.first_policy, closed))["all"]
    assert (found["same"]["abandoned"], found["same"]["refused"]) == (1, 0)
    assert (found["tried"]["abandoned"], found["tried"]["refused"], found["tried"]["offered"]) == (0, 1, 1)
    back = as_json(trial(trialled(closed), closed, parse_policy(TWO)))["all"]
    assert (back["recorded"]["refused"], back["same"]["refused"], back["tried"]["refused"]) == (1, 1, 0)


def trialled(policy: Policy) -> list[Recorded]:
    pool = PoolInHand(policy)
    pool.signs_on("ann")
    pool.arrives("1")
    pool.works_through("ann", "offer-1-1")
    pool.signs_off("ann")
    pool.arrives("2", customer="customer-2")
    pool.passes(50)
    return recorded(pool)


# What agents did is done again.


def test_breaks_and_missed_offers_keep_agents_away_in_the_model() -> None:
    pool = PoolInHand(parse_policy(TWO))
    pool.signs_on("ann")
    pool.arrives("1")
    pool.passes(21)  # Missed: she is not answering.
    pool.passes(100)
    pool.becomes("ann", AgentState.READY)
    pool.passes(2)
    pool.works_through("ann", "offer-1-2")
    found = trial(recorded(pool), pool.first_policy, pool.first_policy)
    [modelled] = found.same.stories
    assert modelled.wait == timedelta(seconds=2), "the model lets nobody miss an offer"
    pool.becomes("ann", AgentState.AWAY, "break")
    pool.arrives("2", customer="customer-2")
    pool.passes(300)
    pool.becomes("ann", AgentState.READY)
    pool.passes(2)
    pool.works_through("ann", "offer-2-1")
    found = trial(recorded(pool), pool.first_policy, pool.first_policy)
    assert [one.wait.total_seconds() for one in found.same.stories] == [2, 302]


def test_who_leaves_in_the_record_finishes_first_in_the_model() -> None:
    pool = PoolInHand(parse_policy(TWO + "skills = { sales = 1 }\n"))
    pool.signs_on("ann", sales=1)
    pool.signs_on("bob")
    pool.passes(1)
    pool.arrives("1")
    [(offer, agent)] = pool.state.interactions["interaction-1"].state.open_offers
    pool.works_through(agent, offer)
    pool.arrives("2", customer="customer-2")
    [(offer, other)] = pool.state.interactions["interaction-2"].state.open_offers
    assert other != agent
    pool.accepts(other, offer)
    pool.signs_off(agent)
    pool.passes(500)
    pool.ends(other, "interaction-2")
    pool.wraps_up(other, "interaction-2")
    pool.signs_off(other)
    everybody_one = parse_policy(TWO.replace("[queues.care]", '[queues.care]\nagent_choice = "fewest_today"'))
    found = trial(recorded(pool), pool.first_policy, everybody_one)
    assert all(one.handled for one in found.other.stories)
    assert found.refused == (0, 0)


def test_customers_who_were_forgotten_come_as_their_interaction_tells() -> None:
    pool = PoolInHand(parse_policy(TWO))
    pool.signs_on("ann")
    pool.arrives("1", service="sales", standing=Standing(segment="B2B", value_tier="high"), language="fa")
    pool.works_through("ann", "offer-1-1")
    found = trial(recorded(pool), pool.first_policy, pool.first_policy)
    [was], [again] = found.recorded.stories, found.same.stories
    names = ("segment", "value_tier", "lifecycle_stage", "service", "language", "channel", "thread", "customer_id")
    assert [getattr(was.arrival, name) for name in names] == [getattr(again.arrival, name) for name in names]


# Little, or nothing, is known.


def test_an_empty_stretch_has_no_figures_and_no_mistake() -> None:
    for log in ([], steady_day(POLICIES[0], seed=1, hours=0.2).log):
        found = trial(log, POLICIES[0], POLICIES[1], OPEN + timedelta(days=9))
        told = as_json(found)
        assert (told["from"], told["queues"], told["sample"]) == (None, {}, [])
        assert all(told["all"][key][name] == 0 for key in ("recorded", "same", "tried") for name in COUNTS)
        assert told["all"]["tried"]["service_level"] is None


def test_where_nobody_was_answered_nobody_knows_how_long_it_takes() -> None:
    pool = PoolInHand(parse_policy(TWO + "skills = { sales = 1 }\n"))
    pool.signs_on("ann")
    pool.arrives("1", service="sales")
    pool.passes(30)
    pool.customer_leaves("1")
    assert trial(recorded(pool), pool.first_policy, pool.first_policy).same.of_all()["abandoned"] == 1
    with pytest.raises(UnknownHandleTimeError, match="take a longer one"):
        trial(recorded(pool), pool.first_policy, parse_policy(TWO))


def test_a_trial_is_the_same_each_time_and_another_seed_draws_otherwise(bank: Day) -> None:
    tried, since = swapped(BANK, -10), datetime(1999, 2, 1, 8, tzinfo=UTC)

    def told(seed: int) -> str:
        found = trial(bank.log, BANK, tried, since, since + timedelta(hours=3), seed)
        return json.dumps({**as_json(found), "seed": 0}, default=str)

    assert told(1) == told(1)
    assert told(1) != told(2)


def test_what_is_modelled_and_what_can_not_be_known_is_said(bank: Day) -> None:
    told = as_json(trial(bank.log, BANK, BANK))
    assert told["known"]
    assert any("Kaplan-Meier" in line for line in told["modelled"])
    assert told["unknown"]
    assert sum(one["left"] for one in told["patience"]) == told["all"]["recorded"]["abandoned"]


def recorded(pool: PoolInHand) -> list[Recorded]:
    return [Recorded(position, *one) for position, one in enumerate(pool.log, 1)]
