"""What there is to say about the rules of a path policy: customers nobody takes, rules that take nobody, overlaps."""

from collections.abc import Iterator

from hub.domain.contact import LIFECYCLE_STAGES
from hub.paths.policy.boxes import Box, Space, TooManyError, described
from hub.paths.policy.model import TABLES, PathPolicy
from hub.paths.policy.regions import Row, Taken, contains, space_of, taken
from hub.paths.policy.words import WORDS
from hub.policies.findings import Remark, Severity

_TOLD = 3
"""Groups of customers that are named of those nobody takes."""
_ALL_TAKEN = ("value_tiers", "stages")
"""Tables that have to say something of everybody; to be in no segment of the operator's own is all right."""


def remarks_on_rules(policy: PathPolicy) -> Iterator[Remark]:
    """Errors where a customer would be nowhere, or a name stands for nobody; warnings where the order of the file
    decides between rules that look equal."""
    space = space_of(policy)
    for table in TABLES:
        found = taken(policy.table(table), space)
        yield from _never(policy, table, found, space)
        if found.left is None or found.parts is None:
            yield Severity.NOTE, (table,), "these rules are too many to be compared: only each by itself was checked"
            continue
        if table in _ALL_TAKEN and found.left:
            yield Severity.ERROR, (table,), _nobody_takes(policy, table, found.left, space)
        yield from _overlaps(policy, table, found, space)
    yield from _unnamed_stages(policy)


def _never(policy: PathPolicy, table: str, found: Taken, space: Space) -> Iterator[Remark]:
    """Rules that never hold, and names that for this reason stand for nobody."""
    dead: dict[int, str] = {}
    for row in found.rows:
        if row.box is None:
            dead[row.number] = "contradicts itself: no customer can be like that; change it"
        elif found.parts is not None and not found.parts[row.number]:
            others = _before(row, found, table, space)
            dead[row.number] = f"can never apply: all it would take goes to {others}; move it up, change it"
    wins = policy.declared.value_tier if table == "value_tiers" else policy.declared.lifecycle_stage
    for row in found.rows:
        if row.number not in dead:
            continue
        last = all(other.number in dead for other in found.rows if other.name == row.name)
        first = all(other.number >= row.number for other in found.rows if other.name == row.name)
        what = WORDS.rows[table]
        if last and first:
            declared = " unless somebody declares it" if wins and table != "segments" else ""
            lead = f"{what} {row.name!r} can never be reached{declared}: this rule"
            yield Severity.ERROR, (table, row.number), f"{lead} {dead[row.number]}, or drop it"
        else:
            yield Severity.WARNING, (table, row.number), f"{dead[row.number]}, or drop it"


def _before(row: Row, found: Taken, table: str, space: Space) -> str:
    """The earlier rules that have something of this one."""
    assert row.box is not None
    others = [
        str(other.number + 1)
        for other in found.rows[: row.number]
        if other.box is not None and space.common(row.box, other.box) is not None
    ]
    return f"{WORDS.rows[table]} {' and '.join(others)}, which {'comes' if len(others) == 1 else 'come'} first"


def _nobody_takes(policy: PathPolicy, table: str, left: tuple[Box, ...], space: Space) -> str:
    told = "; ".join(described(box, space, policy.money.shown) for box in left[:_TOLD])
    more = f"; and {len(left) - _TOLD} more" if len(left) > _TOLD else ""
    return (
        f"nobody takes: {told}{more}; add a last rule without `when` as the default ([[{table}]] with only a name), "
        "so that every customer is somewhere"
    )


def _overlaps(policy: PathPolicy, table: str, found: Taken, space: Space) -> Iterator[Remark]:
    """Two rules with something in common of which neither is a special case of the other."""
    for row in found.rows:
        if found.parts is not None and not found.parts[row.number]:
            continue
        for other in found.rows[: row.number]:
            shared = _shared(found, space, other, row)
            if shared is not None:
                message = (
                    f"{WORDS.rows[table]} {other.number + 1} ({other.name}) comes first and takes a part of what this "
                    f"asks for: {described(shared, space, policy.money.shown)}; narrow one of them, so that they do "
                    "not overlap"
                )
                yield Severity.WARNING, (table, row.number), message


def _shared(found: Taken, space: Space, one: Row, other: Row) -> Box | None:
    """Somebody both rules ask for and the first gets, unless they say the same or one is meant as an exception."""
    if one.name == other.name or one.box is None or other.box is None:
        return None
    if contains(space, one.box, other.box) or contains(space, other.box, one.box):
        return None
    common = space.common(one.box, other.box)
    if common is None:
        return None
    try:
        left = space.without([common], (row.asked for row in found.rows[: one.number]))
    except TooManyError:
        return common
    return left[0] if left else None


def _unnamed_stages(policy: PathPolicy) -> Iterator[Remark]:
    named = {rule.name for rule in policy.stages}
    for stage in LIFECYCLE_STAGES:
        if stage not in named:
            only = "only somebody who declares it can" if policy.declared.lifecycle_stage else "nothing can"
            message = f"no rule leads to stage {stage!r}: {only} put a customer there; add [[stages]] with this name"
            yield Severity.WARNING, ("stages",), message
