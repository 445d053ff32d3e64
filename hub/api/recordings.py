"""What was recorded of conversations: listed, and heard by who may."""

from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.bodies import Moment
from hub.api.callers import AgentCall, ForbiddenError
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import told
from hub.domain.access.events import Role
from hub.domain.contact import Channel, RecordingKind
from hub.domain.customer.recordings.events import ConversationRecorded

_NOT_THEIRS = "supervisors hear recordings; agents those of conversations they had, where agents_hear_recordings is set"

router = Routes("conversations")


class Recording(BaseModel):
    """A part of a conversation. Where it is not `kept` any more, nothing is left to hear."""

    recording_id: str
    channel: Channel
    kind: RecordingKind
    started_at: Moment
    seconds: float
    media_type: str
    size: int | None
    kept: bool


class RecordingsTold(BaseModel):
    """Of one conversation, in order."""

    interaction_id: str
    customer_id: str
    recordings: list[Recording]


@router.get("/v1/interactions/{interaction_id}/recordings", summary="What was recorded", responses=told(RecordingsTold))
async def recordings(interaction_id: str, call: AgentCall) -> Response:
    """Of a conversation, in order. `/v1/recordings/{recording_id}` lets hear it."""
    takes = await call.services.recordings.of(interaction_id)
    rows = [_row(one) for one in takes.recorded]
    return answer({"interaction_id": interaction_id, "customer_id": takes.customer_id, "recordings": rows})


@router.get(
    "/v1/recordings/{recording_id}",
    summary="Hear a recording",
    response_class=Response,
    responses={200: {"content": {"audio/*": {}}}, **PROBLEMS},
)
async def recording(recording_id: str, call: AgentCall) -> Response:
    """The sound itself, for supervisors; for the agent who had the conversation where the hub's settings allow it. Each
    hearing leaves a trace. What is not kept any more: 404."""
    found = await call.services.recordings.find(recording_id)
    if call.key.role is Role.AGENT and not await call.services.recordings.may_hear(found, call.key.agent_id):
        raise ForbiddenError(_NOT_THEIRS)
    sound = await call.services.recordings.sound(found)
    named = found.attachment.media_type if found.attachment else ""
    media_type = named if named.startswith("audio/") else "application/octet-stream"
    return Response(sound, media_type=media_type, headers={"X-Content-Type-Options": "nosniff"})


def _row(one: ConversationRecorded) -> dict[str, Any]:
    kept = one.attachment
    return {
        "recording_id": one.recording_id,
        "channel": one.channel,
        "kind": one.kind,
        "started_at": one.started_at,
        "seconds": one.seconds,
        "media_type": kept.media_type if kept else "",
        "size": kept.size if kept else None,
        "kept": kept is not None,
    }
