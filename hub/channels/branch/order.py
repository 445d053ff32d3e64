"""Whom a desk calls when the hub can't say: who goes first, then who waits longest."""

from collections.abc import Iterable
from datetime import datetime

from hub.channels.branch.settings import Branch
from hub.channels.branch.visits import Book, Phase, Visit


def rank(visit: Visit) -> tuple[bool, datetime, int]:
    """Smaller goes first."""
    return not visit.taken.first, visit.taken.at, visit.taken.count


def fits(visit: Visit, desk: str, agent: str, branch: Branch) -> bool:
    """Whether they may be served there."""
    if visit.phase is not Phase.WAITING or visit.for_desk not in ("", desk):
        return False
    speaks = not visit.taken.language or visit.taken.language in branch.languages_of(agent)
    return speaks and visit.service in branch.services_of(desk)


def line(book: Book, service: str) -> list[Visit]:
    """Who waits for it, in order."""
    return sorted(
        (one for one in book.visits.values() if one.phase is Phase.WAITING and one.service == service), key=rank
    )


def next_for(book: Book, desk: str, branch: Branch, *, alone: bool) -> Visit | None:
    """`alone`: only of those whom the hub won't have called."""
    sits = book.desks.get(desk)
    if sits is None:
        return None
    waiting: Iterable[Visit] = (one for one in book.visits.values() if one.alone or not alone)
    return min((one for one in waiting if fits(one, desk, sits.agent, branch)), key=rank, default=None)
