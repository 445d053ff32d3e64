"""The decision: at this moment, by these facts and this policy, the customer stands here, and why."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from hub.domain.contact import Standing
from hub.domain.customer.events import Evidence
from hub.paths.policy.conditions import Allowed, Measure, takes
from hub.paths.policy.model import TABLES, PathPolicy
from hub.paths.policy.words import WORDS
from hub.paths.standing.facts import Facts
from hub.paths.standing.measuring import NEVER, Customer, moments_of_change

LOOKED_AHEAD = 64
"""Moments at which something may change that are looked at before one is named at which to look again."""


class Stands(NamedTuple):
    """Where a customer stands. `named`: the operator's own segment; empty: in none. `why` has one evidence for each of
    the four, in this order."""

    segment: str
    value_tier: str
    named: str
    lifecycle_stage: str
    why: tuple[Evidence, ...]

    @property
    def where(self) -> tuple[str, str, str, str]:
        """All but the reasons."""
        return self.segment, self.value_tier, self.named, self.lifecycle_stage

    def of_routing(self) -> Standing:
        """What routing looks at."""
        return Standing(segment=self.segment, value_tier=self.value_tier, lifecycle_stage=self.lifecycle_stage)


def standing(facts: Facts, policy: PathPolicy, at: datetime) -> Stands:
    """In each table the first rule in the file whose conditions all hold; what was declared goes before value tiers and
    stages where the policy says so. Days are of 24 hours: `at_least = 30` holds from the 30th full day on."""
    declared = facts.declared
    kind, why_kind = _kind(facts, policy)
    customer = Customer(facts, at, policy.money.currency, kind)
    tier, why_tier = _asked(policy, "value_tiers", declared.value_tier if policy.declared.value_tier else "", customer)
    customer = customer._replace(value_tier=tier)
    named, why_named = _asked(policy, "segments", "", customer)
    customer = customer._replace(segment=named)
    stage_said = declared.lifecycle_stage if policy.declared.lifecycle_stage else ""
    stage, why_stage = _asked(policy, "stages", stage_said, customer)
    return Stands(kind, tier, named, stage, (why_kind, why_tier, why_named, why_stage))


def next_change(facts: Facts, policy: PathPolicy, at: datetime) -> datetime | None:
    """The first moment after this one at which the customer stands elsewhere with nothing happening, or one before it
    at which to look again; None: time alone changes nothing."""
    conditions = list(conditions_of(policy))
    moments = sorted({moment for moment in moments_of_change(facts, conditions) if moment > at})
    if not moments:
        return None
    here = standing(facts, policy, at).where
    for moment in moments[:LOOKED_AHEAD]:
        if standing(facts, policy, moment).where != here:
            return moment
    return moments[LOOKED_AHEAD] if len(moments) > LOOKED_AHEAD else None


def conditions_of(policy: PathPolicy) -> Iterable[tuple[Measure, Allowed]]:
    """Each condition of every rule."""
    for table in TABLES:
        for rule in policy.table(table):
            yield from rule.when.conditions()


_ABOUT = {"value_tiers": "value_tier", "segments": "named", "stages": "lifecycle_stage"}


def _kind(facts: Facts, policy: PathPolicy) -> tuple[str, Evidence]:
    declared = facts.declared.segment
    if declared in policy.kinds.known:
        return declared, Evidence(about="segment", rule="declared")
    unknown: dict[str, int | str] = {"declared": declared} if declared else {}
    return policy.kinds.default, Evidence(about="segment", rule="default kind", facts=unknown)


def _asked(policy: PathPolicy, table: str, declared: str, customer: Customer) -> tuple[str, Evidence]:
    about = _ABOUT[table]
    if declared:
        return declared, Evidence(about=about, rule="declared")
    for number, rule in enumerate(policy.table(table), 1):
        measured = {measure: customer.measure(measure) for measure, _ in rule.when.conditions()}
        if all(takes(allowed, measured[measure]) for measure, allowed in rule.when.conditions()):
            return rule.name, _evidence(
                about, f"{WORDS.rows[table]} {number} ({rule.name})", measured, customer.currency
            )
    assert table == "segments", "a policy that leaves customers over is refused"
    return "", Evidence(about=about, rule="no segment")


def _evidence(about: str, name: str, measured: dict[Measure, int | str], currency: str) -> Evidence:
    facts: dict[str, int | str] = {}
    for measure, value in measured.items():
        facts[str(measure)] = "never" if value == NEVER else value
        if measure.name == "spent":
            facts["currency"] = currency
    return Evidence(about=about, rule=name, facts=facts)
