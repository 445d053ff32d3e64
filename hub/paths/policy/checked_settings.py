"""What there is to say about settings of a path policy that do nothing, or that can't be met."""

from collections.abc import Iterator

from hub.domain.customer.consent.events import Purpose
from hub.paths.consent.purposes import PURPOSES, Gate
from hub.paths.frequency.section import frequency_remarks
from hub.paths.policy.model import TABLES, PathPolicy
from hub.paths.policy.surveys import survey_remarks
from hub.paths.time.section import quiet_remarks
from hub.policies.findings import Remark, Severity

_WARNING = Severity.WARNING


def remarks_on_settings(policy: PathPolicy) -> Iterator[Remark]:
    """All but what concerns the order of the rules."""
    for table, name, wins in (
        ("value_tiers", "declared_value_tier", policy.declared.value_tier),
        ("stages", "declared_stage", policy.declared.lifecycle_stage),
    ):
        for number, rule in enumerate(policy.table(table)):
            if wins and getattr(rule.when, name) is not None:
                setting = "value_tier" if table == "value_tiers" else "lifecycle_stage"
                message = f"does nothing: what is declared stands anyway; write {setting} = false under [declared]"
                yield _WARNING, (table, number, "when", name), message
    for table in TABLES:
        for number, rule in enumerate(policy.table(table)):
            if set(rule.when.kind or ()) == set(policy.kinds.known):
                yield _WARNING, (table, number, "when", "kind"), "names every kind there is: leave it out"
    for number, field in enumerate(policy.fields):
        if field.required and len(field.choices) == 1:
            yield _WARNING, ("fields", number, "choices"), "there is nothing to choose: one choice, and it is required"
    for purpose, changed in policy.purposes.items():
        for name, value in changed.changes().items():
            if getattr(PURPOSES[purpose], name) == value:
                yield _WARNING, ("purposes", purpose.value, name), "changes nothing: it is so already"
    is_quiet = policy.quiet_hours.time_zone is None and policy.quiet_hours.not_quiet() is not None
    needs_zone = is_quiet and Gate.QUIET_HOURS in policy.purpose_table()[Purpose.SURVEY].gates
    yield from survey_remarks(policy.surveys, needs_zone=needs_zone)
    yield from quiet_remarks(policy.quiet_hours)
    yield from frequency_remarks(policy.frequency, policy.purpose_table())
