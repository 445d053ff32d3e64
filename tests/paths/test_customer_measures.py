"""What is measured of a customer: to the day, in one currency, and by what their streams say together."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.domain.account.events import RoleAssigned, RoleEnded
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered, DeclaredStanding, SegmentChanged
from hub.domain.customer.purchases.state import Purchase
from hub.paths.policy.conditions import EVERYTHING, Measure
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.standing.facts import Facts, RoleTime, facts_of
from hub.paths.standing.measuring import NEVER, Customer, ledger_of
from hub.paths.standing.standing import LOOKED_AHEAD, next_change, only_where, standing
from tests.paths.standings import DAY, NOON

META: dict[str, Any] = {"recorded_at": NOON, "causation": "c", "actor": "a"}
MOMENT = timedelta(microseconds=1)
TABLES = (
    '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "lapsed"\nwhen = { %s }\n[[stages]]\nname = "retention"\n'
)


def measured(facts: Facts, name: str, days: int = 0, at: datetime = NOON) -> int | str:
    return Customer(facts, ledger_of(facts, "IRR"), at, "B2C").measure(Measure(name, days))


def bought(*purchases: tuple[float, int, str]) -> Facts:
    return Facts(purchases=tuple(Purchase(NOON - days * DAY, *rest) for days, *rest in purchases))


class TestMeasures:
    SOME = bought((30, 100, "IRR"), (10, 20, "EUR"), (10, 3, "IRR"), (-1, 7, "IRR"))

    @pytest.mark.parametrize(
        ("name", "days", "value"),
        [
            ("purchases", 0, 3), ("purchases", 11, 2), ("purchases", 10, 0), ("purchases", 31, 3),
            ("spent", 0, 103), ("spent", 11, 3), ("spent", 10, 0), ("spent", 30, 3), ("spent", 31, 103),
            ("days_since_purchase", 0, 10), ("days_since_first_purchase", 0, 30),
        ],
    )  # fmt: skip
    def test_of_purchases_those_until_now_count_in_the_currency_of_the_policy(
        self, name: str, days: int, value: int
    ) -> None:
        assert measured(self.SOME, name, days) == value

    def test_before_the_first_purchase_there_is_none(self) -> None:
        for name in ("days_since_purchase", "days_since_first_purchase"):
            assert measured(self.SOME, name, at=NOON - 31 * DAY) == NEVER
            assert measured(self.SOME, name, at=NOON - 30 * DAY) == 0
        assert measured(self.SOME, "spent", at=NOON - 30 * DAY - MOMENT) == 0

    def test_more_than_any_rule_can_ask_for_is_as_much_as_it_can(self) -> None:
        assert measured(bought((1, 2**60, "IRR")), "spent") == EVERYTHING[1] - 1

    @pytest.mark.parametrize(("ago", "days"), [(DAY, 1), (2 * DAY - MOMENT, 1), (MOMENT, 0), (-3 * DAY, 0)])
    def test_days_are_full_ones_and_of_what_lies_ahead_none(self, ago: timedelta, days: int) -> None:
        facts = Facts(registered_at=NOON - ago, contacts=4, last_contact_at=NOON - ago)
        assert measured(facts, "tenure_days") == measured(facts, "days_since_contact") == days
        assert measured(facts, "contacts") == 4

    def test_of_whom_nothing_is_known_nothing_ever_was(self) -> None:
        assert [measured(Facts(), name) for name in ("purchases", "spent", "contacts", "tenure_days")] == [0, 0, 0, 0]
        since = ("days_since_purchase", "days_since_first_purchase", "days_since_contact")
        assert [measured(Facts(), name) for name in since] == [NEVER, NEVER, NEVER]

    @pytest.mark.parametrize(
        ("since", "until", "holds"),
        [(0, None, "yes"), (1, None, "no"), (-2, 0, "no"), (-2, 1, "yes"), (-1, -1, "no")],
    )
    def test_somebody_acts_for_an_account_from_the_first_moment_until_just_before_the_last(
        self, since: int, until: int | None, holds: str
    ) -> None:
        role = RoleTime(NOON + since * DAY, None if until is None else NOON + until * DAY)
        assert measured(Facts(roles=(role,)), "account") == holds
        assert measured(Facts(roles=(RoleTime(NOON - 9 * DAY, NOON - 8 * DAY), role)), "account") == holds

    def test_what_was_declared_can_be_asked_for_too(self) -> None:
        facts = Facts(declared=DeclaredStanding("B2B", "gold", "lapsed"))
        assert (measured(facts, "declared_value_tier"), measured(facts, "declared_stage")) == ("gold", "lapsed")


class TestFacts:
    def contact(self, days: int) -> ContactReceived:
        said = dict.fromkeys(("address", "sender", "thread", "purpose", "service", "language", "subject", "text"), "")
        told = {**META, "contact_id": f"c{days}", "channel": Channel.PHONE, "standing": Standing(), "pool": "care"}
        return ContactReceived(**told, **said, at=NOON - days * DAY)

    def test_a_customer_of_several_streams_is_known_since_the_first_and_was_heard_of_last_in_any(self) -> None:
        first, second = ({**META, "recorded_at": NOON - days * DAY, "at": NOON} for days in (2, 9))
        events = [CustomerRegistered(**first), self.contact(1), CustomerRegistered(**second), self.contact(5)]
        facts = facts_of(events)
        assert (facts.registered_at, facts.contacts, facts.last_contact_at) == (NOON - 9 * DAY, 2, NOON - DAY)

    def test_what_was_declared_last_in_any_stream_stands(self) -> None:
        told = {"segment": "B2C", "reason": "", "said": ("value_tier",), "causation": "c", "actor": "a", "at": NOON}
        late = SegmentChanged(**told, recorded_at=NOON, value_tier="high")
        early = SegmentChanged(**told, recorded_at=NOON - DAY, value_tier="low")
        assert facts_of([late, early]).declared.value_tier == "high"

    def test_roles_end_by_their_account_and_number(self) -> None:
        role = {**META, "at": NOON, "customer_id": "customer-1", "role": "buyer"}
        one, two = {**role, "account_id": "account-1"}, {**role, "account_id": "account-2"}
        events = [
            RoleAssigned(**one, number=1, since=NOON, until=None),
            RoleAssigned(**one, number=2, since=NOON - 2 * DAY, until=None),
            RoleAssigned(**two, number=1, since=NOON - DAY, until=NOON + DAY),
            RoleEnded(**one, number=2, until=NOON + 3 * DAY),
            RoleEnded(**two, number=9, until=NOON),
        ]
        assert set(facts_of(events).roles) == {
            RoleTime(NOON - 2 * DAY, NOON + 3 * DAY), RoleTime(NOON - DAY, NOON + DAY), RoleTime(NOON, None),
        }  # fmt: skip


class TestTheNextChange:
    SINCE = Facts(
        registered_at=NOON - 5 * DAY,
        last_contact_at=NOON - 3 * DAY,
        purchases=tuple(Purchase(NOON - days * DAY, 10, "IRR") for days in (9, 4, 2)),
    )

    @pytest.mark.parametrize(
        ("condition", "days"),
        [
            ("days_since_purchase = { at_least = 20 }", 18), ("days_since_first_purchase = { at_least = 20 }", 11),
            ("days_since_purchase = { below = 20 }", 18), ("tenure_days = { at_least = 20 }", 15),
            ("days_since_contact = { at_least = 20 }", 17), ("days_since_contact = { below = 366_000 }", None),
            ("days_since_contact = { below = 365_999 }", 365_996), ("contacts = { at_least = 20 }", None),
            ("purchases = { at_least = 2, within_days = 20 }", 16), ("purchases = { below = 3, within_days = 20 }", 11),
            ("spent = { below = 10, within_days = 5 }", 3), ("spent = { below = 10 }", None),
        ],
    )  # fmt: skip
    def test_it_is_when_a_condition_begins_or_ceases_to_hold(self, condition: str, days: int | None) -> None:
        due = next_change(self.SINCE, parse_path_policy(TABLES % condition), NOON)
        assert due == (None if days is None else NOON + days * DAY)

    @pytest.mark.parametrize(
        "name", ["days_since_purchase", "days_since_first_purchase", "tenure_days", "days_since_contact"]
    )
    def test_it_is_reckoned_from_the_only_time_and_never_comes_where_there_was_none(self, name: str) -> None:
        policy = parse_path_policy(TABLES % f"{name} = {{ at_least = 20 }}")
        once = Facts(NOON, purchases=(Purchase(NOON, 10, "IRR"),), contacts=1, last_contact_at=NOON)
        assert next_change(once, policy, NOON) == NOON + 20 * DAY
        assert next_change(Facts(), policy, NOON) is None

    def test_what_lies_ahead_counts_from_its_moment_on(self) -> None:
        policy = parse_path_policy(TABLES % "days_since_purchase = { below = 20 }")
        assert next_change(bought((-1, 10, "IRR")), policy, NOON) == NOON + DAY

    def test_a_role_that_begins_or_ends_is_one(self) -> None:
        policy = parse_path_policy(TABLES % "account = true")
        facts = Facts(roles=(RoleTime(NOON + DAY, NOON + 3 * DAY), RoleTime(NOON + 2 * DAY, None)))
        assert next_change(facts, policy, NOON) == NOON + DAY
        assert next_change(facts, policy, NOON + DAY) is None
        ending = Facts(roles=(RoleTime(NOON, NOON + 3 * DAY),))
        assert next_change(ending, policy, NOON) == NOON + 3 * DAY
        assert next_change(ending, parse_path_policy(TABLES % "contacts = { below = 1 }"), NOON) is None

    @pytest.mark.parametrize(("more", "looks_again"), [(0, False), (1, True)])
    def test_beyond_so_many_moments_it_is_when_to_look_again(self, more: int, looks_again: bool) -> None:
        policy = parse_path_policy(TABLES % "purchases = { at_least = 1_000, within_days = 200 }")
        moments = LOOKED_AHEAD + more
        facts = Facts(purchases=tuple(Purchase(NOON - (199 - day) * DAY, 1, "IRR") for day in range(-1, moments)))
        assert next_change(facts, policy, NOON) == (NOON + (LOOKED_AHEAD + 1) * DAY if looks_again else None)


def test_where_somebody_stands_is_the_same_without_the_reasons() -> None:
    facts = Facts(declared=DeclaredStanding("B2B", "gold", "lapsed"))
    policy = parse_path_policy(TABLES % "contacts = { below = 1 }")
    whole, bare = standing(facts, policy, NOON), only_where(facts, policy, NOON)
    assert (bare.where, bare.why) == (whole.where, ())
    assert whole.where == ("B2B", "gold", "", "lapsed")
    assert whole.of_routing() == Standing(segment="B2B", value_tier="gold", lifecycle_stage="lapsed")
    assert [(one.about, one.rule, one.facts) for one in whole.why] == [
        ("segment", "declared", {}), ("value_tier", "declared", {}),
        ("named", "no segment", {}), ("lifecycle_stage", "declared", {}),
    ]  # fmt: skip


def test_without_the_reasons_too_it_is_by_what_was_spent_by_then() -> None:
    policy = parse_path_policy(TABLES % "spent = { at_least = 5, within_days = 10 }")
    spent = bought((0, 5, "IRR"))
    stages = [only_where(spent, policy, NOON + days * DAY).lifecycle_stage for days in (-1, 0, 9, 10)]
    assert stages == ["retention", "lapsed", "lapsed", "retention"]
    assert only_where(bought((0, 5, "EUR")), policy, NOON).lifecycle_stage == "retention"


def test_the_reasons_name_what_was_asked_and_the_currency_of_what_was_spent() -> None:
    rules = '[money]\ncurrency = "EUR"\n' + TABLES % "days_since_purchase = { at_least = 1 }"
    segment = '[[segments]]\nname = "new"\nwhen = { spent = { below = 1 }, declared_stage = "lapsed" }\n'
    rules = rules.replace(
        "[[stages]]", segment + "[declared]\nlifecycle_stage = false\nvalue_tier = false\n[[stages]]", 1
    )
    facts = Facts(declared=DeclaredStanding(value_tier="gold", lifecycle_stage="lapsed"))
    kind, tier, named, stage = standing(facts, parse_path_policy(rules), NOON).why
    assert [(one.rule, one.facts) for one in (kind, tier)] == [("default kind", {}), ("value tier 1 (standard)", {})]
    assert (named.rule, named.facts) == ("segment 1 (new)", {"spent": 0, "currency": "EUR", "declared stage": "lapsed"})
    assert (stage.rule, stage.facts) == ("stage 2 (retention)", {})
