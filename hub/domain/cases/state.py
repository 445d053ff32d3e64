"""What the facts of cases add up to, of one customer or of all streams that are one customer."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from hub.domain.cases.events import (
    CaseAssigned,
    CaseDueChanged,
    CaseInteractionAttached,
    CaseInteractionDetached,
    CaseKind,
    CaseNoted,
    CaseOpened,
    CaseOverdue,
    CaseRated,
    CaseReopened,
    CaseResolved,
    CaseTaskEnded,
    CaseTaskGiven,
    Severity,
    TaskOutcome,
)
from hub.domain.event import Event


class Task(NamedTuple):
    """What another department has to do. `outcome` None: still open."""

    number: int
    department: str
    given_at: datetime
    due_at: datetime | None
    outcome: TaskOutcome | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case, without its texts: those are in its history."""

    case_id: str
    kind: CaseKind
    severity: Severity
    owner: str
    due_at: datetime | None
    account_id: str
    opened_at: datetime
    request_id: str = ""
    resolved_at: datetime | None = None
    resolution: str = ""
    reopened: int = 0
    """How often."""
    tasks: tuple[Task, ...] = ()
    interactions: tuple[str, ...] = ()
    overdue_since: datetime | None = None
    """The due time that is on record as missed; a later one may come."""

    @property
    def is_open(self) -> bool:
        """Whether it is still to be settled."""
        return self.resolved_at is None

    def is_overdue(self, at: datetime) -> bool:
        """Whether it should have been settled before that moment: a matter of time alone."""
        return self.is_open and self.due_at is not None and self.due_at <= at


Cases = Mapping[str, Case]
"""By id, in the order in which they were opened."""

CASE_EVENTS = (
    CaseAssigned, CaseDueChanged, CaseInteractionAttached, CaseInteractionDetached, CaseNoted, CaseOpened, CaseOverdue,
    CaseRated, CaseReopened, CaseResolved, CaseTaskEnded, CaseTaskGiven,
)  # fmt: skip


def evolve(cases: Cases, event: Event) -> Cases:
    """The cases after one more fact; facts of other kinds change nothing here."""
    if isinstance(event, CaseOpened):
        return cases if event.case_id in cases else {**cases, event.case_id: _opened(event)}
    change = _CHANGES.get(type(event))
    if change is None:
        return cases
    known = cases.get(event.case_id)  # type: ignore[attr-defined]
    return cases if known is None else {**cases, known.case_id: change(known, event)}


def cases_at(events: Iterable[Event], at: datetime) -> Cases:
    """The cases as they stood at a moment."""
    cases: Cases = {}
    for event in events:
        if event.at <= at:
            cases = evolve(cases, event)
    return cases


def _opened(event: CaseOpened) -> Case:
    return Case(
        event.case_id, event.kind, event.severity, event.owner, event.due_at, event.account_id, event.at,
        event.request_id,
    )  # fmt: skip


def _resolved(case: Case, event: CaseResolved) -> Case:
    return replace(case, resolved_at=event.at, resolution=event.resolution)


def _reopened(case: Case, event: CaseReopened) -> Case:
    told = replace(case, severity=event.severity, owner=event.owner, due_at=event.due_at, reopened=case.reopened + 1)
    return replace(told, resolved_at=None, resolution="")


def _task_given(case: Case, event: CaseTaskGiven) -> Case:
    return replace(case, tasks=(*case.tasks, Task(event.task, event.department, event.at, event.due_at)))


def _task_ended(case: Case, event: CaseTaskEnded) -> Case:
    tasks = (
        one._replace(outcome=event.outcome, ended_at=event.at) if one.number == event.task else one
        for one in case.tasks
    )
    return replace(case, tasks=tuple(tasks))


def _attached(case: Case, event: CaseInteractionAttached) -> Case:
    return replace(case, interactions=(*case.interactions, event.interaction_id))


def _detached(case: Case, event: CaseInteractionDetached) -> Case:
    return replace(case, interactions=tuple(one for one in case.interactions if one != event.interaction_id))


_CHANGES: Mapping[type[Event], Callable[[Case, Any], Case]] = {
    CaseRated: lambda case, event: replace(case, severity=event.severity),
    CaseAssigned: lambda case, event: replace(case, owner=event.owner),
    CaseDueChanged: lambda case, event: replace(case, due_at=event.due_at),
    CaseOverdue: lambda case, event: replace(case, overdue_since=event.due_at),
    CaseTaskGiven: _task_given,
    CaseTaskEnded: _task_ended,
    CaseInteractionAttached: _attached,
    CaseInteractionDetached: _detached,
    CaseResolved: _resolved,
    CaseReopened: _reopened,
}
