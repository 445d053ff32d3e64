"""Which consents were given for a time only, and when each is over: so that it is written down then."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.domain.customer.consent.events import ConsentDenied, ConsentExpired, ConsentGranted, ConsentWithdrawn
from hub.domain.customer.events import CustomerForgotten
from hub.projections.projection import Entry, Projection, milliseconds, moment

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


class Due(NamedTuple):
    """A contact point's stream in which a consent is over, and when it was."""

    due_ms: int
    stream: str


NONE_YET = Due(-(2**62), "")
"""Before the first of them."""


def overdue(connection: sqlite3.Connection, now: datetime, limit: int, after: Due = NONE_YET) -> list[Due]:
    """The first of those that are over and not written down; `after`: the last one of the page before."""
    rows = connection.execute(
        "SELECT DISTINCT due_ms, stream FROM consent_due WHERE due_ms <= ? AND (due_ms, stream) > (?, ?)"
        " ORDER BY due_ms, stream LIMIT ?",
        (milliseconds(now), *after, limit),
    )
    return [Due(*row) for row in rows]


def next_due(connection: sqlite3.Connection, now: datetime) -> datetime | None:
    """When the first is over of those that are not yet; None: there is none."""
    (found,) = connection.execute(
        "SELECT min(due_ms) FROM consent_due WHERE due_ms > ?", (milliseconds(now),)
    ).fetchone()
    return None if found is None else moment(found)


_READ = frozenset((CustomerForgotten, ConsentGranted, ConsentDenied, ConsentWithdrawn, ConsentExpired))


def apply(connection: sqlite3.Connection, batch: Sequence[Entry]) -> None:
    """Of a channel and purpose the consent counts that was said last, as everywhere."""
    for entry in batch:
        event = entry.event
        if type(event) not in _READ:  # asking whether it is an instance of one takes longer than all the rest
            continue
        if isinstance(event, CustomerForgotten):
            connection.execute("DELETE FROM consent_due WHERE stream = ?", (entry.stream,))
        elif isinstance(event, ConsentGranted | ConsentDenied | ConsentWithdrawn | ConsentExpired):
            about = (entry.stream, event.channel.value, event.purpose.value)
            if isinstance(event, ConsentGranted) and event.expires_at is not None:
                connection.execute(_GRANTED, (*about, milliseconds(event.at), _not_before(event.expires_at)))
            else:
                said_at = event.granted_at if isinstance(event, ConsentExpired) else event.at
                connection.execute(_ENDLESS, (*about, milliseconds(said_at)))


def _not_before(due_at: datetime) -> int:
    """The first whole millisecond at which it is over."""
    return milliseconds(due_at - timedelta(microseconds=1)) + 1


PROJECTION = Projection("consent_due", "1", ("consent_due",), DDL, apply)
