"""Whom an agent may hand work to, ask for advice or mention: everybody who is signed on, by name or id."""

import sqlite3
from dataclasses import dataclass

from hub.domain.agent.events import AgentState

_FIND = """
SELECT id, name, state FROM agents
WHERE state <> ?1 AND (?2 = '' OR instr(lower(name), ?2) OR instr(lower(id), ?2))
ORDER BY state = ?3 DESC, name, id LIMIT ?4
"""


@dataclass(frozen=True, slots=True)
class Colleague:
    """An agent who is signed on, and their state."""

    agent_id: str
    name: str
    state: str


def signed_on(connection: sqlite3.Connection, part: str, limit: int) -> list[Colleague]:
    """Those whose name or id holds this part of it, whoever is ready first."""
    asked = (AgentState.SIGNED_OFF.value, part.strip().lower(), AgentState.READY.value, limit)
    return [Colleague(*row) for row in connection.execute(_FIND, asked)]
