"""Which contacts that we are to make are due when: to be decided again, or to be reported."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from hub.domain.customer.events import ContactSent
from hub.domain.customer.outbound.events import (
    ContactDispatched,
    ContactFailed,
    ContactGivenUp,
    ContactPlanned,
    ContactPostponed,
    ContactUnreported,
)
from hub.domain.event import Event
from hub.projections.due import not_before
from hub.projections.projection import Entry, Projection

DDL = """
CREATE TABLE contacts_due (
    outbound_id TEXT PRIMARY KEY, stream TEXT NOT NULL, due_ms INTEGER NOT NULL, contact_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX contacts_due_by_time ON contacts_due (due_ms, stream);
CREATE INDEX contacts_due_by_contact ON contacts_due (contact_id) WHERE contact_id <> ''
"""
_FACTS: frozenset[type[Event]] = frozenset(
    (ContactPlanned, ContactPostponed, ContactDispatched, ContactFailed, ContactUnreported, ContactGivenUp)
)


def due_at(event: Event) -> datetime | None:
    """When somebody has to see to a contact after this fact; None: of no contact, or never."""
    match event:
        case ContactPlanned() | ContactPostponed():
            return event.due_at
        case ContactDispatched():
            return event.report_by
        case ContactFailed(again=True):
            return event.at
        case _:
            return None


def apply(connection: sqlite3.Connection, batch: Sequence[Entry]) -> None:
    """The last fact of a contact says it; of one that was made nothing is due."""
    for entry in batch:
        event, kind = entry.event, type(entry.event)
        if kind in _FACTS:
            outbound: str = getattr(event, "outbound_id", "")
            when = due_at(event)
            if when is None:
                connection.execute("DELETE FROM contacts_due WHERE outbound_id = ?", (outbound,))
                continue
            contact = event.contact_id if isinstance(event, ContactDispatched) else ""
            connection.execute(
                "INSERT OR REPLACE INTO contacts_due VALUES (?, ?, ?, ?)",
                (outbound, entry.stream, not_before(when), contact),
            )
        elif isinstance(event, ContactSent):
            connection.execute("DELETE FROM contacts_due WHERE contact_id = ?", (event.contact_id,))


PROJECTION = Projection("contacts_due", "1", ("contacts_due",), DDL, apply, reads=_FACTS | {ContactSent})
