"""When the path policy is to be asked again where a customer stands, and whom a new policy is to be asked about."""

import sqlite3
from collections.abc import Sequence

from hub.domain.account.events import RoleAssigned
from hub.domain.customer.events import CustomerForgotten, LifecycleStageChanged, SegmentChanged, StandingReviewed
from hub.domain.customer.identity import CUSTOMER
from hub.domain.customer.links.events import CustomersLinked
from hub.domain.customer.purchases.events import PurchaseRecorded
from hub.domain.event import Event
from hub.projections.due import not_before
from hub.projections.projection import Entry, Projection
from hub.projections.rows import write
from hub.projections.streams import TABLE

DUE = "standing_due"
DDL = """
CREATE TABLE standing_due (stream TEXT PRIMARY KEY, due_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX standing_due_by_time ON standing_due (due_ms, stream);
CREATE TABLE standing_facts (stream TEXT PRIMARY KEY) WITHOUT ROWID
"""
TABLES = (DUE, "standing_facts")
_FACTS: frozenset[type[Event]] = frozenset(
    (PurchaseRecorded, RoleAssigned, CustomersLinked, StandingReviewed, SegmentChanged, LifecycleStageChanged)
)
_READ: frozenset[type[Event]] = _FACTS | {CustomerForgotten}
_SAYS: frozenset[type[Event]] = frozenset((StandingReviewed,))
_BEYOND = CUSTOMER[:-1] + chr(ord(CUSTOMER[-1]) + 1)
"""The first name that is not a customer's any more."""


def customers(connection: sqlite3.Connection, limit: int, after: str, *, with_facts: bool) -> list[str]:
    """The streams of customers by name, those after one; `with_facts`: only of those who ever bought something, had a
    role, were linked, or stood elsewhere than everybody does at first."""
    table = "standing_facts" if with_facts else TABLE
    rows = connection.execute(
        f"SELECT stream FROM {table} WHERE stream > ? AND stream < ? ORDER BY stream LIMIT ?",
        (max(after, CUSTOMER), _BEYOND, limit),
    )
    return [stream for (stream,) in rows]


def apply(connection: sqlite3.Connection, batch: Sequence[Entry]) -> None:
    """The last review of a customer counts; of one who was forgotten nothing is decided any more."""
    due: dict[str, int | None] = {}
    facts: dict[str, None] = {}
    for entry in batch:
        kind = type(entry.event)
        if isinstance(entry.event, StandingReviewed):
            due_at = entry.event.due_at
            due[entry.stream] = None if due_at is None else not_before(due_at)
        elif kind is CustomerForgotten:
            due[entry.stream] = None
        if kind in _FACTS and entry.stream.startswith(CUSTOMER):
            facts[entry.stream] = None
    over = [(stream,) for stream, due_ms in due.items() if due_ms is None]
    connection.executemany("DELETE FROM standing_due WHERE stream = ?", over)
    to_come = [(stream, due_ms) for stream, due_ms in due.items() if due_ms is not None]
    write(connection, "INSERT OR REPLACE INTO standing_due VALUES", to_come)
    write(connection, "INSERT OR IGNORE INTO standing_facts VALUES", [(stream,) for stream in facts])


PROJECTION = Projection(DUE, "1", TABLES, DDL, apply, reads=_SAYS, heeds=_READ - _SAYS)
