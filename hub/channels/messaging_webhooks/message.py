"""What a provider brings, in our words: a message, what became of one of ours, or what can't be read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.contact import Identifier


@dataclass(frozen=True, slots=True)
class FileNamed:
    """A file that a message names and does not hold. `size` 0: not known."""

    file: str
    media_type: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Message:
    """`to`: where answers go. `at`: None: it says no time that can be. `raw`: its own JSON."""

    id: str
    sender: str
    to: str
    text: str
    name: str
    language: str
    at: datetime | None
    answers: str
    identifiers: tuple[Identifier, ...]
    files: tuple[FileNamed, ...]
    raw: bytes


class Fate(StrEnum):
    """What became of a message of ours."""

    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Status:
    """`to`: empty where it does not say whom it went to."""

    id: str
    to: str
    fate: Fate
    reason: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What stands where a message should, and is none."""

    reason: str
    field: str
