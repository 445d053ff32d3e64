"""Cases and tasks as lists of work: found in the views, which hold nothing personal, and told with what they are about,
read from the customers' own streams."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol, TypeVar

from hub.application.views.read_models import Page
from hub.domain.cases.events import CaseOpened
from hub.domain.errors import InvalidError
from hub.ports import Clock, Recorded
from hub.projections import cases
from hub.projections.agent_names import names_of
from hub.projections.cases import BEGINNING, CaseRow, Place, TaskRow, Wanted, place_after

T = TypeVar("T")


class Views(Protocol):
    """The read models."""

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question."""
        ...


class Facts(Protocol):
    """The log."""

    async def at(self, positions: Sequence[int]) -> Sequence[Recorded]:
        """The events at these positions."""
        ...


class CaseLists:
    """Questions about cases over all customers."""

    def __init__(self, views: Views, facts: Facts, clock: Clock) -> None:
        self._views = views
        self._facts = facts
        self._clock = clock

    async def cases(self, wanted: Wanted, limit: int, after: str) -> Page:
        """Those that are due first come first; `after`: where the page before ended."""
        place, now = _place(after), self._clock.now()
        found = await self._views.read(lambda views: cases.cases(views, wanted, limit + 1, place))
        subjects = await self._subjects(found[:limit])
        rows = [
            {
                **_row(one, subjects),
                "open": one.resolved_at is None,
                "overdue": one.resolved_at is None and one.due_at is not None and one.due_at <= now,
            }
            for one in found[:limit]
        ]
        return Page(rows, _next(found, limit))

    async def names(self, rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
        """What the owners in these rows are called, by id; of those who ever signed on with a name."""
        owners = {one["owner"] for one in rows if one.get("owner")}
        return await self._views.read(lambda views: names_of(views, owners)) if owners else {}

    async def tasks(self, department: str | None, limit: int, after: str) -> Page:
        """What departments have to do, in the same order; None: all of them."""
        place, now = _place(after), self._clock.now()
        found = await self._views.read(lambda views: cases.tasks(views, department, limit + 1, place))
        subjects = await self._subjects(found[:limit])
        rows = [
            {**_row(one, subjects), "overdue": one.due_at is not None and one.due_at <= now} for one in found[:limit]
        ]
        return Page(rows, _next(found, limit))

    async def _subjects(self, rows: Iterable[CaseRow | TaskRow]) -> dict[int, str]:
        """What each is about, by the position of the fact that opened it; empty where the customer was forgotten."""
        positions = sorted({one.no for one in rows})
        found = await self._facts.at(positions) if positions else ()
        return {one.position: one.event.subject for one in found if isinstance(one.event, CaseOpened)}


def _row(row: CaseRow | TaskRow, subjects: dict[int, str]) -> dict[str, Any]:
    told = asdict(row)
    subject = subjects.get(told.pop("no"), "")
    return {**told, "subject": subject}


def _next(found: Sequence[CaseRow | TaskRow], limit: int) -> str | None:
    return str(place_after(found[limit - 1])) if len(found) > limit else None


def _place(after: str) -> Place:
    if not after:
        return BEGINNING
    try:
        due_ms, no, task = map(int, after.split("."))
    except ValueError:
        raise InvalidError(f"{after!r} is not where a page of cases ended", "after") from None
    return Place(due_ms, no, task)
