"""Drafts over HTTP: saved as an agent types, by revision, so that two tabs never overwrite each other unseen."""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import answer, json_bytes
from hub.api.bodies import ByAgent
from hub.api.callers import AgentCall, Call
from hub.api.done import DONE, done
from hub.api.errors import PROBLEMS
from hub.api.lists import Names, named
from hub.api.path_decisions import Id
from hub.api.routes import Routes
from hub.api.rows import told
from hub.application.conversations.drafts import Draft, DraftChangedError, DraftKind, Mentioned, Words
from hub.application.views.read_models import Row
from hub.domain.contact import Attachment, Channel
from hub.domain.errors import InvalidError
from hub.domain.interaction.state import Phase

router = Routes("drafts")

Kind = Literal[DraftKind.REPLY, DraftKind.FORWARD, DraftKind.NOTE]
Addresses = Annotated[tuple[Annotated[str, Field(max_length=1000)], ...], Field(max_length=100)]
OfAgent = Annotated[str, Query(max_length=64, description="Left out: the agent of the key")]


class DraftMention(BaseModel):
    """A colleague who was chosen in a note, as they are called in its text."""

    agent_id: str = Field(max_length=64)
    name: str = Field(max_length=200)


class SavedDraft(ByAgent):
    """As it stands on the screen, whether it could be sent so or not."""

    text: str = Field(default="", max_length=100_000)
    html: str = Field(default="", max_length=200_000)
    subject: str = Field(default="", max_length=998)
    to: Addresses = ()
    cc: Addresses = ()
    attachments: Annotated[tuple[Attachment, ...], Field(max_length=50)] = ()
    mentions: Annotated[tuple[DraftMention, ...], Field(max_length=100)] = ()
    contact_id: str = Field(default="", max_length=200, description="The mail that is answered, or goes on")
    request_id: Id = Field(default="", description="Under which you will send it: that ends the draft")
    revision: int = Field(default=0, ge=0, description="The last one you read or saved; 0: there was none")


class DraftTold(BaseModel):
    """`interaction_id` empty: it is for a new contact with the customer. `revision`: for what is saved next."""

    interaction_id: str
    customer_id: str
    agent_id: str
    kind: DraftKind
    revision: int
    saved_at: datetime
    text: str
    html: str
    subject: str
    to: list[str]
    cc: list[str]
    attachments: list[Attachment]
    mentions: list[DraftMention]
    contact_id: str
    request_id: str


class DraftChanged(BaseModel):
    """Another text was saved since: it is in `draft`. Save again with its revision to take its place."""

    type: Literal["urn:hub:problem:draft-changed"]
    title: str
    status: int
    detail: str
    draft: DraftTold


class DraftPlace(BaseModel):
    """Where an agent writes something. `channel` and `phase` are those of its interaction; null: it has none."""

    interaction_id: str
    customer_id: str
    customer_name: str | None = None
    customer_address: str | None = None
    kind: DraftKind
    revision: int
    saved_at: datetime
    channel: Channel | None
    phase: Phase | None


class DraftPlaces(BaseModel):
    """What was saved last first."""

    drafts: list[DraftPlace]


_SAVED: dict[int | str, dict[str, Any]] = {
    200: {"model": DraftTold}, 409: {"model": DraftChanged, "description": "Saved elsewhere since"}, **PROBLEMS,
}  # fmt: skip
_THROWN_AWAY = DONE | {"responses": {204: {"description": "It is there no more"}, **PROBLEMS}}


@router.put("/v1/interactions/{interaction_id}/drafts/{kind}", summary="Save a draft", responses=_SAVED)
async def save(interaction_id: str, kind: Kind, body: SavedDraft, call: AgentCall) -> Response:
    """Of an answer, a forward or a note of this agent, and nobody's to read but theirs. It is kept until it is deleted,
    or sent under its `request_id`, the end of the work notwithstanding; in work that is over, only who had it last
    begins another (409)."""
    agent = _own(call, body.agent_id)
    drafts = call.services.drafts
    return await _saved(drafts.save(interaction_id, agent, kind, _words(body), body.revision))


@router.get("/v1/interactions/{interaction_id}/drafts/{kind}", summary="A draft", responses=told(DraftTold))
async def draft(interaction_id: str, kind: Kind, call: AgentCall, agent_id: OfAgent = "") -> Response:
    """As it was saved last. None: 404."""
    return answer(_row(await call.services.drafts.find(interaction_id, _own(call, agent_id), kind)))


@router.delete("/v1/interactions/{interaction_id}/drafts/{kind}", summary="Throw a draft away", **_THROWN_AWAY)
async def throw_away(interaction_id: str, kind: Kind, call: AgentCall, agent_id: OfAgent = "") -> Response:
    """It is not wanted any more. Gone already: 204."""
    await call.services.drafts.delete(interaction_id, _own(call, agent_id), kind)
    return done()


@router.put("/v1/customers/{customer_id}/drafts", summary="Save the draft of a new contact", responses=_SAVED)
async def save_new(customer_id: str, body: SavedDraft, call: AgentCall) -> Response:
    """What this agent is about to send to the customer, without an interaction."""
    agent = _own(call, body.agent_id)
    return await _saved(call.services.drafts.save_new(customer_id, agent, _words(body), body.revision))


@router.get("/v1/customers/{customer_id}/drafts", summary="The draft of a new contact", responses=told(DraftTold))
async def draft_of_new(customer_id: str, call: AgentCall, agent_id: OfAgent = "") -> Response:
    """As it was saved last. None: 404."""
    return answer(_row(await call.services.drafts.find(customer_id, _own(call, agent_id), DraftKind.NEW)))


@router.delete("/v1/customers/{customer_id}/drafts", summary="Throw the draft of a new contact away", **_THROWN_AWAY)
async def throw_new_away(customer_id: str, call: AgentCall, agent_id: OfAgent = "") -> Response:
    """Gone already: 204."""
    await call.services.drafts.delete(customer_id, _own(call, agent_id), DraftKind.NEW)
    return done()


@router.get("/v1/agents/{agent_id}/drafts", summary="Where an agent writes something", responses=told(DraftPlaces))
async def places(agent_id: str, call: AgentCall, names: Names = False) -> Response:
    """Without the words: to mark it in lists, and to find again what was not sent before its work was over."""
    services = call.services
    found = await services.drafts.of_agent(_own(call, agent_id))
    there = await services.views.these([one.interaction_id for one in found if one.interaction_id])
    works = {row["interaction_id"]: row for row in there}
    rows = [_place(one, works.get(one.interaction_id, {})) for one in found]
    return answer({"drafts": await named(services, rows, names)})


def _place(one: Draft, work: Row) -> Row:
    said = {name: getattr(one, name) for name in ("interaction_id", "customer_id", "kind", "revision", "saved_at")}
    return {**said, "channel": work.get("channel"), "phase": work.get("phase")}


def _own(call: Call, agent_id: str) -> str:
    """The agent whose draft it is. Raises ForbiddenError, InvalidError."""
    agent = agent_id or call.key.agent_id
    if not agent:
        raise InvalidError("say whose draft: this key is no agent's own", "agent_id")
    call.acting_for(agent)
    return agent


async def _saved(saving: Any) -> Response:
    try:
        return answer(_row(await saving))
    except DraftChangedError as error:
        status = HTTPStatus.CONFLICT
        body = {
            "type": "urn:hub:problem:draft-changed", "title": status.phrase, "status": status, "detail": str(error),
            "draft": _row(error.draft),
        }  # fmt: skip
        return Response(json_bytes(body), status, media_type="application/problem+json")


def _words(body: SavedDraft) -> Words:
    mentions = tuple(Mentioned(one.agent_id, one.name) for one in body.mentions)
    return Words(
        body.text, body.html, body.subject, body.to, body.cc, body.attachments, mentions, body.contact_id,
        body.request_id,
    )  # fmt: skip


def _row(one: Draft) -> dict[str, Any]:
    fields = asdict(one)
    words = fields.pop("words")
    files = [file.model_dump() for file in words.pop("attachments")]
    mentions = [Mentioned(*who)._asdict() for who in words.pop("mentions")]
    return {**fields, **words, "attachments": files, "mentions": mentions}
