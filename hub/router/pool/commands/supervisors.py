"""What supervisors do to work, queues and the policy."""

from dataclasses import dataclass

from hub.router.pool.commands.command import Asked


@dataclass(frozen=True, slots=True)
class Assign(Asked):
    """Give this work to this agent now, without asking them."""

    interaction_id: str
    agent_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Move(Asked):
    """Let waiting work wait in another queue."""

    interaction_id: str
    queue: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Prioritise(Asked):
    """Move waiting work in the order: to a priority, or by artificial age. `expected_version`: of the place it had for
    who asks; None: whatever it has."""

    interaction_id: str
    priority: int | None = None
    credit_seconds: float = 0.0
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class PullBack(Asked):
    """Take work from its agent: it waits again."""

    interaction_id: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Join(Asked):
    """Hear a conversation (monitor), speak to its agent alone (coach), or to all (barge)."""

    interaction_id: str
    agent_id: str
    mode: str


@dataclass(frozen=True, slots=True)
class Leave(Asked):
    """Be out of that conversation again."""

    interaction_id: str
    agent_id: str


@dataclass(frozen=True, slots=True)
class SetIntake(Asked):
    """Open (`open`) or close (`paused`, `draining`) the way into a queue; draining moves what waits to `to`."""

    queue: str
    intake: str
    to: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AdoptPolicy(Asked):
    """Decide by this policy from now on; `waiting`: classify anew what waits already."""

    version: str
    text: str
    waiting: bool = False
