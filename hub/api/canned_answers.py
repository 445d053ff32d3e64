"""Canned answers: texts for agents to send, by folder and language, with what is so in a conversation filled in."""

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventAnswer, EventsAnswer, answer, events
from hub.api.bodies import Body, ByAgent, Language
from hub.api.callers import AgentCall, SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.routes import Routes
from hub.api.rows import listed, row, told
from hub.api.tracing import trace
from hub.application.conversations.canned_answers import chosen, text_in
from hub.domain.canned.state import CannedAnswer
from hub.domain.canned.variables import VARIABLES, fill, used_in
from hub.domain.contact import Channel
from hub.domain.customer.folding import fold
from hub.domain.errors import NotFoundError
from hub.policies.hours import zone_of

router = Routes("canned answers")

_EVENTS: dict[int | str, dict[str, Any]] = {200: {"model": EventsAnswer}, **PROBLEMS}
_Told = row("CannedAnswer", CannedAnswer, variables=list[str])
CannedAnswers = listed("CannedAnswers", "answers", _Told, folders=list[str], variables=list[str])
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]


class WrittenAnswer(Body):
    """What it says from now on."""

    folder: str = Field(default="", max_length=200, description="A path, such as `cards/lost`", examples=["cards"])
    title: str = Field(min_length=1, max_length=200)
    texts: dict[Language, Annotated[str, Field(max_length=20_000)]] = Field(
        min_length=1, max_length=20, description="By language; `{customer.name}` and the like are filled in"
    )
    channels: tuple[Channel, ...] = Field(default=(), max_length=20, description="Left out: wherever agents write")
    expected_version: int | None = Field(default=None, ge=0, description="As you read it; 0: there is none yet")


class FillIn(ByAgent):
    """For which conversation, and in which language."""

    interaction_id: str = Field(max_length=200)
    language: Language


class FilledIn(BaseModel):
    """`language` is that of the text; `missing`: variables nothing is known for, that stand there as they were
    written."""

    text: str
    language: str
    missing: list[str]


class AnswerHistory(BaseModel):
    """All that was done to it, oldest first."""

    answer_id: str
    history: list[EventAnswer]


def _row(one: CannedAnswer) -> dict[str, Any]:
    shown = {name: getattr(one, name) for name in _Told.model_fields if name != "variables"}
    return {**shown, "variables": sorted(set().union(*map(used_in, one.texts.values())))}


@router.get("/v1/canned-answers", summary="Canned answers", responses=told(CannedAnswers))
async def canned_answers(
    call: AgentCall,
    language: Annotated[str, Query(max_length=16, description="With a text in it")] = "",
    folder: Annotated[str, Query(max_length=200, description="This one and those below it")] = "",
    channel: Channel | None = None,
    q: Annotated[str, Query(max_length=200, description="Words that must all be there, in any script")] = "",
) -> Response:
    """By folder and title; `folders` names all there are, `variables` what may stand in braces."""
    library = await call.services.canned_answers.library()
    every = [one for one in library.answers.values() if channel is None or channel in (*one.channels, *_any(one))]
    found = chosen(every, language, folder, fold(q).split())
    folders = sorted({one.folder for one in library.answers.values()})
    return answer({"answers": [_row(one) for one in found], "folders": folders, "variables": VARIABLES})


def _any(one: CannedAnswer) -> tuple[Channel, ...]:
    return () if one.channels else tuple(Channel)


@router.get("/v1/canned-answers/{answer_id}", summary="A canned answer", responses=told(_Told))
async def canned_answer(answer_id: str, call: AgentCall) -> Response:
    """As it was written last."""
    return answer(_row(await call.services.canned_answers.one(answer_id)))


@router.get("/v1/canned-answers/{answer_id}/history", summary="What it said before", responses=told(AnswerHistory))
async def history(answer_id: str, call: AgentCall) -> Response:
    """All that was done to it, also when it is there no more."""
    told = await call.services.canned_answers.history(answer_id)
    facts = [
        {"type": type(event).__name__, "stream": stream, "version": version, "event": event.model_dump()}
        for _, stream, version, event in told
    ]
    return answer({"answer_id": answer_id, "history": facts})


@router.put("/v1/canned-answers/{answer_id}", summary="Write a canned answer", responses=_EVENTS)
async def write(answer_id: Name, body: WrittenAnswer, call: SupervisorCall) -> Response:
    """New, or in place of what it said. So already: 200 without events. Changed by somebody else since
    `expected_version`: 409. A variable that there is not: 422 with its text, line and column."""
    services = call.services
    recorded = await services.canned_answers.write(
        answer_id, folder=body.folder.strip("/"), title=body.title, texts=body.texts, channels=body.channels,
        expected_version=body.expected_version, actor=call.actor, command_id=call.command_id(),
    )  # fmt: skip
    return events([one[1:] for one in recorded])


@router.delete("/v1/canned-answers/{answer_id}", summary="Remove a canned answer", responses=_EVENTS)
async def remove(
    answer_id: str, call: SupervisorCall, expected_version: Annotated[int | None, Query(ge=0)] = None
) -> Response:
    """Nobody is shown it any more; its history stays. Removed already: 200 without events."""
    services = call.services
    recorded = await services.canned_answers.remove(
        answer_id, expected_version, actor=call.actor, command_id=call.command_id()
    )
    return events([one[1:] for one in recorded])


@router.post(
    "/v1/canned-answers/{answer_id}/fill",
    summary="Fill a canned answer in",
    responses={200: {"model": FilledIn}, **PROBLEMS},
)
async def fill_in(answer_id: str, body: FillIn, call: AgentCall) -> Response:
    """For a conversation: names and numbers as they are known, today in the calendar and digits of the language. It
    sends nothing, and is a reading of the customer's data."""
    call.acting_for(body.agent_id)
    services = call.services
    one = await services.canned_answers.one(answer_id)
    found = text_in(one, body.language)
    if found is None:
        raise NotFoundError(f"canned answer {answer_id} has no text in {body.language}: it has {', '.join(one.texts)}")
    language, text = found
    agent = await services.views.agent(body.agent_id)
    policy = services.pool.policy
    values = await services.canned_answers.values(
        text, body.interaction_id, language, agent.name if agent else "", zone_of(policy.time_zone)
    )
    await trace(call, "canned answer", [values.customer_id], body.interaction_id)
    queue = values.by_name["queue.name"]
    labels = policy.labels.queues.get(queue, {})
    filled = fill(text, {**values.by_name, "queue.name": labels.get(language, queue)})
    return answer({"text": filled.text, "language": language, "missing": filled.missing})
