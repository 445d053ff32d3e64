"""Where a customer stands, why, and when time alone changes it."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.account.events import RoleAssigned, RoleEnded
from hub.domain.customer.events import (
    CustomerRegistered,
    DeclaredStanding,
    LifecycleStageChanged,
    SegmentChanged,
)
from hub.domain.customer.purchases.events import PurchaseRecorded, PurchaseReversed
from hub.domain.customer.purchases.state import Purchase
from hub.paths.policy.boxes import OTHER
from hub.paths.policy.conditions import takes
from hub.paths.policy.model import TABLES, PathPolicy
from hub.paths.policy.parsing import load_path_policy, parse_path_policy
from hub.paths.policy.regions import space_of, taken
from hub.paths.standing.facts import Facts, facts_of
from hub.paths.standing.measuring import Customer, ledger_of
from hub.paths.standing.standing import next_change, standing
from tests.paths.standings import DAY, NOON, some_facts, some_policy

POLICY = load_path_policy()
META: dict[str, Any] = {"recorded_at": NOON, "causation": "c", "actor": "a"}


def bought(*days_ago: int, amount: int = 1) -> Facts:
    return Facts(purchases=tuple(sorted(Purchase(NOON - days * DAY, amount, "IRR") for days in days_ago)))


class TestTheShippedPolicy:
    def test_the_first_purchase_a_second_one_and_none_for_a_year(self) -> None:
        stages = [standing(facts, POLICY, NOON).lifecycle_stage for facts in (bought(), bought(3), bought(3, 9))]
        assert stages == ["acquisition", "enhancement", "retention"]
        assert standing(bought(364, 500), POLICY, NOON).lifecycle_stage == "retention"
        assert standing(bought(365, 500), POLICY, NOON).lifecycle_stage == "lapsed"

    def test_evidence_names_the_rule_and_the_facts_it_asked_for(self) -> None:
        segment, tier, named, stage = standing(bought(3, 9, amount=300_000_000), POLICY, NOON).why
        assert (segment.about, segment.rule) == ("segment", "default kind")
        assert (tier.about, tier.rule) == ("value_tier", "value tier 1 (high)")
        assert tier.facts == {"spent in 365 days": 600_000_000, "currency": "IRR"}
        assert (named.about, named.rule) == ("named", "no segment")
        assert (stage.about, stage.rule) == ("lifecycle_stage", "stage 2 (retention)")
        assert stage.facts == {"purchases": 2, "days since purchase": 3}

    def test_a_customer_lapses_when_the_year_is_over_and_not_before(self) -> None:
        due = next_change(bought(3), POLICY, NOON)
        assert due == NOON + 362 * DAY
        assert standing(bought(3), POLICY, due - timedelta(microseconds=1)).lifecycle_stage == "enhancement"
        assert standing(bought(3), POLICY, due).lifecycle_stage == "lapsed"
        assert next_change(bought(3), POLICY, due) is None
        assert next_change(Facts(), POLICY, NOON) is None

    def test_what_was_spent_stops_counting_after_a_year(self) -> None:
        facts = bought(100, amount=500_000_000)
        assert standing(facts, POLICY, NOON + 264 * DAY).value_tier == "high"
        assert standing(facts, POLICY, NOON + 265 * DAY).value_tier == "standard"

    def test_what_was_declared_stands(self) -> None:
        facts = Facts(declared=DeclaredStanding("B2G", "gold", "retention"))
        assert standing(facts, POLICY, NOON).where == ("B2G", "gold", "", "retention")


def test_a_kind_the_policy_does_not_know_is_the_default_one() -> None:
    text = '[kinds]\nknown = ["B2C"]\n[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'
    stands = standing(Facts(declared=DeclaredStanding("B2G")), parse_path_policy(text), NOON)
    assert stands.segment == "B2C"
    assert stands.why[0].facts == {"declared": "B2G"}


def test_each_table_may_ask_for_what_those_before_it_said() -> None:
    text = (
        '[[value_tiers]]\nname = "high"\nwhen = { account = true }\n[[value_tiers]]\nname = "standard"\n'
        '[[segments]]\nname = "buyers"\nwhen = { value_tier = "high", kind = "B2B" }\n'
        '[[stages]]\nname = "retention"\nwhen = { segment = "buyers" }\n[[stages]]\nname = "acquisition"\n'
    )
    meta = {**META, "at": NOON, "account_id": "account-1", "number": 1, "customer_id": "customer-1", "role": "buyer"}
    events = [
        CustomerRegistered(**META, at=NOON),
        SegmentChanged(**META, at=NOON, segment="B2B", value_tier="standard", reason="", said=("segment",)),
        RoleAssigned(**meta, since=NOON, until=None),
        RoleEnded(**meta, until=NOON + DAY),
    ]
    facts, policy = facts_of(events), parse_path_policy(text)
    assert standing(facts, policy, NOON).where == ("B2B", "high", "buyers", "retention")
    assert next_change(facts, policy, NOON) == NOON + DAY
    assert standing(facts, policy, NOON + DAY).where == ("B2B", "standard", "", "acquisition")


def test_what_the_policy_decided_is_no_fact_it_decides_on() -> None:
    told = {**META, "at": NOON, "reason": "r"}
    events = [
        SegmentChanged(**told, segment="B2C", value_tier="low", said=("value_tier",)),
        SegmentChanged(**told, segment="B2C", value_tier="high", said=(), policy="1"),
        LifecycleStageChanged(**told, lifecycle_stage="lapsed", policy="1"),
    ]
    assert facts_of(events).declared == DeclaredStanding("", "low", "")


def test_facts_are_those_that_were_known_then() -> None:
    later = {**META, "recorded_at": NOON + DAY}
    events = [
        PurchaseRecorded(**META, at=NOON - DAY, purchase_id="1", amount=5, currency="IRR"),
        PurchaseReversed(**later, at=NOON + DAY, purchase_id="1", reason="returned"),
    ]
    assert len(facts_of(events, NOON).purchases) == 1
    assert facts_of(events).purchases == ()


@given(some_policy(), some_facts(), st.integers(0, 60 * 24))
@settings(max_examples=200, deadline=None)
def test_between_now_and_the_next_change_nothing_changes(values: dict[str, Any], facts: Facts, hours: int) -> None:
    policy = PathPolicy.model_validate(values)
    due = next_change(facts, policy, NOON)
    here = standing(facts, policy, NOON).where
    later = NOON + timedelta(hours=hours)
    if due is None or later < due:
        assert standing(facts, policy, later).where == here
    if due is not None:
        assert due > NOON
        assert standing(facts, policy, due).where != here


@given(some_policy(default=False), some_facts())
@settings(max_examples=400, deadline=None)
def test_what_the_checker_says_of_rules_is_so_of_every_customer(values: dict[str, Any], facts: Facts) -> None:
    """Whoever a rule takes is in a part that the checker found for it; whom none takes is in what it says is left."""
    policy = PathPolicy.model_validate(values)
    space = space_of(policy)
    kind = facts.declared.segment if facts.declared.segment in policy.kinds.known else "B2C"
    customer = Customer(facts, ledger_of(facts, "IRR"), NOON, kind)
    for table in TABLES:
        regions = taken(policy.table(table), space)
        if regions.parts is None or regions.left is None:
            continue
        first = next(
            (
                row.number
                for row in regions.rows
                if all(takes(allowed, customer.measure(measure)) for measure, allowed in row.asked.items())
            ),
            None,
        )
        holding = [number for number, parts in enumerate(regions.parts) for part in parts if _is_in(customer, part)]
        assert holding == ([] if first is None else [first])
        assert sum(_is_in(customer, part) for part in regions.left) == (first is None)


def _is_in(customer: Customer, box: Any) -> bool:
    for measure, allowed in box.items():
        value = customer.measure(measure)
        if isinstance(allowed, frozenset) and value not in allowed:
            value = OTHER
        if not takes(allowed, value):
            return False
    return True
