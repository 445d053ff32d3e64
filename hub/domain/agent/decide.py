"""What an agent may do with their own state."""

import re
from typing import Any

from hub.domain.agent.events import (
    FULL_CAPACITY,
    Agent,
    AgentSignedOff,
    AgentSignedOn,
    AgentState,
    AgentStateChanged,
)
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.event import Event

_AGENT_ID = re.compile(r"[^\W_][\w.@-]{0,63}")


def sign_on(
    state: Agent,
    agent_id: str,
    *,
    pool: str,
    name: str,
    skills: dict[str, int],
    languages: tuple[str, ...] = (),
    capacity: int = FULL_CAPACITY,
    **meta: Any,
) -> list[Event]:
    """The agent arrives. Signing on again with the same skills while ready changes nothing."""
    if not _AGENT_ID.fullmatch(agent_id):
        raise InvalidError(
            f"agent id {agent_id!r} must be 1 to 64 letters, digits or . _ @ - and begin with a letter or digit",
            "agent_id",
        )
    for skill, level in skills.items():
        if not 1 <= level <= 5:
            raise InvalidError(f"level of skill {skill!r} is {level}: levels go from 1 to 5", f"skills.{skill}")
    if not 0 < capacity <= 10_000:
        raise InvalidError(f"capacity {capacity} is not between 1 and 10000 units", "capacity")
    if state == Agent(AgentState.READY, name, skills, languages, capacity):
        return []
    return [
        AgentSignedOn(
            pool=pool, agent_id=agent_id, name=name, skills=skills, languages=languages, capacity=capacity, **meta
        )
    ]


def change_state(state: Agent, agent_id: str, new: AgentState, reason: str, **meta: Any) -> list[Event]:
    """Ready or away; `not_answering` is set by the hub when an offer times out."""
    if state.state is AgentState.SIGNED_OFF:
        raise RefusedError(f"agent {agent_id} is not signed on: sign on first")
    if new is AgentState.SIGNED_OFF:
        raise InvalidError("use sign-off to leave", "state")
    if new is state.state:
        return []
    return [AgentStateChanged(agent_id=agent_id, state=new, reason=reason, **meta)]


def sign_off(state: Agent, agent_id: str, reason: str, **meta: Any) -> list[Event]:
    """The agent leaves. Nothing to do when they are gone already."""
    if state.state is AgentState.SIGNED_OFF:
        return []
    return [AgentSignedOff(agent_id=agent_id, reason=reason, **meta)]
