"""The facts of a case. Those that say whether one is open, and how severe, stand in the account's stream as well where
it is an account's, without what is personal."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Annotated

from hub.domain.event import Event
from hub.domain.personal import PERSONAL


class CaseKind(StrEnum):
    """What a case is about."""

    COMPLAINT = "complaint"
    PROBLEM = "problem"
    RETURN = "return"
    REQUEST = "request"


class Severity(IntEnum):
    """How bad it is for the customer."""

    LOW = 1
    NORMAL = 2
    HIGH = 3
    CRITICAL = 4


class TaskOutcome(StrEnum):
    """What became of a task."""

    DONE = "done"
    CANCELLED = "cancelled"


class _CaseFact(Event):
    case_id: str


class CaseOpened(_CaseFact):
    """Something has to be settled with a customer."""

    kind: CaseKind
    severity: Severity
    owner: str = ""
    """The agent who sees to it; empty: nobody yet."""
    due_at: datetime | None = None
    account_id: str = ""
    """The account it is about; empty: the customer alone."""
    request_id: str = ""
    """The name its opener gave the command, so that a repeat opens no second one."""
    subject: Annotated[str, PERSONAL] = ""
    text: Annotated[str, PERSONAL] = ""


class CaseRated(_CaseFact):
    """It is more or less severe than was thought."""

    severity: Severity
    reason: Annotated[str, PERSONAL] = ""


class CaseAssigned(_CaseFact):
    """Another agent sees to it; empty: nobody."""

    owner: str
    reason: Annotated[str, PERSONAL] = ""


class CaseDueChanged(_CaseFact):
    """It has to be settled by then; None: there is no such time."""

    due_at: datetime | None
    reason: Annotated[str, PERSONAL] = ""


class CaseOverdue(_CaseFact):
    """It should have been settled by `due_at`, when this happened, and is not. Said once of each such time."""

    due_at: datetime
    severity: Severity
    owner: str = ""


class CaseNoted(_CaseFact):
    """Somebody wrote something down."""

    text: Annotated[str, PERSONAL]


class CaseTaskGiven(_CaseFact):
    """Another department has to do something for it. `task` counts a case's tasks from 1."""

    task: int
    department: str
    due_at: datetime | None = None
    text: Annotated[str, PERSONAL] = ""


class CaseTaskEnded(_CaseFact):
    """It is done, or need not be done."""

    task: int
    outcome: TaskOutcome
    text: Annotated[str, PERSONAL] = ""


class CaseInteractionAttached(_CaseFact):
    """An interaction is about this case. Threads on several channels stay interactions of their own that share it."""

    interaction_id: str


class CaseInteractionDetached(_CaseFact):
    """It was not about this case."""

    interaction_id: str
    reason: Annotated[str, PERSONAL] = ""


class CaseResolved(_CaseFact):
    """It is settled; `resolution` is a word of the operator's own: refunded, repaired, rejected."""

    resolution: str
    text: Annotated[str, PERSONAL] = ""


class CaseReopened(_CaseFact):
    """It was not settled after all. Severity, owner and account are told again, so that who keeps only open cases knows
    them."""

    severity: Severity
    owner: str = ""
    account_id: str = ""
    due_at: datetime | None = None
    reason: Annotated[str, PERSONAL] = ""
