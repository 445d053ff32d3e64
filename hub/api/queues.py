"""Queues and their figures, now and by interval."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime
from starlette.responses import Response

from hub.api.answers import answer, found
from hub.api.callers import AgentCall, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.domain.errors import InvalidError

router = APIRouter(tags=["queues"])


@router.get("/v1/queues", summary="All queues", responses=PROBLEMS)
async def queues(call: AgentCall) -> Response:
    """What waits, since when, and how the service-level target is kept."""
    return answer({"queues": await call.services.views.queues()})


@router.get("/v1/queues/{name}", summary="A queue", responses=PROBLEMS)
async def queue(name: str, call: AgentCall) -> Response:
    """What `GET /v1/queues` tells of it."""
    return found(await call.services.views.queue(name), f"queue {name!r}")


@router.get("/v1/metrics", summary="Figures by interval", responses=PROBLEMS)
async def metrics(
    call: SupervisorCall,
    start: Annotated[AwareDatetime | None, Query(alias="from", description="First moment, RFC 3339")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to", description="First moment after, RFC 3339")] = None,
    queue: Annotated[str, Query(description="Empty: all queues")] = "",
) -> Response:
    """Of each interval and queue: offered, answered, abandoned, service level (its variant named), ASA, AHT, ..."""
    if start and end and end <= start:
        raise InvalidError("'to' is not after 'from'", "to")
    return answer({"intervals": await call.services.views.metrics(start, end, queue)})


@router.get("/v1/metrics/agents", summary="Agents' times by interval", responses=PROBLEMS)
async def agent_metrics(
    call: SupervisorCall,
    start: Annotated[AwareDatetime | None, Query(alias="from", description="First moment, RFC 3339")] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to", description="First moment after, RFC 3339")] = None,
    agent_id: Annotated[str, Query(description="Empty: all agents")] = "",
) -> Response:
    """Of each interval and agent: seconds available, on offer, on contact, in wrap-up, away; occupancy."""
    if start and end and end <= start:
        raise InvalidError("'to' is not after 'from'", "to")
    return answer({"intervals": await call.services.views.agent_metrics(start, end, agent_id)})


@router.get("/v1/metrics/live", summary="Figures now", responses=PROBLEMS)
async def live(call: AgentCall) -> Response:
    """What waits, the oldest of it, and how many agents are in each state."""
    return answer(await call.services.views.live())
