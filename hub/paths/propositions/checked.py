"""What there is to say about whom a proposition fits: nobody, or nobody any more."""

from collections.abc import Iterator, Mapping
from datetime import date

from hub.paths.policy.boxes import OTHER, Box, Space
from hub.paths.policy.conditions import NO, YES, Measure
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.regions import box_of, space_of, taken
from hub.paths.propositions.conditions import ANSWERS, FitWhen
from hub.paths.propositions.contradictions import values_of
from hub.paths.propositions.model import Holder, Proposition
from hub.policies.findings import Remark, Severity

_SAID_BY = {"value_tiers": "value_tier", "segments": "segment", "stages": "stage"}
"""Which condition asks for what a table of rules says."""
_Said = Mapping[Measure, Mapping[str, list[Box]]]
"""By what rules say of a customer, and by name, whom they put there."""
_ACTS_FOR_ONE: Box = {Measure("account"): frozenset((YES,))}


def remarks_on_propositions(policy: PathPolicy) -> Iterator[Remark]:
    """Errors where a proposition could fit nobody, warnings where a lever could move nothing."""
    if not policy.propositions:
        return
    space = fit_space(policy)
    said = _said_by_rules(policy, space)
    for number, one in enumerate(policy.propositions):
        place = ("propositions", number)
        boxes, problem = _fitting(one, said, space)
        if problem:
            yield Severity.ERROR, (*place, problem), _NOBODY[problem]
            continue
        for lever_number, lever in enumerate(one.levers):
            if not any(space.common(box, box_of(lever.when)) for box in boxes):
                message = "moves nothing: nobody whom the proposition fits is like that"
                yield Severity.WARNING, (*place, "levers", lever_number, "when"), message


def remarks_on_validity(policy: PathPolicy, today: date) -> Iterator[Remark]:
    """Warnings for what is over: no reason to refuse a policy, the rest of which is still good."""
    for number, one in enumerate(policy.propositions):
        if one.valid_until is not None and one.valid_until <= today:
            message = f"expired: {one.valid_until} was the first day on which it is not granted any more; drop it"
            yield Severity.WARNING, ("propositions", number, "valid_until"), message


_NOBODY = {
    "eligible": "never eligible: no customer can be like that",
    "applicable": "nobody who is eligible is ever applicable: no customer can be like both",
    "suitable": "nobody whom it applies to is ever suitable: no customer can be like all of it",
}


def fit_space(*policies: PathPolicy) -> Space:
    """All that the conditions of propositions can tell apart."""
    space = space_of(*policies)
    whens = [when for policy in policies for one in policy.propositions for when in _all_of(one)]
    windows = {measure.days for when in whens for measure, _ in when.conditions if measure.days}
    domains = dict(space.domains)
    domains["stage"] = domains["declared_stage"] - {""}
    fields = [field for policy in policies for field in policy.fields]
    for measure in {measure for when in whens for measure, _ in when.conditions}:
        match measure.name:
            case "holds":
                domains[measure.domain] = frozenset((YES, NO))
            case "answered":
                domains[measure.domain] = frozenset(ANSWERS)
            case "profile":
                values = values_of([field for field in fields if field.name == measure.of])
                domains[measure.domain] = (_asked(whens, measure) | {OTHER} if values is None else values) | {""}
    return Space(domains, tuple(sorted({*space.windows, *windows})))


def _asked(whens: list[FitWhen], measure: Measure) -> frozenset[str]:
    return frozenset(name for when in whens for name in (when.profile or {}).get(measure.of, ()))


def _all_of(one: Proposition) -> list[FitWhen]:
    return [*one.whens.values(), *(lever.when for lever in one.levers)]


def _fitting(one: Proposition, said: _Said, space: Space) -> tuple[list[Box], str]:
    """Whom it fits; of one that fits nobody, the field that leaves nobody."""
    start = space.closed(_ACTS_FOR_ONE if one.holder is Holder.ACCOUNT else {})
    boxes = [start] if start is not None else []
    for field, when in one.whens.items():
        asked = box_of(when)
        boxes = [box for before in boxes if (box := space.common(before, asked)) is not None]
        for measure, parts in said.items():
            boxes = list(_as_said(measure, parts, boxes, space))
        if not boxes:
            return [], field
    return boxes, ""


def _said_by_rules(policy: PathPolicy, space: Space) -> _Said:
    """Where anybody may declare it, and where the rules are too many to tell, they say nothing."""
    declared = {"value_tiers": policy.declared.value_tier, "stages": policy.declared.lifecycle_stage}
    said: dict[Measure, Mapping[str, list[Box]]] = {}
    for table, name in _SAID_BY.items():
        found = taken(policy.table(table), space)
        if declared.get(table) or found.parts is None or found.left is None:
            continue
        parts: dict[str, list[Box]] = {"": list(found.left)}
        for row, boxes in zip(found.rows, found.parts, strict=True):
            parts.setdefault(row.name, []).extend(boxes)
        said[Measure(name)] = parts
    return said


def _as_said(measure: Measure, parts: Mapping[str, list[Box]], boxes: list[Box], space: Space) -> Iterator[Box]:
    """Of these customers those whom the rules put where the box says they stand."""
    for box in boxes:
        names = box.get(measure)
        if not isinstance(names, frozenset):
            yield box
            continue
        there = (part for name in names for part in parts.get(name, ()))
        yield from (both for part in there if (both := space.common(box, part)) is not None)
