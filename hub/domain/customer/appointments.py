"""What becomes of a visit that was agreed on: facts in its customer's stream."""

from collections.abc import Iterable, Sequence
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


CHANGES = (AppointmentState.MOVED, AppointmentState.ARRIVED, AppointmentState.MISSED, AppointmentState.CANCELLED)
"""After these what was said of it before is true no more."""


def overtaken(notes: Iterable[AppointmentNoted], appointment_id: str, state: AppointmentState) -> list[str]:
    """What was noted of an appointment and is true no more once this is noted, by what it was noted for: whatever was
    to be said of it then is not to be said any more. A reminder overtakes nothing."""
    if state not in CHANGES:
        return []
    return [one.causation for one in notes if one.appointment_id == appointment_id]


def still_holds(notes: Sequence[AppointmentNoted], name: str) -> bool:
    """Whether the appointment has not changed since what was noted for this, as far as all that is noted tells."""
    at = next(place for place, one in enumerate(notes) if one.causation == name)
    since = (one for one in notes[at + 1 :] if one.appointment_id == notes[at].appointment_id)
    return not any(one.state in CHANGES for one in since)


APPOINTMENT_EVENTS = (AppointmentNoted,)
