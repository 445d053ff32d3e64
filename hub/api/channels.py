"""How the channels' adapters are, over HTTP."""

from pydantic import BaseModel
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.callers import SupervisorCall
from hub.api.routes import Routes
from hub.api.rows import row, told
from hub.application.views.channel_health import ChannelHealth

router = Routes("channels")

_Adapter = row("ChannelAdapter", ChannelHealth)


class ChannelsAnswer(BaseModel):
    """Every adapter there is, those that are set up first."""

    channels: list[_Adapter]  # type: ignore[valid-type]


@router.get("/v1/channels", summary="How the channels' adapters are", responses=told(ChannelsAnswer))
async def channels(call: SupervisorCall) -> Response:
    """Whether each runs, inside the hub or in a process of its own (who holds its lease), since when, and why not; what
    its channel brought and sent last since the hub started, what waits to be sent, what was set aside."""
    return answer({"channels": await call.services.channels.health()})
