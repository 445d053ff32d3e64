"""Contacts in over HTTP, for adapters that have no NATS."""

from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.callers import AdapterCall
from hub.api.errors import PROBLEMS
from hub.domain.contact import Contact
from hub.domain.errors import InvalidError

router = APIRouter(tags=["contacts"])


class Recorded(BaseModel):
    """A contact is durable. `duplicate`: it was already, nothing new was written."""

    id: str
    status: str
    customer_id: str
    duplicate: bool


@router.post(
    "/v1/contacts",
    status_code=HTTPStatus.CREATED,
    summary="Record a contact",
    description="Answers only after the contact is durable. Not answered, or 503? Send the same again: the same id "
    "with the same body is the same contact, answered 200 with `duplicate: true`. The same id with another body is "
    "refused (409).",
    responses={201: {"model": Recorded}, 200: {"model": Recorded, "description": "A repeat"}, **PROBLEMS},
)
async def submit(contact: Contact, call: AdapterCall) -> Response:
    told = await call.services.intake.submit(contact, call.actor)
    if told.status != "accepted":
        raise InvalidError(told.reason, told.field)
    body = {"id": told.id, "status": told.status, "customer_id": told.customer_id, "duplicate": told.duplicate}
    return answer(body, HTTPStatus.OK if told.duplicate else HTTPStatus.CREATED)
