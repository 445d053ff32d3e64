"""What another policy would change: settings, and which contacts would be routed differently."""

from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from hub.policies.changes import SettingChange, setting_changes
from hub.router.policy.checked_rules import step_text
from hub.router.policy.model import KnownAgent, Policy
from hub.router.policy.regions import Region, Winners, regions
from hub.router.policy.requirement import steps_of

_TOLD = 500
"""Combinations a diff has at most."""
_NOT_SETTINGS = frozenset({"version", "text", "rules"})


class Routed(NamedTuple):
    """What becomes of a contact: texts that are equal where routing is."""

    queue: str
    steps: tuple[str, ...]
    known_agent: str

    def __str__(self) -> str:
        first = f"queue {self.queue}, {'; then '.join(self.steps)}"
        return f"{first}; first {self.known_agent}" if self.known_agent else first


@dataclass(frozen=True, slots=True)
class RoutingChange:
    """Contacts that are routed differently."""

    region: Region[Any]
    before: Routed
    after: Routed

    def __str__(self) -> str:
        return f"{self.region}:\n    before: {self.before}\n    after:  {self.after}"


@dataclass(frozen=True, slots=True)
class PolicyDiff:
    """From one version to another. Rules are compared by what they do, not by how they are written."""

    before: str
    after: str
    settings: tuple[SettingChange, ...]
    routing: tuple[RoutingChange, ...]
    routing_total: int
    """Of what is routed differently; `routing` has the first of it."""

    def as_json(self) -> dict[str, Any]:
        """`{before, after, settings: [{path, before, after}], routing: [{where, before, after}], routing_total}`."""
        return {
            "before": self.before,
            "after": self.after,
            "settings": [asdict(change) for change in self.settings],
            "routing": [
                {
                    "where": change.region.where_json(),
                    "before": change.before._asdict(),
                    "after": change.after._asdict(),
                }
                for change in self.routing
            ],
            "routing_total": self.routing_total,
        }

    def as_text(self) -> str:
        lines = [f"policy {self.before} -> {self.after}"]
        if self.settings:
            lines += ["", "Settings:", *(f"  {change}" for change in self.settings)]
        if self.routing:
            lines += ["", "Routed differently:", *(f"  {change}" for change in self.routing)]
            more = self.routing_total - len(self.routing)
            lines += [f"  and {more} more combinations"] if more else []
        if not self.settings and not self.routing:
            lines += ["", "They do the same."]
        return "\n".join(lines) + "\n"


def diff(old: Policy, new: Policy) -> PolicyDiff:
    """All that is different in `new`."""
    routing, total = _routing(old, new)
    return PolicyDiff(old.version, new.version, tuple(setting_changes(old, new, _NOT_SETTINGS)), routing, total)


def _routing(old: Policy, new: Policy) -> tuple[tuple[RoutingChange, ...], int]:
    before, after = _outcomes(old), _outcomes(new)

    def change(winners: Winners) -> tuple[Routed, Routed] | None:
        was, becomes = winners
        assert was is not None
        assert becomes is not None
        return None if before[was] == after[becomes] else (before[was], after[becomes])

    found = regions([old.rules, new.rules], change, wanted=lambda pair: pair is not None, most=_TOLD)
    changes = tuple(RoutingChange(region, *region.outcome) for region in found.regions if region.outcome is not None)
    return changes, found.total


def _outcomes(policy: Policy) -> list[Routed]:
    return [
        Routed(rule.queue, tuple(step_text(step) for step in steps_of(policy, rule)), _known(rule.known_agent))
        for rule in policy.rules
    ]


def _known(known: KnownAgent | None) -> str:
    if known is None:
        return ""
    only = ", only if ready" if known.only_ready else ""
    who = " or ".join(one.replace("_", " ") for one in known.who)
    return f"{who} for {known.seconds:g} s, remembered {known.days:g} days{only}"
