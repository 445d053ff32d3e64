"""A customer's cases as screens show them, the open ones first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.cases.events import CaseKind, CaseOpened, Severity, TaskOutcome
from hub.domain.cases.state import Case, Task, cases_at
from hub.domain.event import Event


@dataclass(frozen=True, slots=True)
class ShownTask:
    """What a department has to do, or did. `outcome` None: still open."""

    number: int
    department: str
    given_at: datetime
    due_at: datetime | None
    outcome: TaskOutcome | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A case; `overdue`: it should have been settled by the moment that was asked for. `reopened`: how often."""

    case_id: str
    kind: CaseKind
    subject: str
    severity: Severity
    owner: str
    due_at: datetime | None
    account_id: str
    opened_at: datetime
    resolved_at: datetime | None
    resolution: str
    reopened: int
    tasks: tuple[ShownTask, ...]
    interactions: tuple[str, ...]
    open: bool
    overdue: bool


def cases_of(events: Sequence[Event], at: datetime) -> list[ShownCase]:
    """Open ones first, the most severe of them before the others, then settled ones, the newest first."""
    subjects = {one.case_id: one.subject for one in events if isinstance(one, CaseOpened)}
    found = cases_at(events, at).values()
    shown = [_shown(one, subjects.get(one.case_id, ""), at) for one in found]
    open_ones = sorted((one for one in shown if one.open), key=lambda one: (-one.severity, one.opened_at, one.case_id))
    settled = sorted((one for one in shown if not one.open), key=lambda one: (one.opened_at, one.case_id), reverse=True)
    return open_ones + settled


def _shown(case: Case, subject: str, at: datetime) -> ShownCase:
    return ShownCase(
        case_id=case.case_id,
        kind=case.kind,
        subject=subject,
        severity=case.severity,
        owner=case.owner,
        due_at=case.due_at,
        account_id=case.account_id,
        opened_at=case.opened_at,
        resolved_at=case.resolved_at,
        resolution=case.resolution,
        reopened=case.reopened,
        tasks=tuple(_task(one) for one in case.tasks),
        interactions=case.interactions,
        open=case.is_open,
        overdue=case.is_overdue(at),
    )


def _task(task: Task) -> ShownTask:
    return ShownTask(*task)
