"""What a line does for the rest of the adapter, whichever way it has to its customers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from hub.domain.errors import HubError


class NotTakenError(HubError):
    """It has surely not left, and may later."""


class DeclinedError(HubError):
    """It has surely not left, and never will."""


class UnclearError(HubError):
    """It may have left, or not: nobody knows."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message, or a part of one, that is to leave. `name` is ours; `part` counts from 1 to `parts`, and `reference`
    is what parts have in common."""

    name: str
    to: str
    text: str
    data: bytes
    data_coding: int
    reference: int = 0
    part: int = 1
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Piece:
    """What one message says, and how that is written where it is not left to the other side."""

    text: str
    data: bytes = b""
    data_coding: int = 0


class Way(Protocol):
    """A line's."""

    def cut(self, text: str) -> list[Piece]:
        """The messages that a text takes. Raises InvalidError."""
        ...

    async def submit(self, message: Outgoing, begins: Callable[[], Awaitable[None]]) -> str:
        """What the other side calls it, once it has it; empty: nothing. `begins` is awaited when it is handed over:
        until then it has surely not left. Raises NotTakenError, DeclinedError and UnclearError."""
        ...
