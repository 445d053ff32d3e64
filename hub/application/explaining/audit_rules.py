"""What each fact adds to an audit, and what it must not be: the second owner, too much, impossible."""

from collections.abc import Callable
from typing import Any

from hub.application.explaining.audit_counts import Counts, ImpossibleError, Open
from hub.domain.agent.events import AgentCapacityChanged, AgentSignedOn
from hub.domain.customer.events import ContactReceived, CustomerRegistered
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
from hub.domain.interaction.state import Interaction, Phase, evolve


def _customer(counts: Counts, _stream: str, _event: Event) -> None:
    counts.customers += 1


def _contact(counts: Counts, stream: str, event: ContactReceived) -> None:
    mark = hash(event.contact_id)
    if mark in counts.received:
        counts.duplicates += 1
        counts.find(f"{stream}: contact {event.contact_id} is recorded twice")
        return
    counts.received.add(mark)
    counts.contacts += 1
    if mark not in counts.taken and not event.auto:
        counts.waiting_contacts.add(event.contact_id)


def _take_up(counts: Counts, stream: str, contact_id: str) -> None:
    mark = hash(contact_id)
    if mark in counts.taken:
        counts.duplicates += 1
        counts.find(f"{stream}: contact {contact_id} is taken up twice")
    counts.taken.add(mark)
    counts.waiting_contacts.discard(contact_id)


def _attached(counts: Counts, stream: str, event: ContactAttached) -> None:
    _take_up(counts, stream, event.contact_id)
    if (one := counts.open.get(stream)) is not None:
        _go_on(counts, one, event)


def _queued(counts: Counts, stream: str, event: InteractionQueued) -> None:
    if stream in counts.open:
        raise ImpossibleError(counts.open[stream])
    if event.consult_of:
        counts.consults += 1
    else:
        _take_up(counts, stream, event.contact_id)
        counts.interactions += 1
    counts.open[stream] = Open(evolve(Interaction(), event), event.units, consult=event.consult_of != "")


def _refused(counts: Counts, stream: str, event: InteractionRefused) -> None:
    if stream in counts.open:
        raise ImpossibleError(counts.open[stream])
    _take_up(counts, stream, event.contact_id)
    counts.refused += 1


def _reopened(counts: Counts, stream: str, event: InteractionReopened) -> None:
    if stream in counts.open or hash(stream) not in counts.over:
        raise ImpossibleError(counts.open.get(stream))
    _take_up(counts, stream, event.contact_id)
    counts.reopened += 1
    counts.over.discard(hash(stream))
    counts.open[stream] = Open(evolve(Interaction(), event), event.units, settled=True)


def _offered(counts: Counts, stream: str, event: InteractionOffered) -> None:
    one = counts.require(stream)
    asked = [agent for agent, _ in one.offers.values()]
    if one.state.phase not in (Phase.WAITING, Phase.OFFERED) or event.agent_id in asked:
        counts.double_assigned += 1
        counts.find(f"{stream}: offered to {event.agent_id} while {one.state.agent_id} has it")
        counts.let_go(one)
    counts.take(stream, event.agent_id, event.units)
    one.offers[event.offer_id] = (event.agent_id, event.units)
    one.state = evolve(one.state, event)


def _accepted(counts: Counts, stream: str, event: OfferAccepted) -> None:
    one = counts.require(stream)
    held = one.offers.get(event.offer_id)
    if one.state.phase is not Phase.OFFERED or held is None or held[0] != event.agent_id:
        if one.state.agent_id not in ("", event.agent_id):
            counts.double_assigned += 1
            counts.find(f"{stream}: accepted by {event.agent_id} while {one.state.agent_id} has it")
            return
        raise ImpossibleError(one)
    del one.offers[event.offer_id]
    one.holder = held
    one.state = evolve(one.state, event)
    if not one.state.callback:
        _answered(counts, one)


def _answered(counts: Counts, one: Open) -> None:
    counts.answered += not (one.settled or one.consult)
    one.settled = True


def _go_on(counts: Counts, one: Open, event: Event) -> None:
    """The conversation goes on or ends. A customer who was to be called is answered as soon as they are reached."""
    called = one.state.callback and one.state.phase is Phase.ACTIVE
    one.state = evolve(one.state, event)
    if called and (not one.state.callback or one.state.phase is Phase.WRAP_UP):
        _answered(counts, one)


def _not_taken(counts: Counts, stream: str, event: OfferDeclined | OfferTimedOut | OfferRescinded) -> None:
    one = counts.require(stream)
    held = one.offers.pop(event.offer_id, None)
    if held is None:
        raise ImpossibleError(one)
    counts.free(*held)
    one.state = evolve(one.state, event)


def _abandoned(counts: Counts, stream: str, _event: InteractionAbandoned) -> None:
    one = counts.require(stream, Phase.WAITING)
    counts.abandoned += not (one.settled or one.consult)
    counts.finish(stream, one)


def _expired(counts: Counts, stream: str, _event: InteractionExpired) -> None:
    one = counts.require(stream, Phase.WAITING, Phase.PARKED)
    counts.expired += not (one.settled or one.consult)
    counts.finish(stream, one)


def _ended(counts: Counts, stream: str, event: InteractionEnded) -> None:
    _go_on(counts, counts.require(stream, Phase.ACTIVE, agent=event.agent_id), event)


def _completed(counts: Counts, stream: str, event: WrapUpCompleted) -> None:
    counts.finish(stream, counts.require(stream, Phase.WRAP_UP, agent=event.agent_id))


def _goes_on(counts: Counts, stream: str, event: InteractionHeld | InteractionResumed | CallbackReached) -> None:
    _go_on(counts, counts.require(stream, Phase.ACTIVE, agent=event.agent_id), event)


def _interrupted(counts: Counts, stream: str, event: InteractionInterrupted) -> None:
    one = counts.require(stream, Phase.ACTIVE, agent=event.agent_id)
    if one.rests or one.holder is None:
        raise ImpossibleError(one)
    counts.free(*one.holder)
    one.rests = True
    one.state = evolve(one.state, event)


def _continued(counts: Counts, stream: str, event: InteractionContinued) -> None:
    one = counts.require(stream, Phase.ACTIVE, agent=event.agent_id)
    if not one.rests or one.holder is None:
        raise ImpossibleError(one)
    one.rests = False
    counts.take(stream, *one.holder)
    one.state = evolve(one.state, event)


def _transferred(counts: Counts, stream: str, event: InteractionTransferred) -> None:
    one = counts.require(stream, Phase.ACTIVE, agent=event.agent_id)
    counts.let_go(one)
    one.units = event.units
    if event.warm:
        one.holder = (event.to_agent, event.units if event.to_units is None else event.to_units)
        counts.take(stream, *one.holder)
    _go_on(counts, one, event)


def _given_back(counts: Counts, stream: str, event: InteractionPulledBack | InteractionParked | CallbackMissed) -> None:
    one = counts.require(stream, Phase.ACTIVE, agent=event.agent_id)
    counts.let_go(one)
    one.state = evolve(one.state, event)


def _in(*phases: Phase) -> Callable[[Counts, str, Any], None]:
    """A fact that nothing but a phase is asked for."""

    def rule(counts: Counts, stream: str, event: Event) -> None:
        one = counts.require(stream, *phases)
        one.state = evolve(one.state, event)

    return rule


def _fitted(counts: Counts, _stream: str, event: AgentSignedOn | AgentCapacityChanged) -> None:
    counts.capacity[event.agent_id] = event.capacity


RULES: dict[type[Event], Callable[..., None]] = {
    CustomerRegistered: _customer,
    ContactReceived: _contact,
    ContactAttached: _attached,
    InteractionQueued: _queued,
    InteractionRefused: _refused,
    InteractionReopened: _reopened,
    InteractionOffered: _offered,
    OfferAccepted: _accepted,
    OfferDeclined: _not_taken,
    OfferTimedOut: _not_taken,
    OfferRescinded: _not_taken,
    InteractionAbandoned: _abandoned,
    InteractionExpired: _expired,
    InteractionEnded: _ended,
    WrapUpCompleted: _completed,
    InteractionHeld: _goes_on,
    InteractionResumed: _goes_on,
    CallbackReached: _goes_on,
    InteractionInterrupted: _interrupted,
    InteractionContinued: _continued,
    InteractionTransferred: _transferred,
    InteractionPulledBack: _given_back,
    InteractionParked: _given_back,
    CallbackMissed: _given_back,
    InteractionUnparked: _in(Phase.PARKED),
    CallbackScheduled: _in(Phase.WAITING, Phase.OFFERED, Phase.PARKED),
    InteractionMoved: _in(Phase.WAITING),
    RequirementRelaxed: _in(Phase.WAITING, Phase.OFFERED),
    InteractionPrioritised: _in(Phase.WAITING, Phase.OFFERED, Phase.PARKED),
    DeclinesForgotten: _in(Phase.WAITING, Phase.OFFERED),
    ParticipantJoined: _in(Phase.ACTIVE),
    ParticipantLeft: _in(Phase.ACTIVE),
    RecordingAsked: _in(Phase.ACTIVE),
    RecordingSwitched: _in(Phase.ACTIVE),
    InteractionFlagged: _in(),
    InteractionUnflagged: _in(),
    AgentSignedOn: _fitted,
    AgentCapacityChanged: _fitted,
}
