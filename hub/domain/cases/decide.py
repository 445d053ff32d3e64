"""What opening, working on and settling a case makes happen: each once, whoever asks again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

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
from hub.domain.cases.identity import case_id
from hub.domain.cases.state import Case, Cases
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event

WORD_LENGTH = 64
_WORDS = ("subject", "text", "reason")
_SHARED = (CaseOpened, CaseRated, CaseResolved, CaseReopened)


def open_case(
    cases: Cases,
    customer: str,
    number: int,
    *,
    kind: CaseKind,
    severity: Severity = Severity.NORMAL,
    owner: str = "",
    due_at: datetime | None = None,
    account_id: str = "",
    interaction_id: str = "",
    request_id: str = "",
    subject: str = "",
    text: str = "",
    **meta: Any,
) -> list[Event]:
    """The `number`-th case of this stream, with the interaction it came up in, if any. Nothing to do when the same
    request opened one already."""
    if request_id and any(one.request_id == request_id for one in cases.values()):
        return []
    _check_due(due_at, meta["at"])
    if not subject.strip():
        raise InvalidError("say in a few words what it is about", "subject")
    case = case_id(customer, number)
    opened = CaseOpened(
        **meta, case_id=case, kind=kind, severity=severity, owner=owner, due_at=due_at, account_id=account_id,
        request_id=request_id, subject=subject.strip(), text=text,
    )  # fmt: skip
    if not interaction_id:
        return [opened]
    _refuse_attached(cases, interaction_id)
    return [opened, CaseInteractionAttached(**meta, case_id=case, interaction_id=interaction_id)]


def rate(cases: Cases, case: str, severity: Severity, *, reason: str = "", **meta: Any) -> list[Event]:
    """Say how severe it is. Nothing to do when it was so already."""
    if _open(cases, case).severity == severity:
        return []
    return [CaseRated(**meta, case_id=case, severity=severity, reason=reason)]


def assign(cases: Cases, case: str, owner: str, *, reason: str = "", **meta: Any) -> list[Event]:
    """Give it to an agent, or to nobody. Nothing to do when it was theirs already."""
    if _open(cases, case).owner == owner:
        return []
    return [CaseAssigned(**meta, case_id=case, owner=owner, reason=reason)]


def change_due(cases: Cases, case: str, due_at: datetime | None, *, reason: str = "", **meta: Any) -> list[Event]:
    """Say by when it has to be settled. Nothing to do when that was said already."""
    if _open(cases, case).due_at == due_at:
        return []
    _check_due(due_at, meta["at"])
    return [CaseDueChanged(**meta, case_id=case, due_at=due_at, reason=reason)]


def fall_overdue(cases: Cases, case: str, **meta: Any) -> list[Event]:
    """Its time is over and it is not settled. Nothing to do when that is said already, or when it is not so."""
    known = _known(cases, case)
    if known.due_at is None or not known.is_overdue(meta["at"]) or known.overdue_since == known.due_at:
        return []
    told = {"due_at": known.due_at, "severity": known.severity, "owner": known.owner}
    return [CaseOverdue(**{**meta, "at": known.due_at}, case_id=case, **told)]


def note(cases: Cases, case: str, text: str, **meta: Any) -> list[Event]:
    """Write something down, also on a case that is settled."""
    _known(cases, case)
    if not text.strip():
        raise InvalidError("there is nothing to write down", "text")
    return [CaseNoted(**meta, case_id=case, text=text)]


def give_task(
    cases: Cases, case: str, department: str, *, due_at: datetime | None = None, text: str = "", **meta: Any
) -> list[Event]:
    """Ask another department to do something."""
    known = _open(cases, case)
    _check_word(department, "department")
    _check_due(due_at, meta["at"])
    number = len(known.tasks) + 1
    return [CaseTaskGiven(**meta, case_id=case, task=number, department=department, due_at=due_at, text=text)]


def end_task(cases: Cases, case: str, task: int, outcome: TaskOutcome, *, text: str = "", **meta: Any) -> list[Event]:
    """A task is done, or need not be done. Nothing to do when it ended so already."""
    found = next((one for one in _known(cases, case).tasks if one.number == task), None)
    if found is None:
        raise NotFoundError(f"case {case} has no task {task}")
    if found.outcome is outcome:
        return []
    if found.outcome is not None:
        raise RefusedError(f"task {task} of case {case} is {found.outcome} already: give a new one")
    return [CaseTaskEnded(**meta, case_id=case, task=task, outcome=outcome, text=text)]


def attach(cases: Cases, case: str, interaction_id: str, **meta: Any) -> list[Event]:
    """An interaction is about this case. Nothing to do when it was attached already; one that is attached to another
    is refused."""
    if interaction_id in _known(cases, case).interactions:
        return []
    _open(cases, case)
    _refuse_attached(cases, interaction_id)
    return [CaseInteractionAttached(**meta, case_id=case, interaction_id=interaction_id)]


def detach(cases: Cases, case: str, interaction_id: str, *, reason: str = "", **meta: Any) -> list[Event]:
    """It was not about this case. Nothing to do when it is not attached."""
    if interaction_id not in _known(cases, case).interactions:
        return []
    return [CaseInteractionDetached(**meta, case_id=case, interaction_id=interaction_id, reason=reason)]


def resolve(cases: Cases, case: str, resolution: str, *, text: str = "", **meta: Any) -> list[Event]:
    """It is settled. Nothing to do when it was settled just so; what departments still have to do stands in the way."""
    known = _known(cases, case)
    _check_word(resolution, "resolution")
    if not known.is_open:
        if known.resolution == resolution:
            return []
        raise RefusedError(f"case {case} is settled already as {known.resolution!r}: reopen it first")
    waiting = [f"{one.number} ({one.department})" for one in known.tasks if one.outcome is None]
    if waiting:
        raise RefusedError(f"case {case} still has open tasks: {', '.join(waiting)}: end them first")
    return [CaseResolved(**meta, case_id=case, resolution=resolution, text=text)]


def reopen(cases: Cases, case: str, *, due_at: datetime | None = None, reason: str = "", **meta: Any) -> list[Event]:
    """It was not settled after all; it is its owner's again, by a new time. Nothing to do when it is open."""
    known = _known(cases, case)
    if known.is_open:
        return []
    _check_due(due_at, meta["at"])
    facts = {"severity": known.severity, "owner": known.owner, "account_id": known.account_id}
    return [CaseReopened(**meta, case_id=case, **facts, due_at=due_at, reason=reason)]


def for_account(events: Sequence[Event]) -> list[Event]:
    """What an account's stream is told of its case: that it is open or settled and how severe it is, nothing that is
    personal: the account outlives the person."""
    return [without_words(event) for event in events if isinstance(event, _SHARED)]


def without_words(event: Event) -> Event:
    """The same fact of a case without what people said of it."""
    return event.model_copy(update={name: "" for name in _WORDS if name in type(event).model_fields})


def _known(cases: Cases, case: str) -> Case:
    known = cases.get(case)
    if known is None:
        raise NotFoundError(f"there is no case {case}")
    return known


def _open(cases: Cases, case: str) -> Case:
    known = _known(cases, case)
    if not known.is_open:
        raise RefusedError(f"case {case} is settled as {known.resolution!r}: reopen it first")
    return known


def _refuse_attached(cases: Cases, interaction_id: str) -> None:
    for other in cases.values():
        if interaction_id in other.interactions:
            raise RefusedError(f"{interaction_id} is about case {other.case_id}: detach it there first")


def _check_due(due_at: datetime | None, now: datetime) -> None:
    if due_at is not None and due_at <= now:
        raise InvalidError("this time is over: say by when it has to be done from now on", "due_at")


def _check_word(text: str, field: str) -> None:
    if not 0 < len(text.strip()) <= WORD_LENGTH:
        raise InvalidError(f"the {field} has 1 to {WORD_LENGTH} characters", field)
