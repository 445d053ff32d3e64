"""Queues and their figures, now and by interval."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events, found, page
from hub.api.bodies import WithReason
from hub.api.callers import AgentCall, Call, ContactCall, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import PAGE, Adherences, AgentIntervals, LiveFigures, PageSize, Queue, QueueIntervals, Queues, told
from hub.domain.errors import InvalidError
from hub.router.pool.commands import SetIntake

router = Routes("queues")


class NewIntake(WithReason):
    """Whether new work comes in."""

    intake: Literal["open", "paused", "draining"]
    to: str = Field(default="", max_length=64, description="Where a drained queue's work goes")


class WaitEstimate(BaseModel):
    """What somebody who joined now would have to expect; `estimated_wait_s` is null where it can't be said."""

    queue: str
    place_if_joining_now: int
    estimated_wait_s: float | None


_FROM = "First moment, RFC 3339; midnight UTC of today unless given"


@router.get("/v1/queues", summary="All queues", responses=told(Queues))
async def queues(call: AgentCall) -> Response:
    """What waits and since when, what is on offer, spoken and wrapped up."""
    return answer({"queues": await call.services.views.queues()})


@router.get("/v1/queues/{name}", summary="A queue", responses=told(Queue))
async def queue(name: str, call: AgentCall) -> Response:
    """What `GET /v1/queues` tells of it."""
    return found(await call.services.views.queue(name), f"queue {name!r}")


@router.get("/v1/queues/{name}/estimate", summary="What joining a queue now would mean", responses=told(WaitEstimate))
async def estimate(name: str, call: ContactCall) -> Response:
    """The place somebody who came now would have, and how long they would wait, as far as that can be said."""
    told = call.services.pool.estimate(name)
    wait = told.estimated_wait_seconds
    return answer(
        {
            "queue": name,
            "place_if_joining_now": told.waiting + 1,
            "estimated_wait_s": None if wait is None else round(wait, 1),
        }
    )


@router.put(
    "/v1/queues/{name}/intake",
    summary="Open or close the way into a queue",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def set_intake(name: str, body: NewIntake, call: SupervisorCall) -> Response:
    """`paused`: what comes is treated as outside the queue's hours. `draining`: what waits and what comes goes to the
    queue `to`. So already: 200 without events."""
    if (body.intake == "draining") != bool(body.to):
        raise InvalidError("a queue that is drained names the queue it is drained into, and no other does", "to")
    call.supervising(queue=name)
    command = SetIntake(**call.asked(), queue=name, intake=body.intake, to=body.to, reason=body.reason)
    return events(await call.services.pool.execute(command))


@router.get("/v1/metrics", summary="Figures by interval", responses=told(QueueIntervals))
async def metrics(
    call: SupervisorCall,
    start: Annotated[AwareDatetime | None, Query(alias="from", description=_FROM)] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to", description="First moment after, RFC 3339")] = None,
    queue: Annotated[str, Query(description="Empty: all queues")] = "",
) -> Response:
    """Of each interval and queue: offered, answered, abandoned, service level (its variant named), ASA, AHT, ..."""
    start = _from(call, start, end)
    return answer({"intervals": await call.services.views.metrics(start, end, queue)})


@router.get("/v1/metrics/agents", summary="Agents' times by interval", responses=told(AgentIntervals))
async def agent_metrics(
    call: SupervisorCall,
    start: Annotated[AwareDatetime | None, Query(alias="from", description=_FROM)] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to", description="First moment after, RFC 3339")] = None,
    agent_id: Annotated[str, Query(description="Empty: all agents")] = "",
    limit: PageSize = PAGE,
    after: Annotated[str, Query(description="`after` of the page before")] = "",
) -> Response:
    """Of each interval and agent: seconds available, on offer, on contact, in wrap-up, away; occupancy."""
    start = _from(call, start, end)
    return page("intervals", await call.services.views.agent_metrics(start, end, agent_id, limit, after), "after")


@router.get("/v1/metrics/adherence", summary="Agents' adherence to their shifts", responses=told(Adherences))
async def adherence(
    call: SupervisorCall,
    start: Annotated[AwareDatetime | None, Query(alias="from", description=_FROM)] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to", description="First moment after, RFC 3339")] = None,
    agent_id: Annotated[str, Query(description="Empty: all agents")] = "",
) -> Response:
    """Of each agent with shifts in the span: seconds planned, and seconds of these in the planned state."""
    start = _from(call, start, end)
    return answer({"adherence": await call.services.views.adherence(start, end, agent_id)})


@router.get("/v1/metrics/live", summary="Figures now", responses=told(LiveFigures))
async def live(call: AgentCall) -> Response:
    """What waits, the oldest of it, and how many agents are in each state."""
    return answer(await call.services.views.live())


def _from(call: Call, start: datetime | None, end: datetime | None) -> datetime:
    """Where the intervals begin. Raises InvalidError where they end before that."""
    today = call.services.clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    start = start or today
    if end and end <= start:
        raise InvalidError("'to' is not after 'from', which is midnight UTC of today unless given", "to")
    return start
