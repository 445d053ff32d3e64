"""Where customers stand and why, what they bought, and what their profile holds."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import Body, Moment
from hub.api.callers import AgentCall, Allow, Call
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import told
from hub.domain.access.events import Role
from hub.domain.customer.purchases.decide import LARGEST_AMOUNT, LONGEST_ID, LONGEST_REASON, RecordPurchase

router = Routes("standing")

TrustedCall = Annotated[Call, Depends(Allow(Role.ADAPTER, Role.SUPERVISOR))]
_EVENTS: dict[int | str, dict[str, Any]] = {200: {"model": EventsAnswer}, **PROBLEMS}
At = Annotated[Moment | None, Query(description="As it was known then; left out: now")]


class NewPurchase(Body):
    """Something a customer bought."""

    purchase_id: str = Field(min_length=1, max_length=LONGEST_ID, description="Of the system it was made in")
    amount: int = Field(ge=1, le=LARGEST_AMOUNT, description="Whole units of the currency as stored: rials, cents")
    currency: str = Field(max_length=3, examples=["IRR"])
    at: Moment = Field(description="When it was bought")
    product: str = Field(default="", max_length=200)
    channel: str = Field(default="", max_length=32)


class Reversal(Body):
    """Which purchase counts no longer, and why."""

    purchase_id: str = Field(min_length=1, max_length=LONGEST_ID)
    reason: str = Field(min_length=1, max_length=LONGEST_REASON, description="In words that name nobody: they stay")


class PurchaseRow(BaseModel):
    """One of them."""

    purchase_id: str
    at: datetime
    amount: int
    currency: str
    product: str
    channel: str
    is_reversed: bool


class PurchaseRows(BaseModel):
    """The oldest first."""

    purchases: list[PurchaseRow]


class EvidenceRow(BaseModel):
    """Which rule decided, and the facts it asked for."""

    about: str
    rule: str
    facts: dict[str, int | str]


class StandingRow(BaseModel):
    """`named`: the operator's own segment; `due_at`: when to look again though nothing happens, null: never; `policy`:
    the version that says so."""

    segment: str
    value_tier: str
    named: str
    lifecycle_stage: str
    why: list[EvidenceRow]
    due_at: datetime | None
    policy: str


class FieldRow(BaseModel):
    """A field of a profile; `value` empty and `at` null: nothing was ever said of it."""

    name: str
    label: str
    type: str
    required: bool
    value: str
    at: datetime | None
    actor: str
    path: str


class ProfileRow(BaseModel):
    """The fields of somebody who stands there, and how complete they are: `share` of those `required`, from 0 to 1."""

    fields: list[FieldRow]
    required: int
    filled: int
    share: float
    missing: list[str]
    policy: str


class FieldChange(Body):
    """What a field holds; a blank `value` clears it."""

    value: str = Field(max_length=4_000)
    path: str = Field(default="", max_length=64, description="Where it was said: a channel, a form")
    at: Moment | None = Field(default=None, description="When it was said; left out: now")
    agent_id: str = Field(default="", max_length=64, description="The agent who was told; left out: the caller")


@router.get("/v1/customers/{customer_id}/standing", summary="Where a customer stands", responses=told(StandingRow))
async def standing(customer_id: str, call: AgentCall, at: At = None) -> Response:
    """By the facts of all streams that are this customer and the path policy of that moment, with the rule and the
    facts behind each part."""
    found = await call.services.profiles.standing(customer_id, at)
    stands = found.stands
    row = {name: getattr(stands, name) for name in ("segment", "value_tier", "named", "lifecycle_stage")}
    why = [one.model_dump() for one in stands.why]
    return answer({**row, "why": why, "due_at": found.due_at, "policy": found.policy})


@router.post("/v1/customers/{customer_id}/purchases", summary="Record a purchase", responses=_EVENTS)
async def record(customer_id: str, body: NewPurchase, call: TrustedCall) -> Response:
    """No events: it is recorded already. Another purchase under the same id is refused (409), one in another currency
    than that of the path policy is invalid (422)."""
    services = call.services
    meta = {"actor": call.actor, "command_id": services.new_id()}
    currency = services.paths.in_force.policy.money.currency
    recorded = await services.purchases.record(customer_id, RecordPurchase(**body.model_dump()), currency, **meta)
    return events([one[1:] for one in recorded])


@router.post("/v1/customers/{customer_id}/purchases/reverse", summary="Reverse a purchase", responses=_EVENTS)
async def reverse(customer_id: str, body: Reversal, call: TrustedCall) -> Response:
    """It was returned, cancelled, or recorded by mistake. No events: it is reversed already."""
    services = call.services
    meta = {"actor": call.actor, "command_id": services.new_id()}
    recorded = await services.purchases.reverse(customer_id, body.purchase_id, body.reason, **meta)
    return events([one[1:] for one in recorded])


@router.get("/v1/customers/{customer_id}/purchases", summary="What a customer bought", responses=told(PurchaseRows))
async def purchases(customer_id: str, call: AgentCall, at: At = None) -> Response:
    """Of all streams that are this customer, also what was reversed."""
    found = await call.services.purchases.of_customer(customer_id, at)
    made = sorted(found.made.items(), key=lambda one: one[1])
    rows = [{"purchase_id": name, **one._asdict()} for name, one in made]
    return answer({"purchases": rows})


@router.get("/v1/customers/{customer_id}/profile", summary="A customer's profile", responses=told(ProfileRow))
async def profile(customer_id: str, call: AgentCall, at: At = None) -> Response:
    """The fields that the path policy defines for somebody who stands where they do, each with who said it, when and
    on which path."""
    found = await call.services.profiles.profile(customer_id, at)
    rows = []
    for field in found.fields:
        said = found.profile.fields.get(field.name)
        row = {"name": field.name, "label": field.label or field.name, "type": field.type, "required": field.required}
        source = {name: getattr(said, name) if said else "" for name in ("value", "actor", "path")}
        rows.append({**row, **source, "at": said.at if said else None})
    known = found.completeness
    return answer({"fields": rows, **asdict(known), "share": known.share, "policy": found.policy})


@router.put("/v1/customers/{customer_id}/profile/{field}", summary="Say what a profile field holds", responses=_EVENTS)
async def change(customer_id: str, field: str, body: FieldChange, call: AgentCall) -> Response:
    """A correction is one more fact; what was said before stays on record. No events: it holds that already."""
    actor = call.acting_for(body.agent_id) if body.agent_id else call.actor
    recorded = await call.services.profiles.change(
        customer_id, field, body.value, body.path, at=body.at, actor=actor, command_id=call.services.new_id()
    )
    return events([one[1:] for one in recorded])
