"""All that is stored about a customer, for supervisors to hand over."""

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel
from starlette.responses import Response, StreamingResponse

from hub.api.callers import SupervisorCall
from hub.api.customers import Customer
from hub.api.routes import Routes
from hub.api.rows import told
from hub.application.export.as_json import as_json
from hub.application.export.as_markdown import as_markdown
from hub.application.export.facts import ExportedFact

router = Routes("customers")


class Form(StrEnum):
    """How it is written."""

    JSON = "json"
    MARKDOWN = "markdown"


class ExportedInteraction(BaseModel):
    """An interaction and all that happened to it, the oldest first."""

    interaction_id: str
    facts: list[ExportedFact]


class CustomerExport(BaseModel):
    """All that is stored about a customer: who they are, what happened, and who read their personal data."""

    export_of: str
    asked_for: str
    made_at: str
    forgotten: bool
    customer: Customer  # type: ignore[valid-type]
    facts: list[ExportedFact]
    interactions: list[ExportedInteraction]
    read_by: list[ExportedFact]


_RESPONSES: dict[int | str, dict[str, Any]] = told(CustomerExport)


@router.get("/v1/customers/{customer_id}/export", summary="All that is stored about a customer", responses=_RESPONSES)
async def export(
    customer_id: str,
    call: SupervisorCall,
    form: Annotated[Form, Query(description="`json`, or `markdown` for people to read")] = Form.JSON,
) -> Response:
    """Every fact of every stream that is this customer, in the order they were recorded, their interactions with all
    that happened to them, and who read it. Of a customer who was forgotten: that, and nothing that says who it was."""
    begun = await call.services.exports.begin(customer_id)
    body: AsyncIterator[bytes] = as_json(begun) if form is Form.JSON else as_markdown(begun)
    return StreamingResponse(body, media_type="application/json" if form is Form.JSON else "text/markdown")
