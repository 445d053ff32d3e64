"""What a line of an interaction's timeline says beside who did what when."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackScheduled,
    ContactAttached,
    DeclinesForgotten,
    InteractionEnded,
    InteractionExpired,
    InteractionFlagged,
    InteractionGiven,
    InteractionInterrupted,
    InteractionMoved,
    InteractionParked,
    InteractionPrioritised,
    InteractionPulledBack,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionTransferred,
    InteractionUnflagged,
    InteractionUnparked,
    OfferDeclined,
    OfferRescinded,
    ParticipantJoined,
    RecordingAsked,
    RecordingSwitched,
    RequirementRelaxed,
    WrapUpCompleted,
)


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _joined(*parts: str) -> str:
    return ": ".join(part for part in parts if part)


def _declined(event: OfferDeclined) -> str:
    return _joined("busy" if event.busy else "", event.reason)


def _queued(event: InteractionQueued) -> str:
    return f"asks about {event.consult_of}" if event.consult_of else event.contact_id


def _refused(event: InteractionRefused) -> str:
    opens = f"open again {_moment(event.opens_at)}" if event.opens_at else ""
    return _joined(event.reason, opens)


def _relaxed(event: RequirementRelaxed) -> str:
    step = "first requirement" if event.step < 0 else f"step {event.step + 1}"
    return _joined(step, event.reason)


def _prioritised(event: InteractionPrioritised) -> str:
    priority = "" if event.priority is None else f"priority {event.priority}"
    credit = f"{event.credit_seconds:g} s older" if event.credit_seconds else ""
    return ", ".join(part for part in (priority, credit) if part)


def _transferred(event: InteractionTransferred) -> str:
    how = "warm " if event.warm else ""
    where = f"to agent {event.to_agent}" if event.to_agent else f"to {event.queue}"
    return _joined(how + where, event.reason)


def _parked(event: InteractionParked) -> str:
    return _joined(f"until {_moment(event.until)}" if event.until else "", event.reason)


def _unparked(event: InteractionUnparked) -> str:
    return _joined(event.reason, f"first {event.known_agent}" if event.known_agent else "")


def _call_back(event: CallbackScheduled) -> str:
    return f"at {_moment(event.due)}" if event.due else "when its turn comes"


def _missed(event: CallbackMissed) -> str:
    again = f"again {_moment(event.retry_at)}" if event.retry_at else "given up"
    return _joined(f"attempt {event.attempt}", event.outcome, again)


DETAILS: dict[type[Event], Callable[[Any], str]] = {
    InteractionQueued: _queued,
    InteractionRefused: _refused,
    ContactAttached: lambda event: event.contact_id,
    InteractionReopened: lambda event: event.contact_id,
    OfferDeclined: _declined,
    OfferRescinded: lambda event: _joined(event.reason, event.said),
    InteractionEnded: lambda event: event.ended_by,
    WrapUpCompleted: lambda event: event.code,
    InteractionExpired: lambda event: event.reason,
    RequirementRelaxed: _relaxed,
    InteractionMoved: lambda event: _joined(f"{event.from_queue} to {event.queue}", event.reason, event.said),
    InteractionGiven: lambda event: event.reason,
    InteractionPrioritised: _prioritised,
    DeclinesForgotten: lambda event: _moment(event.after),
    InteractionInterrupted: lambda event: event.by,
    InteractionTransferred: _transferred,
    InteractionPulledBack: lambda event: event.missed or event.reason,
    InteractionParked: _parked,
    InteractionUnparked: _unparked,
    CallbackScheduled: _call_back,
    CallbackMissed: _missed,
    ParticipantJoined: lambda event: event.mode,
    RecordingAsked: lambda event: _joined(event.state, event.reason),
    RecordingSwitched: lambda event: event.state,
    InteractionFlagged: lambda event: event.reason,
    InteractionUnflagged: lambda event: event.reason,
}
"""For the kinds of event whose line has a detail."""
IN_WORDS = frozenset(
    one.__name__
    for one in (
        InteractionGiven, InteractionMoved, InteractionParked, InteractionPulledBack, InteractionTransferred,
        OfferDeclined, OfferRescinded, RecordingAsked,
    )
)  # fmt: skip
"""By name, those with what people said: personal, so that views keep the rest of the line, and the log tells it all."""
