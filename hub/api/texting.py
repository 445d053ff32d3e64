"""What a text message takes, for whoever composes one."""

from dataclasses import asdict

from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.bodies import Body
from hub.api.callers import AgentCall
from hub.api.routes import Routes
from hub.api.rows import told
from hub.domain.sms.segments import Alphabet, count

router = Routes("conversations")


class Text(Body):
    """What is to be sent."""

    text: str = Field(default="", max_length=100_000)


class TextCount(BaseModel):
    """Messages that it takes. `units`: septets of GSM 03.38 or UTF-16 units, of which one message of these has room for
    `per_message`, and the last one for `left` more."""

    alphabet: Alphabet
    characters: int
    units: int
    messages: int
    per_message: int
    left: int


@router.post("/v1/sms/count", summary="How many messages a text takes", responses=told(TextCount))
async def counted(body: Text, call: AgentCall) -> Response:  # noqa: ARG001
    """160 characters of GSM 03.38 fit one message, 70 of other scripts; 153 and 67 each of several."""
    return answer(asdict(count(body.text)))
