"""How a batch of the log changes the interactions on screen, their open offers and their timelines."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackReached,
    CallbackScheduled,
    ContactAttached,
    DeclinesForgotten,
    InteractionAbandoned,
    InteractionContinued,
    InteractionEnded,
    InteractionExpired,
    InteractionFlagged,
    InteractionGiven,
    InteractionHeld,
    InteractionInterrupted,
    InteractionMoved,
    InteractionOffered,
    InteractionParked,
    InteractionPrioritised,
    InteractionPulledBack,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionResumed,
    InteractionTransferred,
    InteractionUnflagged,
    InteractionUnparked,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    ParticipantJoined,
    ParticipantLeft,
    RecordingAsked,
    RecordingSwitched,
    RequirementRelaxed,
    WrapUpCompleted,
)
from hub.projections.interactions_batch import Batch
from hub.projections.interactions_lines import DETAILS
from hub.projections.interactions_tables import Work
from hub.projections.projection import BrokenViewError, Entry, milliseconds


def _queued(work: Work, entry: Entry, event: InteractionQueued) -> None:
    work.place(event, entry.at_ms)


def _refused(work: Work, entry: Entry, event: InteractionRefused) -> None:
    row = work.row
    work.placed = (event.queue, entry.at_ms, "", None)
    row.phase, row.outcome, row.ended_ms, row.ended_by = "refused", "refused", entry.at_ms, "policy"


def _attached(work: Work, _: Entry, __: ContactAttached) -> None:
    work.row.contacts += 1
    if work.row.phase == "active":
        work.reach()


def _offered(work: Work, entry: Entry, event: InteractionOffered) -> None:
    row, expires = work.row, milliseconds(event.expires_at)
    row.phase, row.agent, row.offer, row.units = "offered", event.agent_id, event.offer_id, event.units
    row.offered_ms, row.expires_ms = entry.at_ms, expires
    row.offers += 1
    work.offers[event.offer_id] = (event.agent_id, event.units, entry.at_ms, expires)
    work.asked = True
    if work.more is not None:
        work.more.flagged = ""


def _accepted(work: Work, entry: Entry, event: OfferAccepted) -> None:
    row, offer = work.row, work.offers.pop(event.offer_id, None)
    work.asked = True
    row.phase, row.agent, row.offer, row.expires_ms = "active", event.agent_id, event.offer_id, None
    if offer is not None:
        row.units, row.offered_ms = offer[1], offer[2]
    if row.accepted_ms is None or not row.outcome:
        row.accepted_ms = entry.at_ms
    if work.more is None or not work.more.callback:
        row.outcome = row.outcome or "answered"
    if work.more is not None:
        work.more.flagged = ""


def _not_taken(work: Work, _: Entry, event: OfferDeclined | OfferTimedOut | OfferRescinded) -> None:
    row = work.row
    work.offers.pop(event.offer_id, None)
    work.asked = True
    if row.phase != "offered":
        return
    if work.offers:
        row.offer, (row.agent, row.units, row.offered_ms, row.expires_ms) = next(reversed(work.offers.items()))
    else:
        row.phase, row.agent, row.offer, row.expires_ms = "waiting", "", "", None


def _abandoned(work: Work, entry: Entry, _: InteractionAbandoned) -> None:
    row = work.row
    work.waits_again("abandoned")
    row.outcome, row.ended_ms, row.ended_by = row.outcome or "abandoned", entry.at_ms, "customer"


def _expired(work: Work, entry: Entry, _: InteractionExpired) -> None:
    row = work.row
    work.close_offers()
    row.phase, row.outcome, row.ended_ms, row.ended_by = "expired", row.outcome or "expired", entry.at_ms, "policy"


def _ended(work: Work, entry: Entry, event: InteractionEnded) -> None:
    row, more = work.row, work.more
    row.outcome = row.outcome or "answered"
    row.phase, row.ended_ms, row.ended_by = "wrap_up", entry.at_ms, event.ended_by
    if more is not None:
        more.on_hold = more.interrupted = 0
        more.participants = more.flagged = ""


def _wrapped_up(work: Work, entry: Entry, event: WrapUpCompleted) -> None:
    row = work.row
    row.phase, row.completed_ms, row.code = "completed", entry.at_ms, event.code


def _relaxed(work: Work, _: Entry, event: RequirementRelaxed) -> None:
    work.rare().step = event.step
    if event.step < 0:
        work.free_for_all()


def _moved(work: Work, _: Entry, event: InteractionMoved) -> None:
    work.place(event, work.since_ms)
    if work.more is not None:
        work.more.step = None


def _prioritised(work: Work, entry: Entry, event: InteractionPrioritised) -> None:
    work.rare().place_version = entry.version
    if event.priority is not None:
        work.row.priority = event.priority


def _held(work: Work, _: Entry, event: InteractionHeld | InteractionResumed) -> None:
    more = work.rare()
    more.on_hold = int(isinstance(event, InteractionHeld))
    if more.on_hold:
        work.reach()


def _interrupted(work: Work, _: Entry, event: InteractionInterrupted | InteractionContinued) -> None:
    work.rare().interrupted = int(isinstance(event, InteractionInterrupted))


def _transferred(work: Work, _: Entry, event: InteractionTransferred) -> None:
    more = work.rare()
    work.reach()
    more.transfers += 1
    if event.warm:
        there = [one for one in orjson.loads(more.participants or "[]") if one[0] != event.to_agent]
        work.row.agent, more.on_hold, more.interrupted, more.step, more.flagged = event.to_agent, 0, 0, None, ""
        more.participants = orjson.dumps(there).decode() if there else ""
    else:
        work.waits_again()
    work.place(event, work.since_ms)


def _pulled_back(work: Work, _: Entry, __: InteractionPulledBack) -> None:
    work.waits_again()


def _parked(work: Work, _: Entry, event: InteractionParked) -> None:
    work.waits_again("parked", event.agent_id)
    more = work.rare()
    more.parked_by = event.agent_id
    more.parked_until_ms = None if event.until is None else milliseconds(event.until)


def _unparked(work: Work, entry: Entry, event: InteractionUnparked) -> None:
    work.waits_again()
    more = work.rare()
    more.parked_by, more.parked_until_ms = "", None
    work.wait_since(entry.at_ms, event)


def _reopened(work: Work, entry: Entry, event: InteractionReopened) -> None:
    row, more = work.row, work.more
    work.waits_again()
    row.contacts += 1
    row.ended_ms = row.completed_ms = None
    row.ended_by = row.code = ""
    if more is not None:
        more.callback, more.due_ms, more.attempts, more.parked_by, more.parked_until_ms = 0, None, 0, "", None
    work.place(event, entry.at_ms)


def _call_back(work: Work, _: Entry, event: CallbackScheduled) -> None:
    more = work.rare()
    more.callback, more.due_ms = 1, None if event.due is None else milliseconds(event.due)
    if event.due is not None:
        work.row.phase = "parked"


def _missed(work: Work, _: Entry, event: CallbackMissed) -> None:
    work.waits_again("parked")
    more = work.rare()
    more.attempts, more.due_ms = event.attempt, None if event.retry_at is None else milliseconds(event.retry_at)


def _reached(work: Work, _: Entry, __: CallbackReached) -> None:
    work.reach()


def _recording(work: Work, _: Entry, event: RecordingAsked | RecordingSwitched) -> None:
    work.rare().recording = event.state.value


def _participant(work: Work, _: Entry, event: ParticipantJoined | ParticipantLeft) -> None:
    more = work.rare()
    there = [one for one in orjson.loads(more.participants or "[]") if one[0] != event.agent_id]
    if isinstance(event, ParticipantJoined):
        there.append([event.agent_id, event.mode])
    more.participants = orjson.dumps(there).decode() if there else ""


def _flagged(work: Work, _: Entry, event: InteractionFlagged) -> None:
    work.rare().flagged = event.reason


def _unflagged(work: Work, _: Entry, __: InteractionUnflagged) -> None:
    if work.more is not None:
        work.more.flagged = ""


def _said(_: Work, __: Entry, ___: Event) -> None:
    """Nothing but its line in the timeline."""


FOLDS: dict[type[Event], Callable[[Work, Entry, Any], None]] = {
    InteractionQueued: _queued,
    InteractionRefused: _refused,
    ContactAttached: _attached,
    InteractionOffered: _offered,
    OfferAccepted: _accepted,
    OfferDeclined: _not_taken,
    OfferTimedOut: _not_taken,
    OfferRescinded: _not_taken,
    InteractionAbandoned: _abandoned,
    InteractionExpired: _expired,
    InteractionEnded: _ended,
    WrapUpCompleted: _wrapped_up,
    RequirementRelaxed: _relaxed,
    InteractionMoved: _moved,
    InteractionPrioritised: _prioritised,
    DeclinesForgotten: _said,
    InteractionGiven: _said,
    InteractionHeld: _held,
    InteractionResumed: _held,
    RecordingAsked: _recording,
    RecordingSwitched: _recording,
    InteractionInterrupted: _interrupted,
    InteractionContinued: _interrupted,
    InteractionTransferred: _transferred,
    InteractionPulledBack: _pulled_back,
    InteractionParked: _parked,
    InteractionUnparked: _unparked,
    InteractionReopened: _reopened,
    CallbackScheduled: _call_back,
    CallbackMissed: _missed,
    CallbackReached: _reached,
    ParticipantJoined: _participant,
    ParticipantLeft: _participant,
    InteractionFlagged: _flagged,
    InteractionUnflagged: _unflagged,
}
_FIELDS = {
    kind: ("agent_id" in kind.model_fields, "offer_id" in kind.model_fields, "reasons" in kind.model_fields)
    for kind in FOLDS
}
"""Which kinds of fact name an agent, an offer, a policy with its reasons: asking each event would take too long."""
_FIRST = (InteractionQueued, InteractionRefused)


def apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """What the batch makes of the interactions."""
    known = {entry.no for entry in entries if type(entry.event) in FOLDS}
    known -= {entry.no for entry in entries if type(entry.event) in _FIRST}
    batch = Batch(connection, known)
    for entry in entries:
        event = entry.event
        fold = FOLDS.get(type(event))
        if fold is None:
            continue
        if type(event) in _FIRST:
            work = batch.first(entry, event)  # type: ignore[arg-type]
        elif entry.no in batch.work:
            work = batch.work[entry.no]
        else:
            raise BrokenViewError("interactions", f"{entry.stream} was never queued (position {entry.position})")
        fold(work, entry, event)
        batch.lines.append(_line(entry, work))
    batch.write(connection)


def _line(entry: Entry, work: Work) -> tuple[Any, ...]:
    """Of its timeline."""
    event: Any = entry.event
    kind = type(event)
    has_agent, has_offer, has_reasons = _FIELDS[kind]
    detail = DETAILS.get(kind)
    return (
        work.no, entry.position, entry.at_ms, kind.__name__, event.actor,
        event.agent_id if has_agent else "", event.offer_id if has_offer else "", detail(event) if detail else "",
        event.policy if has_reasons else "", "\n".join(event.reasons) if has_reasons else "",
    )  # fmt: skip
