"""Which callbacks that agents promised are due when, and whose they are, until each is work in the pool."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.customer.callbacks.events import (
    CallbackCancelled,
    CallbackChanged,
    CallbackPromised,
    customer_of_callback,
)
from hub.domain.event import Event
from hub.domain.interaction.events import InteractionQueued
from hub.projections.due import not_before
from hub.projections.projection import Entry, Projection

DDL = """
CREATE TABLE callbacks_due (
    callback_id TEXT PRIMARY KEY, stream TEXT NOT NULL, due_ms INTEGER NOT NULL, agent TEXT NOT NULL,
    for_agent TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX callbacks_due_by_time ON callbacks_due (due_ms, stream);
CREATE INDEX callbacks_due_for ON callbacks_due (for_agent, due_ms);
CREATE INDEX callbacks_due_of ON callbacks_due (agent, due_ms)
"""


@dataclass(frozen=True, slots=True)
class DueCallback:
    """One of them, and the stream of its customer."""

    callback_id: str
    stream: str


def due_at(event: Event) -> datetime | None:
    """When it becomes work, by this fact; None: of no callback, or never."""
    return event.due if isinstance(event, CallbackPromised | CallbackChanged) else None


def of_agent(connection: sqlite3.Connection, agent: str, limit: int) -> list[DueCallback]:
    """What this agent is to call, and what they promised for anybody; the earliest first."""
    rows = connection.execute(
        "SELECT callback_id, stream FROM callbacks_due WHERE for_agent = ?1 OR (agent = ?1 AND for_agent = '')"
        " ORDER BY due_ms, callback_id LIMIT ?2",
        (agent, limit),
    )
    return [DueCallback(*row) for row in rows]


def apply(connection: sqlite3.Connection, batch: Sequence[Entry]) -> None:
    """Opened as work it leaves when the pool has it: until then somebody has to see to it."""
    for entry in batch:
        match entry.event:
            case CallbackPromised() as event:
                connection.execute(
                    "INSERT OR REPLACE INTO callbacks_due VALUES (?, ?, ?, ?, ?)",
                    (event.callback_id, entry.stream, not_before(event.due), event.agent_id, event.for_agent),
                )
            case CallbackChanged() as event:
                connection.execute(
                    "UPDATE callbacks_due SET due_ms = ?, for_agent = ? WHERE callback_id = ?",
                    (not_before(event.due), event.for_agent, event.callback_id),
                )
            case CallbackCancelled() as event:
                connection.execute("DELETE FROM callbacks_due WHERE callback_id = ?", (event.callback_id,))
            case InteractionQueued() as event if customer_of_callback(event.contact_id):
                connection.execute("DELETE FROM callbacks_due WHERE callback_id = ?", (event.contact_id,))
            case _:
                pass


PROJECTION = Projection(
    "callbacks_due", "1", ("callbacks_due",), DDL, apply,
    reads=frozenset((CallbackPromised, CallbackChanged, CallbackCancelled, InteractionQueued)),
)  # fmt: skip
