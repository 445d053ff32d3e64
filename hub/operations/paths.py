"""What operators ask about the path policy beside a hub, running or not: check, compare, publish, look back."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from hub.application.policies.paths import PathPolicies
from hub.application.policies.routing import reopening_days
from hub.clock import WallClock
from hub.operations.beside import with_journal
from hub.operations.policies import CheckedPolicy, not_toml
from hub.paths.policy.diff import PathPolicyDiff, diff
from hub.paths.policy.parsing import check_text, load_path_policy, parse_path_policy
from hub.policies.findings import PolicyError, errors_of
from hub.policies.reading import text_of, version_of
from hub.router.policy.parsing import load_policy
from hub.settings import Settings

T = TypeVar("T")
_LEFT_OUT = ("text", "stream_version", "waiting")


def check_path_policy(file: Path, routing: Path | None = None) -> CheckedPolicy:
    """Everything there is to say about a policy file, beside that routing policy (None: the one that ships with the
    hub). Raises PolicyError where one can't be read."""
    text, reopening = text_of(file), reopening_days(load_policy(routing))
    try:
        findings = check_text(text, str(file), WallClock().now().date(), reopening)
    except PolicyError as error:
        return CheckedPolicy("", [not_toml(error)], "")
    return CheckedPolicy("" if errors_of(findings) else version_of(text), findings, "")


def publish_path_policy(settings: Settings, file: Path, note: str, *, expected: str) -> dict[str, Any]:
    """Put a policy in force; `published` False: it was already. Raises PolicyError naming every mistake."""
    text = text_of(file)
    version = parse_path_policy(text, str(file)).version

    async def publish(policies: PathPolicies) -> bool:
        told = {"actor": "operator:cli", "command_id": secrets.token_hex(16), "expected_version": expected}
        return bool(await policies.publish(text, note, **told))

    return {"version": version, "published": _with_policies(settings, publish)}


def path_policy_history(settings: Settings) -> list[dict[str, Any]]:
    """Every policy that was published, oldest first, without its text."""
    found = _with_policies(settings, lambda policies: policies.history())
    return [{name: value for name, value in asdict(one).items() if name not in _LEFT_OUT} for one in found]


def path_policy_text(settings: Settings, version: str | None) -> dict[str, Any]:
    """A version and its text; None: the one in force. Raises NotFoundError."""
    found = _with_policies(settings, lambda policies: policies.version(version) if version else policies.in_force())
    return {"version": found.version, "text": found.text}


def diff_path_policies(settings: Settings, new: Path, old: Path | None) -> PathPolicyDiff:
    """What the one file would change of the other; None: of the policy in force."""
    if old is not None:
        return diff(load_path_policy(old), load_path_policy(new))
    in_force = _with_policies(settings, lambda policies: policies.policy())
    return diff(in_force, load_path_policy(new))


def _with_policies(settings: Settings, ask: Callable[[PathPolicies], Awaitable[T]]) -> T:
    return with_journal(settings, lambda journal, clock: ask(PathPolicies(journal, clock)))
