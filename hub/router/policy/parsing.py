"""The routing policy: written by people in TOML, checked before it is used, named by its version in each decision."""

from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from hub.policies.findings import PolicyError, Problem, refusal
from hub.policies.reading import DERIVED, shipped, text_of, written
from hub.policies.toml_errors import mistakes_in
from hub.router.matching.order import AgentChoice, Order
from hub.router.policy.contradictions import contradictions
from hub.router.policy.fields import (
    Action,
    Diversion,
    NotAnswering,
    Who,
    WrapUpRule,
)
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
from hub.router.policy.words import WORDS

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
]


def load_policy(path: Path | None = None) -> Policy:
    """The policy in a file; None: the one that ships with the hub. Raises PolicyError."""
    if path is None:
        return parse_policy(shipped("hub.router.policy"))
    return parse_policy(text_of(path), str(path))


def parse_policy(text: str, name: str = "policy") -> Policy:
    """The policy that a TOML text says; `name` is what errors call it. Raises PolicyError naming every mistake."""
    read = read_policy(text, name)
    if read.policy is not None:
        return read.policy
    raise refusal(text, name, read.problems, WORDS)


class Reading(NamedTuple):
    """What came of reading a text: a policy, or problems and what is sound besides them."""

    policy: Policy | None
    problems: list[Problem]
    sound: SoundPart | None


def read_policy(text: str, name: str) -> Reading:
    """What a TOML text says, with all mistakes that are no consequence of others. Raises PolicyError where it is not
    even TOML."""
    values, problems = written(text, name)
    try:
        policy = Policy.model_validate(values)
    except ValidationError as error:
        problems += mistakes_in(error, Policy, hidden=DERIVED)
        sound = sound_part(values, error)
        problems += [] if sound is None else _told(sound)
        return Reading(None, problems, sound)
    problems += contradictions(policy)
    return Reading(None if problems else policy, problems, SoundPart(policy, frozenset(), frozenset()))


def _told(sound: SoundPart) -> list[Problem]:
    """Contradictions of what is sound that have nothing to do with what is not."""
    return [
        (place, message)
        for place, message in contradictions(sound.policy, sound.astray, tells_rest=not sound.mistaken)
        if sound.tells(place)
    ]
