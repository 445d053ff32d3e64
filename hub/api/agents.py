"""Agents: who is here, in which state, and how they say so."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events, found
from hub.api.callers import AgentCall, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.rows import Agent, Agents, told
from hub.domain.agent.events import FULL_CAPACITY, AgentState
from hub.domain.errors import InvalidError
from hub.router.commands import ChangeState, SignOff, SignOn

router = APIRouter(tags=["agents"])

Skill = Annotated[str, Field(min_length=1, max_length=64)]
Level = Annotated[int, Field(ge=1, le=5)]
Language = Annotated[str, Field(min_length=1, max_length=16)]


class AgentArrives(BaseModel):
    """Who arrives, and what they can do."""

    name: str = Field(default="", max_length=200)
    skills: dict[Skill, Level] = Field(
        default={}, max_length=100, description="Level per skill, 1 to 5", examples=[{"cards": 3}]
    )
    languages: tuple[Language, ...] = Field(default=(), max_length=50, examples=[["en", "fa"]])
    capacity: int = Field(default=FULL_CAPACITY, ge=1, le=10_000, description="Units; a call takes 100")


class NewState(BaseModel):
    """Ready for work, or not, and why."""

    state: AgentState
    reason: str = Field(default="", max_length=200)


class AgentLeaves(BaseModel):
    """Why."""

    reason: str = Field(default="", max_length=200)


@router.get("/v1/agents", summary="All agents", responses=told(Agents))
async def agents(call: SupervisorCall) -> Response:
    """Everybody who ever signed on, with state and load."""
    return answer({"agents": await call.services.views.agents()})


@router.get("/v1/agents/{agent_id}", summary="An agent", responses=told(Agent))
async def agent(agent_id: str, call: AgentCall) -> Response:
    """State, skills and load."""
    call.acting_for(agent_id)
    return found(await call.services.views.agent(agent_id), f"agent {agent_id}")


@router.post("/v1/agents/{agent_id}/sign-on", summary="Sign on", responses={200: {"model": EventsAnswer}, **PROBLEMS})
async def sign_on(agent_id: str, body: AgentArrives, call: AgentCall) -> Response:
    """Ready for work from now on. Signing on again with the same skills while ready changes nothing."""
    services = call.services
    command = SignOn(
        at=services.clock.now(),
        id=services.new_id(),
        actor=call.acting_for(agent_id),
        agent_id=agent_id,
        name=body.name or agent_id,
        skills=body.skills,
        languages=body.languages,
        capacity=body.capacity,
    )
    return events(await services.pool.execute(command))


@router.put(
    "/v1/agents/{agent_id}/state", summary="Become ready or away", responses={200: {"model": EventsAnswer}, **PROBLEMS}
)
async def change_state(agent_id: str, body: NewState, call: AgentCall) -> Response:
    """No offers while away. Being there already changes nothing."""
    if body.state is AgentState.NOT_ANSWERING:
        raise InvalidError("only the hub sets 'not_answering', when an offer times out", "state")
    services = call.services
    command = ChangeState(
        at=services.clock.now(),
        id=services.new_id(),
        actor=call.acting_for(agent_id),
        agent_id=agent_id,
        state=body.state,
        reason=body.reason,
    )
    return events(await services.pool.execute(command))


@router.post("/v1/agents/{agent_id}/sign-off", summary="Sign off", responses={200: {"model": EventsAnswer}, **PROBLEMS})
async def sign_off(agent_id: str, body: AgentLeaves, call: AgentCall) -> Response:
    """Gone: an open offer is taken back. Signing off again changes nothing."""
    services = call.services
    command = SignOff(
        at=services.clock.now(),
        id=services.new_id(),
        actor=call.acting_for(agent_id),
        agent_id=agent_id,
        reason=body.reason,
    )
    return events(await services.pool.execute(command))
