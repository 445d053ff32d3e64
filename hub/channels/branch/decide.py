"""What visitors, agents and the reception make happen in a branch: pure, or refused."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from hub.channels.branch import appointments
from hub.channels.branch.events import (
    AppointmentOver,
    Called,
    Event,
    LaidAside,
    Over,
    PassedOn,
    Recalled,
    SaidByVisitor,
    TicketTaken,
)
from hub.channels.branch.pages_api import Message, NewAppointment, NewTicket, Park, Transfer
from hub.channels.branch.places import visit_of, who_is_free, who_is_here
from hub.channels.branch.refusals import NotNowError, NotSoError
from hub.channels.branch.settings import Branch
from hub.channels.branch.visits import Book, Phase
from hub.domain.errors import InvalidError, RefusedError
from hub.policies.hours import is_open

MOST_WAITING = 2_000
MOST_SAID = 20
"""Messages of a visitor."""
Entry = Literal["kiosk", "reception", "desk"]
"""Where a ticket was given."""
Decision = Callable[[Book], list[Event]]
"""What follows from the book as it stands. Raises InvalidError, NotFoundError, RefusedError."""


def take_ticket(name: str, branch: Branch, asked: NewTicket, at: datetime, entry: Entry = "kiosk") -> Decision:
    """`name`: the branch's. The same wish again is the same ticket: nothing happens. The reception has seen who they
    are; who stands before somebody is not sent away because it is late."""

    def decide(book: Book) -> list[Event]:
        if asked.id and asked.id in book.asked:
            return []
        wish, agreed = appointments.with_what_was_agreed(branch, asked, book.appointments.get, at)
        service = branch.services.get(wish.service)
        if service is None:
            there = ", ".join(branch.services)
            raise InvalidError(f"there is no service {wish.service!r} in this branch: there are {there}", "service")
        hours = branch.hours_of(wish.service)
        if hours is not None and entry == "kiosk" and not is_open(hours, at):
            raise NotNowError("closed", "this service is closed now")
        if sum(one.phase is Phase.WAITING for one in book.visits.values()) >= MOST_WAITING:
            raise NotNowError("full", "too many wait already")
        _known_words(branch, wish)
        day = branch.day_of(at)
        count = book.counts.get((day, service.letter), 0) + 1
        taken = TicketTaken(
                at=at, visit=f"visit-{name}-{day}-{service.letter}{count}", day=day, letter=service.letter,
                count=count, service=wish.service, language=wish.language, need=wish.need, identity=wish.identity,
                proven=(entry == "reception" or agreed) and wish.identity is not None, name=wish.name, note=wish.note,
                asked=wish.id, first=bool(wish.need or wish.appointment), appointment=wish.appointment,
                entry="appointment" if wish.appointment else entry,
            )  # fmt: skip
        if not wish.appointment:
            return [taken]
        over = AppointmentOver(at=at, code=wish.appointment, phase="arrived", ticket=taken.visit)
        return [taken, over]

    return decide


def _known_words(branch: Branch, wish: NewTicket) -> None:
    if wish.need and wish.need not in branch.needs:
        raise InvalidError(f"{wish.need!r} is none of the needs there are: {', '.join(branch.needs)}", "need")
    if wish.language and wish.language not in branch.languages:
        raise InvalidError(f"nobody speaks {wish.language!r} here: {', '.join(branch.languages)}", "language")


def walk_in(name: str, branch: Branch, wish: NewTicket, desk: str, at: datetime) -> Decision:
    """Somebody stands before the desk: ticket and call at once."""

    def decide(book: Book) -> list[Event]:
        sits = who_is_free(book, desk)
        taken = take_ticket(name, branch, wish, at, "desk")(book)
        return [*taken, *(Called(at=at, visit=one.visit, desk=desk, agent=sits.agent, by="walk_in") for one in taken
                          if isinstance(one, TicketTaken))]  # fmt: skip

    return decide


def call(visit: str, desk: str, at: datetime, by: str) -> Decision:
    """Who waits, to a desk that wants somebody; nothing where either is not so any more."""

    def decide(book: Book) -> list[Event]:
        one, sits = book.visits.get(visit), book.desks.get(desk)
        if one is None or sits is None or sits.wants_since is None or one.phase is not Phase.WAITING:
            return []
        return [Called(at=at, visit=visit, desk=desk, agent=sits.agent, by=by)]

    return decide


def recall(desk: str, at: datetime) -> Decision:
    """They have not come yet."""
    return lambda book: [Recalled(at=at, visit=who_is_here(book, desk).id)]


def lay_aside(desk: str, wish: Park, at: datetime) -> Decision:
    """They have something else to do first."""
    until = at + timedelta(minutes=wish.minutes) if wish.minutes else None
    return lambda book: [LaidAside(at=at, visit=who_is_here(book, desk).id, until=until, reason=wish.reason)]


def resume(desk: str, ticket: str, at: datetime) -> Decision:
    """They are back."""

    def decide(book: Book) -> list[Event]:
        sits = who_is_free(book, desk)
        one = visit_of(book, ticket)
        if one.phase is not Phase.PARKED:
            told = f"{one.number} is not parked: it is {one.phase.value}"
            raise NotNowError("not_parked", told, number=one.number)
        return [Called(at=at, visit=one.id, desk=desk, agent=sits.agent, by="resume")]

    return decide


def end(desk: str, code: str, at: datetime, branch: Branch) -> Decision:
    """Served."""

    def decide(book: Book) -> list[Event]:
        if code and branch.wrap_up and code not in branch.wrap_up:
            raise InvalidError(f"{code!r} is no way to end a visit: use {', '.join(branch.wrap_up)}", "code")
        return [Over(at=at, visit=who_is_here(book, desk).id, phase="served", code=code, by="desk")]

    return decide


def no_show(desk: str, at: datetime) -> Decision:
    """They were called, and did not come."""
    return lambda book: [Over(at=at, visit=who_is_here(book, desk).id, phase="no_show", code="no_show", by="desk")]


def pass_on(ticket: str, wish: Transfer, at: datetime, branch: Branch, own_desk: str = "") -> Decision:
    """`ticket` empty: who is at `own_desk`."""

    def decide(book: Book) -> list[Event]:
        one = visit_of(book, ticket) if ticket else who_is_here(book, own_desk)
        if one.phase not in (Phase.WAITING, Phase.CALLED):
            told = f"{one.number} can't be passed on: it is {one.phase.value}"
            raise NotNowError("not_here", told, number=one.number)
        service = wish.service or one.service
        if service not in branch.services:
            raise InvalidError(f"there is no service {service!r} in this branch", "service")
        to = book.desks.get(wish.desk)
        if wish.desk and to is None:
            raise NotSoError("nobody_there", f"nobody sits at desk {wish.desk!r}", "desk", desk=wish.desk)
        if (wish.desk and wish.desk == own_desk) or (not wish.service and not wish.desk):
            raise NotSoError("say_where", "say to which other service or desk", "service")
        if wish.desk and service not in branch.services_of(wish.desk):
            told = f"desk {wish.desk} does not serve {service}"
            raise NotSoError("not_served_there", told, "desk", desk=wish.desk)
        agent = to.agent if to else ""
        passed = {"service": service, "desk": wish.desk, "to_agent": agent, "reason": wish.reason}
        return [PassedOn(at=at, visit=one.id, **passed)]

    return decide


def leave(ticket: str, at: datetime, by: str) -> Decision:
    """They don't wait any longer; nothing where they don't."""

    def decide(book: Book) -> list[Event]:
        one = visit_of(book, ticket)
        if one.phase is Phase.CALLED:
            told = f"{one.number} has been called to desk {one.desk}"
            raise NotNowError("called_already", told, number=one.number, desk=one.desk)
        return [Over(at=at, visit=one.id, phase="left", by=by)] if one.is_open else []

    return decide


def say(ticket: str, message: Message, at: datetime) -> Decision:
    """On the ticket's page; a repeat is nothing."""

    def decide(book: Book) -> list[Event]:
        one = visit_of(book, ticket)
        if any(said.name == message.id for said in one.said):
            return []
        if not one.is_open:
            raise NotNowError("over", "this visit is over")
        if len(one.said) >= MOST_SAID:
            raise NotNowError("said_enough", "say the rest at the desk")
        return [SaidByVisitor(at=at, visit=one.id, name=message.id, text=message.text)]

    return decide


def make_appointment(name: str, branch: Branch, wish: NewAppointment, at: datetime) -> Decision:
    """At the reception, which asked who they are; the same wish again is the same appointment."""

    def decide(book: Book) -> list[Event]:
        if wish.id and wish.id in book.asked:
            return []
        if len(book.appointments) >= appointments.MOST:
            raise RefusedError("there are too many appointments")
        return appointments.make(name, branch, wish, book.appointments.get, at, proven=True)

    return decide


def move_appointment(branch: Branch, code: str, to: datetime, at: datetime) -> Decision:
    """To another time."""
    return lambda book: appointments.move(branch, appointments.required(code, book.appointments.get), to, at)


def cancel_appointment(code: str, at: datetime) -> Decision:
    """Called off."""
    return lambda book: appointments.cancel(appointments.required(code, book.appointments.get), at)
