"""What there is to say about a policy: how bad it is, where it stands in the file, what to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from hub.domain.errors import HubError
from hub.policies.toml_lines import Place, line_of, lines_of


class Severity(StrEnum):
    """An error keeps a policy from being used; a warning is likely a slip; a note is good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


Remark = tuple[Severity, Place, str]
"""What will be a finding once its place is looked up in the file."""
Problem = tuple[Place, str]
"""A remark for which the policy is refused."""


class Words(NamedTuple):
    """What people call the parts of one kind of policy: the members of its lists, told by their number (`rule 3`), and
    those of its tables, told by their name (`queue sales`). Keys are the names in the file."""

    rows: Mapping[str, str]
    tables: Mapping[str, str]


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One remark. `field` is its place in the words of the file: `rule 3, field skills.english`."""

    line: int
    severity: Severity
    field: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.message}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class PolicyError(HubError):
    """A policy that can't be used. Each line of the message names file, line, rule and field of one mistake, as do
    the `findings`; there are none where the file itself can't be read."""

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


def findings(text: str, remarks: Iterable[Remark], words: Words) -> list[Finding]:
    """The remarks in the order of the file."""
    lines = lines_of(text)
    return sorted(
        Finding(line_of(lines, place), severity, field_of(place, words), message)
        for severity, place, message in remarks
    )


def refusal(text: str, name: str, problems: Iterable[Problem], words: Words) -> PolicyError:
    """The error that tells these problems in the order of the file; `name` is what it calls the file."""
    return refused(name, findings(text, ((Severity.ERROR, *problem) for problem in problems), words))


def refused(name: str, found: Iterable[Finding]) -> PolicyError:
    """The error that tells these findings."""
    told = tuple(found)
    return PolicyError("\n".join(f"{name}: {finding}" for finding in told), told)


def errors_of(found: Iterable[Finding]) -> list[Finding]:
    """Those for which a policy is refused."""
    return [finding for finding in found if finding.severity is Severity.ERROR]


def field_of(place: Place, words: Words) -> str:
    """A place as people say it: `rule 3, field skills.english`."""
    match place:
        case ():
            return "policy"
        case (str(table), int(index), *inner) if table in words.rows:
            owner = f"{words.rows[table]} {index + 1}"
        case (str(table), str(name), *inner) if table in words.tables:
            owner = f"{words.tables[table]} {name}"
        case _:
            return f"field {_path(place)}"
    return f"{owner}, field {_path(inner)}" if inner else owner


def _path(place: Sequence[str | int]) -> str:
    """As in the file, dotted; the members of a list are counted from 1, as rules are."""
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in place)
