"""The customers: who they are, what happened, and where they stand."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, create_model
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events, found, page
from hub.api.bodies import Body
from hub.api.callers import AgentCall, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.identity import Links
from hub.api.rows import Customer, Timeline, told
from hub.api.services import Services
from hub.application.read_models import Row
from hub.application.whole_customer import united
from hub.domain.contact import VALUE_TIER
from hub.domain.customer.normalise import normalise

router = APIRouter(tags=["customers"])

WholeCustomer = create_model("WholeCustomer", __base__=(Customer, Links))
CustomerFound = create_model("CustomerFound", __base__=WholeCustomer, also=(list[str], ...))


class NewSegment(Body):
    """The class a customer belongs to, and the tier of their value."""

    segment: str = Field(max_length=32, examples=["B2C"])
    value_tier: str = Field(pattern=f"^{VALUE_TIER}$", examples=["standard"])


class NewLifecycleStage(Body):
    """Where a customer stands."""

    lifecycle_stage: str = Field(max_length=32, examples=["retention"])


@router.get("/v1/customers", summary="The customer of an identifier", responses=told(CustomerFound))
async def by_identifier(
    call: AgentCall,
    kind: Annotated[str, Query(examples=["phone"])],
    value: Annotated[str, Query(description="Any spelling that the hub would take in a contact")],
) -> Response:
    """What `GET /v1/customers/{customer_id}` tells, found by phone, email, customer_number, national_id, ...; `also`
    names other customers who were seen with it."""
    services = call.services
    row = await services.views.customer_by_identifier(kind, normalise(kind, value).value)
    whole = await _whole(services, row["customer_id"]) if row is not None else None
    if row is None or whole is None:
        return found(None, f"customer with {kind} {value!r}")
    others = [await services.identity.resolve(one) for one in row.get("also", ())]
    ids = dict.fromkeys(one.canonical_id for one in others)
    return answer({**whole, "also": [one for one in ids if one != whole["canonical_id"]]})


@router.get("/v1/customers/{customer_id}", summary="A customer", responses=told(WholeCustomer))
async def customer(customer_id: str, call: AgentCall) -> Response:
    """Profile, identifiers, standing, counts, open interactions, of all streams that are this customer. Any id that
    ever stood for them will do: `customer_id` and `canonical_id` tell the one that stands for them now."""
    return found(await _whole(call.services, customer_id), f"customer {customer_id}")


@router.get("/v1/customers/{customer_id}/timeline", summary="What happened with a customer", responses=told(Timeline))
async def timeline(
    customer_id: str,
    call: AgentCall,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[int | None, Query(ge=1, description="Log position; the next page's is in `before`")] = None,
) -> Response:
    """Over all channels and all streams that are this customer, newest first. `before` of the answer gets the next
    page; null: there is none."""
    services = call.services
    whole = await services.identity.resolve(customer_id)
    return page("timeline", await services.views.customer_timeline(whole.ids, limit, before), "before")


@router.put(
    "/v1/customers/{customer_id}/segment",
    summary="Put a customer in a segment",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def change_segment(customer_id: str, body: NewSegment, call: SupervisorCall) -> Response:
    """No events: the customer was there already."""
    services = call.services
    recorded = await services.customers.change_segment(
        customer_id, body.segment, body.value_tier, actor=call.actor, command_id=services.new_id()
    )
    return events([one[1:] for one in recorded])


@router.put(
    "/v1/customers/{customer_id}/lifecycle-stage",
    summary="Put a customer at a lifecycle stage",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def change_lifecycle_stage(customer_id: str, body: NewLifecycleStage, call: SupervisorCall) -> Response:
    """No events: the customer was there already."""
    services = call.services
    recorded = await services.customers.change_lifecycle_stage(
        customer_id, body.lifecycle_stage, actor=call.actor, command_id=services.new_id()
    )
    return events([one[1:] for one in recorded])


async def _whole(services: Services, customer_id: str) -> Row | None:
    """The customer that an id leads to, None if there is no such."""
    resolution = await services.identity.resolve(customer_id)
    rows = [await services.views.customer(one) for one in resolution.ids]
    there = [row for row in rows if row is not None]
    return united(resolution, there) if there else None
