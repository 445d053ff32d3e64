"""The path policy: written by people in TOML, checked before it is used, named by its version in each decision."""

from datetime import date
from pathlib import Path

from pydantic import ValidationError

from hub.paths.policy.checked_rules import remarks_on_rules
from hub.paths.policy.checked_settings import remarks_on_settings
from hub.paths.policy.contradictions import contradictions
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.retention import remarks_on_retention
from hub.paths.policy.words import WORDS
from hub.paths.propositions.checked import remarks_on_propositions, remarks_on_validity
from hub.policies.book import Book
from hub.policies.findings import Finding, Problem, Severity, errors_of, findings, refused
from hub.policies.reading import DERIVED, shipped, text_of, written
from hub.policies.toml_errors import mistakes_in

DEFAULT = shipped("hub.paths.policy")
"""The text of the policy that ships with the hub."""

PathPolicyBook = Book[PathPolicy]


def path_policy_book(*policies: PathPolicy) -> PathPolicyBook:
    """A book that has these policies, and reads others once their texts are added."""
    return Book("path policy", parse_path_policy, *policies)


def load_path_policy(path: Path | None = None) -> PathPolicy:
    """The policy in a file; None: the one that ships with the hub. Raises PolicyError."""
    return parse_path_policy(DEFAULT) if path is None else parse_path_policy(text_of(path), str(path))


def parse_path_policy(text: str, name: str = "policy") -> PathPolicy:
    """The policy that a TOML text says; `name` is what errors call it. Raises PolicyError naming every mistake."""
    read = _read(text, name)
    if isinstance(read, PathPolicy):
        errors = errors_of(findings(text, [*remarks_on_rules(read), *remarks_on_propositions(read)], WORDS))
        if not errors:
            return read
        raise refused(name, errors)
    raise refused(name, read)


def check_text(text: str, name: str, today: date | None = None, reopening_days: float = 0.0) -> list[Finding]:
    """Everything there is to say about a text, in the order of the file; of one that can't be read, why. `today`: what
    is over by then is told too. `reopening_days`: for how long the routing policy reopens work that was over. Raises
    PolicyError if it is not even TOML."""
    read = _read(text, name)
    if not isinstance(read, PathPolicy):
        return read
    remarks = [*remarks_on_rules(read), *remarks_on_propositions(read), *remarks_on_settings(read)]
    remarks += remarks_on_retention(read.retention, reopening_days)
    if today is not None:
        remarks += remarks_on_validity(read, today)
    return findings(text, remarks, WORDS)


def _read(text: str, name: str) -> PathPolicy | list[Finding]:
    """A policy without contradictions, or what is wrong. Whether its rules fit together is not looked at yet."""
    values, problems = written(text, name)
    try:
        policy = PathPolicy.model_validate(values)
    except ValidationError as error:
        return _mistakes(text, [*problems, *mistakes_in(error, PathPolicy, hidden=DERIVED)])
    problems += contradictions(policy)
    return _mistakes(text, problems) if problems else policy


def _mistakes(text: str, problems: list[Problem]) -> list[Finding]:
    return findings(text, ((Severity.ERROR, *problem) for problem in problems), WORDS)
