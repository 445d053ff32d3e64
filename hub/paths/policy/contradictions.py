"""Contradictions in a path policy: what no field by itself shows, and nobody could decide by."""

from collections.abc import Iterator, Mapping, Sequence

from hub.domain.contact import LIFECYCLE_STAGES
from hub.domain.customer.consent.events import Purpose
from hub.domain.errors import InvalidError
from hub.paths.consent.purposes import PURPOSES, overridden
from hub.paths.holdout.section import holdout_problems
from hub.paths.policy.model import TABLES, PathPolicy
from hub.paths.policy.profile_fields import ProfileField
from hub.paths.policy.surveys import survey_problems
from hub.paths.propositions.contradictions import proposition_problems
from hub.paths.time.section import quiet_problems
from hub.policies.findings import Problem

_NOT_YET = {"value_tiers": ("value_tier", "segment"), "segments": ("segment",), "stages": ()}
"""What the rules of a table can't ask for, because it is said by them or after them."""


def contradictions(policy: PathPolicy) -> Iterator[Problem]:
    """Place and message of everything for which a policy must be refused, but for what its rules leave over."""
    if policy.money.shown_units > 1 and policy.money.shown_as is None:
        yield ("money", "shown_units"), "say in shown_as what so many of the currency are called"
    if policy.kinds.default not in policy.kinds.known:
        known = ", ".join(policy.kinds.known)
        yield ("kinds", "default"), f"{policy.kinds.default} is not among the known: {known}"
    for table in TABLES:
        for number, rule in enumerate(policy.table(table)):
            for name in _NOT_YET[table]:
                if getattr(rule.when, name) is not None:
                    message = f"{name.replace('_', ' ')} is not known yet when this is decided: leave it out"
                    yield (table, number, "when", name), message
            told = [name for name in ("kind", "value_tier", "segment") if name not in _NOT_YET[table]]
            named = {name: getattr(rule.when, name) for name in told}
            named |= {"declared_stage": rule.when.declared_stage}
            yield from _unknown(policy, (table, number, "when"), named)
    for number, field in enumerate(policy.fields):
        yield from _unknown(policy, ("fields", number), field.whose())
        yield from _twice(policy, number, field)
    for purpose, changed in policy.purposes.items():
        yield from _forbidden(purpose, changed.changes())
    yield from survey_problems(policy.surveys, _known(policy)["value_tier"])
    yield from quiet_problems(policy.quiet_hours)
    yield from holdout_problems(policy.holdouts, [one.name for one in policy.propositions])
    yield from proposition_problems(policy, _known(policy))


def _known(policy: PathPolicy) -> dict[str, Sequence[str]]:
    return {
        "kind": policy.kinds.known,
        "value_tier": tuple(dict.fromkeys(rule.name for rule in policy.value_tiers)),
        "segment": tuple(dict.fromkeys(rule.name for rule in policy.segments)),
        "stage": LIFECYCLE_STAGES,
        "declared_stage": LIFECYCLE_STAGES,
    }


def _unknown(
    policy: PathPolicy, place: tuple[str | int, ...], named: Mapping[str, tuple[str, ...] | None]
) -> Iterator[Problem]:
    known = _known(policy)
    for field, names in named.items():
        for name in names or ():
            if name not in known[field]:
                what = field.removeprefix("declared_").replace("_", " ")
                others = f"known are {', '.join(known[field])}" if known[field] else "there are none in this file"
                yield (*place, field), f"there is no {what} {name!r}; {others}"


def _twice(policy: PathPolicy, number: int, field: ProfileField) -> Iterator[Problem]:
    """A name may stand for different fields of different customers, never for two of the same one."""
    for before, other in enumerate(policy.fields[:number]):
        one, two = field.whose(), other.whose()
        apart = any(not set(one[name]) & set(two[name]) for name in one.keys() & two.keys())
        if other.name == field.name and not apart:
            yield (
                ("fields", number, "name"),
                f"profile field {before + 1} has this name already and belongs to the same customers: "
                "name another kind, value_tier, segment or stage in one of them, or drop one",
            )
            return


def _forbidden(purpose: Purpose, changes: dict[str, object]) -> Iterator[Problem]:
    try:
        overridden(PURPOSES, {purpose: changes})
    except InvalidError as error:
        yield ("purposes", purpose.value, error.field.partition(".")[2]), str(error)
