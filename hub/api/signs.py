"""What the customer sees of the agent beside words: that they are typing, and that they have read."""

from pydantic import Field
from starlette.responses import Response

from hub.api.bodies import ByAgent
from hub.api.callers import AgentCall
from hub.api.done import DONE, done
from hub.api.routes import Routes
from hub.domain.sign import SignKind

router = Routes("conversations")


class IsTyping(ByAgent):
    """Whether the agent is writing."""

    typing: bool = Field(default=True, description="False: they left off, and sent nothing")


@router.post("/v1/interactions/{interaction_id}/typing", summary="Show the customer that the agent is typing", **DONE)
async def typing(interaction_id: str, body: IsTyping, call: AgentCall) -> Response:
    """Told to the customer's chat if it is open, and kept nowhere. Say it again every few seconds."""
    call.acting_for(body.agent_id)
    sign = SignKind.TYPING if body.typing else SignKind.STOPPED
    await call.services.signs.tell(interaction_id, body.agent_id, sign)
    return done()


@router.post("/v1/interactions/{interaction_id}/read", summary="Show the customer that the agent has read", **DONE)
async def read(interaction_id: str, body: ByAgent, call: AgentCall) -> Response:
    """All that they wrote so far. Told to the customer's chat if it is open, and kept nowhere."""
    call.acting_for(body.agent_id)
    await call.services.signs.tell(interaction_id, body.agent_id, SignKind.READ)
    return done()
