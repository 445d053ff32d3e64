"""Work that agents refused: they are not asked about it again before some time, or until that is forgotten."""

from hub.router.matching.agents import Seat
from hub.router.matching.line import Work
from hub.router.matching.search import Search


def bar(search: Search, seat: Seat, work: Work, until: float) -> None:
    """The agent is not to get this work before then (epoch seconds; `inf`: never)."""
    seat.bar(work.id, until)
    if work.barred_at is None:
        work.barred_at = []
    if seat not in work.barred_at:
        work.barred_at.append(seat)
    search.wake(until, seat, work)


def clear(search: Search, work: Work) -> None:
    """Nobody has refused this work any more."""
    for seat in work.barred_at or ():
        if work.id in seat.barred:
            del seat.barred[work.id]
    if work.barred_at:
        search.look_at(work)
    work.barred_at = None


def by_all(work: Work, now: float) -> bool:
    """Whether it has been refused by everybody who is signed on and fits it, and by somebody at all."""
    at = work.barred_at or ()
    refused = sum(one.signed_on and one.fits(work.need) and one.barred.get(work.id, 0.0) > now for one in at)
    return 0 < refused == work.need.signed_on
