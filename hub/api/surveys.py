"""Surveys: asking a sample of customers how it was, and what they say."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, events
from hub.api.bodies import Body
from hub.api.callers import AgentCall, ContactCall
from hub.api.errors import PROBLEMS
from hub.domain.contact import Channel
from hub.domain.satisfaction.events import SurveyKind

router = APIRouter(tags=["cases"])

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

    not_asked: Literal["", "already", "complaint", "capped", "no_consent", "unreachable"]


@router.post(
    "/v1/customers/{customer_id}/surveys",
    summary="Ask a customer how it was",
    responses={200: {"model": Surveyed}, **PROBLEMS},
)
async def ask(customer_id: str, body: Occasion, call: AgentCall) -> Response:
    """About an interaction or a case of theirs, whatever share the path policy draws. Who was asked about it before or
    often enough of late, has an open complaint, does not want to be asked on this channel or never came from an address
    there is not asked: 200 without events, and `not_asked` says why."""
    services = call.services
    asked = await services.satisfaction.ask_by_hand(
        customer_id, body.kind, body.about, body.channel, actor=call.actor, command_id=services.new_id()
    )
    return events([one[1:] for one in asked.recorded], not_asked=asked.not_asked or "")


@router.post("/v1/surveys/{survey_id}/answer", summary="A customer says how it was", responses=_EVENTS)
async def record(survey_id: str, body: SurveyAnswer, call: ContactCall) -> Response:
    """Once, and in time (409). The same answer again: 200 without events."""
    services = call.services
    recorded = await services.satisfaction.answer(
        survey_id, body.score, body.comment, actor=call.actor, command_id=services.new_id()
    )
    return events([one[1:] for one in recorded])
