"""Who is named in decisions or in the work's timeline is called by name, signed on or not."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from hub.application.explaining.named_decisions import NamedDecisions
from hub.domain.agent.events import AgentSignedOff, AgentSignedOn
from hub.domain.ids import agent_stream
from hub.projections.agents import PROJECTION
from hub.projections.projection import Entry, milliseconds

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
TOLD = {
    "interaction_id": "interaction-1",
    "decisions": [
        {"agent_id": "ann", "agents": [{"agent_id": "ann"}, {"agent_id": "bob"}, {"agent_id": "stranger"}]},
        {"known_agent": {"agent_id": "cid"}},
        {"known_agent": None},
    ],
}


class Views:
    """Agents of these names, of whom Bob has left; the timeline names Dina."""

    def __init__(self) -> None:
        self.views = sqlite3.connect(":memory:")
        self.views.executescript(PROJECTION.ddl)
        facts: list[AgentSignedOn | AgentSignedOff] = [
            AgentSignedOn(**META, agent_id=one, pool="main", name=one.title(), skills={}, languages=(), capacity=100)
            for one in ("ann", "bob", "cid", "dina", "eve")
        ]
        facts.append(AgentSignedOff(**META, agent_id="bob"))
        entries = [
            Entry(number, agent_stream(one.agent_id), number, one, milliseconds(NOON), 1)
            for number, one in enumerate(facts, 1)
        ]
        PROJECTION.apply(self.views, entries)
        self.views.executescript(
            "CREATE TABLE streams (stream, no); INSERT INTO streams VALUES ('interaction-1', 1);"
            "CREATE TABLE interactions_timeline (no, agent);"
            "INSERT INTO interactions_timeline VALUES (1, 'dina'), (1, ''), (2, 'eve')"
        )

    async def read(self, question: Callable[[sqlite3.Connection], dict[str, str]]) -> dict[str, str]:
        return question(self.views)


async def test_everybody_who_is_named_has_a_name_and_nobody_else() -> None:
    async def explained(_: str) -> dict[str, Any]:
        return TOLD

    told = await NamedDecisions(explained, Views())("interaction-1")
    assert told == {**TOLD, "names": {"ann": "Ann", "bob": "Bob", "cid": "Cid", "dina": "Dina"}}


async def test_what_there_is_not_has_no_names() -> None:
    async def unknown(_: str) -> None:
        return None

    assert await NamedDecisions(unknown, Views())("interaction-2") is None
