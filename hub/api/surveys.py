"""Surveys: asking a sample of customers how it was, and what they say."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import Body, Moment
from hub.api.callers import AgentCall, ContactCall, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import told
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError
from hub.domain.satisfaction.events import SurveyKind

router = Routes("cases")

_EVENTS: dict[int | str, dict[str, Any]] = {200: {"model": EventsAnswer}, **PROBLEMS}


class Occasion(Body):
    """What is asked, about which interaction or case, and where."""

    kind: SurveyKind
    about: str = Field(min_length=1, max_length=200)
    channel: Channel


class SurveyAnswer(Body):
    """How it was: csat 1 to 5, nps 0 to 10."""

    score: int = Field(ge=0, le=10)
    comment: str = Field(default="", max_length=10_000)


class Surveyed(EventsAnswer):
    """The survey, if the customer is asked, and else why not; empty: they are."""

    not_asked: Literal["", "already", "complaint", "capped", "contacted", "no_consent", "quiet_hours", "unreachable"]


class SatisfactionRow(BaseModel):
    """What was asked in [start, end), and answered since. What rows are not told apart by is null; a figure there is
    nothing to take it of is null, too."""

    start: datetime | None
    end: datetime | None
    queue: str | None
    agent_id: str | None
    channel: str | None
    segment: str | None
    csat_asked: int
    csat_answered: int
    csat_mean: float | None
    csat_satisfied: float | None
    nps_asked: int
    nps_answered: int
    nps_promoters: int
    nps_detractors: int
    nps: float | None


class SatisfactionRows(BaseModel):
    """In the order of what they are told apart by."""

    satisfaction: list[SatisfactionRow]


By = Literal["interval", "queue", "agent", "channel", "segment"]
Only = Annotated[str | None, Query(max_length=64)]


@router.get(
    "/v1/metrics/satisfaction", summary="How satisfied customers say they were", responses=told(SatisfactionRows)
)
async def satisfaction(
    call: SupervisorCall,
    start: Annotated[Moment | None, Query(alias="from", description="First moment; left out: ever")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="First moment after")] = None,
    by: Annotated[list[By], Query(description="What rows are told apart by; may be repeated; left out: one row")] = [],  # noqa: B006
    queue: Only = None,
    agent_id: Only = None,
    channel: Only = None,
    segment: Only = None,
) -> Response:
    """CSAT: mean, and the share of 4 and 5; NPS: promoters less detractors, of 100. Booked when it was asked."""
    if start is not None and end is not None and end <= start:
        raise InvalidError("'to' is not after 'from'", "to")
    given = {"queue": queue, "agent": agent_id, "channel": channel, "segment": segment}
    only = {name: value for name, value in given.items() if value is not None}
    return answer({"satisfaction": await call.services.views.satisfaction(start, end, by, only)})


@router.post(
    "/v1/customers/{customer_id}/surveys",
    summary="Ask a customer how it was",
    responses={200: {"model": Surveyed}, **PROBLEMS},
)
async def ask(customer_id: str, body: Occasion, call: AgentCall) -> Response:
    """About an interaction or a case of theirs, whatever share the path policy draws. Who was asked about it before or
    often enough of late, has an open complaint or acts for an account that has one, does not want to be asked on this
    channel, or not at this hour, or never came from an address there, is not asked: 200 without events, and `not_asked`
    says why."""
    services = call.services
    asked = await services.satisfaction.ask_by_hand(
        customer_id, body.kind, body.about, body.channel, actor=call.actor, command_id=call.command_id()
    )
    return events([one[1:] for one in asked.recorded], not_asked=asked.not_asked or "")


@router.post("/v1/surveys/{survey_id}/answer", summary="A customer says how it was", responses=_EVENTS)
async def record(survey_id: str, body: SurveyAnswer, call: ContactCall) -> Response:
    """Once, and in time (409). The same answer again: 200 without events."""
    services = call.services
    recorded = await services.satisfaction.answer(
        survey_id, body.score, body.comment, actor=call.actor, command_id=call.command_id()
    )
    return events([one[1:] for one in recorded])
