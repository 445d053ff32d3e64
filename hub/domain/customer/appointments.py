"""What becomes of a visit that was agreed on: facts in its customer's stream."""

from datetime import datetime
from enum import StrEnum

from hub.domain.event import Event


class AppointmentState(StrEnum):
    """What was just done about it."""

    MADE = "made"
    MOVED = "moved"
    REMINDED = "reminded"
    ARRIVED = "arrived"
    MISSED = "missed"
    CANCELLED = "cancelled"


class AppointmentNoted(Event):
    """The customer is to be in a branch at a time, or is not any more."""

    appointment_id: str
    state: AppointmentState
    branch: str
    service: str
    starts_at: datetime


APPOINTMENT_EVENTS = (AppointmentNoted,)
