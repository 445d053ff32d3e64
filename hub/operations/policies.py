"""Routing policies: checked, published, compared, read."""

import re
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from hub.application.policies.routing import Policies, load_staff, usable
from hub.clock import WallClock
from hub.operations.beside import with_journal
from hub.policies.findings import Finding, Severity
from hub.policies.reading import text_of
from hub.router.policy.checker import check_text, explain_order
from hub.router.policy.diff import PolicyDiff, diff
from hub.router.policy.parsing import PolicyError, load_policy, parse_policy
from hub.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """What the checker says of a policy; `order`: its rules in the order in which they win, empty if it is none."""

    version: str
    findings: list[Finding]
    order: str

    @property
    def ok(self) -> bool:
        """Whether it can be used."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)

    @property
    def verdict(self) -> str:
        """In one line."""
        counted = Counter(finding.severity.value for finding in self.findings)
        numbers = ", ".join(f"{counted[one.value]} {one.value}{'s' * (counted[one.value] != 1)}" for one in Severity)
        return f"version {self.version}, {numbers}" if self.ok else f"can't be used: {numbers}"

    def as_json(self) -> dict[str, Any]:
        """By name."""
        findings = [finding.as_json() for finding in self.findings]
        return {"ok": self.ok, "version": self.version, "findings": findings, "order": self.order}


def check_policy(file: Path, staff_file: Path | None = None) -> CheckedPolicy:
    """Everything there is to say about a policy file. Raises PolicyError where a file can't be read."""
    text = text_of(file)
    staff = load_staff(staff_file) if staff_file else ()
    try:
        findings = check_text(text, str(file), staff, WallClock().now().date())
    except PolicyError as error:
        return CheckedPolicy("", [not_toml(error)], "")
    try:
        policy = parse_policy(text, str(file))
    except PolicyError:
        return CheckedPolicy("", findings, "")
    return CheckedPolicy(policy.version, findings, explain_order(policy))


def publish_policy(settings: Settings, file: Path, note: str, *, waiting: bool, expected: str) -> dict[str, Any]:
    """Put a policy in force; `published` False: it was already. Raises PolicyError naming every mistake."""
    text = text_of(file)
    version = usable(text, str(file)).version

    async def publish(policies: Policies) -> bool:
        command_id = secrets.token_hex(16)
        return bool(
            await policies.publish(
                text, note, waiting, actor="operator:cli", command_id=command_id, expected_version=expected
            )
        )

    return {"version": version, "published": _with_policies(settings, publish)}


def policy_history(settings: Settings) -> list[dict[str, Any]]:
    """Every policy that was published, oldest first, without its text."""
    left_out = ("text", "stream_version")
    found = _with_policies(settings, lambda policies: policies.history())
    return [{name: value for name, value in asdict(one).items() if name not in left_out} for one in found]


def policy_text(settings: Settings, version: str | None) -> dict[str, Any]:
    """A version and its text; None: the one in force. Raises NotFoundError."""
    found = _with_policies(settings, lambda policies: policies.version(version) if version else policies.in_force())
    return {"version": found.version, "text": found.text}


def diff_policies(settings: Settings, new: Path, old: Path | None) -> PolicyDiff:
    """What the one file would change of the other; None: of the policy in force."""
    if old is not None:
        return diff(load_policy(old), load_policy(new))
    in_force = _with_policies(settings, lambda policies: policies.in_force())
    return diff(parse_policy(in_force.text), load_policy(new))


def not_toml(error: PolicyError) -> Finding:
    """As the parser says it: `... (at line 3, column 5)`."""
    at = re.search(r"at line (\d+)", str(error))
    return Finding(int(at[1]) if at else 1, Severity.ERROR, "file", str(error).partition(": ")[2] or str(error))


def _with_policies(settings: Settings, ask: Callable[[Policies], Awaitable[T]]) -> T:
    starting = load_policy(settings.policy)
    return with_journal(settings, lambda journal, clock: ask(Policies(journal, clock, starting)))
