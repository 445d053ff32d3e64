"""What a visit to a branch was, in its customer's stream: told by the branch when it is over."""

from datetime import datetime
from enum import StrEnum

from hub.domain.event import Event


class VisitOutcome(StrEnum):
    """How it ended."""

    SERVED = "served"
    NO_SHOW = "no_show"
    LEFT = "left"


class VisitRecorded(Event):
    """By the branch's own clock, whenever the hub heard of it. `correlation` is the contact that it began with;
    `called_at` None: nobody called them."""

    branch: str
    service: str
    ticket: str
    entry: str
    """`kiosk`, `reception`, `desk`, `appointment`."""
    need: str = ""
    language: str = ""
    appointment_id: str = ""
    arrived_at: datetime
    called_at: datetime | None = None
    ended_at: datetime
    calls: int = 0
    desk: str = ""
    agent_id: str = ""
    outcome: VisitOutcome
    code: str = ""


VISIT_EVENTS = (VisitRecorded,)
