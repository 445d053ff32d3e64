"""What an agent was, from now back: when they came, became ready or away and why, and left."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.callers import SupervisorCall
from hub.api.routes import Routes
from hub.api.rows import told
from hub.domain.agent.events import (
    AgentCapacityChanged,
    AgentSignedOff,
    AgentSignedOn,
    AgentSkillsChanged,
    AgentState,
    AgentStateChanged,
)
from hub.domain.errors import NotFoundError
from hub.domain.event import Event
from hub.domain.ids import agent_stream
from hub.ports import Recorded

router = Routes("agents")


class AgentEntry(BaseModel):
    """A line of an agent's story. `state` is what they were from then on, null: it stayed as it was."""

    position: int
    at: datetime
    type: str
    actor: str
    state: AgentState | None
    reason: str


class AgentStory(BaseModel):
    """Newest first; `before` of the answer gets what was before that, null: there is nothing."""

    agent_id: str
    entries: list[AgentEntry]
    before: int | None


@router.get("/v1/agents/{agent_id}/history", summary="What an agent was, from now back", responses=told(AgentStory))
async def history(
    agent_id: str,
    call: SupervisorCall,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: Annotated[int | None, Query(ge=1, description="`before` of the page before")] = None,
) -> Response:
    """Sign-ons, states with their reasons, changes of what they can do, sign-offs; what they did with work is told with
    the work."""
    journal, stream = call.services.journal, agent_stream(agent_id)
    last = await journal.last(stream)
    if last is None:
        raise NotFoundError(f"there is no agent {agent_id!r}")
    end = last.version if before is None else min(before - 1, last.version)
    start = max(0, end - limit)
    found = await journal.part(stream, start, end - start) if end > start else []
    entries = [entry for one in reversed(found) if (entry := _entry(one))]
    return answer({"agent_id": agent_id, "entries": entries, "before": start + 1 if start else None})


def _entry(recorded: Recorded) -> dict[str, Any] | None:
    event = recorded.event
    if type(event) not in _STATES:
        return None
    return {
        "position": recorded.position,
        "at": event.at,
        "type": type(event).__name__,
        "actor": event.actor,
        "state": event.state if isinstance(event, AgentStateChanged) else _STATES[type(event)],
        "reason": getattr(event, "reason", ""),
    }


_STATES: dict[type[Event], AgentState | None] = {
    AgentSignedOn: AgentState.READY,
    AgentStateChanged: None,
    AgentCapacityChanged: None,
    AgentSkillsChanged: None,
    AgentSignedOff: AgentState.SIGNED_OFF,
}
"""By kind of event, the state that it leaves an agent in; that of a change of state stands in the event."""
