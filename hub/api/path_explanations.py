"""Decisions on what is said to customers, as they were taken: why, what if, and what campaigns did."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.bodies import Body
from hub.api.callers import AgentCall, SupervisorCall
from hub.api.customers import Iso
from hub.api.routes import Routes
from hub.api.rows import listed, told
from hub.application.paths.campaign_uplift import CONFIDENCE, DAYS
from hub.application.paths.decision_list import decisions_of
from hub.application.policies.paths import usable
from hub.domain.decision.events import PathDecided
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.paths.arbitration.responses import Cell, Counts, cells_of
from hub.paths.propositions.model import Sender

router = Routes("paths")

DecisionFact = create_model("PathDecisionFact", __base__=PathDecided, stream=(str, ...), version=(int, ...))
DecisionFacts = listed("PathDecisionFacts", "path_decisions", DecisionFact, before=int | None)


class Why(BaseModel):
    """A decision taken again from the log. `recorded`: as it stands there; `same`: it came out just so, else
    `different` names each field; `forgotten`: who it was about is known no longer, so that it can't."""

    decision_id: str
    customer_id: str
    account_id: str
    actor: str
    asked: dict[str, Any]
    recorded: dict[str, Any]
    same: bool
    different: dict[str, Any]
    forgotten: bool
    policy: str
    actions: list[dict[str, Any]] = Field(description="What is proposed, with P, C, L, V and the score")
    not_proposed: list[dict[str, Any]] = Field(description="Why nothing else is")
    candidates: list[dict[str, Any]] = Field(description="Every proposition on every path, gate by gate")
    relied_on: dict[str, Any] = Field(description="Slots, consents, grants, cases, conversations, capacity, standing")


class WhatIf(BaseModel):
    """The same question by another policy. `changed`: of outcome, due_at and said what would have been otherwise."""

    decision_id: str
    customer_id: str
    account_id: str
    actor: str
    asked: dict[str, Any]
    recorded: dict[str, Any]
    tried: dict[str, Any]
    changed: list[str]
    policy: str
    actions: list[dict[str, Any]]
    not_proposed: list[dict[str, Any]]
    candidates: list[dict[str, Any]]
    relied_on: dict[str, Any]


class Trial(Body):
    """By which policy: one of the two."""

    version: str = Field(default="", max_length=64, description="One that was in force")
    text: str = Field(default="", max_length=500_000, description="One that never was (TOML)")


class VoiceRow(BaseModel):
    """What each channel would have said. `one_voice`: no proposition had two terms; `differences`: what was not said
    on all channels, and why the silent ones were."""

    customer_id: str
    at: str
    seen: int
    policy: str
    sender: Sender
    one_voice: bool
    channels: list[dict[str, Any]]
    differences: list[dict[str, Any]]


class CampaignRow(BaseModel):
    """Those whom a campaign might reach, against those kept out of it; `mixed` were drawn both ways and are left out.
    `uplift` by what they did, `propositions` by which they accepted; null: nobody is in one of the groups."""

    campaign: str
    days: int
    treated: dict[str, int]
    held_out: dict[str, int]
    mixed: int
    uplift: dict[str, dict[str, Any] | None]
    propositions: dict[str, dict[str, Any] | None]


Campaigns = listed("CampaignUplift", "campaigns", CampaignRow)
_CELL: dict[str, Any] = dict.fromkeys(Cell._fields, (str, ...)) | dict.fromkeys(Counts._fields, (int, ...))
ResponseRows = listed("Responses", "responses", create_model("ResponseRow", **_CELL))


@router.get("/v1/path-decisions/{decision_id}", summary="A decision as it was taken", responses=told(DecisionFact))
async def decision(decision_id: str, call: AgentCall) -> Response:
    """The fact: question, outcome, what was proposed where, the policy, seed and log positions it rests on."""
    found = await call.services.paths.decisions.recorded(decision_id)
    return answer(_row(found.event, found.stream, found.version))


@router.get("/v1/path-decisions/{decision_id}/why", summary="Why it was decided so", responses=told(Why))
async def why(decision_id: str, call: SupervisorCall) -> Response:
    """Taken again from the log as it was then, in a process of its own: every candidate with every gate and what it
    looked at, the factors, the contacts that counted and the consents it relied on."""
    return answer(await call.services.paths.answers.ask("why", decision=decision_id))


@router.post("/v1/path-decisions/{decision_id}/what-if", summary="By another policy", responses=told(WhatIf))
async def what_if(decision_id: str, body: Trial, call: SupervisorCall) -> Response:
    """The same question about the same customer at the same moment. Nothing is written."""
    if bool(body.version) == bool(body.text):
        raise InvalidError("name a version, or give the text of a policy: one of the two", "version")
    about: Mapping[str, str] = {"text": usable(body.text).text} if body.text else {"version": body.version}
    return answer(await call.services.paths.answers.ask("what_if", decision=decision_id, **about))


@router.get(
    "/v1/customers/{customer_id}/path-decisions", summary="Decisions about a customer", responses=told(DecisionFacts)
)
async def decisions(
    customer_id: str,
    call: AgentCall,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[int | None, Query(ge=1, description="Log position; the next page's is in `before`")] = None,
) -> Response:
    """Over all streams that are this customer, newest first. `before` of the answer gets the next page; null: there is
    none."""
    page = await decisions_of(call.services.journal, customer_id, limit, before)
    rows = [_row(one.event, one.stream, one.version) for one in page.decisions]
    return answer({"path_decisions": rows, "before": page.before})


@router.get("/v1/customers/{customer_id}/voice", summary="What each channel would have said", responses=told(VoiceRow))
async def voice(
    customer_id: str,
    call: SupervisorCall,
    at: Annotated[Iso | None, Query(description="By all that was recorded then; left out: now")] = None,
    sender: Sender = Sender.AGENT,
    verified: Annotated[bool, Query(description="As if it had been certain who they are")] = True,
) -> Response:
    """The same question on every channel, with the terms each would have named: equal hashes are equal terms. Nothing
    is held for what paths could take then: that is not known."""
    moment = (at or call.services.clock.now()).isoformat()
    asked = {"customer": customer_id, "at": moment, "sender": sender.value, "verified": verified}
    return answer(await call.services.paths.answers.ask("voice", **asked))


@router.get("/v1/path-uplift", summary="What campaigns did", responses=told(Campaigns))
async def campaigns(
    call: SupervisorCall,
    campaign: Annotated[str, Query(max_length=200, description="Left out: all something was decided on")] = "",
    days: Annotated[int, Query(ge=1, le=3660, description="To accept or buy in, from the first decision on")] = DAYS,
    confidence: Annotated[float, Query(ge=0.5, lt=1)] = CONFIDENCE,
) -> Response:
    """Customers (of B2B and B2G accounts) of whom something of the campaign was asked for, in both groups alike: how
    many accepted it, or bought anything, and the difference with its interval. Counted from the log."""
    return answer(await call.services.paths.answers.ask("uplift", campaign=campaign, days=days, confidence=confidence))


@router.get("/v1/responses", summary="How customers respond", responses=told(ResponseRows))
async def responses(call: SupervisorCall) -> Response:
    """Segment x value tier x stage x channel x proposition: how often it was presented, and what was said. What chances
    are made of; nothing of it names anybody."""
    cells = sorted(cells_of(call.services.paths.responses.table))
    return answer({"responses": [cell._asdict() | counts._asdict() for cell, counts in cells]})


def _row(event: Event, stream: str, version: int) -> dict[str, Any]:
    return {**event.model_dump(), "stream": stream, "version": version}
