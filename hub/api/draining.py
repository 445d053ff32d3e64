"""Draining a queue: all that waits goes to another queue, a little at a time, and what comes goes there too."""

import asyncio
from collections.abc import Sequence

from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventAnswer, events
from hub.api.bodies import WithReason
from hub.api.callers import Call, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.domain.errors import HubError, InvalidError, NotFoundError, RefusedError
from hub.domain.interaction.events import InteractionMoved
from hub.router.pool.commands import Move, SetIntake
from hub.router.pool.state import Decided

router = Routes("queues")

IN_PART = "drained-in-part"
"""What a drain is refused with that came to an end in the middle: asked again, it goes on with the rest."""
AT_ONCE = 100
"""Moves asked for together: offers to other queues go in between."""


class Drain(WithReason):
    """Into which queue, and why."""

    to: str = Field(min_length=1, max_length=64, description="The queue that gets all of it")


class Drained(BaseModel):
    """How many were moved; `events`: those by which the queue was closed, none if it is drained there already."""

    queue: str
    to: str
    moved: int
    events: list[EventAnswer]


@router.post(
    "/v1/queues/{name}/drain",
    summary="Move all that waits to another queue",
    responses={200: {"model": Drained}, **PROBLEMS},
)
async def drain(name: str, body: Drain, call: SupervisorCall) -> Response:
    """With its age, each with its `InteractionMoved`, in parts so that nobody else waits for it; what comes from then
    on goes there too, until `PUT .../intake` opens the queue. Drained there already: nothing is moved, 200. Refused in
    the middle (409 with `code` `drained-in-part`): `detail` says what was moved; asked again, it goes on."""
    pool = call.services.pool
    for queue in (name, body.to):
        pool.estimate(queue)
    if body.to == name:
        raise InvalidError("a queue is drained into another one", "to")
    pool.require_way_out(name, body.to)
    moved, waiting = 0, pool.in_line(name)
    try:
        while len(waiting) > AT_ONCE:
            moved += await _move(call, waiting[:AT_ONCE], body)
            left = set(pool.in_line(name)).difference(waiting[:AT_ONCE])
            waiting = [one for one in waiting[AT_ONCE:] if one in left]
        command = SetIntake(**call.asked(), queue=name, intake="draining", to=body.to, reason=body.reason)
        decided = await pool.execute(command)
    except HubError as error:
        if not moved:
            raise
        raise RefusedError(
            f"{moved} were moved to {body.to}, {len(pool.in_line(name))} still wait in {name}, which goes on taking"
            f" work: {error}. Drain it again to go on",
            code=IN_PART,
        ) from error
    moved += sum(isinstance(one.event, InteractionMoved) for one in decided)
    closing = [one for one in decided if not isinstance(one.event, InteractionMoved)]
    return events(closing, queue=name, to=body.to, moved=moved)


async def _move(call: Call, interactions: Sequence[str], body: Drain) -> int:
    """How many still waited: some are answered or over meanwhile."""
    pool = call.services.pool
    outcomes: list[Sequence[Decided] | BaseException] = await asyncio.gather(
        *(
            pool.execute(Move(**call.asked(), interaction_id=one, queue=body.to, reason=body.reason))
            for one in interactions
        ),
        return_exceptions=True,
    )
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, RefusedError | NotFoundError):
            raise outcome
    return sum(bool(outcome) for outcome in outcomes if not isinstance(outcome, BaseException))
