"""Who is where in a branch: looked up, or said in words why not."""

from hub.channels.branch.refusals import NotNowError
from hub.channels.branch.visits import Book, OpenDesk, Visit
from hub.domain.errors import NotFoundError


def who_sits(book: Book, desk: str) -> OpenDesk:
    """At this desk. Raises NotNowError."""
    sits = book.desks.get(desk)
    if sits is None:
        raise NotNowError("nobody_there", f"nobody is signed in at desk {desk}", desk=desk)
    return sits


def who_is_free(book: Book, desk: str) -> OpenDesk:
    """Who sits there with nobody before them. Raises NotNowError."""
    sits = who_sits(book, desk)
    if (here := book.at_desk(desk)) is not None:
        told = f"{here.number} is at the desk: end the visit first, park it or pass it on"
        raise NotNowError("somebody_here", told, number=here.number)
    return sits


def who_is_here(book: Book, desk: str) -> Visit:
    """Who was called there. Raises NotNowError."""
    one = book.at_desk(desk)
    if one is None:
        raise NotNowError("nobody_here", "nobody is at the desk: call the next one first")
    return one


def visit_of(book: Book, ticket: str) -> Visit:
    """Raises NotFoundError."""
    one = book.visits.get(ticket)
    if one is None:
        raise NotFoundError(f"there is no ticket {ticket!r}")
    return one
