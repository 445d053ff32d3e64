"""Forgetting a customer, for administrators."""

from pydantic import Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, events
from hub.api.bodies import Body
from hub.api.callers import AdminCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.domain.customer.forgetting import LONGEST_REASON

router = Routes("customers")


class WhyForget(Body):
    """Why, in words that name nobody: they stay on record."""

    reason: str = Field(min_length=1, max_length=LONGEST_REASON, examples=["asked for in writing, case 4711"])


@router.post(
    "/v1/customers/{customer_id}/forget",
    summary="Forget a customer",
    responses={200: {"model": EventsAnswer}, **PROBLEMS},
)
async def forget(customer_id: str, body: WhyForget, call: AdminCall) -> Response:
    """For ever: the keys of all that says who this was are deleted, in every stream of the customer. What happened
    stays on record, and every count. No events: the customer was forgotten already. Whoever comes again is new."""
    services = call.services
    recorded = await services.forgetting.forget(
        customer_id, body.reason, actor=call.actor, command_id=services.new_id()
    )
    return events([one[1:] for one in recorded])
