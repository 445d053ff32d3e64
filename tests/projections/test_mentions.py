"""An agent's unread mentions, as the log tells them."""

import sqlite3
from datetime import UTC, datetime
from typing import Any

from hub.domain.customer.notes import AgentMentioned, MentionRead
from hub.domain.event import Event
from hub.projections.mentions import PROJECTION, unread
from hub.projections.projection import Entry, milliseconds

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a", "interaction_id": "i-1"}


def test_what_is_read_is_told_no_more() -> None:
    views = sqlite3.connect(":memory:")
    views.executescript(PROJECTION.ddl)

    def happens(position: int, event: Event) -> None:
        PROJECTION.apply(views, [Entry(position, "customer-1", 1, event, milliseconds(NOON), 1)])

    for position, (note, agent) in enumerate([("n-1", "ben"), ("n-2", "ben"), ("n-1", "carl")], 1):
        happens(position, AgentMentioned(**META, note_id=note, agent_id=agent, by="ann"))
    assert [(one.note_id, one.by, one.at, one.customer_id) for one in unread(views, "ben", 9)] == [
        ("n-2", "ann", NOON, "customer-1"), ("n-1", "ann", NOON, "customer-1"),
    ]  # fmt: skip
    assert [one.note_id for one in unread(views, "ben", 1)] == ["n-2"]
    happens(4, MentionRead(**META, note_id="n-1", agent_id="ben"))
    assert [one.note_id for one in unread(views, "ben", 9)] == ["n-2"]
    assert [one.note_id for one in unread(views, "carl", 9)] == ["n-1"]
