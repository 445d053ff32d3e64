"""Offers: what is proposed to agents, and their answers."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import ByAgent, Reason
from hub.api.callers import AgentCall, ForbiddenError
from hub.api.errors import PROBLEMS
from hub.api.rows import Offers, told
from hub.domain.access.events import Role
from hub.router.pool.commands import Accept, Decline

router = APIRouter(tags=["offers"])


class DeclineOffer(ByAgent):
    """Who will not take it, and why."""

    reason: Reason = ""
    busy: bool = Field(default=False, description="Their line was taken: nobody decided against it")


@router.get("/v1/offers", summary="Open offers", responses=told(Offers))
async def offers(
    call: AgentCall,
    agent_id: Annotated[str, Query(description="Empty: of the key's agent; of all agents, for supervisors")] = "",
) -> Response:
    """Those that wait for an answer."""
    if call.key.role is Role.AGENT:
        agent_id = agent_id or call.key.agent_id
        if not agent_id:
            raise ForbiddenError("the offers of all agents take a key of role supervisor or admin: name agent_id")
        call.acting_for(agent_id)
    return answer({"offers": await call.services.views.offers(agent_id)})


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
