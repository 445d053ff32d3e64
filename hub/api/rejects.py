"""Contacts that could not be taken in, over HTTP: seen, mended, tried again or dismissed."""

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import Body
from hub.api.callers import SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import told

router = Routes("rejects")


class Reject(BaseModel):
    """A contact that was set aside: why, which field of it, when, where from. `refused`: its adapter could not read it
    and keeps the bytes: it may be tried again or dismissed, not mended."""

    id: int
    channel: str
    source: str
    reason: str
    field: str
    rejected_at: datetime | None
    refused: bool


class Rejects(BaseModel):
    """A page, the oldest first; `count`: how many there are in all."""

    rejects: list[Reject]
    count: int
    after: int | None


class ShownReject(Reject):
    """What it says, as its adapter sent it."""

    body: str


class Retry(Body):
    """As it was; or mended."""

    body: str | None = Field(default=None, max_length=1_000_000, description="The whole message, mended")


class Dismissal(Body):
    """Why nothing is to be made of it."""

    reason: str = Field(min_length=1, max_length=200, description="In words that name no customer")


@router.get("/v1/rejects", summary="Contacts that could not be taken in", responses=told(Rejects))
async def rejects(
    call: SupervisorCall,
    channel: Annotated[str, Query(description="Empty: all")] = "",
    q: Annotated[str, Query(description="In the reason or the field")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[int, Query(ge=0, description="`after` of the page before")] = 0,
) -> Response:
    """Set aside with the reason, never lost; what they say is told of each alone."""
    contacts = call.services.rejects
    found, following = await contacts.list(limit, after, channel, q)
    return answer({"rejects": found, "count": await contacts.count(), "after": following})


@router.get("/v1/rejects/{reject_id}", summary="One of them, with what it says", responses=told(ShownReject))
async def reject(reject_id: int, call: SupervisorCall) -> Response:
    """It may be anybody's: who is shown it is on record first (`RejectedContactShown`)."""
    line, body = await call.services.rejects.show(reject_id, actor=call.actor, command_id=call.services.new_id())
    return answer({**{name: getattr(line, name) for name in Reject.model_fields}, "body": body})


@router.get(
    "/v1/rejects/{reject_id}/raw",
    summary="The bytes of one",
    response_class=Response,
    responses={200: {"description": "As they came", "content": {"application/octet-stream": {}}}, **PROBLEMS},
)
async def raw(reject_id: int, call: SupervisorCall) -> Response:
    """As they came by the wire, where its adapter refused them; else as it was sent. On record as a reading."""
    data = await call.services.rejects.raw(reject_id, actor=call.actor, command_id=call.services.new_id())
    headers = {"Content-Disposition": f'attachment; filename="rejected-{reject_id}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


@router.post(
    "/v1/rejects/{reject_id}/retry",
    summary="Put one back where it came in",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def retry(reject_id: int, body: Retry, call: SupervisorCall) -> Response:
    """As it was, or mended: then it must be sound (422 names the field). What an adapter refused is given to it once
    more. What is rejected again has a new number."""
    recorded = await call.services.rejects.retry(
        reject_id, body.body, actor=call.actor, command_id=call.services.new_id()
    )
    return events([recorded[1:]])


@router.post(
    "/v1/rejects/{reject_id}/dismiss",
    summary="Make nothing of one",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def dismiss(reject_id: int, body: Dismissal, call: SupervisorCall) -> Response:
    """No byte of it is left. Who did it, and why, is on record."""
    recorded = await call.services.rejects.dismiss(
        reject_id, body.reason, actor=call.actor, command_id=call.services.new_id()
    )
    return events([recorded[1:]])
