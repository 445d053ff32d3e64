"""Callbacks that agents promise: made, changed and cancelled until one is offered, and those that are still to come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import ByAgent, Moment, QueueName
from hub.api.callers import AgentCall, Call
from hub.api.errors import PROBLEMS
from hub.api.lists import as_told
from hub.api.rows import told
from hub.application.customers.names import called
from hub.domain.customer.callbacks.decide import Terms
from hub.domain.customer.callbacks.events import customer_of_callback
from hub.domain.customer.callbacks.state import Callback

router = APIRouter(tags=["conversations"])

_EVENTS: dict[int | str, dict[str, Any]] = {200: {"model": EventsAnswer}, **PROBLEMS}


class CallbackTerms(ByAgent):
    """Who says so; when the customer is called, where, by whom, and what the caller should know."""

    due: Moment = Field(description="When they are called")
    number: str = Field(min_length=3, max_length=64, description="One by which the customer is known")
    for_agent: str = Field("", max_length=64, description="Who calls, if they are there; empty: anybody of the queue")
    queue: QueueName = Field("", description="Left out: that of the interaction, or as it was")
    note: str = Field("", max_length=1000, description="For who calls; kept under the customer's key")

    @property
    def terms(self) -> Terms:
        """As they are decided on."""
        return Terms(self.due, self.number, self.queue, self.for_agent, self.note)


class ChangedCallback(CallbackTerms):
    """What holds from now on."""

    expected_version: int | None = Field(default=None, ge=1, description="As you read it")


class NewCallback(CallbackTerms):
    """A call that is promised to a customer."""

    interaction_id: str = Field("", max_length=64, description="In which it was promised; empty: in none")


class NoCallback(ByAgent):
    """Who says so, and why."""

    reason: str = Field("", max_length=1000, description="Kept under the customer's key")
    expected_version: int | None = Field(default=None, ge=1, description="As you read it")


class PromisedCallback(BaseModel):
    """One that is still to come. `agent_id`: who promised it; `promised_in`: the interaction, empty: in none;
    `version`: how often its terms were said, `said_by`: who said them last."""

    callback_id: str
    version: int
    said_by: str
    customer_id: str
    customer_name: str
    customer_address: str
    promised_at: datetime
    due: datetime
    agent_id: str
    for_agent: str
    queue: str
    number: str
    note: str
    promised_in: str


class PromisedCallbacks(BaseModel):
    """The earliest first; `names`: what the agents in it are called, of those who ever signed on with a name."""

    callbacks: list[PromisedCallback]
    names: dict[str, str]


@router.post("/v1/customers/{customer_id}/callbacks", summary="Promise a customer a call", responses=_EVENTS)
async def promise(customer_id: str, body: NewCallback, call: AgentCall) -> Response:
    """At that time it is work of the queue, offered to `for_agent` first; who accepts it has the customer called.
    Refused where the number is not the customer's (`not-their-number`), or they may not be called there and then
    (`not-then`): by what they said, by the hours of rest where they are, or by those of the queue."""
    found = await call.services.callbacks.promise(
        customer_id, body.terms, body.agent_id, body.interaction_id,
        actor=call.acting_for(body.agent_id), command_id=call.command_id(),
    )  # fmt: skip
    return events([one[1:] for one in found])


@router.put("/v1/callbacks/{callback_id}", summary="Change a promised call", responses=_EVENTS)
async def change(callback_id: str, body: ChangedCallback, call: AgentCall) -> Response:
    """All of it, until it is offered (then 409 `offered`). As it is already: 200 without events. Changed by somebody
    else since `expected_version`: 409 (`changed-meanwhile`), which says who."""
    found = await call.services.callbacks.change(
        callback_id, body.terms, body.agent_id, body.expected_version,
        actor=call.acting_for(body.agent_id), command_id=call.command_id(),
    )  # fmt: skip
    return events([one[1:] for one in found])


@router.post("/v1/callbacks/{callback_id}/cancel", summary="Cancel a promised call", responses=_EVENTS)
async def cancel(callback_id: str, body: NoCallback, call: AgentCall) -> Response:
    """Until it is offered (then 409 `offered`). Cancelled already: 200 without events. Changed by somebody else since
    `expected_version`: 409 (`changed-meanwhile`)."""
    found = await call.services.callbacks.cancel(
        callback_id, body.agent_id, body.reason, body.expected_version,
        actor=call.acting_for(body.agent_id), command_id=call.command_id(),
    )  # fmt: skip
    return events([one[1:] for one in found])


@router.get(
    "/v1/customers/{customer_id}/callbacks", summary="Calls a customer was promised", responses=told(PromisedCallbacks)
)
async def of_customer(customer_id: str, call: AgentCall) -> Response:
    """Those that are still to come, over all streams that are this customer."""
    return await _told(call, await call.services.callbacks.of_customer(customer_id))


@router.get("/v1/agents/{agent_id}/callbacks", summary="Calls an agent promised", responses=told(PromisedCallbacks))
async def of_agent(agent_id: str, call: AgentCall, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """What is still to come and they are to call, or promised for anybody of a queue."""
    call.acting_for(agent_id)
    return await _told(call, await call.services.callbacks.of_agent(agent_id, limit))


async def _told(call: Call, found: Sequence[Callback]) -> Response:
    services = call.services
    whose = {one.callback_id: customer_of_callback(one.callback_id) for one in found}
    customers = await called(services.journal, set(whose.values()))
    named = {one for each in found for one in (each.agent_id, each.for_agent, each.said_by) if one}
    agents = {one: await services.views.agent(one) for one in named}
    rows = [
        {name: getattr(one, name) for name in _SHOWN}
        | {"customer_id": whose[one.callback_id], **as_told(customers.get(whose[one.callback_id]))}
        for one in found
    ]
    return answer({"callbacks": rows, "names": {one: now.name for one, now in agents.items() if now and now.name}})


_SHOWN = (
    "callback_id", "version", "said_by", "promised_at", "due", "agent_id", "for_agent", "queue", "number", "note",
    "promised_in",
)  # fmt: skip
