"""Agents: who is here, in which state, what they can do, and how they say so."""

from dataclasses import fields
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events, page
from hub.api.bodies import Body, Language, Level, Moment, Name, Reason, Text, WithReason
from hub.api.callers import AgentCall, ForbiddenError, SupervisorCall
from hub.api.done import DONE, done
from hub.api.errors import PROBLEMS
from hub.api.lists import Names, named
from hub.api.routes import Routes
from hub.api.rows import PAGE, AgentInHand, Agents, PageSize, Pullable, told
from hub.application.agents.room import rooms_of
from hub.domain.access.events import Role
from hub.domain.agent.events import FULL_CAPACITY, AgentState, Shift
from hub.domain.errors import NotFoundError
from hub.domain.interaction.state import Phase
from hub.router.pool.commands import ChangeCapacity, ChangeSkills, ChangeState, PlanShifts, SignOff, SignOn

router = Routes("agents")

_EVENTS: dict[int | str, dict[str, Any]] = {200: {"model": EventsAnswer}, **PROBLEMS}
Pieces = Annotated[int, Field(ge=0, le=1000)]
Units = Annotated[int, Field(ge=1, le=10_000)]


class AgentCan(Body):
    """What an agent can do."""

    skills: dict[Name, Level] = Field(
        default={}, max_length=100, description="Level per skill, 1 to 5", examples=[{"cards": 3}]
    )
    languages: tuple[Language, ...] = Field(default=(), max_length=50, examples=[["en", "fa"]])
    attributes: dict[Name, Text] = Field(default={}, max_length=100, examples=[{"site": "Tehran"}])


class AgentTakes(Body):
    """How much an agent does at once."""

    capacity: int = Field(default=FULL_CAPACITY, ge=1, le=10_000, description="Units; a call takes 100")
    ceilings: dict[Name, Pieces] = Field(
        default={},
        max_length=20,
        description="Most pieces of work of a channel at once; the policy's where none is named",
        examples=[{"web": 3}],
    )
    units: dict[Name, Units] = Field(
        default={},
        max_length=20,
        description="What work of a channel takes of this agent; the policy's where none is named",
        examples=[{"web": 50}],
    )


class AgentArrives(AgentCan, AgentTakes):
    """Who arrives, what they can do, and how much at once."""

    name: str = Field(default="", max_length=200)


class NewState(WithReason):
    """Ready for work, or not, and why."""

    state: Literal[AgentState.READY, AgentState.AWAY]


class AgentLeaves(WithReason):
    """Why, and whether a supervisor says so."""

    forced: bool = Field(
        default=False, description="For supervisors: sign them off now; what they were handling waits again"
    )


class PlannedShift(Body):
    """A stretch of planned time."""

    start: Moment
    end: Moment
    state: Literal[AgentState.READY, AgentState.AWAY] = AgentState.READY
    reason: Reason = Field(default="", examples=["lunch"])


class Plan(Body):
    """What an agent is to do between two moments; it replaces what was planned there."""

    start: Moment
    end: Moment
    shifts: tuple[PlannedShift, ...] = Field(default=(), max_length=1000)


@router.get("/v1/agents", summary="All agents", responses=told(Agents))
async def agents(
    call: SupervisorCall,
    limit: PageSize = PAGE,
    after: Annotated[str, Query(description="`after` of the page before")] = "",
) -> Response:
    """Everybody who ever signed on, by id, with state and load."""
    return page("agents", await call.services.views.agents(limit, after), "after")


@router.get("/v1/agents/{agent_id}", summary="An agent", responses=told(AgentInHand))
async def agent(agent_id: str, call: AgentCall) -> Response:
    """State and since when, skills, what they have in hand, and by channel how much more there is room for."""
    call.looking_at(agent_id)
    known = await call.services.views.agent(agent_id)
    if known is None:
        raise NotFoundError(f"there is no agent {agent_id}")
    rooms = rooms_of(known, call.services.pool.policy)
    return answer({**{field.name: getattr(known, field.name) for field in fields(known)}, "channels": rooms})


@router.get("/v1/agents/{agent_id}/pullable", summary="What an agent could pull", responses=told(Pullable))
async def pullable(agent_id: str, call: AgentCall, names: Names = False) -> Response:
    """Waiting work of queues whose policy lets agents pull (`pull`), that could be offered to this agent now: what
    comes first is told first, 200 at most."""
    call.looking_at(agent_id)
    services = call.services
    rows = await services.views.these(services.pool.pullable(agent_id))
    waiting = [row for row in rows if row["phase"] == Phase.WAITING]
    return answer({"interactions": await named(services, waiting, names), "server_time": services.clock.now()})


@router.post("/v1/agents/{agent_id}/sign-on", summary="Sign on", responses=_EVENTS)
async def sign_on(agent_id: str, body: AgentArrives, call: AgentCall) -> Response:
    """Ready for work from now on. Signing on again with the same abilities while ready changes nothing."""
    command = SignOn(
        **call.asked(call.acting_for(agent_id)),
        agent_id=agent_id,
        name=body.name or agent_id,
        skills=body.skills,
        languages=body.languages,
        capacity=body.capacity,
        attributes=body.attributes,
        ceilings=body.ceilings,
        units=body.units,
    )
    return events(await call.services.pool.execute(command))


@router.put("/v1/agents/{agent_id}/skills", summary="Say what an agent can do", responses=_EVENTS)
async def change_skills(agent_id: str, body: AgentCan, call: AgentCall) -> Response:
    """In place of all that was said before; what they hold stays held. So already: 200 without events."""
    command = ChangeSkills(
        **call.asked(call.acting_for(agent_id)),
        agent_id=agent_id,
        skills=body.skills,
        languages=body.languages,
        attributes=body.attributes,
    )
    return events(await call.services.pool.execute(command))


@router.put("/v1/agents/{agent_id}/capacity", summary="Say how much an agent does at once", responses=_EVENTS)
async def change_capacity(agent_id: str, body: AgentTakes, call: AgentCall) -> Response:
    """In place of all that was said before; what they hold stays held. So already: 200 without events."""
    command = ChangeCapacity(
        **call.asked(call.acting_for(agent_id)),
        agent_id=agent_id,
        capacity=body.capacity,
        ceilings=body.ceilings,
        units=body.units,
    )
    return events(await call.services.pool.execute(command))


@router.put("/v1/agents/{agent_id}/state", summary="Become ready or away", responses=_EVENTS)
async def change_state(agent_id: str, body: NewState, call: AgentCall) -> Response:
    """No offers while away. Being there already changes nothing."""
    command = ChangeState(
        **call.asked(call.acting_for(agent_id)), agent_id=agent_id, state=body.state, reason=body.reason
    )
    return events(await call.services.pool.execute(command))


@router.put("/v1/agents/{agent_id}/shifts", summary="Plan an agent's time", responses=_EVENTS)
async def plan_shifts(agent_id: str, body: Plan, call: SupervisorCall) -> Response:
    """What adherence is measured against. Shifts lie between `start` and `end`, in order, without overlap; what is not
    in any of them is time off. Planned so already: 200 without events."""
    call.supervising(agent_id=agent_id)
    command = PlanShifts(
        **call.asked(),
        agent_id=agent_id,
        start=body.start,
        end=body.end,
        shifts=tuple(
            Shift(start=shift.start, end=shift.end, state=shift.state, reason=shift.reason) for shift in body.shifts
        ),
    )
    return events(await call.services.pool.execute(command))


@router.post("/v1/agents/{agent_id}/heartbeat", summary="Give a sign of life", **DONE)
async def heartbeat(agent_id: str, call: AgentCall) -> Response:
    """The agent's desktop is there. Takes no body. From the first one on (or the first stream of the agent's own) the
    hub expects more: without a sign of life for the policy's `heartbeat_seconds` the agent gets no work.
    Who never signed on: 404."""
    call.acting_for(agent_id)
    if not call.services.pool.knows_agent(agent_id):
        raise NotFoundError(f"there is no agent {agent_id!r}: sign on first")
    call.services.presence.heard(agent_id)
    return done()


@router.post("/v1/agents/{agent_id}/sign-off", summary="Sign off", responses=_EVENTS)
async def sign_off(agent_id: str, body: AgentLeaves, call: AgentCall) -> Response:
    """Gone: an open offer is taken back. Signing off again changes nothing."""
    if body.forced and call.key.role is Role.AGENT:
        raise ForbiddenError("signing an agent off by force takes a key of role supervisor or admin")
    command = SignOff(
        **call.asked(call.acting_for(agent_id)), agent_id=agent_id, reason=body.reason, forced=body.forced
    )
    return events(await call.services.pool.execute(command))
