"""What each fact of the log changes in a pool's state, whether it was just decided or is read again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

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
from hub.domain.interaction.placement import Placement
from hub.domain.interaction.state import evolve as evolve_interaction
from hub.router.pool import evolve_agents, evolve_pool
from hub.router.pool import evolve_ends as ends
from hub.router.pool import evolve_offers as offers
from hub.router.pool.placing import place, relax, take_out_of_line
from hub.router.pool.state import OpenInteraction, PoolState
from hub.router.pool.timers import Due


def evolve(state: PoolState, stream: str, version: int, event: Event) -> None:
    """The state after one more fact of the log. Facts about interactions that are over, or of other pools, and of
    other kinds change nothing."""
    apply = _EVOLVE.get(type(event))
    if apply is not None:
        apply(state, stream, version, event)


def _queued(state: PoolState, stream: str, version: int, event: InteractionQueued) -> None:
    if event.pool != state.pool:
        return
    at = event.at.timestamp()
    since = at if event.since is None else event.since.timestamp()
    line = state.line(event, event, -1)
    interaction = OpenInteraction(stream, event, state.matcher.work(stream, since, line))
    interaction.version = version
    interaction.state = evolve_interaction(interaction.state, event)
    state.interactions[stream] = interaction
    if event.contact_id:
        state.threads[interaction.thread] = stream
        state.contacts[event.contact_id] = stream
        state.left.pop((event.customer_id, event.channel), None)
    elif event.consult_of in state.interactions:
        parent = state.interactions[event.consult_of]
        parent.consults[stream] = None
        parent.consulted.add(stream)
    interaction.since = since
    place(state, interaction, event, is_new=True)


def _reopened(state: PoolState, stream: str, version: int, event: InteractionReopened) -> None:
    interaction = state.closed.pop(stream, None)
    if interaction is None:
        return
    thread = interaction.thread
    if state.closed_threads.get(thread) == stream:
        del state.closed_threads[thread]
    interaction.version = version
    interaction.state = evolve_interaction(interaction.state, event)
    interaction.contacts = [event.contact_id]
    state.interactions[stream] = interaction
    state.threads[thread] = stream
    state.contacts[event.contact_id] = stream
    interaction.since, interaction.credit = (event.since or event.at).timestamp(), 0.0
    place(state, interaction, event)


def _moved(state: PoolState, interaction: OpenInteraction, event: InteractionMoved) -> None:
    take_out_of_line(state, interaction)
    place(state, interaction, event)


def _attached(state: PoolState, interaction: OpenInteraction, event: ContactAttached) -> None:
    interaction.contacts.append(event.contact_id)
    state.contacts[event.contact_id] = interaction.stream
    offers.touched(state, interaction, event)


def _relaxed(state: PoolState, interaction: OpenInteraction, event: RequirementRelaxed) -> None:
    relax(state, interaction, event.step, event.reason)


def _prioritised(state: PoolState, interaction: OpenInteraction, event: InteractionPrioritised) -> None:
    interaction.place_version, interaction.place_by = interaction.version, event.actor
    interaction.credit = event.credit_seconds
    line = interaction.work.line
    if event.priority is not None:
        line = state.matcher.line(
            line.queue, line.need, priority=event.priority, weight=line.weight, target=line.target
        )
    state.matcher.move(interaction.work, line, credit=event.credit_seconds)


def _transferred(state: PoolState, interaction: OpenInteraction, event: InteractionTransferred) -> None:
    offers.let_go(state, interaction, event.agent_id)
    offers.idle(state, event.agent_id, event)
    if event.warm:
        agent = state.agent(event.to_agent)
        agent.holds[interaction.stream] = interaction
        state.matcher.reserve(interaction.work, agent.seat, event.to_units)
        interaction.placement, interaction.placed = event, interaction.version
        offers.touched(state, interaction, event)
    else:
        place(state, interaction, event)
        offers.keep_from(state, interaction, event.agent_id)


def _pulled_back(state: PoolState, interaction: OpenInteraction, event: InteractionPulledBack) -> None:
    offers.let_go(state, interaction, event.agent_id)
    _taken(state, event)
    place(state, interaction, _again(interaction, event))
    offers.keep_from(state, interaction, event.agent_id)


def _parked(state: PoolState, interaction: OpenInteraction, event: InteractionParked) -> None:
    offers.let_go(state, interaction, event.agent_id)
    offers.idle(state, event.agent_id, event)
    interaction.placed = interaction.version
    if event.until is not None:
        state.timers.set(event.until.timestamp(), Due.RETURN, interaction.stream, interaction.placed)
    offers.touched(state, interaction, event)


def _unparked(state: PoolState, interaction: OpenInteraction, event: InteractionUnparked) -> None:
    if not interaction.state.callback:
        interaction.since = event.at.timestamp()
    place(state, interaction, _again(interaction, event, event.known_agent, event.known_until))


def _again(
    interaction: OpenInteraction, event: Event, known_agent: str = "", known_until: datetime | None = None
) -> Placement:
    """The placement it had, from now on, and with another known agent or none."""
    known = {"known_agent": known_agent, "known_reason": "parked_by" if known_agent else "", "known_until": known_until}
    return interaction.placement.model_copy(update={"at": event.at, "since": None, **known})


def _callback(state: PoolState, interaction: OpenInteraction, event: CallbackScheduled) -> None:
    interaction.callback_of = event.address_of
    if event.due is not None:
        take_out_of_line(state, interaction)
        interaction.placed = interaction.version
        state.timers.set(event.due.timestamp(), Due.RETURN, interaction.stream, interaction.placed)


def _callback_missed(state: PoolState, interaction: OpenInteraction, event: CallbackMissed) -> None:
    offers.let_go(state, interaction, event.agent_id)
    offers.idle(state, event.agent_id, event)
    interaction.placed = interaction.version
    if event.retry_at is not None:
        state.timers.set(event.retry_at.timestamp(), Due.RETURN, interaction.stream, interaction.placed)


def _nothing_more(_: PoolState, interaction: OpenInteraction, event: Event) -> None:
    """Its own state has it already."""


def _freed(state: PoolState, event: Any) -> None:
    offers.idle(state, event.agent_id, event)


def _taken(state: PoolState, event: InteractionPulledBack) -> None:
    offers.idle(state, event.agent_id, event)
    offers.rests(state, event)


_OF_AGENTS: dict[type[Event], Callable[[PoolState, Any], None]] = {
    CallbackMissed: _freed,
    InteractionOffered: lambda state, event: state.matcher.took_turn(state.agent(event.agent_id).seat),
    InteractionParked: _freed,
    InteractionPulledBack: _taken,
    InteractionTransferred: _freed,
    OfferAccepted: offers.answered,
    OfferDeclined: offers.rests,
    OfferTimedOut: offers.rests,
}
"""What facts of work that is over and forgotten still say of its agents: recovery reads each agent's last."""


def _of_interaction(effect: Callable[[PoolState, OpenInteraction, Any], None]) -> Callable[..., None]:
    """A fact of an open interaction: its own state first, then its effect on agents and matching."""

    def apply(state: PoolState, stream: str, version: int, event: Event) -> None:
        interaction = state.interactions.get(stream)
        if interaction is not None:
            interaction.version = version
            interaction.state = evolve_interaction(interaction.state, event)
            effect(state, interaction, event)
        elif (remembered := _OF_AGENTS.get(type(event))) is not None:
            remembered(state, event)

    return apply


_OF_INTERACTIONS: dict[type[Event], Callable[[PoolState, OpenInteraction, Any], None]] = {
    CallbackMissed: _callback_missed,
    CallbackReached: offers.touched,
    CallbackScheduled: _callback,
    ContactAttached: _attached,
    DeclinesForgotten: offers.declines_forgotten,
    InteractionAbandoned: ends.abandoned,
    InteractionContinued: offers.continued,
    InteractionEnded: ends.ended,
    InteractionExpired: ends.expired,
    InteractionFlagged: _nothing_more,
    InteractionGiven: _nothing_more,
    InteractionHeld: offers.touched,
    InteractionInterrupted: offers.interrupted,
    InteractionMoved: _moved,
    InteractionOffered: offers.offered,
    InteractionParked: _parked,
    InteractionPrioritised: _prioritised,
    InteractionPulledBack: _pulled_back,
    InteractionResumed: _nothing_more,
    InteractionTransferred: _transferred,
    InteractionUnflagged: _nothing_more,
    InteractionUnparked: _unparked,
    OfferAccepted: offers.accepted,
    OfferDeclined: offers.refused,
    OfferRescinded: offers.waits_on,
    OfferTimedOut: offers.refused,
    ParticipantJoined: _nothing_more,
    ParticipantLeft: _nothing_more,
    RecordingAsked: _nothing_more,
    RecordingSwitched: _nothing_more,
    RequirementRelaxed: _relaxed,
}
_EVOLVE: dict[type[Event], Callable[..., None]] = {
    InteractionQueued: _queued,
    InteractionReopened: _reopened,
    WrapUpCompleted: ends.wrapped_up,
    **{fact: _of_interaction(effect) for fact, effect in _OF_INTERACTIONS.items()},
    **evolve_agents.EVOLVE,
    **evolve_pool.EVOLVE,
}
