"""What another path policy would change: settings, and which customers would stand elsewhere."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from hub.paths.policy.boxes import Box, Space, TooManyError, described
from hub.paths.policy.model import TABLES, PathPolicy
from hub.paths.policy.regions import space_of, taken
from hub.policies.changes import SettingChange, changes_by_name, setting_changes

_TOLD = 100
"""Groups of customers that a diff has at most, of each table."""
_NOT_SETTINGS = frozenset({"version", "text", "propositions", *TABLES})
_NOBODYS = ""


@dataclass(frozen=True, slots=True)
class StandingChange:
    """Customers whom a table puts elsewhere; empty: nowhere."""

    table: str
    who: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.table}: {self.who}: {self.before or 'none'} -> {self.after or 'none'}"


@dataclass(frozen=True, slots=True)
class PathPolicyDiff:
    """From one version to another. Rules are compared by whom they take, not by how they are written. `uncompared`:
    tables whose rules are too many for that."""

    before: str
    after: str
    settings: tuple[SettingChange, ...]
    standing: tuple[StandingChange, ...]
    uncompared: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """`{before, after, settings: [{path, before, after}], standing: [{table, who, before, after}], uncompared}`."""
        return asdict(self)

    def as_text(self) -> str:
        lines = [f"path policy {self.before} -> {self.after}"]
        if self.settings:
            lines += ["", "Settings:", *(f"  {change}" for change in self.settings)]
        if self.standing:
            lines += ["", "Customers who stand elsewhere:", *(f"  {change}" for change in self.standing)]
        if self.uncompared:
            lines += ["", f"Too many rules to compare: {', '.join(self.uncompared)}."]
        if not (self.settings or self.standing or self.uncompared):
            lines += ["", "They do the same."]
        return "\n".join(lines) + "\n"


def diff(old: PathPolicy, new: PathPolicy) -> PathPolicyDiff:
    """All that is different in `new`."""
    space = space_of(old, new)
    changes: list[StandingChange] = []
    uncompared: list[str] = []
    for table in TABLES:
        try:
            changes += list(_moved(old, new, table, space))[:_TOLD]
        except TooManyError:
            uncompared.append(table)
    before, after = ({one.name: one for one in policy.propositions} for policy in (old, new))
    settings = (*setting_changes(old, new, _NOT_SETTINGS), *changes_by_name("propositions", before, after))
    return PathPolicyDiff(old.version, new.version, settings, tuple(changes), tuple(uncompared))


def _moved(old: PathPolicy, new: PathPolicy, table: str, space: Space) -> Iterator[StandingChange]:
    after = list(_by_name(new, table, space))
    for name, box in _by_name(old, table, space):
        for becomes, other in after:
            both = space.common(box, other) if becomes != name else None
            if both is not None:
                yield StandingChange(table, described(both, space, new.money.shown), name, becomes)


def _by_name(policy: PathPolicy, table: str, space: Space) -> Iterator[tuple[str, Box]]:
    found = taken(policy.table(table), space)
    if found.parts is None or found.left is None:
        raise TooManyError
    for row, parts in zip(found.rows, found.parts, strict=True):
        for part in parts:
            yield row.name, part
    for part in found.left:
        yield _NOBODYS, part
