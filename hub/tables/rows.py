"""What becomes of a row that is not taken, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.errors import HubError

Cells = Sequence[str]


class BadValueError(HubError):
    """A row can't be taken because of this column or field; empty: as a whole."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that can't be taken: which column was wrong, why, and the row as it stood."""

    row: int
    field: str
    """The file's column, or the hub's field where no single column is to blame; empty: the row as a whole."""
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that the mapping leaves out."""

    row: int
    reason: str
