"""Who sits at which desk, and whether they want the next visitor: pure, or refused."""

from datetime import datetime

from hub.channels.branch.decide import Decision
from hub.channels.branch.events import Called, DeskClosed, DeskOpened, Event, NextUnwanted, NextWanted, PassedOn
from hub.channels.branch.places import who_is_free, who_sits
from hub.channels.branch.refusals import NotNowError
from hub.channels.branch.settings import Branch
from hub.channels.branch.visits import Book
from hub.domain.errors import NotFoundError


def sit_down(branch: Branch, desk: str, agent: str, at: datetime, *, instead: bool = False) -> Decision:
    """At one desk at a time; a desk has one agent. `instead` of who did not sign out there: whom they had called goes
    on with who sits there now."""

    def decide(book: Book) -> list[Event]:
        if desk not in branch.desks:
            raise NotFoundError(f"there is no desk {desk!r} here: there are {', '.join(branch.desks)}")
        sits, elsewhere = book.desks.get(desk), book.desk_of(agent)
        if sits is not None and sits.agent == agent:
            return []
        if sits is not None and not instead:
            told = f"{sits.agent} sits at desk {desk}: they sign out first"
            raise NotNowError("taken_desk", told, who=sits.agent, desk=desk)
        events: list[Event] = get_up(elsewhere.desk, at)(book) if elsewhere else []
        here = book.at_desk(desk)
        goes_on = [Called(at=at, visit=here.id, desk=desk, agent=agent, by="instead")] if here is not None else []
        return [*events, *_put_out(book, desk, at), DeskOpened(at=at, desk=desk, agent=agent), *goes_on]

    return decide


def _put_out(book: Book, desk: str, at: datetime) -> list[Event]:
    if desk not in book.desks:
        return []
    here = book.at_desk(desk)
    waits: list[Event] = [PassedOn(at=at, visit=here.id, service=here.service)] if here is not None else []
    return [*waits, DeskClosed(at=at, desk=desk)]


def get_up(desk: str, at: datetime) -> Decision:
    """Not while somebody stands before it. Who was sent away from there may be called by others."""

    def decide(book: Book) -> list[Event]:
        if desk not in book.desks:
            return []
        if (here := book.at_desk(desk)) is not None:
            told = f"{here.number} is at the desk: end the visit first, or pass it on"
            raise NotNowError("somebody_here", told, number=here.number)
        return [DeskClosed(at=at, desk=desk)]

    return decide


def want_next(desk: str, at: datetime) -> Decision:
    """Whoever is next may come."""

    def decide(book: Book) -> list[Event]:
        sits = who_is_free(book, desk)
        return [] if sits.wants_since else [NextWanted(at=at, desk=desk)]

    return decide


def want_nobody(desk: str, at: datetime) -> Decision:
    """Not any more."""

    def decide(book: Book) -> list[Event]:
        return [NextUnwanted(at=at, desk=desk)] if who_sits(book, desk).wants_since else []

    return decide
