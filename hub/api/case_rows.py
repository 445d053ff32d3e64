"""How cases are shown."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from hub.domain.cases.events import CaseKind, Severity, TaskOutcome


class TaskRow(BaseModel):
    """What a department has to do, or did."""

    number: int
    department: str
    given_at: datetime
    due_at: datetime | None
    outcome: TaskOutcome | None
    ended_at: datetime | None


class CaseRow(BaseModel):
    """A case; `overdue`: it should have been settled by the moment that was asked for."""

    case_id: str
    kind: CaseKind
    severity: Severity
    owner: str
    due_at: datetime | None
    account_id: str
    opened_at: datetime
    request_id: str
    resolved_at: datetime | None
    resolution: str
    reopened: int
    tasks: list[TaskRow]
    interactions: list[str]
    overdue_since: datetime | None
    open: bool
    overdue: bool


class CaseFact(BaseModel):
    """Something that happened to a case; `event` holds its fields, texts included."""

    position: int
    type: str
    event: dict[str, Any]


class CaseWithHistory(CaseRow):
    """A case, in which of its customer's streams it stands, and what happened to it, oldest first. `names`: what the
    agents are called who had it or have it, by id, and who did something to it, by actor."""

    customer_id: str
    history: list[CaseFact]
    names: dict[str, str]


class CustomerCases(BaseModel):
    """The cases of a customer, oldest first."""

    cases: list[CaseRow]


class ListedCase(BaseModel):
    """A case as work: what it is about, whose, by when. `open_tasks` counts by department what has to be done there."""

    case_id: str
    customer_id: str
    kind: CaseKind
    severity: Severity
    owner: str
    account_id: str
    due_at: datetime | None
    opened_at: datetime
    resolved_at: datetime | None
    resolution: str
    reopened: int
    open_tasks: dict[str, int]
    subject: str
    open: bool
    overdue: bool


class CaseList(BaseModel):
    """Those that are due first come first; `names`: what the agents are called who have them; `after` asks for the next
    page."""

    cases: list[ListedCase]
    names: dict[str, str]
    after: str | None


class ListedTask(BaseModel):
    """What a department still has to do; severity and owner are those of its case, `subject` is what that is about."""

    case_id: str
    customer_id: str
    task: int
    department: str
    given_at: datetime
    due_at: datetime | None
    kind: CaseKind
    severity: Severity
    owner: str
    subject: str
    overdue: bool


class TaskList(BaseModel):
    """Those that are due first come first; `after` asks for the next page."""

    tasks: list[ListedTask]
    after: str | None
