"""The decision: at this moment, by these facts and this policy, the customer stands here, and why."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from hub.domain.contact import Standing
from hub.domain.customer.events import Evidence
from hub.paths.policy.conditions import Allowed, Measure, takes
from hub.paths.policy.model import TABLES, PathPolicy
from hub.paths.policy.words import WORDS
from hub.paths.standing.facts import Facts
from hub.paths.standing.measuring import Customer, Ledger, ledger_of, moments_of_change

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
    answers = _answers(facts, ledger_of(facts, policy.money.currency), policy, at)
    why = tuple(_evidence(about, answer, policy.money.currency) for about, answer in zip(_ABOUT, answers, strict=True))
    kind, tier, named, stage = (answer.name for answer in answers)
    return Stands(kind, tier, named, stage, why)


def only_where(facts: Facts, policy: PathPolicy, at: datetime) -> Stands:
    """The same for who asks for no reasons: they are left out."""
    return Stands(*_where(facts, ledger_of(facts, policy.money.currency), policy, at), ())


def next_change(facts: Facts, policy: PathPolicy, at: datetime) -> datetime | None:
    """The first moment after this one at which the customer stands elsewhere with nothing happening, or one before it
    at which to look again; None: time alone changes nothing."""
    conditions = list(conditions_of(policy))
    moments = sorted({moment for moment in moments_of_change(facts, conditions) if moment > at})
    if not moments:
        return None
    ledger = ledger_of(facts, policy.money.currency)
    here = _where(facts, ledger, policy, at)
    for moment in moments[:LOOKED_AHEAD]:
        if _where(facts, ledger, policy, moment) != here:
            return moment
    return moments[LOOKED_AHEAD] if len(moments) > LOOKED_AHEAD else None


def conditions_of(policy: PathPolicy) -> Iterable[tuple[Measure, Allowed]]:
    """Each condition of every rule."""
    for table in TABLES:
        for rule in policy.table(table):
            yield from rule.when.conditions


class _Answer(NamedTuple):
    """A name, how it came to that, and what was measured for it."""

    name: str
    how: str
    measured: Sequence[tuple[Measure, int | str]] = ()


_ABOUT = ("segment", "value_tier", "named", "lifecycle_stage")
_DECLARED = "declared"


def _where(facts: Facts, ledger: Ledger, policy: PathPolicy, at: datetime) -> tuple[str, str, str, str]:
    kind, tier, named, stage = _answers(facts, ledger, policy, at)
    return kind.name, tier.name, named.name, stage.name


def _answers(
    facts: Facts, ledger: Ledger, policy: PathPolicy, at: datetime
) -> tuple[_Answer, _Answer, _Answer, _Answer]:
    """In the order of _ABOUT; each table may ask for what those before it said."""
    said, stands = facts.declared, policy.declared
    kind = _kind(said.segment, policy)
    customer = Customer(facts, ledger, at, kind.name)
    tier = _asked(policy, "value_tiers", said.value_tier if stands.value_tier else "", customer)
    customer = customer._replace(value_tier=tier.name)
    named = _asked(policy, "segments", "", customer)
    customer = customer._replace(segment=named.name)
    return kind, tier, named, _asked(policy, "stages", said.lifecycle_stage if stands.lifecycle_stage else "", customer)


def _kind(declared: str, policy: PathPolicy) -> _Answer:
    if declared in policy.kinds.known:
        return _Answer(declared, _DECLARED)
    unknown = [(Measure("declared"), declared)] if declared else []
    return _Answer(policy.kinds.default, "default kind", unknown)


def _asked(policy: PathPolicy, table: str, declared: str, customer: Customer) -> _Answer:
    if declared:
        return _Answer(declared, _DECLARED)
    for number, rule in enumerate(policy.table(table), 1):
        measured: list[tuple[Measure, int | str]] = []
        for measure, allowed in rule.when.conditions:
            value = customer.measure(measure)
            if not takes(allowed, value):
                break
            measured.append((measure, value))
        else:
            return _Answer(rule.name, f"{WORDS.rows[table]} {number} ({rule.name})", measured)
    assert table == "segments", "a policy that leaves customers over is refused"
    return _Answer("", "no segment")


def _evidence(about: str, answer: _Answer, currency: str) -> Evidence:
    facts: dict[str, int | str] = {}
    for measure, value in answer.measured:
        facts[str(measure)] = value
        if measure.name == "spent":
            facts["currency"] = currency
    return Evidence(about=about, rule=answer.how, facts=facts)
