"""A branch as it stands: who waits, who is where. What happened makes it, and nothing else."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from hub.channels.branch.appointments import Appointment, evolved
from hub.channels.branch.events import (
    AppointmentKnown,
    AppointmentMade,
    AppointmentMoved,
    AppointmentOver,
    AppointmentReminded,
    Called,
    DeskClosed,
    DeskOpened,
    Event,
    KnownAtHub,
    LaidAside,
    NextUnwanted,
    NextWanted,
    NotAtHub,
    Over,
    PassedOn,
    Recalled,
    SaidByHub,
    SaidByVisitor,
    Standing,
    TicketTaken,
    nameless,
)


class Phase(StrEnum):
    """Where a visitor is."""

    WAITING = "waiting"
    CALLED = "called"
    PARKED = "parked"
    SERVED = "served"
    NO_SHOW = "no_show"
    LEFT = "left"


OPEN = frozenset({Phase.WAITING, Phase.CALLED, Phase.PARKED})


@dataclass(frozen=True, slots=True)
class Visit:
    """One ticket. `version`: of how many facts it is made."""

    id: str
    taken: TicketTaken
    service: str
    phase: Phase = Phase.WAITING
    version: int = 1
    desk: str = ""
    agent: str = ""
    """Who has it, or had it last."""
    for_desk: str = ""
    """It waits for this one alone."""
    calls: int = 0
    called_at: datetime | None = None
    last_call: datetime | None = None
    announced_at: datetime | None = None
    """When the hall was told last where they go; None: they stood there."""
    parked_until: datetime | None = None
    ended_at: datetime | None = None
    code: str = ""
    known: bool = False
    alone: bool = False
    """The hub won't have it called."""
    customer_id: str = ""
    segment: str = ""
    stage: str = ""
    said: tuple[SaidByVisitor, ...] = ()
    told: tuple[SaidByHub, ...] = ()
    heard: frozenset[str] = frozenset()
    """What was said, and the hub has it."""

    @property
    def number(self) -> str:
        """As it stands on the ticket."""
        return f"{self.taken.letter}{self.taken.count:03}"

    @property
    def is_open(self) -> bool:
        """Whether the visitor is still there."""
        return self.phase in OPEN


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """Who sits there, and since when they want the next visitor (None: they don't)."""

    desk: str
    agent: str
    at: datetime
    wants_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """One branch."""

    visits: Mapping[str, Visit] = field(default_factory=dict)
    desks: Mapping[str, OpenDesk] = field(default_factory=dict)
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """The last number given, by day and letter."""
    asked: Mapping[str, str] = field(default_factory=dict)
    """The visit that came of a page's wish, or the appointment."""
    appointments: Mapping[str, Appointment] = field(default_factory=dict)
    """By code."""

    def at_desk(self, desk: str) -> Visit | None:
        """Who was called there."""
        return next((one for one in self.visits.values() if one.phase is Phase.CALLED and one.desk == desk), None)

    def desk_of(self, agent: str) -> OpenDesk | None:
        """Where they sit."""
        return next((one for one in self.desks.values() if one.agent == agent), None)


def evolve(book: Book, event: Event) -> Book:
    """The branch after one more fact."""
    match event:
        case TicketTaken():
            return _taken(book, event)
        case DeskOpened():
            opened = OpenDesk(event.desk, event.agent, event.at)
            return replace(book, desks={**book.desks, event.desk: opened})
        case DeskClosed():
            return _closed(book, event.desk)
        case NextWanted():
            return _wants(book, event.desk, event.at)
        case NextUnwanted():
            return _wants(book, event.desk, None)
        case AppointmentMade():
            made = Appointment(event, event.starts_at, event.at)
            asked = {**book.asked, event.asked: event.code} if event.asked else book.asked
            return replace(book, appointments={**book.appointments, event.code: made}, asked=asked)
        case AppointmentKnown() | AppointmentMoved() | AppointmentOver() | AppointmentReminded():
            known = book.appointments.get(event.code)
            new = {event.code: evolved(known, event)} if known else {}
            return replace(book, appointments={**book.appointments, **new})
        case _:
            before = book.visits.get(event.visit)
            if before is None:
                return book
            after = replace(_visit(before, event), version=before.version + 1)
            book = replace(book, visits={**book.visits, event.visit: after})
            return _wants(book, event.desk, None) if isinstance(event, Called) else book


def _taken(book: Book, event: TicketTaken) -> Book:
    return replace(
        book,
        visits={**book.visits, event.visit: Visit(event.visit, event, event.service)},
        counts={**book.counts, (event.day, event.letter): event.count},
        asked={**book.asked, event.asked: event.visit} if event.asked else book.asked,
    )


def _closed(book: Book, desk: str) -> Book:
    """Whoever was meant for it may be called by others."""
    free = {name: replace(one, for_desk="") for name, one in book.visits.items() if one.for_desk == desk}
    desks = {name: one for name, one in book.desks.items() if name != desk}
    return replace(book, desks=desks, visits={**book.visits, **free})


def _wants(book: Book, desk: str, since: datetime | None) -> Book:
    one = book.desks.get(desk)
    return replace(book, desks={**book.desks, desk: replace(one, wants_since=since)}) if one else book


def _visit(one: Visit, event: Event) -> Visit:
    match event:
        case Called(by="instead"):
            return replace(one, phase=Phase.CALLED, desk=event.desk, agent=event.agent, for_desk="")
        case Called():
            return replace(
                one, phase=Phase.CALLED, desk=event.desk, agent=event.agent, calls=1, called_at=event.at,
                last_call=event.at, announced_at=None if event.by == "walk_in" else event.at, parked_until=None,
                for_desk="",
            )  # fmt: skip
        case Recalled():
            return replace(one, calls=one.calls + 1, last_call=event.at, announced_at=event.at)
        case LaidAside():
            return replace(one, phase=Phase.PARKED, parked_until=event.until, desk="")
        case PassedOn():
            waiting = replace(one, phase=Phase.WAITING, service=event.service, for_desk=event.desk, desk="")
            return replace(waiting, parked_until=None)
        case Over():
            return replace(one, phase=Phase(event.phase), ended_at=event.at, code=event.code)
        case SaidByVisitor():
            return replace(one, said=(*one.said, event))
        case SaidByHub():
            return replace(one, told=(*one.told, event))
        case KnownAtHub():
            known = one.known or not event.what
            return replace(
                one, known=known, customer_id=event.customer_id or one.customer_id,
                heard=one.heard | {event.what} if event.what else one.heard,
            )  # fmt: skip
        case Standing():
            return replace(one, segment=event.segment, stage=event.stage)
        case NotAtHub():
            return replace(one, known=True, alone=True)
        case _:
            return one


def without_old(book: Book, before: datetime) -> Book:
    """What ended before then is forgotten, but for the numbers."""
    kept = {name: one for name, one in book.visits.items() if one.ended_at is None or one.ended_at >= before}
    stand = {code: one for code, one in book.appointments.items() if one.ended_at is None or one.ended_at >= before}
    asked = {wish: name for wish, name in book.asked.items() if name in kept or name in stand}
    return replace(book, visits=kept, asked=asked, appointments=stand)


def of_customer(book: Book, customer_id: str) -> tuple[list[str], list[str]]:
    """Their visits and appointments, as far as the hub has said whose they are."""
    visits = [one.id for one in book.visits.values() if one.customer_id == customer_id]
    return visits, [code for code, one in book.appointments.items() if one.customer_id == customer_id]


def without_names(book: Book, visits: Collection[str], appointments: Collection[str]) -> Book:
    """Nobody knows any more who these were; they wait, and are expected, all the same."""
    bare = {name: _bare(book.visits[name]) for name in visits}
    made = {code: book.appointments[code] for code in appointments}
    agreed = {code: replace(one, made=nameless(one.made), customer_id="") for code, one in made.items()}
    return replace(book, visits={**book.visits, **bare}, appointments={**book.appointments, **agreed})


def _bare(one: Visit) -> Visit:
    said, told = tuple(map(nameless, one.said)), tuple(map(nameless, one.told))
    return replace(one, taken=nameless(one.taken), said=said, told=told, customer_id="", segment="", stage="")
