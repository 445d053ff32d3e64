"""Which grants live and when each is over, and which are written down as suspended: so that what becomes so by time or
by a link is written down."""

import sqlite3
from collections.abc import Sequence

from hub.domain.customer.events import CustomerForgotten
from hub.domain.event import Event
from hub.domain.grant.events import (
    GrantAmended,
    GrantExpired,
    GrantResumed,
    GrantSuspended,
    PropositionGranted,
)
from hub.projections.due import not_before
from hub.projections.projection import Entry, Projection

TABLE = "grants_due"
DDL = """
CREATE TABLE grants_due (
    grant_id TEXT PRIMARY KEY, stream TEXT NOT NULL, due_ms INTEGER NOT NULL, suspended INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX grants_due_by_time ON grants_due (due_ms, stream);
CREATE INDEX grants_due_by_stream ON grants_due (stream)
"""
_OF_LINKED = """
SELECT DISTINCT stream FROM grants_due
WHERE stream > ? AND (suspended OR EXISTS (SELECT 1 FROM links_members WHERE id = stream)) ORDER BY stream LIMIT ?
"""
_READ: frozenset[type[Event]] = frozenset(
    (CustomerForgotten, PropositionGranted, GrantAmended, GrantExpired, GrantSuspended, GrantResumed)
)


def linked(connection: sqlite3.Connection, limit: int, after: str = "") -> list[str]:
    """Streams with grants of which a link may say whether they stand, by name; `after`: the last of the page before."""
    return [stream for (stream,) in connection.execute(_OF_LINKED, (after, limit))]


def apply(connection: sqlite3.Connection, batch: Sequence[Entry]) -> None:
    """What is written down as over is none of this table's business any more."""
    for entry in batch:
        event = entry.event
        match event:
            case PropositionGranted():
                row = event.grant_id, entry.stream, not_before(event.expires_at)
                connection.execute("INSERT OR REPLACE INTO grants_due (grant_id, stream, due_ms) VALUES (?, ?, ?)", row)
            case GrantAmended():
                told = not_before(event.expires_at), event.grant_id
                connection.execute("UPDATE grants_due SET due_ms = ? WHERE grant_id = ?", told)
            case GrantSuspended() | GrantResumed():
                said = isinstance(event, GrantSuspended), event.grant_id
                connection.execute("UPDATE grants_due SET suspended = ? WHERE grant_id = ?", said)
            case GrantExpired():
                connection.execute("DELETE FROM grants_due WHERE grant_id = ?", (event.grant_id,))
            case CustomerForgotten():
                connection.execute("DELETE FROM grants_due WHERE stream = ?", (entry.stream,))


PROJECTION = Projection(TABLE, "1", (TABLE,), DDL, apply, reads=_READ)
