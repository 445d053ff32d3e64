"""What a supervisor does with somebody's work: give it, move it, take it back, listen in."""

from typing import Any, Literal

from pydantic import Field
from starlette.responses import Response

from hub.api.actor_names import names_of_actors
from hub.api.answers import EventsAnswer, events
from hub.api.bodies import Body, ByAgent, Reason, WithReason
from hub.api.callers import SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.domain.errors import InvalidError
from hub.domain.interaction.place_changed import PlaceChangedError
from hub.router.pool.commands import Assign, Join, Leave, Move, Prioritise, PullBack

router = Routes("supervision")

_EVENTS: dict[int | str, dict[str, Any]] = {200: {"model": EventsAnswer}, **PROBLEMS}
DAY_SECONDS = 86_400.0


class AssignTo(ByAgent):
    """To whom, and why."""

    reason: Reason = ""


class MoveTo(WithReason):
    """To which queue, and why."""

    queue: str = Field(min_length=1, max_length=64)


class NewPlace(Body):
    """A priority, or artificial age: one of the two."""

    priority: int | None = Field(default=None, ge=-1000, le=1000, description="Higher goes first")
    credit_seconds: float | None = Field(
        default=None,
        ge=-30 * DAY_SECONDS,
        le=30 * DAY_SECONDS,
        description="Artificial age in all, on top of the real one; 0 takes it away again",
    )
    expected_version: int | None = Field(
        default=None, ge=0, description="`place_version` as you read it; left out: whatever it is by now"
    )


class JoinAs(ByAgent):
    """Who joins, and how."""

    mode: Literal["monitor", "coach", "barge"] = Field(
        description="monitor: hears; coach: the agent alone hears them; barge: all hear them"
    )


@router.post("/v1/interactions/{interaction_id}/assign", summary="Give work to an agent", responses=_EVENTS)
async def assign(interaction_id: str, body: AssignTo, call: SupervisorCall) -> Response:
    """Now, without asking them, whatever they can do; it must fit into the room they have (409)."""
    call.supervising(agent_id=body.agent_id)
    await call.supervising_work(interaction_id)
    command = Assign(**call.asked(), interaction_id=interaction_id, agent_id=body.agent_id, reason=body.reason)
    return events(await call.services.pool.execute(command))


@router.post("/v1/interactions/{interaction_id}/move", summary="Move waiting work to another queue", responses=_EVENTS)
async def move(interaction_id: str, body: MoveTo, call: SupervisorCall) -> Response:
    """It keeps its age. Waiting there already: 200 without events."""
    call.supervising(queue=body.queue)
    await call.supervising_work(interaction_id)
    command = Move(**call.asked(), interaction_id=interaction_id, queue=body.queue, reason=body.reason)
    return events(await call.services.pool.execute(command))


@router.post(
    "/v1/interactions/{interaction_id}/prioritise", summary="Move waiting work in the order", responses=_EVENTS
)
async def prioritise(interaction_id: str, body: NewPlace, call: SupervisorCall) -> Response:
    """To a priority, or by artificial age, which may be negative. As it is already: 200 without events. Changed by
    another supervisor since `expected_version`: 409 (`changed-meanwhile`), which says who, and to what."""
    if (body.priority is None) == (body.credit_seconds is None):
        raise InvalidError("name a priority or credit_seconds, one of the two", "priority")
    await call.supervising_work(interaction_id)
    command = Prioritise(
        **call.asked(),
        interaction_id=interaction_id,
        priority=body.priority,
        credit_seconds=body.credit_seconds or 0.0,
        expected_version=body.expected_version,
    )
    try:
        return events(await call.services.pool.execute(command))
    except PlaceChangedError as changed:
        names = await names_of_actors(call.services, {changed.by})
        name = names.get(changed.by, changed.by)
        raise PlaceChangedError(name, changed.priority, changed.credit_seconds) from None


@router.post("/v1/interactions/{interaction_id}/pull-back", summary="Take work from its agent", responses=_EVENTS)
async def pull_back(interaction_id: str, body: WithReason, call: SupervisorCall) -> Response:
    """It waits again, with the age it has. Waiting already: 200 without events."""
    await call.supervising_work(interaction_id)
    command = PullBack(**call.asked(), interaction_id=interaction_id, reason=body.reason)
    return events(await call.services.pool.execute(command))


@router.post("/v1/interactions/{interaction_id}/join", summary="Listen in, coach or barge in", responses=_EVENTS)
async def join(interaction_id: str, body: JoinAs, call: SupervisorCall) -> Response:
    """`agent_id` is who joins: their telephone is where the adapter calls. They need not be an agent, nor
    signed on: joining takes nothing of anybody's capacity. Joining again with another mode changes it,
    with the same: 200 without events."""
    await call.supervising_work(interaction_id)
    command = Join(**call.asked(), interaction_id=interaction_id, agent_id=body.agent_id, mode=body.mode)
    return events(await call.services.pool.execute(command))


@router.post("/v1/interactions/{interaction_id}/leave", summary="Be out of a conversation again", responses=_EVENTS)
async def leave(interaction_id: str, body: ByAgent, call: SupervisorCall) -> Response:
    """Out already: 200 without events."""
    await call.supervising_work(interaction_id)
    command = Leave(**call.asked(), interaction_id=interaction_id, agent_id=body.agent_id)
    return events(await call.services.pool.execute(command))
