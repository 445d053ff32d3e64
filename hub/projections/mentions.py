"""Which notes agents are mentioned in and have not read yet."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.customer.notes import AgentMentioned, MentionRead
from hub.projections.projection import Entry, Projection, moment

DDL = """
CREATE TABLE mentions (
    agent TEXT NOT NULL, position INTEGER NOT NULL, note TEXT NOT NULL, customer TEXT NOT NULL,
    interaction TEXT NOT NULL, by TEXT NOT NULL, at_ms INTEGER NOT NULL,
    PRIMARY KEY (agent, position)
) WITHOUT ROWID
"""


@dataclass(frozen=True, slots=True)
class Mention:
    """`position` of the fact pages the list; `by`: the agent who wrote the note."""

    position: int
    note_id: str
    customer_id: str
    interaction_id: str
    by: str
    at: datetime


def unread(connection: sqlite3.Connection, agent: str, limit: int) -> list[Mention]:
    """What an agent was mentioned in and did not read, the newest first."""
    rows = connection.execute(
        "SELECT position, note, customer, interaction, by, at_ms FROM mentions WHERE agent = ?"
        " ORDER BY position DESC LIMIT ?",
        (agent, limit),
    )
    return [
        Mention(position, note, customer, interaction, by, moment(at))
        for position, note, customer, interaction, by, at in rows
    ]


def apply(connection: sqlite3.Connection, batch: Sequence[Entry]) -> None:
    """One row a mention, until it is read."""
    for entry in batch:
        match entry.event:
            case AgentMentioned() as event:
                connection.execute(
                    "INSERT INTO mentions VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (event.agent_id, entry.position, event.note_id, entry.stream, event.interaction_id, event.by,
                     entry.at_ms),
                )  # fmt: skip
            case MentionRead() as event:
                connection.execute("DELETE FROM mentions WHERE agent = ? AND note = ?", (event.agent_id, event.note_id))


PROJECTION = Projection("mentions", "1", ("mentions",), DDL, apply, reads=frozenset((AgentMentioned, MentionRead)))
