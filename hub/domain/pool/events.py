"""The fence of a routing pool: its owner writes one of these in each transaction."""

from typing import Any

from hub.domain.event import Event


class PoolTaken(Event):
    """A process became the owner. Whoever owned it before collides at its next commit and steps down."""

    pool: str
    epoch: int
    consumed: int
    """Carried over from the owner before: log position up to which every contact has been taken up."""


class PoolCommitted(Event):
    """One transaction of the owner: its fence, its checkpoint, and the input of replay."""

    pool: str
    epoch: int
    consumed: int
    """Log position up to which every contact of the pool has been taken up."""
    commands: tuple[tuple[Any, ...], ...]
    """What was decided on, in order: kind, time, arguments."""
    policy: str
