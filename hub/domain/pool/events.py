"""The fence of a routing pool: its owner writes one of these in each transaction; and what concerns the whole pool."""

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


class PolicyAdopted(Event):
    """From here on the pool decides by this version."""

    pool: str
    version: str
    waiting: bool
    """Whether what waits already was classified anew."""


class QueueIntakeChanged(Event):
    """A supervisor opened or closed the way into a queue."""

    pool: str
    queue: str
    intake: str
    """`open`; `paused`: new work is treated as out of hours; `draining`: what waits and what comes goes to `to`."""
    to: str = ""
    reason: str = ""


class DayBegan(Event):
    """A new day in the policy's time zone: what agents did today counts from zero."""

    pool: str
    date: str
