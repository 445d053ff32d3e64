"""Reads the log back and counts: what came in, what became of it, and whether anything was lost or done twice."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from hub.domain.agent.events import FULL_CAPACITY, AgentSignedOn
from hub.domain.customer.events import ContactReceived, CustomerRegistered
from hub.domain.event import Event
from hub.domain.interaction.events import (
    ContactAttached,
    Interaction,
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    Phase,
    WrapUpCompleted,
    evolve,
)
from hub.domain.pool.events import PoolCommitted
from hub.ports import Recorded

FINDINGS_KEPT = 20


@dataclass(frozen=True, slots=True)
class Audit:
    """What a stretch of the log comes to. Everything is counted from events, nothing from anybody's memory."""

    contacts: int
    """Inbound contacts received."""
    customers: int
    """Customers seen for the first time."""
    interactions: int
    answered: int
    """Interactions an agent accepted."""
    abandoned: int
    open: int
    """Interactions neither completed nor abandoned when the log ends."""
    lost: int
    """Contacts that no interaction took up, and open interactions that nobody has answered."""
    duplicates: int
    """Contacts recorded, or taken up, more than once."""
    double_assigned: int
    """Times an interaction was given to an agent while another one had it."""
    over_capacity: int
    """Offers that exceeded what their agent can hold."""
    contradictions: int
    """Events that what was before them does not allow: a second outcome, an end without a beginning."""
    events: int
    """All events but PoolCommitted."""
    findings: tuple[str, ...]
    """The first of what is wrong, in words."""

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing twice, nothing impossible."""
        return not (self.lost or self.duplicates or self.double_assigned or self.over_capacity or self.contradictions)


def audit(events: Iterable[Recorded]) -> Audit:
    """Audit a log, or the part of it that one run wrote. Streaming: keeps what is open, the ids of contacts that
    nothing has taken up yet, and of every contact the hash of its id as an integer in two sets, received and taken up:
    some 120 to 280 bytes of memory each."""
    counting = _Counting()
    for recorded in events:
        counting.take(recorded)
    return counting.result()


@dataclass(slots=True)
class _Open:
    state: Interaction
    units: int = 0
    answered: bool = False


class _ImpossibleError(Exception):
    """An event that what was before it does not allow."""

    def __init__(self, one: _Open | None) -> None:
        super().__init__(f"it is {one.state.phase.value}" if one else "it is not open")


@dataclass(slots=True)
class _Counting:
    contacts: int = 0
    customers: int = 0
    interactions: int = 0
    answered: int = 0
    abandoned: int = 0
    duplicates: int = 0
    double_assigned: int = 0
    over_capacity: int = 0
    contradictions: int = 0
    events: int = 0
    findings: list[str] = field(default_factory=list)
    open: dict[str, _Open] = field(default_factory=dict)
    waiting_contacts: set[str] = field(default_factory=set)
    """Received, and not yet taken up."""
    received: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    capacity: dict[str, int] = field(default_factory=dict)
    in_use: dict[str, int] = field(default_factory=dict)

    def take(self, recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, PoolCommitted):
            return
        self.events += 1
        handler = _HANDLERS.get(type(event))
        if handler is None:
            return
        try:
            handler(self, recorded.stream, event)
        except _ImpossibleError as impossible:
            self.contradictions += 1
            self.find(f"{recorded.stream}: {type(event).__name__} at {recorded.position}, although {impossible}")

    def result(self) -> Audit:
        unanswered = sum(not one.answered for one in self.open.values())
        return Audit(
            contacts=self.contacts,
            customers=self.customers,
            interactions=self.interactions,
            answered=self.answered,
            abandoned=self.abandoned,
            open=len(self.open),
            lost=len(self.waiting_contacts) + unanswered,
            duplicates=self.duplicates,
            double_assigned=self.double_assigned,
            over_capacity=self.over_capacity,
            contradictions=self.contradictions,
            events=self.events,
            findings=tuple(self.findings),
        )

    def find(self, what: str) -> None:
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(what)


def _customer(counting: _Counting, _stream: str, _event: Event) -> None:
    counting.customers += 1


def _contact(counting: _Counting, stream: str, event: ContactReceived) -> None:
    mark = hash(event.contact_id)
    if mark in counting.received:
        counting.duplicates += 1
        counting.find(f"{stream}: contact {event.contact_id} is recorded twice")
        return
    counting.received.add(mark)
    counting.contacts += 1
    if mark not in counting.taken:
        counting.waiting_contacts.add(event.contact_id)


def _take_up(counting: _Counting, stream: str, contact_id: str) -> None:
    mark = hash(contact_id)
    if mark in counting.taken:
        counting.duplicates += 1
        counting.find(f"{stream}: contact {contact_id} is taken up twice")
    counting.taken.add(mark)
    counting.waiting_contacts.discard(contact_id)


def _attached(counting: _Counting, stream: str, event: ContactAttached) -> None:
    _take_up(counting, stream, event.contact_id)


def _queued(counting: _Counting, stream: str, event: InteractionQueued) -> None:
    if stream in counting.open:
        raise _ImpossibleError(counting.open[stream])
    _take_up(counting, stream, event.contact_id)
    counting.interactions += 1
    counting.open[stream] = _Open(evolve(Interaction(), event))


def _offered(counting: _Counting, stream: str, event: InteractionOffered) -> None:
    one = counting.open.get(stream)
    if one is None:
        raise _ImpossibleError(None)
    if one.state.phase is not Phase.WAITING:
        counting.double_assigned += 1
        counting.find(f"{stream}: offered to {event.agent_id} while {one.state.agent_id} has it")
        _free(counting, one)
    held = counting.in_use.get(event.agent_id, 0) + event.units
    if held > counting.capacity.get(event.agent_id, FULL_CAPACITY):
        counting.over_capacity += 1
        counting.find(f"{stream}: {event.agent_id} holds {held} units with it, more than their capacity")
    counting.in_use[event.agent_id] = held
    one.units = event.units
    one.state = evolve(one.state, event)


def _accepted(counting: _Counting, stream: str, event: OfferAccepted) -> None:
    one = counting.open.get(stream)
    if one is None:
        raise _ImpossibleError(None)
    if one.state.phase is not Phase.OFFERED or one.state.offer_id != event.offer_id:
        if one.state.agent_id not in ("", event.agent_id):
            counting.double_assigned += 1
            counting.find(f"{stream}: accepted by {event.agent_id} while {one.state.agent_id} has it")
            return
        raise _ImpossibleError(one)
    if not one.answered:
        counting.answered += 1
        one.answered = True
    one.state = evolve(one.state, event)


def _refused(counting: _Counting, stream: str, event: OfferDeclined | OfferTimedOut | OfferRescinded) -> None:
    one = counting.open.get(stream)
    if one is None or one.state.phase is not Phase.OFFERED or one.state.offer_id != event.offer_id:
        raise _ImpossibleError(one)
    _free(counting, one)
    one.state = evolve(one.state, event)


def _abandoned(counting: _Counting, stream: str, _event: InteractionAbandoned) -> None:
    one = counting.open.get(stream)
    if one is None or one.state.phase is not Phase.WAITING or one.answered:
        raise _ImpossibleError(one)
    counting.abandoned += 1
    del counting.open[stream]


def _ended(counting: _Counting, stream: str, event: InteractionEnded) -> None:
    one = counting.open.get(stream)
    if one is None or one.state.phase is not Phase.ACTIVE or one.state.agent_id != event.agent_id:
        raise _ImpossibleError(one)
    one.state = evolve(one.state, event)


def _completed(counting: _Counting, stream: str, event: WrapUpCompleted) -> None:
    one = counting.open.get(stream)
    if one is None or one.state.phase is not Phase.WRAP_UP or one.state.agent_id != event.agent_id:
        raise _ImpossibleError(one)
    _free(counting, one)
    del counting.open[stream]


def _free(counting: _Counting, one: _Open) -> None:
    agent = one.state.agent_id
    counting.in_use[agent] = counting.in_use.get(agent, 0) - one.units
    if not counting.in_use[agent]:
        del counting.in_use[agent]
    one.units = 0


def _signed_on(counting: _Counting, _stream: str, event: AgentSignedOn) -> None:
    counting.capacity[event.agent_id] = event.capacity


_HANDLERS: dict[type[Event], Callable[..., None]] = {
    CustomerRegistered: _customer,
    ContactReceived: _contact,
    ContactAttached: _attached,
    InteractionQueued: _queued,
    InteractionOffered: _offered,
    OfferAccepted: _accepted,
    OfferDeclined: _refused,
    OfferTimedOut: _refused,
    OfferRescinded: _refused,
    InteractionAbandoned: _abandoned,
    InteractionEnded: _ended,
    WrapUpCompleted: _completed,
    AgentSignedOn: _signed_on,
}
