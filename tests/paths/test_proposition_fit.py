"""Whom a proposition fits and what it contradicts, each with its reason and what was looked at."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.cases.events import Severity
from hub.domain.cases.open_cases import OpenCase
from hub.domain.customer.purchases.state import Purchase
from hub.domain.grant.events import Response
from hub.paths.gates.verdict import Verdict
from hub.paths.policy.boxes import OTHER
from hub.paths.policy.conditions import takes
from hub.paths.policy.regions import box_of
from hub.paths.propositions.catalogue import Catalogue
from hub.paths.propositions.checked import fit_space, remarks_on_propositions
from hub.paths.propositions.known import Known, measuring
from hub.paths.standing.facts import Facts, RoleTime
from tests.paths.propositions import DAY, NOON, a_grant, answered, held, known, policy, proposition

BOUGHT = Facts(purchases=(Purchase(NOON - 10 * DAY, 150, "IRR"),))


def fit(one: dict[str, Any], who: Known | None = None, **more: Any) -> Verdict:
    rules = policy(one, proposition("other"), fields=FIELDS, **more)
    return Catalogue(rules).look(who or known(rules)).fit[0]


def conflict(who: Any, *others: dict[str, Any], **fields: Any) -> Verdict:
    rules = policy(proposition(**fields), *others)
    return Catalogue(rules).look(known(rules, **who)).conflict[0]


FIELDS = [{"name": "line", "type": "text"}, {"name": "budget", "type": "money"}]


class TestFit:
    def test_each_question_has_its_own_reason(self) -> None:
        rules = policy(proposition())
        at_least = {"purchases": {"at_least": 1}}
        for field, reason in (
            ("eligible", "not_eligible"), ("applicable", "not_applicable"), ("suitable", "not_suitable"),
        ):  # fmt: skip
            verdict = fit(proposition(**{field: at_least}))
            assert (verdict.gate, verdict.is_open, verdict.reason) == ("fit", False, reason)
            assert verdict.inputs == {"purchases": 0}
            verdict = fit(proposition(**{field: at_least}), known(rules, BOUGHT))
            assert (verdict.is_open, verdict.reason, verdict.inputs) == (True, "fits", {"purchases": 1})

    def test_the_first_question_that_is_not_met_is_told(self) -> None:
        one = proposition(eligible={"kind": "B2B"}, suitable={"days_since_purchase": {"below": 3}})
        assert (fit(one).reason, fit(one).inputs) == ("not_eligible", {"kind": "B2C"})
        one = proposition(eligible={"kind": "B2C"}, suitable={"days_since_purchase": {"below": 3}})
        assert (fit(one).reason, fit(one).inputs) == ("not_suitable", {"days since purchase": None})

    @pytest.mark.parametrize(
        ("when", "fields", "fits"),
        [
            ({"stage": "enhancement"}, {"facts": BOUGHT}, True),
            ({"stage": "acquisition"}, {"facts": BOUGHT}, False),
            ({"value_tier": "high"}, {"facts": BOUGHT}, True),
            ({"account": True}, {"facts": Facts(roles=(RoleTime(NOON, None),))}, True),
            ({"case_severity": {"below": 1}}, {}, True),
            ({"case_severity": {"at_least": 1}}, {}, False),
            ({"case_severity": {"at_least": 3}}, {"open_cases": (OpenCase("c", Severity.HIGH, ""),)}, True),
            ({"case_severity": {"below": 3}}, {"open_cases": (OpenCase("c", Severity.HIGH, ""),)}, False),
            ({"holds": {"other": True}}, {"held": held(a_grant("other"))}, True),
            ({"holds": {"other": False}}, {"held": held(a_grant("other"))}, False),
            ({"holds": {"other": True}}, {"account": held(a_grant("other", "account-1"))}, True),
            ({"holds": {"other": False}}, {}, True),
            ({"profile": {"line": ["fibre", ""]}}, {}, True),
            ({"profile": {"line": "fibre"}}, {"profile": {"line": "fibre"}}, True),
            ({"profile": {"line": "fibre"}}, {"profile": {"line": "vdsl"}}, False),
            ({"profile_number": {"budget": {"below": 9}}}, {"profile": {"budget": "8"}}, True),
            ({"profile_number": {"budget": {"below": 9}}}, {"profile": {"budget": "9"}}, False),
            ({"profile_number": {"budget": {"below": 9}}}, {}, False),
        ],
    )
    def test_conditions_only_propositions_may_ask(self, when: Any, fields: Any, fits: bool) -> None:
        rules = policy(proposition(), proposition("other"))
        verdict = fit(proposition(eligible=when), known(rules, **{"facts": None, **fields}))
        assert verdict.is_open == fits

    @pytest.mark.parametrize(
        ("last", "days", "ago", "fits"),
        [
            ("declined", None, timedelta(days=900), True),
            ("none", None, timedelta(days=900), False),
            ("declined", 90, 90 * DAY - timedelta(microseconds=1), True),
            ("declined", 90, 90 * DAY, False),
            ("none", 90, 90 * DAY, True),
            (["none", "accepted"], 90, DAY, False),
        ],
    )
    def test_an_answer_is_late_from_the_last_day_on(self, last: Any, days: int | None, ago: Any, fits: bool) -> None:
        rules = policy(proposition(), proposition("other"))
        who = known(rules, held=held(answers={"other": answered(Response.DECLINED, NOON - ago)}))
        when = {"answered": {"other": {"last": last} | ({"within_days": days} if days else {})}}
        assert fit(proposition(eligible=when), who).is_open == fits

    def test_of_the_customers_answer_and_the_accounts_the_later_counts(self) -> None:
        rules = policy(proposition(), proposition("other"))
        one, other = answered(Response.DECLINED, NOON - DAY), answered(Response.ACCEPTED, NOON)
        when = {"answered": {"other": {"last": "accepted"}}}
        for mine, theirs in ((one, other), (other, one)):
            who = known(rules, held=held(answers={"other": mine}), account=held(answers={"other": theirs}))
            assert fit(proposition(eligible=when), who).is_open

    def test_days_begin_at_midnight_of_the_zone_and_the_last_is_over_when_it_is(self) -> None:
        rules = policy(proposition(valid_from="2026-03-02", valid_until="2026-03-04"))
        for zone, hours in ((ZoneInfo("UTC"), 0), (ZoneInfo("Asia/Tehran"), 3.5)):
            begins = NOON + timedelta(hours=12 - hours)
            catalogue = Catalogue(rules, zone)
            tick = timedelta(microseconds=1)
            for at, is_open in (
                (begins - tick, False), (begins, True), (begins + 2 * DAY - tick, True), (begins + 2 * DAY, False),
            ):  # fmt: skip
                verdict = catalogue.look(known(rules, at=at)).fit[0]
                assert verdict.is_open == is_open
                assert verdict.opens_at == (begins if at < begins else None)
                if not is_open:
                    assert verdict.reason == "not_valid"
                    assert verdict.inputs == {"from": "2026-03-02", "until": "2026-03-04"}

    def test_what_is_for_accounts_needs_one(self) -> None:
        one = proposition(holder="account")
        assert (fit(one).is_open, fit(one).reason) == (False, "no_account")
        rules = policy(one)
        assert fit(one, known(rules, account=held())).reason == "fits"

    def test_what_was_granted_fits_whatever_changed_since(self) -> None:
        one = proposition(eligible={"kind": "B2B"}, valid_until="2026-01-01")
        rules = policy(one)
        verdict = fit(one, known(rules, held=held(a_grant())))
        assert (verdict.is_open, verdict.reason, verdict.inputs) == (True, "granted", {"grant": "grant-customer-1-1"})
        assert not fit({**one, "holder": "account"}, known(rules, held=held(a_grant()), account=held())).is_open

    def test_levers_that_hold_are_added_up(self) -> None:
        levers = [
            {"name": "a", "weight": 25, "when": {"purchases": {"at_least": 1}}},
            {"name": "b", "weight": -10, "when": {"value_tier": "high"}},
            {"name": "c", "weight": 500, "when": {"value_tier": "standard"}},
            {"name": "d", "weight": 7},
        ]
        rules = policy(proposition(levers=levers), proposition("other"))
        assert Catalogue(rules).look(known(rules, BOUGHT)).levers == {0: 1.22, 1: 1.0}

    def test_only_what_was_asked_for_is_looked_at(self) -> None:
        rules = policy(proposition("one", excludes=["two"]), proposition("two"))
        looked = Catalogue(rules).look(known(rules, held=held(a_grant("two"))), [0])
        assert [list(part) for part in looked] == [[0], [0], [0]]
        assert looked.conflict[0].reason == "conflict"


def test_a_grant_of_what_is_no_longer_proposed_is_in_nobodys_way() -> None:
    rules = policy(proposition("one", holder="account", excludes=["two"]), proposition("two"))
    old = held(a_grant("gone"), answers={"gone": answered(Response.ACCEPTED)})
    looked = Catalogue(rules).look(known(rules, held=old, account=old))
    told = [*looked.fit.values(), *looked.conflict.values()]
    assert [one.reason for one in told] == ["fits", "fits", "no_conflict", "no_conflict"]


class TestConflict:
    def test_what_stands_is_not_kept_back_by_what_else_stands(self) -> None:
        both = {"held": held(a_grant(), a_grant("other"))}
        assert conflict(both, proposition("other"), excludes=["other"]).is_open
        assert not conflict({"held": held(a_grant("other"))}, proposition("other"), excludes=["other"]).is_open

    def test_nothing_held_contradicts_nothing(self) -> None:
        assert conflict({}).reason == "no_conflict"
        assert conflict({"held": held(a_grant("other"))}, proposition("other")).reason == "no_conflict"
        assert conflict({"held": held(a_grant())}).is_open

    @pytest.mark.parametrize(("mine", "theirs"), [(["other"], []), ([], ["fibre"])])
    def test_what_excludes_or_is_excluded_by_a_live_grant(self, mine: list[str], theirs: list[str]) -> None:
        other = a_grant("other", days=3)
        for who in ({"held": held(other)}, {"account": held(other)}):
            verdict = conflict(who, proposition("other", excludes=theirs), excludes=mine)
            assert (verdict.gate, verdict.is_open, verdict.reason) == ("conflict", False, "conflict")
            assert verdict.inputs == {"grant": "grant-customer-1-1", "proposition": "other"}
            assert verdict.opens_at == NOON + 3 * DAY

    @pytest.mark.parametrize("response", [Response.ACCEPTED, Response.DECLINED])
    def test_an_answer_counts_while_the_grant_stands(self, response: Response) -> None:
        said = answered(response, NOON)
        verdict = conflict({"held": held(a_grant(), answers={"fibre": said})})
        assert (verdict.is_open, verdict.reason, verdict.opens_at) == (False, "answered", NOON + 14 * DAY)
        assert verdict.inputs["answer"] == response.value
        assert conflict({"held": held(answers={"fibre": said})}).is_open
        later = a_grant(at=NOON + timedelta(microseconds=1))
        assert conflict({"held": held(later, answers={"fibre": said})}).is_open

    def test_better_terms_may_be_named_to_who_declined_others_not_to_who_accepted(self) -> None:
        amended = a_grant(terms_since=NOON + DAY)
        for response, is_open in ((Response.DECLINED, True), (Response.ACCEPTED, False)):
            who = {"held": held(amended, answers={"fibre": answered(response, NOON)}), "at": NOON + DAY}
            assert conflict(who).is_open == is_open

    def test_who_said_later_is_left_alone_until_then_granted_or_not(self) -> None:
        until = NOON + DAY
        for grants in ((), (a_grant(),)):
            who = {"held": held(*grants, answers={"fibre": answered(Response.DEFERRED, NOON, until)})}
            verdict = conflict(who)
            assert (verdict.is_open, verdict.reason, verdict.opens_at) == (False, "deferred", until)
            assert conflict({**who, "at": until - timedelta(microseconds=1)}).is_open is False
            assert conflict({**who, "at": until}).is_open


names = st.sampled_from(["fibre", "vdsl"])
said = st.sampled_from([{"last": "none"}, {"last": ["accepted", "declined"]}])
whens = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["B2C", "B2B"]),
        "stage": st.lists(st.sampled_from(["acquisition", "enhancement"]), min_size=1, unique=True),
        "purchases": st.sampled_from([{"at_least": 1}, {"below": 1}, {"at_least": 2}, {"below": 2, "within_days": 9}]),
        "days_since_purchase": st.sampled_from([{"at_least": 5}, {"below": 5}]),
        "case_severity": st.sampled_from([{"below": 1}, {"at_least": 2}]),
        "holds": st.dictionaries(names, st.booleans(), min_size=1),
        "answered": st.dictionaries(names, said, min_size=1),
        "profile": st.sampled_from([{"line": "a"}, {"line": ["b", ""]}, {"line": "c"}]),
    },
)  # fmt: skip


@st.composite
def some_known(draw: st.DrawFn, rules: Any) -> Known:
    days = draw(st.lists(st.integers(0, 20), max_size=3))
    facts = Facts(purchases=tuple(sorted(Purchase(NOON - one * DAY, 60, "IRR") for one in days)))
    answers = draw(st.dictionaries(names, st.sampled_from([answered(Response.ACCEPTED), answered(Response.DECLINED)])))
    severity = draw(st.sampled_from([(), (OpenCase("c", Severity.LOW, ""),), (OpenCase("c", Severity.CRITICAL, ""),)]))
    grants = [a_grant(name) for name in draw(st.sets(names))]
    profile = draw(st.sampled_from([{}, {"line": "a"}, {"line": "b"}]))
    return known(rules, facts, held=held(*grants, answers=answers), open_cases=severity, profile=profile)


@given(data=st.data(), eligible=whens, applicable=whens, suitable=whens)
@settings(max_examples=300, deadline=None)
def test_it_fits_by_what_is_asked_and_nobody_where_the_checker_says_so(
    data: st.DataObject, eligible: Any, applicable: Any, suitable: Any
) -> None:
    """Against each condition asked by itself; and whoever is found to fit is none the checker says there can't be."""
    asked = {"eligible": eligible, "applicable": applicable, "suitable": suitable}
    rules = policy(
        proposition("aaa", **asked), proposition("fibre"), proposition("vdsl"), fields=FIELDS,
        declared={"value_tier": False, "lifecycle_stage": False},
    )  # fmt: skip
    who = data.draw(some_known(rules))
    one, verdict = rules.propositions[0], Catalogue(rules).look(who).fit[0]
    met = {
        field: all(takes(allowed, measuring(measure)(who)) for measure, allowed in when.conditions)
        for field, when in one.whens.items()
    }
    expected = next((f"not_{field}" for field, holds in met.items() if not holds), "fits")
    assert verdict.reason == expected
    if verdict.is_open:
        assert list(remarks_on_propositions(rules)) == []


def test_what_was_measured_is_told_like_any_mapping() -> None:
    rules = policy(proposition(eligible={"kind": "B2C", "purchases": {"at_least": 1}}))
    inputs = Catalogue(rules).look(known(rules, BOUGHT)).fit[0].inputs
    assert (len(inputs), list(inputs), inputs["purchases"]) == (2, ["kind", "purchases"], 1)
    assert repr(inputs) == "{'kind': 'B2C', 'purchases': 1}"
    with pytest.raises(KeyError):
        inputs["spent"]


def test_the_checker_knows_every_name_that_a_condition_can_find() -> None:
    one = proposition("one", eligible={"profile": {"line": "a"}, "holds": {"one": True}, "stage": "lapsed"})
    rules = policy(one, fields=FIELDS)
    space = fit_space(rules)
    assert space.domains["profile.line"] == {"a", "", OTHER}
    assert space.domains["holds.one"] == {"yes", "no"}
    assert "" not in space.domains["stage"]
    assert set(box_of(rules.propositions[0].eligible)) <= {
        measure for measure, _ in rules.propositions[0].eligible.conditions
    }
