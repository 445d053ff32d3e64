"""What everything that is asked of a routing pool brings: its time, its id and who asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Command(Protocol):
    """What every command brings. `at` is when it was asked; `id` is the causation of what it leads to."""

    @property
    def at(self) -> datetime: ...
    @property
    def id(self) -> str: ...
    @property
    def actor(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """The same, for commands to be made of."""

    at: datetime
    id: str
    actor: str


@dataclass(frozen=True, slots=True)
class Tick(Asked):
    """Time passed: what is due by now happens."""
