"""Files over HTTP: brought before the message that names them, got back from the contact they came with."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Path, Query, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.callers import AgentCall, Call, ContactCall, ForbiddenError
from hub.api.errors import PROBLEMS, TooLargeError
from hub.api.file_form import FileForm
from hub.api.routes import Routes
from hub.channels.attachments import shown_as
from hub.domain.access.events import Role
from hub.domain.contact import Attachment, RecordingKind
from hub.domain.customer.recordings.events import ConversationRecorded
from hub.domain.errors import InvalidError

router = Routes("contacts")

PATIENCE_SECONDS = 120
"""A file that takes longer to come keeps others from being brought."""
_SHOWN = frozenset(
    {"image/png", "image/jpeg", "image/gif", "image/webp", "audio/wav", "audio/x-wav", "audio/mpeg", "audio/ogg"}
)
"""What a browser shows or plays by itself; all else is saved."""
_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FORM: dict[str, Any] = {
    "schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
}
_BESIDE_A_FILE = 100_000
"""Bytes of a form that are not the file's."""
_NOT_THEIRS = "this file is a recording of a conversation: supervisors hear it, or who had that where the hub allows it"


@router.post(
    "/v1/attachments",
    status_code=HTTPStatus.CREATED,
    summary="Bring a file",
    responses={201: {"model": Attachment}, **PROBLEMS},
    openapi_extra={
        "requestBody": {"required": True, "content": {"application/octet-stream": _BYTES, "multipart/form-data": _FORM}}
    },
)
async def bring(
    request: Request, call: ContactCall, name: Annotated[str, Query(max_length=255, examples=["letter.pdf"])] = ""
) -> Response:
    """The body is the file itself, its `Content-Type` what it is, or a form with that one file, which names both. The
    answer is to be named among the `attachments` of a contact or a message: its `uri` holds the key to the file, and
    nobody gets at it before. The same file again is the same."""
    media_type = request.headers.get("content-type", "")
    if media_type.lower().startswith("application/x-www-form-urlencoded"):
        media_type = ""  # what curl says of any body where nobody says anything
    files = call.services.files
    async with files.turns:
        if media_type.lower().startswith("multipart/"):
            form = FileForm(media_type, files.largest)
            await _read(request, form.feed, files.largest + _BESIDE_A_FILE)
            form.end()
            data, media_type, name = bytes(form.data), form.media_type, name or form.name
        else:
            body = bytearray()
            await _read(request, body.extend, files.largest)
            data = bytes(body)
        if not data:
            raise InvalidError("there is nothing in the file: send its bytes", "body")
        kept = await files.keep(data, media_type, name)
    return answer(kept.model_dump(), HTTPStatus.CREATED)


@router.get(
    "/v1/customers/{customer_id}/attachments/{contact_id:path}/{number}",
    summary="A file of a contact",
    response_class=Response,
    responses={200: {"content": {"*/*": _BYTES}}, **PROBLEMS},
)
async def file(
    customer_id: str,
    contact_id: Annotated[str, Path(max_length=200)],
    number: Annotated[int, Path(ge=1, le=50, description="Which of its files")],
    call: AgentCall,
) -> Response:
    """The bytes, as `href` in a timeline or a conversation names them. Images and sound may be shown where they are,
    anything else is to be saved. What is not kept any more: 404."""
    services = call.services
    found = await services.files.find(customer_id, contact_id, number)
    await _refuse_unheard(call, found.recording)
    media_type, how = shown_as(found.attachment.media_type, _SHOWN)
    headers = {
        "Content-Disposition": f"{how}; filename*=UTF-8''{quote(found.attachment.name or 'file', safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "private, no-store",
        "Content-Type": media_type,
    }
    return Response(await services.files.read(found.attachment), headers=headers)


async def _refuse_unheard(call: Call, taken: ConversationRecorded | None) -> None:
    """A message that the customer left is for whoever works on it. Raises ForbiddenError."""
    is_free = taken is None or taken.kind is not RecordingKind.RECORDING or call.key.role is not Role.AGENT
    if taken is not None and not is_free and not await call.services.recordings.may_hear(taken, call.key.agent_id):
        raise ForbiddenError(_NOT_THEIRS)


async def _read(request: Request, take: Callable[[bytes], None], largest: int) -> None:
    """Read no further than it may be long, nor for longer than it may take."""
    count = 0
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for part in request.stream():
                count += len(part)
                if count > largest:
                    raise TooLargeError(f"a file has at most {largest:,} bytes here (HUB_ATTACHMENT_BYTES)")
                take(part)
    except TimeoutError:
        raise InvalidError(f"the file did not come within {PATIENCE_SECONDS} s: send it again", "body") from None
    except ClientDisconnect:
        raise InvalidError("the file did not come to its end", "body") from None
