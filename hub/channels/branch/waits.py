"""How many are before a visitor, and how long it may take: the hub's word, else the branch's own guess."""

from collections.abc import Mapping
from datetime import datetime
from statistics import fmean
from typing import NamedTuple

from hub.channels.branch.order import line
from hub.channels.branch.settings import Branch
from hub.channels.branch.visits import Book, Phase, Visit

ENOUGH = 5
"""Visits that were seen, before what is set for a service counts no more."""
_LATEST = 20


class Estimate(NamedTuple):
    """What the hub says of who waits."""

    place: int | None
    seconds: float | None
    at: datetime


class Wait(NamedTuple):
    """`by`: `hub`, `branch`; empty: nobody can tell how long."""

    position: int | None
    seconds: int | None
    by: str


def wait_of(one: Visit, book: Book, branch: Branch, estimates: Mapping[str, Estimate], *, away: bool) -> Wait:
    """Of who waits; nothing of anybody else."""
    if one.phase is not Phase.WAITING:
        return Wait(None, None, "")
    said = estimates.get(one.id)
    if said is not None and not away and not one.alone and said.place is not None:
        place = said.place
        if said.seconds is not None:
            return Wait(place, round(said.seconds), "hub")
    else:
        place = 1 + [other.id for other in line(book, one.service)].index(one.id)
    seconds = guess(one.service, place, book, branch)
    return Wait(place, seconds, "" if seconds is None else "branch")


def moved_up(estimates: Mapping[str, Estimate], gone: str, book: Book, branch: Branch) -> dict[str, Estimate]:
    """The hub's word until it says another: who was behind `gone`, in the same queue, is one place nearer."""
    left = {name: one for name, one in estimates.items() if name != gone}
    was, visit = estimates.get(gone), book.visits.get(gone)
    if was is None or was.place is None or visit is None:
        return left
    queue, place = branch.services[visit.service].queue, was.place

    def nearer(name: str, one: Estimate) -> Estimate:
        other = book.visits.get(name)
        is_behind = one.place is not None and one.place > place
        if other is None or branch.services[other.service].queue != queue or not is_behind:
            return one
        return one._replace(place=(one.place or 1) - 1)

    return {name: nearer(name, one) for name, one in left.items()}


def guess(service: str, place: int, book: Book, branch: Branch) -> int | None:
    """Seconds until who is at this place is called; None: no desk serves it now."""
    desks = sum(service in branch.services_of(desk) for desk in book.desks)
    if not desks:
        return None
    took = [
        (one.ended_at - one.called_at).total_seconds()
        for one in book.visits.values()
        if one.service == service and one.phase is Phase.SERVED and one.called_at and one.ended_at
    ][-_LATEST:]
    each = fmean(took) if len(took) >= ENOUGH else branch.services[service].minutes * 60
    return round(each * place / desks)
