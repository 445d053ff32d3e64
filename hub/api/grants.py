"""Grants: the terms that stand for a customer or an account, given by hand, amended, presented and answered."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError
from starlette.responses import Response as HttpResponse

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import Body, Moment
from hub.api.callers import AgentCall, Call, ContactCall, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import row, told
from hub.application.dossier.grants import ShownGrant
from hub.application.paths.grants import Change
from hub.domain.contact import Channel
from hub.domain.grant.decide import LONGEST_ID
from hub.domain.grant.events import Response
from hub.domain.grant.terms import LARGEST, LONGEST_TEXT
from hub.paths.propositions.model import Sender

router = Routes("paths")

Id = Annotated[str, Field(max_length=200)]
Number = Annotated[int, Field(strict=True, ge=-LARGEST, le=LARGEST)]
Words = Annotated[str, Field(strict=True, max_length=LONGEST_TEXT)]


def _number_or_words(written: object, read: ValidatorFunctionWrapHandler) -> object:
    try:
        return read(written)
    except ValidationError:
        raise PydanticCustomError(
            "term", f"a term is a whole number up to {LARGEST}, or a text of at most {LONGEST_TEXT} characters"
        ) from None


Term = Annotated[Number | Words, WrapValidator(_number_or_words)]
Terms = Annotated[dict[Annotated[str, Field(max_length=64)], Term], Field(max_length=50)]


class NewGrant(Body):
    """What is granted to whom."""

    customer_id: str = Field(min_length=1, max_length=200)
    proposition: str = Field(min_length=1, max_length=64)
    account_id: Id = Field(default="", description="Of what accounts hold; left out: the one they act for")
    terms: Terms = Field(default={}, description="What is other than the proposition's own, within floor and ceiling")


class Amendment(Body):
    """What is to be other than it is."""

    terms: Terms = Field(default={}, description="Those that are to be other than they are")
    expires_at: Moment | None = Field(default=None, description="Left out: as it is")
    reason: str = Field(default="", max_length=200, description="Must be there where anything gets worse for them")


class Saying(Body):
    """Which agent does it; empty: whoever the key belongs to."""

    agent_id: str = Field(default="", max_length=64)


class NewPresentation(Saying):
    """That they were told of it, where, by whom, and in which terms."""

    presentation_id: str = Field(min_length=1, max_length=LONGEST_ID, description="Your own: a repeat is the same one")
    terms_hash: str = Field(min_length=1, max_length=64, description="Of the terms that they are told")
    channel: Channel
    sender: Sender
    customer_id: Id = Field(default="", description="Of an account's grant: which of its people is told")
    decision_id: Id = Field(default="", description="What led to it, if that was decided")


class NewResponse(Saying):
    """What they said to a presentation."""

    presentation_id: str = Field(min_length=1, max_length=LONGEST_ID)
    response: Response
    deferred_until: Moment | None = Field(default=None, description="Of a deferred one: from when they may be asked")


GrantRow = row("Grant", ShownGrant)


class GrantChanged(EventsAnswer):
    """What a command led to, and the grant as it is then."""

    grant: GrantRow  # type: ignore[valid-type]


class Grants(BaseModel):
    """What stands first, with the terms that stand, then what is suspended, then what is over. `customer_id` empty: of
    an account alone."""

    customer_id: str
    account_id: str
    at: datetime
    grants: list[GrantRow]  # type: ignore[valid-type]


_CHANGED: dict[int | str, dict[str, Any]] = {200: {"model": GrantChanged}, **PROBLEMS}


@router.get("/v1/customers/{customer_id}/grants", summary="What a customer was granted", responses=told(Grants))
async def of_customer(
    customer_id: str,
    call: AgentCall,
    account: Annotated[Id, Query(description="Left out: the one they act for, of several the longest")] = "",
) -> HttpResponse:
    """Over all streams that are linked, and what the account holds that they act for; `holder` tells whose it is."""
    return answer((await call.services.paths.grants.of_customer(customer_id, account))._asdict())


@router.get("/v1/accounts/{account_id}/grants", summary="What an account was granted", responses=told(Grants))
async def of_account(account_id: str, call: AgentCall) -> HttpResponse:
    """Whoever of its people asks, on whichever path, is told of these."""
    return answer((await call.services.paths.grants.of_account(account_id))._asdict())


@router.post("/v1/grants", summary="Grant something by hand", responses=_CHANGED)
async def give(body: NewGrant, call: SupervisorCall) -> HttpResponse:
    """Whether it makes sense now and is right for them you say; whether they may have it the path policy does (409).
    Granted already: 200 without events, and the grant that stands. With other terms than yours: 409, amend it."""
    return _changed(
        await call.services.paths.grants.give(
            body.customer_id, body.proposition, account_id=body.account_id, terms=body.terms, **_by(call)
        )
    )


@router.post("/v1/grants/{grant_id}/amend", summary="Change the terms of a grant", responses=_CHANGED)
async def amend(grant_id: str, body: Amendment, call: SupervisorCall) -> HttpResponse:
    """Everywhere at once: a presentation of the old terms is refused from now on. So already: 200 without events."""
    return _changed(
        await call.services.paths.grants.amend(
            grant_id, terms=body.terms, expires_at=body.expires_at, reason=body.reason, **_by(call)
        )
    )


@router.post("/v1/grants/{grant_id}/presentations", summary="Record that they are told of a grant", responses=_CHANGED)
async def present(grant_id: str, body: NewPresentation, call: ContactCall) -> HttpResponse:
    """the answer names those that do. Recorded already: 200 without events."""
    return _changed(
        await call.services.paths.grants.present(
            grant_id,
            body.terms_hash,
            presentation_id=body.presentation_id,
            channel=body.channel,
            sender=body.sender,
            customer=body.customer_id,
            decision_id=body.decision_id,
            **_by(call, body.agent_id),
        )
    )


@router.post("/v1/grants/{grant_id}/responses", summary="Record what they said to a presentation", responses=_CHANGED)
async def respond(grant_id: str, body: NewResponse, call: ContactCall) -> HttpResponse:
    """Terms can be accepted as long as they stand (409). `not_presented`: nobody told them after all, it says nothing
    of what they want. Said already: 200 without events."""
    return _changed(
        await call.services.paths.grants.answer(
            grant_id,
            body.presentation_id,
            body.response,
            deferred_until=body.deferred_until,
            **_by(call, body.agent_id),
        )
    )


def _by(call: Call, agent_id: str = "") -> dict[str, str]:
    return {"actor": call.acting_for(agent_id) if agent_id else call.actor, "command_id": call.services.new_id()}


def _changed(change: Change) -> HttpResponse:
    return events([one[1:] for one in change.recorded], grant=change.grant)
