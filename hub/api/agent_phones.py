"""The phone of an agent's browser: how it registers, told to that agent alone."""

from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.callers import AgentCall, ForbiddenError
from hub.api.routes import Routes
from hub.api.rows import told

router = Routes("agents")


class Phone(BaseModel):
    """What a phone needs to register."""

    url: str = Field(description="The WebSocket it speaks SIP over", examples=["wss://pbx.example.org/ws"])
    uri: str = Field(examples=["sip:ann@pbx.example.org"])
    user: str
    password: str = Field(description="To be kept in memory, and nowhere else")


@router.get("/v1/agents/{agent_id}/phone", summary="How an agent's browser registers as a phone", responses=told(Phone))
async def phone(agent_id: str, call: AgentCall) -> Response:
    """For a key that is bound to this agent, and no other: neither supervisors nor admins are told a password. No phone
    set up for them: 404."""
    call.acting_for(agent_id)
    found = call.services.phones.of(agent_id)
    if call.key.agent_id != agent_id:
        raise ForbiddenError(f"the password of a phone is told to its agent: it takes a key bound to {agent_id}")
    response = answer(found)
    response.headers["Cache-Control"] = "no-store"
    return response
