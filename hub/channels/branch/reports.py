"""What the hub is told of a fact, in the hub's words: pure. Told long after, it is the same."""

from datetime import datetime
from typing import Any

from hub.channels.branch.appointments import words
from hub.channels.branch.events import (
    AppointmentMade,
    AppointmentMoved,
    AppointmentOver,
    AppointmentReminded,
    Called,
    DeskClosed,
    DeskOpened,
    Event,
    LaidAside,
    NextUnwanted,
    NextWanted,
    Over,
    PassedOn,
    SaidByVisitor,
    TicketTaken,
)
from hub.channels.branch.settings import Branch
from hub.channels.branch.visits import Book, Phase, Visit, evolve
from hub.channels.command import Command
from hub.domain.contact import Appointment, Channel, Contact, ConversationEvent, Declared, Desk, Identifier, Path
from hub.domain.contact import Visit as VisitTold

Report = Contact | ConversationEvent


def reports_of(name: str, branch: Branch, before: Book, event: Event) -> list[Report]:
    """`name`: the branch's; `before`: as it stood just before that."""
    match event:
        case TicketTaken():
            return [ticket(name, branch, event)]
        case SaidByVisitor():
            return [message(name, branch, before.visits[event.visit].taken, event)]
        case DeskOpened():
            known = branch.agents.get(event.agent)
            at_desk = Desk(
                branch=name, desk=event.desk, name=known.name if known else "",
                skills=branch.skills_of(event.desk, event.agent), languages=branch.languages_of(event.agent),
            )  # fmt: skip
            return [_of_desk(name, event, event.agent, "desk_opened", desk=at_desk)]
        case DeskClosed() | NextWanted() | NextUnwanted():
            return [_of_desk(name, event, before.desks[event.desk].agent, event.kind)]
        case Called() | LaidAside() | PassedOn() | Over():
            return _of_visit(name, branch, before, event)
        case AppointmentMade() | AppointmentMoved() | AppointmentReminded() | AppointmentOver():
            return _of_appointment(name, branch, evolve(before, event), event)
        case _:
            return []


def ticket(name: str, branch: Branch, taken: TicketTaken) -> Contact:
    """The visit, as the hub takes it in."""
    number = f"{taken.letter}{taken.count:03}"
    about = ", ".join(
        one for one in (taken.need, f"appointment {taken.appointment}" if taken.appointment else "") if one
    )
    contact = _contact(name, branch, taken, taken.visit, taken.at, about, taken.note)
    return contact.model_copy(update={"ticket": number})


def message(name: str, branch: Branch, taken: TicketTaken, said: SaidByVisitor) -> Contact:
    """What they write on the ticket's page joins their visit."""
    return _contact(name, branch, taken, f"{taken.visit}-said-{said.name}", said.at, "", said.text)


def _contact(
    name: str, branch: Branch, taken: TicketTaken, contact_id: str, at: datetime, subject: str, text: str
) -> Contact:
    service = branch.service_of(taken.service)
    told = service.service or f"{name}-{taken.service}"
    who = taken.identity
    identifiers = (Identifier(kind=who.kind, value=who.value, verified=taken.proven),) if who else ()
    return Contact(
        id=contact_id, path=Path(channel=Channel.IN_PERSON, address=taken.visit, sender=name), occurred_at=at,
        identifiers=identifiers, thread=taken.visit, language=taken.language, subject=subject, text=text,
        service=(service.priority_service or told) if taken.first else told, declared=Declared(name=taken.name),
    )  # fmt: skip


def _of_desk(name: str, event: Event, agent: str, signal: str, **more: Any) -> ConversationEvent:
    desk = f"desk-{name}-{getattr(event, 'desk', '')}"
    return _event(f"{desk}-{signal}-{event.at.timestamp():.3f}", desk, signal, event.at, agent_id=agent, **more)


def _of_visit(
    name: str, branch: Branch, before: Book, event: Called | LaidAside | PassedOn | Over
) -> list[Report]:  # fmt: skip
    one = before.visits.get(event.visit)
    if one is None:
        return []

    def told(signal: str, **more: Any) -> ConversationEvent:
        return _event(f"{one.id}-{signal}-{one.version}", one.id, signal, event.at, **more)

    match event:
        case LaidAside(by="hub") | PassedOn(by="hub"):
            return []
        case Called():
            unwanted = NextUnwanted(at=event.at, desk=event.desk)
            return [
                told("taken", agent_id=event.agent), _of_desk(name, unwanted, event.agent, "next_unwanted"),
            ]  # fmt: skip
        case LaidAside():
            return [told("parked", agent_id=one.agent)]
        case PassedOn():
            queue = branch.service_of(event.service).queue
            by = one.agent if one.phase is Phase.CALLED else ""
            to = {"to_agent": event.to_agent} if by and event.to_agent else {}
            if not to and not queue:
                return []  # the service is taken out of the settings: there is nowhere to wait
            return [told("passed_on", agent_id=by, queue="" if to else queue, reason=event.reason, **to)]
        case _:
            visited = told("visited", visit=_was(name, one, event))
            if event.by == "hub":
                return [visited]
            if one.phase is Phase.WAITING:
                return [told("customer_left"), visited]
            return [told("ended", agent_id=one.agent, wrap_up=event.code), visited]


def _was(name: str, one: Visit, over: Over) -> VisitTold:
    taken = one.taken
    return VisitTold(
        branch=name, service=one.service, ticket=one.number, entry=taken.entry or _entry(taken), need=taken.need,
        language=taken.language, appointment_id=f"{name}-{taken.appointment}" if taken.appointment else "",
        arrived_at=taken.at, called_at=one.called_at, ended_at=over.at, calls=one.calls, desk=one.desk,
        agent_id=one.agent, outcome=over.phase, code=over.code,
    )  # fmt: skip


def _entry(taken: TicketTaken) -> str:
    """Of a ticket that was kept before it said where it was given."""
    return "appointment" if taken.appointment else "reception" if taken.proven else "kiosk"


def _of_appointment(
    name: str, branch: Branch, after: Book,
    event: AppointmentMade | AppointmentMoved | AppointmentReminded | AppointmentOver,
) -> list[Report]:  # fmt: skip
    one = after.appointments.get(event.code)
    if one is None:
        return []
    state = event.phase if isinstance(event, AppointmentOver) else event.kind.removeprefix("appointment_")
    subject, text = words(branch, one, state)
    service = branch.service_of(one.made.service).service or f"{name}-{one.made.service}"
    told = Appointment(
        id=f"{name}-{event.code}", state=state, branch=name, service=service, starts_at=one.starts_at, subject=subject,
        text=text, tell=one.tell,
    )  # fmt: skip
    thread = f"appointment-{name}-{event.code}"
    about = f"{thread}-{state}-{one.made.at.timestamp():.0f}-{one.version}"
    language = one.made.language or branch.languages[0]
    return [
        _event(about, thread, "appointment", event.at, identifier=one.whose, appointment=told, language=language)
    ]  # fmt: skip


def _event(name: str, thread: str, signal: str, at: datetime, **more: Any) -> ConversationEvent:
    told = {"id": name, "channel": Channel.IN_PERSON, "thread": thread, "signal": signal, "occurred_at": at, **more}
    return ConversationEvent.model_validate(told)


def left(thread: str, at: datetime) -> ConversationEvent:
    """Whoever has it there: the visit is over."""
    return _event(f"{thread}-over", thread, "customer_left", at)


def still_here(one: Visit, position: str, at: datetime) -> ConversationEvent:
    """The hub gave it to somebody who is at no free desk: it stays with whom it is."""
    return _event(f"{one.id}-still-here-{position}", one.id, "taken", at, agent_id=one.agent)


def gone(thread: str, at: datetime) -> ConversationEvent:
    """The hub speaks of a visit that the branch does not know."""
    return _event(f"{thread}-unknown", thread, "customer_left", at)


def not_here(thread: str, agent: str, interaction_id: str, position: str, at: datetime) -> ConversationEvent:
    """The hub gave it to somebody who has not called it: it waits on."""
    told = {"agent_id": agent, "interaction_id": interaction_id, "outcome": "busy"}
    return _event(f"{thread}-not-here-{position}", thread, "agent_missed", at, **told)


def declined(command: Command, at: datetime) -> ConversationEvent:
    """Whom it was offered to can't have it now."""
    told = {"agent_id": command.agent_id, "offer_id": command.offer_id, "interaction_id": command.interaction_id}
    name = f"{command.thread}-declined-{command.id}"
    return _event(name, command.thread, "offer_declined", at, outcome="busy", reason="not at a free desk", **told)


def sent(thread: str, contact_id: str, at: datetime) -> ConversationEvent:
    """It stands on the ticket's page."""
    return _event(f"{contact_id}.sent", thread, "sent", at, contact_id=contact_id)


def failed(thread: str, contact_id: str, at: datetime) -> ConversationEvent:
    """Nobody will read it there."""
    return _event(
        f"{contact_id}.failed", thread, "failed", at, contact_id=contact_id, reason="the visit is over"
    )  # fmt: skip
