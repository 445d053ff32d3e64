"""The routing policy: written by people in TOML, checked before it is used, named by its version in each decision."""

import hashlib
import tomllib
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from hub.domain.errors import HubError
from hub.router.matching.order import AgentChoice, Order
from hub.router.policy.contradictions import Problem, contradictions
from hub.router.policy.fields import (
    Action,
    Diversion,
    NotAnswering,
    Who,
    WrapUpRule,
)
from hub.router.policy.findings import Finding, Severity, field_of
from hub.router.policy.model import (
    CONDITIONS,
    AgentRules,
    Base,
    Callback,
    ChannelPolicy,
    KnownAgent,
    Overflow,
    Policy,
    Queue,
    Rule,
    RuleStep,
    ServiceLevel,
    Staff,
)
from hub.router.policy.toml_errors import mistakes_in
from hub.router.policy.toml_lines import line_of, lines_of

__all__ = [
    "CONDITIONS",
    "Action",
    "AgentChoice",
    "AgentRules",
    "Base",
    "Callback",
    "ChannelPolicy",
    "Diversion",
    "KnownAgent",
    "NotAnswering",
    "Order",
    "Overflow",
    "Policy",
    "PolicyError",
    "Queue",
    "Rule",
    "RuleStep",
    "ServiceLevel",
    "Staff",
    "Who",
    "WrapUpRule",
    "load_policy",
    "parse_policy",
]

_DERIVED = {
    "version": "there is no such field: the version is derived from the text",
    "text": "there is no such field: the text is the file itself",
}


class PolicyError(HubError):
    """A policy that can't be used. Each line of the message names file, line, rule and field of one mistake, as do
    the `findings`; there are none where the file itself can't be read."""

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


def load_policy(path: Path | None = None) -> Policy:
    """The policy in a file; None: the one that ships with the hub. Raises PolicyError."""
    if path is None:
        return parse_policy(resources.files("hub.router.policy").joinpath("default_policy.toml").read_text("utf-8"))
    try:
        return parse_policy(path.read_text("utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"policy {path} can't be read: {error}") from None


def parse_policy(text: str, name: str = "policy") -> Policy:
    """The policy that a TOML text says; `name` is what errors call it. Raises PolicyError naming every mistake."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{name}: this is not TOML: {error}") from None
    problems: list[Problem] = [((field,), message) for field, message in _DERIVED.items() if field in values]
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    try:
        policy = Policy.model_validate({**values, "version": version, "text": text})
    except ValidationError as error:
        problems += mistakes_in(error, Policy, hidden=_DERIVED)
    else:
        problems += contradictions(policy)
    if not problems:
        return policy
    lines = lines_of(text)
    found = sorted(
        Finding(line_of(lines, place), Severity.ERROR, field_of(place), message) for place, message in problems
    )
    raise PolicyError("\n".join(f"{name}: {finding}" for finding in found), tuple(found))
