"""Internal notes: what agents write for each other in a conversation, and what mentions them."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from hub.api.answers import EventsAnswer, answer, events
from hub.api.bodies import AgentId, ByAgent
from hub.api.callers import AgentCall
from hub.api.errors import PROBLEMS
from hub.api.path_decisions import Id
from hub.api.routes import Routes
from hub.api.rows import told
from hub.application.conversations.drafts import DraftKind
from hub.domain.customer.notes import LONGEST, MOST_MENTIONS, NoteWritten
from hub.domain.errors import InvalidError

router = Routes("conversations")

_EVENTS: dict[int | str, dict[str, Any]] = {200: {"model": EventsAnswer}, **PROBLEMS}


class Note(ByAgent):
    """What is noted, by whom, and who is to read it."""

    text: str = Field(min_length=1, max_length=LONGEST)
    mentions: tuple[AgentId, ...] = Field(default=(), max_length=MOST_MENTIONS, description="Agents who are to read it")
    request_id: Id = Field(default="", description="Your own: a repeat is the same note; ends the draft that has it")


class MentionTold(BaseModel):
    """A note that mentions the agent, and that they have not read."""

    note_id: str
    interaction_id: str
    customer_id: str
    by: str
    at: datetime
    text: str


class Mentions(BaseModel):
    """The newest first."""

    mentions: list[MentionTold]


@router.post(
    "/v1/interactions/{interaction_id}/notes",
    summary="Write an internal note",
    responses=_EVENTS,
)
async def write(interaction_id: str, body: Note, call: AgentCall) -> Response:
    """It never leaves the hub for the customer: it is told in the conversation (`internal`), on the customer's
    timeline, and the agents it mentions hear of it. A repeat under its `request_id`: no events."""
    services = call.services
    for number, agent in enumerate(body.mentions):
        if not services.pool.knows_agent(agent):
            raise InvalidError(f"there is no agent {agent!r}", f"mentions.{number}")
    actor = call.acting_for(body.agent_id)
    recorded = await services.notes.write(
        interaction_id, body.agent_id, body.text, body.mentions,
        request_id=call.request(body.request_id), actor=actor, command_id=call.command_id(),
    )  # fmt: skip
    await services.drafts.sent(interaction_id, body.agent_id, DraftKind.NOTE, body.request_id)
    return events([one[1:] for one in recorded])


@router.get("/v1/agents/{agent_id}/mentions", summary="Notes that mention an agent", responses=told(Mentions))
async def mentions(agent_id: str, call: AgentCall, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Response:
    """Those they have not read yet, the newest first."""
    call.acting_for(agent_id)
    services = call.services
    found = await services.views.mentions(agent_id, limit)
    notes = await services.journal.load_only(sorted({one.customer_id for one in found}), [NoteWritten])
    texts = {
        one.event.note_id: one.event.text
        for history in notes.values()
        for one in history
        if isinstance(one.event, NoteWritten)
    }
    rows = [asdict(one) | {"text": texts.get(one.note_id, "")} for one in found]
    for row in rows:
        del row["position"]
    return answer({"mentions": rows})


@router.post(
    "/v1/agents/{agent_id}/mentions/{note_id}/read", summary="A note that mentions an agent was read", responses=_EVENTS
)
async def read(agent_id: str, note_id: str, call: AgentCall) -> Response:
    """Takes no body. Read already: 200 without events."""
    actor, services = call.acting_for(agent_id), call.services
    recorded = await services.notes.read(note_id, agent_id, actor=actor, command_id=call.command_id())
    return events([one[1:] for one in recorded])
