"""Contacts over HTTP: in, and what is reported of their conversations, for adapters that have no NATS; and back out."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Path
from pydantic import BaseModel
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.callers import AdapterCall, ContactCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import ContactFact, told
from hub.application.conversations.files import shown_files
from hub.domain.access.events import Role
from hub.domain.contact import Contact, ConversationEvent, Direction
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.errors import NotFoundError
from hub.ports import Journal

router = Routes("contacts")


class Recorded(BaseModel):
    """A contact is durable. `duplicate`: it was already, nothing new was written."""

    id: str
    status: str
    customer_id: str
    duplicate: bool


class Done(BaseModel):
    """What the bus would confirm. `reason`: why nothing was to do."""

    id: str
    status: str
    customer_id: str
    duplicate: bool
    reason: str
    field: str


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
    done = await call.services.intake.submit(contact, call.actor)
    body = {"id": done.id, "status": done.status, "customer_id": done.customer_id, "duplicate": done.duplicate}
    return answer(body, HTTPStatus.OK if done.duplicate else HTTPStatus.CREATED)


@router.get("/v1/contacts/{contact_id:path}", summary="A contact", responses=told(ContactFact))
async def contact(
    contact_id: Annotated[str, Path(max_length=200, pattern=r"^[^\x00]*$")], call: ContactCall
) -> Response:
    """The whole fact as it was recorded: text, identifiers, where the customer stood, and its files with where they are
    got. An adapter's key reads what it recorded itself, the `uri` of its files in the hub's store too."""
    is_adapter = call.key.role is Role.ADAPTER
    fact = await _fact(call.services.journal, contact_id, with_keys=is_adapter)
    if fact is None or (is_adapter and fact["actor"] != call.actor):
        raise NotFoundError(f"there is no contact {contact_id!r}")
    return answer(fact)


@router.post(
    "/v1/conversations",
    summary="Report what happened in a conversation",
    responses={200: {"model": Done}, **PROBLEMS},
)
async def report(event: ConversationEvent, call: AdapterCall) -> Response:
    """The customer left: what waits is abandoned, what is spoken ends. Answers when it is done, just as the bus
    confirms it. Reporting it again changes nothing; where nothing is open in the thread, `reason` says so."""
    done = await call.services.intake.signal(event)
    return answer({name: getattr(done, name) for name in Done.model_fields})


async def _fact(journal: Journal, contact_id: str, *, with_keys: bool) -> dict[str, Any] | None:
    """What the log holds of a contact, found by its receipt in its customer's stream."""
    receipt = (await journal.contacts([contact_id])).get(contact_id)
    if receipt is None:
        return None
    for recorded in (await journal.load([receipt.stream])).get(receipt.stream, []):
        event = recorded.event
        if isinstance(event, ContactReceived | ContactSent) and event.contact_id == contact_id:
            inbound = isinstance(event, ContactReceived)
            files = shown_files(event.attachments, recorded.stream, contact_id)
            if with_keys:
                files = tuple(replace(one, uri=file.uri) for one, file in zip(files, event.attachments, strict=True))
            return {
                **event.model_dump(include=set(ContactFact.model_fields)),
                "auto": isinstance(event, ContactReceived) and event.auto,
                "ticket": event.ticket if isinstance(event, ContactReceived) else "",
                "attachments": files,
                "direction": Direction.INBOUND if inbound else Direction.OUTBOUND,
                "customer_id": recorded.stream,
                "position": recorded.position,
            }
    return None
