"""The open cases of a customer or an account, as small as routing and selling need them: which agent, how severe."""

from typing import NamedTuple

from hub.domain.cases.events import CaseAssigned, CaseOpened, CaseRated, CaseReopened, CaseResolved, Severity
from hub.domain.event import Event


class OpenCase(NamedTuple):
    """A case that is not settled."""

    case_id: str
    severity: Severity
    owner: str


OPEN_CASE_EVENTS = (CaseOpened, CaseReopened, CaseResolved, CaseRated, CaseAssigned)
"""What changes which cases are open, how severe they are, and whose."""
OpenCases = tuple[OpenCase, ...]
"""In the order in which they were opened, or opened again."""


def evolve(cases: OpenCases, event: Event) -> OpenCases:
    """The open cases after one more fact; facts of other kinds change nothing here. A fact that stands in two streams
    counts once."""
    match event:
        case CaseOpened() | CaseReopened():
            if any(one.case_id == event.case_id for one in cases):
                return cases
            return (*cases, OpenCase(event.case_id, event.severity, event.owner))
        case CaseResolved():
            return tuple(one for one in cases if one.case_id != event.case_id)
        case CaseRated():
            return _changed(cases, event.case_id, severity=event.severity)
        case CaseAssigned():
            return _changed(cases, event.case_id, owner=event.owner)
        case _:
            return cases


def case_agent(cases: OpenCases) -> str:
    """The agent a contact of this customer goes to first: the owner of the most severe case, of the oldest among
    equals; empty: no open case has an owner."""
    owned = [one for one in cases if one.owner]
    return max(owned, key=lambda one: one.severity).owner if owned else ""


def worst(cases: OpenCases) -> Severity | None:
    """How severe the worst open case is: from some severity on nothing is sold; None: there is none."""
    return max((one.severity for one in cases), default=None)


def _changed(cases: OpenCases, case_id: str, **changed: object) -> OpenCases:
    return tuple(one._replace(**changed) if one.case_id == case_id else one for one in cases)  # type: ignore[arg-type]
