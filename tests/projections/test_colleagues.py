"""Whom an agent may hand work to: who is here, by name."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.event import Event
from hub.domain.ids import agent_stream
from hub.projections.agents import PROJECTION
from hub.projections.colleagues import Colleague, signed_on
from hub.projections.projection import Entry, milliseconds

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}


def test_who_is_here_is_found_by_part_of_a_name_and_who_is_ready_comes_first() -> None:
    views = sqlite3.connect(":memory:")
    views.executescript(PROJECTION.ddl)
    events: list[Event] = [
        AgentSignedOn(**META, agent_id=agent, pool="main", name=name, skills={}, languages=(), capacity=100)
        for agent, name in (("ann", "Ann Lee"), ("ben", "Ben Lee"), ("mina", "مینا"), ("zoe", "Zoe Lee"))
    ]
    events.append(AgentStateChanged(**META, agent_id="ann", state=AgentState.AWAY))
    events.append(AgentSignedOff(**META, agent_id="zoe"))
    entries = [
        Entry(number, agent_stream(one.agent_id), number, one, milliseconds(NOON), 1)  # type: ignore[attr-defined]
        for number, one in enumerate(events, 1)
    ]
    PROJECTION.apply(views, entries)
    assert signed_on(views, " lee ", 9) == [Colleague("ben", "Ben Lee", "ready"), Colleague("ann", "Ann Lee", "away")]
    assert [one.agent_id for one in signed_on(views, "مین", 9)] == ["mina"]
    assert [one.agent_id for one in signed_on(views, "BEN", 9)] == ["ben"]
    assert [one.agent_id for one in signed_on(views, "", 2)] == ["ben", "mina"]
    assert signed_on(views, "zoe", 9) == []
