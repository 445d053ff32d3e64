"""What each fact of an interaction does to the figures of its queue and to the clock of its agent."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackReached,
    CallbackScheduled,
    InteractionAbandoned,
    InteractionContinued,
    InteractionEnded,
    InteractionExpired,
    InteractionHeld,
    InteractionInterrupted,
    InteractionMoved,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionResumed,
    InteractionTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.projections import agent_times
from hub.projections import metrics_columns as column
from hub.projections.metrics_work import Work
from hub.projections.projection import Entry

if TYPE_CHECKING:
    from hub.projections.metrics_fold import Batch


def _offered(batch: "Batch", entry: Entry, work: Work, event: InteractionOffered) -> None:
    batch.cell(work, event.agent_id)[column.OFFERS] += 1
    work.offers[event.offer_id] = (event.units, entry.at_ms)
    batch.agents.count(event.agent_id, work.pool, entry.at_ms, agent_times.OFFERS)
    if not work.past:
        clock = batch.agents.at(event.agent_id, entry.at_ms, work.pool)
        clock.offered += 1
        clock.units += event.units


def _accepted(batch: "Batch", entry: Entry, work: Work, event: OfferAccepted) -> None:
    work.accepted_ms = work.taken_ms = entry.at_ms
    work.taken_by = event.agent_id
    if not work.callback:
        _answered(batch, work, entry.at_ms)
    units, offered_ms = work.offers.pop(event.offer_id, (None, None))
    if work.past:
        if offered_ms is not None:
            batch.agents.past(event.agent_id, work.pool, (offered_ms, entry.at_ms), agent_times.OFFER)
        return
    clock = batch.agents.at(event.agent_id, entry.at_ms, work.pool)
    if units is None:
        clock.units += work.units
    else:
        clock.offered -= 1
        work.units = units
    clock.active += 1


def _answered(batch: "Batch", work: Work, at_ms: int) -> None:
    """Its customer has an agent, who accepted it then. Nothing to do if it has its outcome already."""
    if not work.has_no_outcome:
        return
    work.answered = 1
    wait, cell = work.wait_ms(at_ms), batch.cell(work, work.taken_by)
    cell[column.WAIT_MAX] = max(cell[column.WAIT_MAX], wait)
    cell[column.ANSWERED] += 1
    cell[column.ANSWERED_WAIT] += wait
    cell[column.TO_ANSWER] += max(0, at_ms - work.contact_ms)
    cell[column.ANSWERED_IN] += wait <= batch.limit(work.queue).target_s * 1000
    if work.estimate_ms is not None and work.due_ms is None:
        cell[column.ESTIMATED] += 1
        cell[column.ESTIMATE_ERROR] += work.estimate_ms - wait
        cell[column.ESTIMATE_OFF] += abs(work.estimate_ms - wait)


def _not_taken(batch: "Batch", entry: Entry, work: Work, event: OfferDeclined | OfferTimedOut | OfferRescinded) -> None:
    of_queue, of_agent = _NOT_TAKEN[type(event)]
    batch.cell(work, event.agent_id)[of_queue] += 1
    if of_agent is not None:
        batch.agents.count(event.agent_id, work.pool, entry.at_ms, of_agent)
    offer = work.offers.pop(event.offer_id, None)
    if not work.past and offer is not None:
        clock = batch.agents.at(event.agent_id, entry.at_ms, work.pool)
        clock.offered -= 1
        clock.units -= offer[0]


def _abandoned(batch: "Batch", entry: Entry, work: Work, _: InteractionAbandoned) -> None:
    if work.has_no_outcome:
        wait, cell, limit = work.wait_ms(entry.at_ms), batch.cell(work), batch.limit(work.queue)
        cell[column.WAIT_MAX] = max(cell[column.WAIT_MAX], wait)
        cell[column.ABANDONED] += 1
        cell[column.ABANDONED_WAIT] += wait
        cell[column.SHORT] += wait <= limit.short_abandon_s * 1000
        cell[column.ABANDONED_IN] += wait <= limit.target_s * 1000
    del batch.open[entry.no]


def _expired(batch: "Batch", entry: Entry, work: Work, _: InteractionExpired) -> None:
    batch.cell(work)[column.EXPIRED] += work.has_no_outcome
    del batch.open[entry.no]


def reached(batch: "Batch", work: Work) -> None:
    """A customer who was to be called is on the line: answered by the agent who accepted it last."""
    if work.callback:
        work.callback = 0
        batch.cell(work, work.taken_by)[column.CALLBACKS_KEPT] += 1
        if work.taken_ms is not None:
            _answered(batch, work, work.taken_ms)


def _reached(batch: "Batch", entry: Entry, work: Work, event: CallbackReached) -> None:  # noqa: ARG001
    reached(batch, work)


def _held(batch: "Batch", entry: Entry, work: Work, event: InteractionHeld) -> None:
    reached(batch, work)
    if work.held_ms is None and work.accepted_ms is not None:
        work.held_ms = entry.at_ms
        batch.agents.at(event.agent_id, entry.at_ms, work.pool).held += 1


def _resumed(batch: "Batch", entry: Entry, work: Work, event: InteractionResumed) -> None:
    if work.held_ms is not None:
        work.resume(entry.at_ms)
        batch.agents.at(event.agent_id, entry.at_ms, work.pool).held -= 1


def _interrupted(batch: "Batch", entry: Entry, work: Work, event: InteractionInterrupted) -> None:
    if not work.paused:
        _leave(batch, entry, work, event.agent_id)
        work.paused = 1


def _continued(batch: "Batch", entry: Entry, work: Work, event: InteractionContinued) -> None:
    if work.paused:
        _begin(batch, entry, work, event.agent_id)


def _begin(batch: "Batch", entry: Entry, work: Work, agent: str) -> None:
    work.paused, work.accepted_ms = 0, entry.at_ms
    clock = batch.agents.at(agent, entry.at_ms, work.pool)
    clock.active += 1
    clock.units += work.units


def _leave(batch: "Batch", entry: Entry, work: Work, agent: str) -> None:
    """The agent is free of it."""
    if work.paused:
        work.paused = 0
        return
    clock = batch.agents.at(agent, entry.at_ms, work.pool)
    clock.held -= work.held_ms is not None
    clock.active -= 1
    clock.units -= work.units
    work.stop(entry.at_ms)


def _transferred(batch: "Batch", entry: Entry, work: Work, event: InteractionTransferred) -> None:
    cell = batch.cell(work, event.agent_id)
    reached(batch, work)
    cell[column.TRANSFERS] += 1
    cell[column.TRANSFERRED] += not (work.transferred or work.again)
    work.transferred = 1
    _leave(batch, entry, work, event.agent_id)
    work.units = event.units
    if event.warm:
        _begin(batch, entry, work, event.to_agent)


def _given_back(batch: "Batch", entry: Entry, work: Work, event: InteractionPulledBack | InteractionParked) -> None:
    batch.cell(work, event.agent_id)[column.PARKED] += isinstance(event, InteractionParked)
    _leave(batch, entry, work, event.agent_id)


def _call_back(batch: "Batch", entry: Entry, work: Work, event: CallbackScheduled) -> None:  # noqa: ARG001
    batch.cell(work)[column.CALLBACKS] += not work.callback
    work.callback = 1
    work.due_ms = None if event.due is None else int(event.due.timestamp() * 1000)


def _missed(batch: "Batch", entry: Entry, work: Work, event: CallbackMissed) -> None:
    cell = batch.cell(work, event.agent_id)
    cell[column.MISSED_CALLS] += 1
    if event.retry_at is None:
        cell[column.CALLBACKS_MISSED] += work.callback
        work.callback = 0
    _leave(batch, entry, work, event.agent_id)


def _moved(batch: "Batch", entry: Entry, work: Work, event: InteractionMoved) -> None:  # noqa: ARG001
    batch.cell(work)[column.MOVED] += 1
    work.units = event.units


def _ended(batch: "Batch", entry: Entry, work: Work, event: InteractionEnded) -> None:
    cell = batch.cell(work, event.agent_id)
    if not work.again:
        cell[column.ENDED] += 1
        cell[column.TO_END] += max(0, entry.at_ms - work.contact_ms)
    reached(batch, work)
    if work.past:
        start = entry.at_ms if work.accepted_ms is None else work.accepted_ms
        batch.agents.past(event.agent_id, work.pool, (start, entry.at_ms), agent_times.TALK)
    else:
        clock = batch.agents.at(event.agent_id, entry.at_ms, work.pool)
        clock.active -= not work.paused
        clock.held -= work.held_ms is not None
        clock.wrap_up += 1
    work.stop(entry.at_ms)
    work.ended_ms = entry.at_ms


def _wrapped_up(batch: "Batch", entry: Entry, work: Work, event: WrapUpCompleted) -> None:
    ended = entry.at_ms if work.ended_ms is None else work.ended_ms
    cell = batch.cell(work, event.agent_id)
    cell[column.HANDLED] += not work.again
    cell[column.TALK] += work.talk_ms
    cell[column.HOLD] += work.hold_ms
    cell[column.WRAP_UP] += max(0, entry.at_ms - ended)
    if not work.consult:
        batch.agents.count(event.agent_id, work.pool, entry.at_ms, agent_times.HANDLED)
    if work.past:
        batch.agents.past(event.agent_id, work.pool, (ended, entry.at_ms), agent_times.WRAP_UP)
    else:
        clock = batch.agents.at(event.agent_id, entry.at_ms, work.pool)
        clock.wrap_up -= 1
        clock.units -= 0 if work.paused else work.units
    del batch.open[entry.no]


_NOT_TAKEN: dict[type[Event], tuple[int, int | None]] = {
    OfferDeclined: (column.DECLINED, agent_times.DECLINED),
    OfferTimedOut: (column.TIMED_OUT, agent_times.TIMED_OUT),
    OfferRescinded: (column.RESCINDED, None),
}
OF_INTERACTIONS: dict[type[Event], Callable[["Batch", Entry, Work, Any], None]] = {
    InteractionOffered: _offered,
    OfferAccepted: _accepted,
    OfferDeclined: _not_taken,
    OfferTimedOut: _not_taken,
    OfferRescinded: _not_taken,
    InteractionAbandoned: _abandoned,
    InteractionExpired: _expired,
    InteractionHeld: _held,
    InteractionResumed: _resumed,
    InteractionInterrupted: _interrupted,
    InteractionContinued: _continued,
    InteractionTransferred: _transferred,
    InteractionPulledBack: _given_back,
    InteractionParked: _given_back,
    InteractionMoved: _moved,
    CallbackScheduled: _call_back,
    CallbackMissed: _missed,
    CallbackReached: _reached,
    InteractionEnded: _ended,
    WrapUpCompleted: _wrapped_up,
}
WITH_AGENT = OF_INTERACTIONS.keys() - {InteractionAbandoned, InteractionExpired, InteractionMoved, CallbackScheduled}
"""Facts that name an agent."""
