"""Which consents were given for a time only, and when each is over: so that it is written down then."""

import sqlite3
from collections.abc import Sequence

from hub.domain.customer.consent.events import ConsentDenied, ConsentExpired, ConsentGranted, ConsentWithdrawn
from hub.domain.customer.events import CustomerForgotten
from hub.domain.event import Event
from hub.projections.due import not_before
from hub.projections.projection import Entry, Projection, milliseconds

TABLE = "consent_due"
DDL = """
CREATE TABLE consent_due (
    stream TEXT NOT NULL, channel TEXT NOT NULL, purpose TEXT NOT NULL, said_ms INTEGER NOT NULL, due_ms INTEGER,
    PRIMARY KEY (stream, channel, purpose)
) WITHOUT ROWID;
CREATE INDEX consent_due_by_time ON consent_due (due_ms, stream) WHERE due_ms IS NOT NULL
"""
_GRANTED = """
INSERT INTO consent_due VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
SET said_ms = excluded.said_ms, due_ms = excluded.due_ms WHERE excluded.said_ms >= said_ms
"""
_ENDLESS = """
UPDATE consent_due SET said_ms = ?4, due_ms = NULL
WHERE stream = ?1 AND channel = ?2 AND purpose = ?3 AND said_ms <= ?4
"""
_READ: frozenset[type[Event]] = frozenset(
    (CustomerForgotten, ConsentGranted, ConsentDenied, ConsentWithdrawn, ConsentExpired)
)


def apply(connection: sqlite3.Connection, batch: Sequence[Entry]) -> None:
    """Of a channel and purpose the consent counts that was said last, as everywhere."""
    for entry in batch:
        event = entry.event
        if isinstance(event, CustomerForgotten):
            connection.execute("DELETE FROM consent_due WHERE stream = ?", (entry.stream,))
        elif isinstance(event, ConsentGranted | ConsentDenied | ConsentWithdrawn | ConsentExpired):
            about = (entry.stream, event.channel.value, event.purpose.value)
            if isinstance(event, ConsentGranted) and event.expires_at is not None:
                connection.execute(_GRANTED, (*about, milliseconds(event.at), not_before(event.expires_at)))
            else:
                said_at = event.granted_at if isinstance(event, ConsentExpired) else event.at
                connection.execute(_ENDLESS, (*about, milliseconds(said_at)))


PROJECTION = Projection(TABLE, "1", (TABLE,), DDL, apply, reads=_READ)
