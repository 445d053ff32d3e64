"""How many are before a visitor, and how long it may take: the hub's word, else the branch's own guess."""

from collections.abc import Mapping, Sequence
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


def moved_up(estimates: Mapping[str, Estimate], gone: str, book: Book, branch: Branch) -> dict[str, Estimate]:
    """The hub's word until it says another: who was behind `gone`, in the same queue, is one place nearer."""
    left = {name: one for name, one in estimates.items() if name != gone}
    was, visit = estimates.get(gone), book.visits.get(gone)
    if was is None or was.place is None or visit is None:
        return left
    queue, place = branch.service_of(visit.service).queue, was.place

    def nearer(name: str, one: Estimate) -> Estimate:
        other = book.visits.get(name)
        is_behind = one.place is not None and one.place > place
        if other is None or branch.service_of(other.service).queue != queue or not is_behind:
            return one
        return one._replace(place=(one.place or 1) - 1)

    return {name: nearer(name, one) for name, one in left.items()}


class Waits:
    """Of one branch as it is now: each line is put in order once, however many are asked for."""

    def __init__(self, book: Book, branch: Branch, estimates: Mapping[str, Estimate], *, away: bool) -> None:
        self._book = book
        self._branch = branch
        self._estimates = estimates
        self._away = away
        self._lines: dict[str, dict[str, int]] = {}
        self._each: dict[str, float | None] = {}

    def of(self, one: Visit) -> Wait:
        """Of who waits; nothing of anybody else."""
        if one.phase is not Phase.WAITING:
            return Wait(None, None, "")
        said = self._estimates.get(one.id)
        if said is not None and not self._away and not one.alone and said.place is not None:
            place = said.place
            if said.seconds is not None:
                return Wait(place, round(said.seconds), "hub")
        else:
            place = self._line(one.service)[one.id]
        seconds = self.guess(one.service, place)
        return Wait(place, seconds, "" if seconds is None else "branch")

    def longest(self, there: Sequence[Visit]) -> Wait:
        """Of whoever of these waits longest yet, as their own ticket says it."""
        told = [one for one in map(self.of, there) if one.seconds is not None]
        return max(told, key=lambda one: one.seconds or 0, default=Wait(None, None, ""))

    def _line(self, service: str) -> dict[str, int]:
        if service not in self._lines:
            self._lines[service] = {one.id: place for place, one in enumerate(line(self._book, service), start=1)}
        return self._lines[service]

    def guess(self, service: str, place: int) -> int | None:
        """Seconds until who is at this place is called; None: no desk serves it now."""
        if service not in self._each:
            self._each[service] = self._between_calls(service)
        each = self._each[service]
        return None if each is None else round(each * place)

    def _between_calls(self, service: str) -> float | None:
        desks = sum(service in self._branch.services_of(desk) for desk in self._book.desks)
        if not desks:
            return None
        took = [
            (one.ended_at - one.called_at).total_seconds()
            for one in self._book.visits.values()
            if one.service == service and one.phase is Phase.SERVED and one.called_at and one.ended_at
        ][-_LATEST:]
        each = fmean(took) if len(took) >= ENOUGH else self._branch.services[service].minutes * 60
        return each / desks
