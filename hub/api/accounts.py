"""Accounts: the organisations customers act for, and in which roles."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import Body, Moment
from hub.api.callers import AgentCall, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import told
from hub.application.customers.accounts import KnownAccount
from hub.domain.account.state import Holding

router = Routes("accounts")

_EVENTS: dict[int | str, dict[str, Any]] = {200: {"model": EventsAnswer}, **PROBLEMS}
At = Annotated[Moment | None, Query(description="Roles held then; left out: now")]
KnownAt = Annotated[Moment | None, Query(description="By what was recorded until then; left out: by all")]


class NewAccount(Body):
    """An organisation, by its legal id or the number it is known by."""

    kind: str = Field(max_length=32, examples=["legal_id"], description="legal_id or account_number")
    value: str = Field(min_length=1, max_length=320)
    segment: str = Field(max_length=32, examples=["B2B"], description="B2B or B2G")
    name: str = Field(min_length=1, max_length=200)


class NewRole(Body):
    """Who acts for the account, as what, and when."""

    customer_id: str = Field(min_length=1, max_length=100)
    role: str = Field(max_length=32, examples=["buyer"], description="owner, buyer, consumer, user, or an own one")
    since: Moment | None = Field(default=None, description="Left out: now")
    until: Moment | None = Field(default=None, description="Until just before then; left out: until it is ended")


class NewOwner(Body):
    """The agent who looks after an account."""

    agent_id: str = Field(max_length=64, description="Empty: nobody")


class RoleEnd(Body):
    """Which role of the account ends, and when."""

    number: int = Field(ge=1, lt=2**31)
    until: Moment | None = Field(default=None, description="Left out: now")
    reason: str = Field(default="", max_length=200, description="Kept under the key of who had the role")


class AccountCreated(EventsAnswer):
    """What registering led to, and the account's id, also where it was registered already."""

    account_id: str


class RoleRow(BaseModel):
    """A role of a person, half-open; `now`: held at the moment that was asked for."""

    account_id: str
    number: int
    customer_id: str
    role: str
    since: datetime
    until: datetime | None
    now: bool


class AccountRow(BaseModel):
    """An account and the people who act, acted or will act for it."""

    account_id: str
    kind: str
    value: str
    segment: str
    name: str
    owner: str
    """The agent who looks after it; empty: nobody."""
    at: datetime
    roles: list[RoleRow]


class CustomerAccounts(BaseModel):
    """The roles of a person, over all accounts: their contacts belong to those held at the time."""

    customer_id: str
    at: datetime
    roles: list[RoleRow]


@router.post(
    "/v1/accounts",
    summary="Register an organisation",
    responses={200: {"model": AccountCreated}, **PROBLEMS},
)
async def register(body: NewAccount, call: SupervisorCall) -> Response:
    """Known already: its name and segment are put right where they differ, else 200 without events."""
    services = call.services
    recorded = await services.accounts.register(
        body.kind, body.value, body.segment, body.name, actor=call.actor, command_id=services.new_id()
    )
    return events([one[1:] for one in recorded], account_id=services.accounts.id_of(body.kind, body.value))


@router.get("/v1/accounts", summary="The account of an identifier", responses=told(AccountRow))
async def by_identifier(
    call: AgentCall,
    kind: Annotated[str, Query(examples=["legal_id"])],
    value: Annotated[str, Query(description="In any spelling")],
) -> Response:
    """What `GET /v1/accounts/{account_id}` tells, found by legal_id or account_number."""
    accounts = call.services.accounts
    return answer(_account(await accounts.show(accounts.id_of(kind, value)), call.services.clock.now()))


@router.get("/v1/accounts/{account_id}", summary="An account", responses=told(AccountRow))
async def account(account_id: str, call: AgentCall, at: At = None, known_at: KnownAt = None) -> Response:
    """Who it is and who acts for it."""
    found = await call.services.accounts.show(account_id, known_at)
    return answer(_account(found, at or call.services.clock.now()))


@router.put("/v1/accounts/{account_id}/owner", summary="Say which agent looks after an account", responses=_EVENTS)
async def change_owner(account_id: str, body: NewOwner, call: SupervisorCall) -> Response:
    """Contacts of the people who act for it go to this agent first, where the routing policy says so. So already: 200
    without events."""
    services = call.services
    recorded = await services.accounts.change_owner(
        account_id, body.agent_id, actor=call.actor, command_id=services.new_id()
    )
    return events([one[1:] for one in recorded])


@router.post("/v1/accounts/{account_id}/roles", summary="Give somebody a role", responses=_EVENTS)
async def assign(account_id: str, body: NewRole, call: SupervisorCall) -> Response:
    """What overlaps or contradicts a role that somebody has at the time is refused (409): the same role of the same
    person, a second owner, roles that the operator keeps apart. Theirs already: 200 without events."""
    services = call.services
    recorded = await services.accounts.assign(
        account_id,
        body.customer_id,
        body.role,
        since=body.since,
        until=body.until,
        actor=call.actor,
        command_id=services.new_id(),
    )
    return events([one[1:] for one in recorded])


@router.post("/v1/accounts/{account_id}/end-role", summary="End a role", responses=_EVENTS)
async def end(account_id: str, body: RoleEnd, call: SupervisorCall) -> Response:
    """`number` is the role's in the account's list. Ended then already: 200 without events."""
    services = call.services
    recorded = await services.accounts.end(
        account_id, body.number, until=body.until, reason=body.reason, actor=call.actor, command_id=services.new_id()
    )
    return events([one[1:] for one in recorded])


@router.get(
    "/v1/customers/{customer_id}/accounts", summary="Whom a customer acts for", responses=told(CustomerAccounts)
)
async def of_customer(customer_id: str, call: AgentCall, at: At = None, known_at: KnownAt = None) -> Response:
    """Their roles over all accounts, linked streams included; `now`: held at the moment that was asked for."""
    moment = at or call.services.clock.now()
    held = await call.services.accounts.of_customer(customer_id, known_at)
    return answer({"customer_id": customer_id, "at": moment, "roles": [_role(one, moment) for one in held]})


def _role(held: Holding, at: datetime) -> dict[str, Any]:
    return {**held._asdict(), "now": held.holds(at)}


def _account(found: KnownAccount, at: datetime) -> dict[str, Any]:
    known = found.account
    return {
        "account_id": found.account_id,
        "kind": known.kind,
        "value": known.value,
        "segment": known.segment,
        "name": known.name,
        "owner": known.owner,
        "at": at,
        "roles": [_role(one, at) for one in known.holdings],
    }
