"""Cases: complaints, problems, returns and requests of customers, from opened to settled."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from starlette.responses import Response

from hub.api.actor_names import names_of_actors
from hub.api.answers import EventsAnswer, answer, events, page
from hub.api.bodies import Moment
from hub.api.callers import AgentCall, Call
from hub.api.case_bodies import (
    AttachedTo,
    CaseBody,
    Id,
    NewCase,
    NewDue,
    NewOwner,
    NewSeverity,
    NewTask,
    Note,
    Reopening,
    Resolution,
    TaskEnd,
)
from hub.api.case_rows import CaseList, CaseWithHistory, CustomerCases, TaskList
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import PAGE, PageSize, told
from hub.application.cases.cases import Rule
from hub.domain.cases import decide
from hub.domain.cases.events import CaseKind, Severity
from hub.domain.cases.state import Case, Task
from hub.ports import Recorded
from hub.projections.cases import Wanted

router = Routes("cases")

_EVENTS: dict[int | str, dict[str, Any]] = {200: {"model": EventsAnswer}, **PROBLEMS}
At = Annotated[Moment | None, Query(description="As of then; left out: now")]
After = Annotated[str, Query(max_length=80, description="`after` of the page before")]
Owner = Annotated[str | None, Query(max_length=64, description="Empty: those that nobody has")]


@router.get("/v1/cases", summary="Cases as work", responses=told(CaseList))
async def list_cases(
    call: AgentCall,
    state: Annotated[Literal["open", "settled", "all"], Query()] = "open",
    owner: Owner = None,
    kind: CaseKind | None = None,
    severity: Annotated[Severity | None, Query(description="1 low, 2 normal, 3 high, 4 critical")] = None,
    account: Annotated[Id | None, Query()] = None,
    department: Annotated[str | None, Query(max_length=64, description="With an open task there")] = None,
    due_before: Annotated[Moment | None, Query()] = None,
    overdue: Annotated[bool, Query(description="Only open ones whose time is over")] = False,
    limit: PageSize = PAGE,
    after: After = "",
) -> Response:
    """Of all customers, those that are due first come first, those without a time last."""
    now = call.services.clock.now()
    wanted = Wanted(
        is_open={"open": True, "settled": False, "all": None}[state],
        owner=owner,
        kind=kind,
        severity=severity,
        account=account,
        department=department,
        due_before=due_before,
        overdue_at=now if overdue else None,
    )
    lists = call.services.case_lists
    found = await lists.cases(wanted, limit, after)
    return answer({"cases": found.rows, "names": await lists.names(found.rows), "after": found.next})


@router.get("/v1/cases/tasks", summary="What departments have to do", responses=told(TaskList))
async def list_tasks(
    call: AgentCall,
    department: Annotated[str | None, Query(max_length=64, description="Left out: all of them")] = None,
    limit: PageSize = PAGE,
    after: After = "",
) -> Response:
    """Open tasks of all cases, those that are due first come first, those without a time last."""
    return page("tasks", await call.services.case_lists.tasks(department, limit, after), "after")


@router.post("/v1/customers/{customer_id}/cases", summary="Open a case", responses=_EVENTS)
async def open_case(customer_id: str, body: NewCase, call: AgentCall) -> Response:
    """Its id is in the event. A repeat with the same `request_id`: 200 without events."""
    told_of = {**body.model_dump(exclude={"agent_id"}), "request_id": call.request(body.request_id)}
    recorded = await call.services.cases.open(customer_id, **told_of, **_by(body, call))
    return _events(recorded)


@router.get("/v1/customers/{customer_id}/cases", summary="The cases of a customer", responses=told(CustomerCases))
async def of_customer(customer_id: str, call: AgentCall, at: At = None) -> Response:
    """Open and settled ones, over all streams that are linked, as they stood then."""
    moment = at or call.services.clock.now()
    return answer({"cases": [_row(one, moment) for one in await call.services.cases.of_customer(customer_id, moment)]})


@router.get("/v1/cases/{case_id}", summary="A case with its history", responses=told(CaseWithHistory))
async def case(case_id: str, call: AgentCall, at: At = None) -> Response:
    """As it stands, or stood then. `names`: what agents are called, by id, and who did something, by actor."""
    moment = at or call.services.clock.now()
    found = await call.services.cases.show(case_id, moment)
    history = [
        {"position": one.position, "type": type(one.event).__name__, "event": one.event.model_dump()}
        for one in found.history
    ]
    facts = [one.event.model_dump() for one in found.history]
    owners = await call.services.case_lists.names([asdict(found.case), *facts])
    names = owners | await names_of_actors(call.services, {one["actor"] for one in facts})
    row = {**_row(found.case, moment), "customer_id": found.history[0].stream}
    return answer({**row, "history": history, "names": names})


@router.post("/v1/cases/{case_id}/rate", summary="Say how severe a case is", responses=_EVENTS)
async def rate(case_id: str, body: NewSeverity, call: AgentCall) -> Response:
    """So already: 200 without events."""
    return await _change(
        call, body, case_id, lambda cases, meta: decide.rate(cases, case_id, body.severity, reason=body.reason, **meta)
    )


@router.post("/v1/cases/{case_id}/assign", summary="Give a case to an agent", responses=_EVENTS)
async def assign(case_id: str, body: NewOwner, call: AgentCall) -> Response:
    """Theirs already: 200 without events."""
    return await _change(
        call, body, case_id, lambda cases, meta: decide.assign(cases, case_id, body.owner, reason=body.reason, **meta)
    )


@router.post("/v1/cases/{case_id}/due", summary="Say by when a case has to be settled", responses=_EVENTS)
async def due(case_id: str, body: NewDue, call: AgentCall) -> Response:
    """Said already: 200 without events."""
    return await _change(
        call,
        body,
        case_id,
        lambda cases, meta: decide.change_due(cases, case_id, body.due_at, reason=body.reason, **meta),
    )


@router.post("/v1/cases/{case_id}/note", summary="Write something down on a case", responses=_EVENTS)
async def note(case_id: str, body: Note, call: AgentCall) -> Response:
    """Also on one that is settled."""
    return await _change(call, body, case_id, lambda cases, meta: decide.note(cases, case_id, body.text, **meta))


@router.post("/v1/cases/{case_id}/task", summary="Give another department a task", responses=_EVENTS)
async def give_task(case_id: str, body: NewTask, call: AgentCall) -> Response:
    """Its number is in the event. A case with open tasks can't be settled."""
    return await _change(
        call,
        body,
        case_id,
        lambda cases, meta: decide.give_task(
            cases, case_id, body.department, due_at=body.due_at, text=body.text, **meta
        ),
    )


@router.post("/v1/cases/{case_id}/end-task", summary="End a task", responses=_EVENTS)
async def end_task(case_id: str, body: TaskEnd, call: AgentCall) -> Response:
    """Done, or cancelled. Ended so already: 200 without events."""
    return await _change(
        call,
        body,
        case_id,
        lambda cases, meta: decide.end_task(cases, case_id, body.task, body.outcome, text=body.text, **meta),
    )


@router.post("/v1/cases/{case_id}/attach", summary="Attach an interaction to a case", responses=_EVENTS)
async def attach(case_id: str, body: AttachedTo, call: AgentCall) -> Response:
    """Threads on several channels may share a case; an interaction is about one case only (409)."""
    return _events(await call.services.cases.attach(case_id, body.interaction_id, **_by(body, call)))


@router.post("/v1/cases/{case_id}/detach", summary="Detach an interaction from a case", responses=_EVENTS)
async def detach(case_id: str, body: AttachedTo, call: AgentCall) -> Response:
    """It was not about this case. Not attached: 200 without events."""
    return await _change(
        call,
        body,
        case_id,
        lambda cases, meta: decide.detach(cases, case_id, body.interaction_id, reason=body.reason, **meta),
    )


@router.post("/v1/cases/{case_id}/resolve", summary="Settle a case", responses=_EVENTS)
async def resolve(case_id: str, body: Resolution, call: AgentCall) -> Response:
    """Open tasks stand in the way (409). Settled so already: 200 without events."""
    return await _change(
        call, body, case_id, lambda cases, meta: decide.resolve(cases, case_id, body.resolution, text=body.text, **meta)
    )


@router.post("/v1/cases/{case_id}/reopen", summary="Reopen a case", responses=_EVENTS)
async def reopen(case_id: str, body: Reopening, call: AgentCall) -> Response:
    """It is its owner's again. Open already: 200 without events."""
    return await _change(
        call,
        body,
        case_id,
        lambda cases, meta: decide.reopen(cases, case_id, due_at=body.due_at, reason=body.reason, **meta),
    )


async def _change(call: Call, body: CaseBody, case_id: str, rule: Rule) -> Response:
    return _events(await call.services.cases.change(case_id, rule, **_by(body, call)))


def _by(body: CaseBody, call: Call) -> dict[str, str]:
    actor = call.acting_for(body.agent_id) if body.agent_id else call.actor
    return {"actor": actor, "command_id": call.command_id()}


def _events(recorded: Iterable[Recorded]) -> Response:
    return events([one[1:] for one in recorded])


def _row(case: Case, at: datetime) -> dict[str, Any]:
    tasks: list[Task] = list(case.tasks)
    return {
        **asdict(case),
        "tasks": [one._asdict() for one in tasks],
        "open": case.is_open,
        "overdue": case.is_overdue(at),
    }
