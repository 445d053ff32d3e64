"""What a carrier brings, in our words: a message or a part of one, or what became of one of ours."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Place:
    """Which part of a message this is: `number` of `total`, of those that have this reference."""

    reference: int
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message, or a part of one (`place`). `numbered`: what the carrier calls it, where it calls it anything."""

    source: str
    destination: str
    text: str
    place: Place | None = None
    numbered: str = ""


class Fate(StrEnum):
    """What became of a message of ours."""

    DELIVERED = "delivered"
    FAILED = "failed"
    UNDER_WAY = "under_way"
    """Nothing that changes anything."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """`names`: what it may be that the carrier calls the message, the likeliest first. `number`: whom it went to;
    `beginning`: its first words, where the receipt repeats them."""

    names: tuple[str, ...]
    fate: Fate
    reason: str
    number: str
    beginning: str = ""
