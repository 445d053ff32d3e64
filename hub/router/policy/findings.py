"""What there is to say about a policy: how bad it is, where it stands in the file, what to do."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from hub.router.policy.toml_lines import Place


class Severity(StrEnum):
    """An error makes contacts wait or leave who should not; a warning is likely a slip; a note is good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


Remark = tuple[Severity, Place, str]
"""What will be a finding once its place is looked up in the file."""


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


def field_of(place: Place) -> str:
    """A place as people say it: `rule 3, field skills.english`."""
    match place:
        case ():
            return "policy"
        case ("rules" | "staff" as table, int(index), *inner):
            owner = f"{table.removesuffix('s')} {index + 1}"
        case ("queues" | "channels" as table, str(name), *inner):
            owner = f"{table[:-1]} {name}"
        case ("hours" | "holidays" as table, str(name), *inner):
            owner = f"{table} {name}"
        case _:
            return f"field {_path(place)}"
    return f"{owner}, field {_path(inner)}" if inner else owner


def _path(place: Sequence[str | int]) -> str:
    """As in the file, dotted; the members of a list are counted from 1, as rules are."""
    return ".".join(str(part + 1 if isinstance(part, int) else part) for part in place)
