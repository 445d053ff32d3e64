"""Offers: what is proposed to agents, and their answers."""

from typing import Annotated

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import ByAgent, Reason
from hub.api.callers import AgentCall, ForbiddenError
from hub.api.errors import PROBLEMS
from hub.api.lists import Names, named
from hub.api.routes import Routes
from hub.api.rows import Offers, told
from hub.domain.access.events import Role
from hub.router.pool.commands import Accept, Decline

router = Routes("offers")


class DeclineOffer(ByAgent):
    """Who will not take it, and why."""

    reason: Reason = ""
    busy: bool = Field(default=False, description="Their line was taken: nobody decided against it")


@router.get("/v1/offers", summary="Open offers", responses=told(Offers))
async def offers(
    call: AgentCall,
    agent_id: Annotated[str, Query(description="Empty: of the key's agent; of all agents, for supervisors")] = "",
    names: Names = False,
) -> Response:
    """Those that wait for an answer, each with whose work it is, where they stand, how old it is and why it came to
    this agent: `reasons` in words, `why` as codes. An offer is over at its `expires_at`: count from `server_time`."""
    if call.key.role is Role.AGENT:
        agent_id = agent_id or call.key.agent_id
        if not agent_id:
            raise ForbiddenError("the offers of all agents take a key of role supervisor or admin: name agent_id")
        call.acting_for(agent_id)
    services = call.services
    rows = await named(services, await services.views.offers(agent_id), names)
    return answer({"offers": rows, "server_time": services.clock.now()})


@router.post(
    "/v1/offers/{offer_id}/accept", summary="Accept an offer", responses={200: {"model": EventsAnswer}, **PROBLEMS}
)
async def accept(offer_id: str, body: ByAgent, call: AgentCall) -> Response:
    """The conversation runs. Accepting it again changes nothing: 200 without events. Too late, not theirs, or somebody
    else was faster: 409."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = Accept(**asked, agent_id=body.agent_id, offer_id=offer_id)
    return events(await call.services.pool.execute(command))


@router.post(
    "/v1/offers/{offer_id}/decline", summary="Decline an offer", responses={200: {"model": EventsAnswer}, **PROBLEMS}
)
async def decline(offer_id: str, body: DeclineOffer, call: AgentCall) -> Response:
    """The interaction waits on with its original age."""
    asked = call.asked(call.acting_for(body.agent_id))
    command = Decline(**asked, agent_id=body.agent_id, offer_id=offer_id, reason=body.reason, busy=body.busy)
    return events(await call.services.pool.execute(command))
