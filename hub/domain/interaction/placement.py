"""Where work waits and what it asks of an agent there: part of every fact that puts it into a queue."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from hub.domain.event import Event


class RequirementStep(BaseModel):
    """What is asked of an agent once the work has waited `after_seconds`: usually less than before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after_seconds: float
    skills: dict[str, int] = Field(default_factory=dict)
    languages: tuple[str, ...] = ()
    attributes: dict[str, str] = Field(default_factory=dict)
    priority: int


class Placement(Event):
    """Where work waits and what it asks of an agent: common to all facts that put it into a queue."""

    queue: str
    priority: int
    skills: dict[str, int]
    """Least level per skill, 1 to 5."""
    languages: tuple[str, ...] = ()
    """Any of them will do; empty: it does not matter."""
    attributes: dict[str, str] = Field(default_factory=dict)
    """All of these the agent must have."""
    steps: tuple[RequirementStep, ...] = ()
    """What is asked instead, later and later."""
    units: int
    """Capacity it takes of an agent's 100."""
    since: datetime | None = None
    """Its age counts from here; None: from `at`, or as before if it waited before."""
    known_agent: str = ""
    """Only this agent may have it, until `known_until`."""
    known_reason: str = ""
    """`last_agent`, `account_owner`, `case_agent`, `direct`, `parked_by`, …"""
    known_until: datetime | None = None
    policy: str
    reasons: tuple[str, ...]
