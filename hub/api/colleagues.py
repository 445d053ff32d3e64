"""Colleagues: the agents who are here, for whoever wants to hand work over, ask for advice or mention somebody."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.callers import AgentCall
from hub.api.routes import Routes
from hub.api.rows import told
from hub.domain.agent.events import AgentState

router = Routes("agents")


class ColleagueTold(BaseModel):
    """An agent who is signed on."""

    agent_id: str
    name: str
    state: AgentState


class Colleagues(BaseModel):
    """Who is ready comes first."""

    colleagues: list[ColleagueTold]


@router.get("/v1/colleagues", summary="Agents who are here", responses=told(Colleagues))
async def colleagues(
    call: AgentCall,
    q: Annotated[str, Query(max_length=100, description="Part of a name or an id; empty: everybody")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """By name: whom work can be handed to, who can be asked for advice or mentioned."""
    return answer({"colleagues": await call.services.views.colleagues(q, limit)})
