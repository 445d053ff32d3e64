"""What people say of cases: the bodies of their requests."""

from typing import Annotated

from pydantic import Field

from hub.api.bodies import Body, Moment, Text
from hub.domain.cases.events import CaseKind, Severity, TaskOutcome

Words = Annotated[str, Field(max_length=10_000)]
Id = Annotated[str, Field(max_length=200)]


class CaseBody(Body):
    """Which agent does it; empty: whoever the key belongs to."""

    agent_id: str = Field(default="", max_length=64)


class NewCase(CaseBody):
    """What has to be settled."""

    kind: CaseKind
    subject: str = Field(min_length=1, max_length=200)
    text: Words = ""
    severity: Severity = Field(default=Severity.NORMAL, description="1 low, 2 normal, 3 high, 4 critical")
    owner: str = Field(default="", max_length=64, description="The agent who sees to it; contacts go to them first")
    due_at: Moment | None = None
    account_id: Id = ""
    interaction_id: Id = Field(default="", description="The one it came up in")
    request_id: str = Field(default="", max_length=64, description="Your own: a repeat then opens no second case")


class NewSeverity(CaseBody):
    """How severe it is, and why."""

    severity: Severity
    reason: Text = ""


class NewOwner(CaseBody):
    """Who sees to it; empty: nobody."""

    owner: str = Field(max_length=64)
    reason: Text = ""


class NewDue(CaseBody):
    """By when it has to be settled; null: there is no such time."""

    due_at: Moment | None
    reason: Text = ""


class Note(CaseBody):
    """What is written down."""

    text: Words


class NewTask(CaseBody):
    """What another department has to do."""

    department: str = Field(min_length=1, max_length=64)
    due_at: Moment | None = None
    text: Words = ""


class TaskEnd(CaseBody):
    """Which task ended, and how."""

    task: int = Field(ge=1, lt=2**31)
    outcome: TaskOutcome
    text: Words = ""


class AttachedTo(CaseBody):
    """Which interaction."""

    interaction_id: str = Field(min_length=1, max_length=200)
    reason: Text = ""


class Resolution(CaseBody):
    """How it was settled: a word of your own, such as refunded."""

    resolution: str = Field(min_length=1, max_length=64)
    text: Words = ""


class Reopening(CaseBody):
    """Why it was not settled, and by when it has to be now."""

    due_at: Moment | None = None
    reason: Text = ""
