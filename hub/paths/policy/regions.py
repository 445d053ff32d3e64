"""Which customers each rule of a path policy takes: the first in the file that holds of them wins."""

from collections.abc import Sequence
from typing import NamedTuple

from hub.domain.contact import LIFECYCLE_STAGES
from hub.paths.policy.boxes import OTHER, Box, Space, TooManyError
from hub.paths.policy.conditions import NO, YES, When
from hub.paths.policy.model import TABLES, PathPolicy, Rule


class Row(NamedTuple):
    """A rule and what it asks for; `box` None: of nobody can it hold."""

    number: int
    name: str
    asked: Box
    box: Box | None


class Taken(NamedTuple):
    """Which customers go to each row of a table, and which to none. None: the rules are too many to tell."""

    rows: tuple[Row, ...]
    parts: tuple[tuple[Box, ...], ...] | None
    left: tuple[Box, ...] | None


def space_of(*policies: PathPolicy) -> Space:
    """All that these policies can tell apart."""
    rules = [rule for policy in policies for table in TABLES for rule in policy.table(table)]
    windows = {measure.days for rule in rules for measure, _ in rule.when.conditions if measure.days}
    tiers = {rule.name for policy in policies for rule in policy.value_tiers}
    if any(policy.declared.value_tier for policy in policies):
        tiers.add(OTHER)
    declared = {tier for rule in rules for tier in rule.when.declared_value_tier or ()}
    domains = {
        "kind": frozenset(kind for policy in policies for kind in policy.kinds.known),
        "value_tier": frozenset(tiers),
        "segment": frozenset(rule.name for policy in policies for rule in policy.segments) | {""},
        "declared_value_tier": frozenset(declared) | {"", OTHER},
        "declared_stage": frozenset((*LIFECYCLE_STAGES, "")),
        "account": frozenset((YES, NO)),
    }
    return Space(domains, tuple(sorted(windows)))


def box_of(when: When) -> Box:
    """The conditions of a rule as they are written."""
    return dict(when.conditions)


def taken(rules: Sequence[Rule], space: Space) -> Taken:
    """Who goes where."""
    rows = tuple(
        Row(number, rule.name, (asked := box_of(rule.when)), space.closed(asked)) for number, rule in enumerate(rules)
    )
    try:
        parts = tuple(
            tuple(space.without([row.box], (before.asked for before in rows[: row.number])))
            if row.box is not None
            else ()
            for row in rows
        )
        return Taken(rows, parts, tuple(space.without([{}], (row.asked for row in rows))))
    except TooManyError:
        return Taken(rows, None, None)


def contains(space: Space, one: Box, other: Box) -> bool:
    """Whether everybody in the other is in the one."""
    return not space.minus(other, one)
