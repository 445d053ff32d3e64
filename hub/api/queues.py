"""Queues and their figures, now and by interval."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from hub.api.answers import answer, found
from hub.api.callers import AgentCall, Call, SupervisorCall
from hub.api.rows import AgentIntervals, LiveFigures, Queue, QueueIntervals, Queues, told
from hub.domain.errors import InvalidError

router = APIRouter(tags=["queues"])

_FROM = "First moment, RFC 3339; midnight UTC of today unless given"


@router.get("/v1/queues", summary="All queues", responses=told(Queues))
async def queues(call: AgentCall) -> Response:
    """What waits and since when, what is on offer, spoken and wrapped up."""
    return answer({"queues": await call.services.views.queues()})


@router.get("/v1/queues/{name}", summary="A queue", responses=told(Queue))
async def queue(name: str, call: AgentCall) -> Response:
    """What `GET /v1/queues` tells of it."""
    return found(await call.services.views.queue(name), f"queue {name!r}")


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
) -> Response:
    """Of each interval and agent: seconds available, on offer, on contact, in wrap-up, away; occupancy."""
    start = _from(call, start, end)
    return answer({"intervals": await call.services.views.agent_metrics(start, end, agent_id)})


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
