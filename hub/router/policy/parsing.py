"""The routing policy: written by people in TOML, checked before it is used, named by its version in each decision."""

import hashlib
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import NamedTuple

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
from hub.router.policy.sound_part import SoundPart, sound_part
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
    "read_policy",
    "refusal",
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
    read = read_policy(text, name)
    if read.policy is not None:
        return read.policy
    raise refusal(text, name, read.problems)


class Reading(NamedTuple):
    """What came of reading a text: a policy, or problems and what is sound besides them."""

    policy: Policy | None
    problems: list[Problem]
    sound: SoundPart | None


def read_policy(text: str, name: str) -> Reading:
    """What a TOML text says, with all mistakes that are no consequence of others. Raises PolicyError where it is not
    even TOML."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{name}: this is not TOML: {error}") from None
    problems: list[Problem] = [((field,), message) for field, message in _DERIVED.items() if field in values]
    version = hashlib.sha256(text.encode()).hexdigest()[:12]
    values = {**values, "version": version, "text": text}
    try:
        policy = Policy.model_validate(values)
    except ValidationError as error:
        problems += mistakes_in(error, Policy, hidden=_DERIVED)
        sound = sound_part(values, error)
        problems += [] if sound is None else _told(sound)
        return Reading(None, problems, sound)
    problems += contradictions(policy)
    return Reading(None if problems else policy, problems, SoundPart(policy, frozenset(), frozenset()))


def refusal(text: str, name: str, problems: Iterable[Problem]) -> PolicyError:
    """The error that tells these problems in the order of the file."""
    lines = lines_of(text)
    found = sorted(
        Finding(line_of(lines, place), Severity.ERROR, field_of(place), message) for place, message in problems
    )
    return PolicyError("\n".join(f"{name}: {finding}" for finding in found), tuple(found))


def _told(sound: SoundPart) -> list[Problem]:
    """Contradictions of what is sound that have nothing to do with what is not."""
    return [
        (place, message)
        for place, message in contradictions(sound.policy, sound.astray, tells_rest=not sound.mistaken)
        if sound.tells(place)
    ]
