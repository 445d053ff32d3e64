"""How a batch of the log changes who is found by an identifier, and what is known of contacts."""

import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from hub.domain.customer.events import (
    ContactReceived,
    ContactSent,
    CustomerForgotten,
    CustomerRegistered,
    IdentifierObserved,
)
from hub.domain.customer.identity import CUSTOMER
from hub.domain.event import Event
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionAbandoned,
    InteractionExpired,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    WrapUpCompleted,
)
from hub.projections import open_threads
from hub.projections.open_threads import OpenThreads, Thread
from hub.projections.projection import Entry, milliseconds
from hub.projections.rows import numbers, write
from hub.projections.views import among

log = logging.getLogger(__name__)

DDL = (
    """
CREATE TABLE customers (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    registered_ms INTEGER NOT NULL,
    counts BLOB NOT NULL, first_contact_ms INTEGER, last_contact_ms INTEGER
);
CREATE TABLE customers_forgotten (no INTEGER PRIMARY KEY, id TEXT NOT NULL);
CREATE TABLE customers_identifiers (
    kind TEXT NOT NULL, value TEXT NOT NULL, no INTEGER NOT NULL,
    PRIMARY KEY (kind, value, no)
) WITHOUT ROWID;
CREATE TABLE customers_contacts (
    no INTEGER NOT NULL, at_ms INTEGER NOT NULL, position INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL, direction TEXT NOT NULL, contact TEXT NOT NULL, channel TEXT NOT NULL,
    sender TEXT NOT NULL, thread TEXT NOT NULL, purpose TEXT NOT NULL, service TEXT NOT NULL,
    interaction TEXT NOT NULL,
    PRIMARY KEY (no, at_ms, position)
) WITHOUT ROWID;
CREATE TABLE customers_unlinked (
    contact TEXT PRIMARY KEY, no INTEGER NOT NULL, at_ms INTEGER NOT NULL, position INTEGER NOT NULL
) WITHOUT ROWID;
"""
    + open_threads.DDL
)
"""Nothing here is personal: where a contact was recorded is told by its position in the log, identifiers and threads by
the alias that events are decoded with. `customers_unlinked`: contacts that no interaction has taken up yet; what keeps
the big table free of an index by contact id."""

_CHANGING = "counts, first_contact_ms, last_contact_ms"


@dataclass(slots=True)
class _Row:
    no: int
    counts: dict[str, int]
    first_ms: int | None
    last_ms: int | None

    def changing(self) -> tuple[Any, ...]:
        return orjson.dumps(self.counts), self.first_ms, self.last_ms


class _Batch:
    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        self.threads = OpenThreads(connection, entries)
        self.new: dict[str, int] = {}
        self.rows: dict[str, _Row] = {}
        self.identifiers: list[tuple[str, str, int]] = []
        self.forgotten: list[tuple[int, str]] = []
        self.contacts: dict[str, list[Any]] = {}
        self.sent: list[list[Any]] = []
        self.links: dict[str, str] = {}
        self.written_on: dict[str, Thread] = {}
        self.again = {entry.event.contact_id for entry in entries if type(entry.event) is InteractionReopened}
        if self.again:
            self._load_threads(connection, self.again)
        touched = {entry.no for entry in entries if type(entry.event) in _FOLDS}
        touched -= {entry.no for entry in entries if type(entry.event) is CustomerRegistered}
        if touched:
            rows = connection.execute(
                f"SELECT id, no, {_CHANGING} FROM customers WHERE no IN (SELECT value FROM json_each(?))",
                (numbers(touched),),
            )
            for stream, no, counts, first, last in rows:
                self.rows[stream] = _Row(no, orjson.loads(counts), first, last)

    def _load_threads(self, connection: sqlite3.Connection, contacts: set[str]) -> None:
        """Where the customers wrote on who came back to work that was over."""
        rows = connection.execute(
            "SELECT u.contact, id, channel, thread FROM customers_unlinked u JOIN customers_contacts USING (no, at_ms,"
            " position) JOIN customers USING (no) WHERE u.contact IN (SELECT value FROM json_each(?))",
            (among(contacts),),
        )
        self.written_on = {contact: Thread(*thread) for contact, *thread in rows}

    def reopened(self, entry: Entry, event: InteractionReopened) -> None:
        thread = self.written_on.get(event.contact_id)
        if thread is not None:
            self.threads.reopened(entry, thread)

    def registered(self, entry: Entry) -> None:
        self.new[entry.stream] = entry.at_ms
        self.rows[entry.stream] = _Row(entry.no, {}, None, None)

    def contact(self, entry: Entry, row: _Row, event: ContactReceived | ContactSent, direction: str) -> list[Any]:
        channel, at = event.channel.value, entry.at_ms
        key = f"{channel}.{direction}"
        row.counts[key] = row.counts.get(key, 0) + 1
        row.first_ms = at if row.first_ms is None else min(row.first_ms, at)
        row.last_ms = at if row.last_ms is None else max(row.last_ms, at)
        recorded = at if event.recorded_at == event.at else milliseconds(event.recorded_at)
        return [
            row.no, at, entry.position, recorded, direction, event.contact_id, channel, event.sender, event.thread,
            event.purpose, event.service, "",
        ]  # fmt: skip

    def link(self, contact: str, interaction: str) -> None:
        row = self.contacts.pop(contact, None)
        if row is None:
            self.links[contact] = interaction
        else:
            row[-1] = interaction
            self.sent.append(row)

    def write(self, connection: sqlite3.Connection) -> None:
        new = [(self.rows[one].no, one, at, *self.rows[one].changing()) for one, at in self.new.items()]
        write(connection, f"INSERT INTO customers (no, id, registered_ms, {_CHANGING}) VALUES", new)
        connection.executemany(
            f"UPDATE customers SET {' = ?, '.join(_CHANGING.split(', '))} = ? WHERE no = ?",
            [(*row.changing(), row.no) for stream, row in self.rows.items() if stream not in self.new],
        )
        write(connection, "INSERT OR IGNORE INTO customers_identifiers VALUES", self.identifiers)
        if self.forgotten:
            write(connection, "INSERT OR IGNORE INTO customers_forgotten VALUES", self.forgotten)
            nobody = [(no,) for no, _ in self.forgotten]
            connection.executemany("DELETE FROM customers_identifiers WHERE no = ?", nobody)
        write(connection, "INSERT INTO customers_contacts VALUES", [*self.contacts.values(), *self.sent])
        unlinked = [(contact, *row[:3]) for contact, row in self.contacts.items()]
        write(connection, "INSERT INTO customers_unlinked VALUES", unlinked)
        self.threads.write(connection)
        if self.links:
            self._link_older(connection)

    def _link_older(self, connection: sqlite3.Connection) -> None:
        found = connection.execute(
            "SELECT contact, no, at_ms, position FROM customers_unlinked"
            " WHERE contact IN (SELECT value FROM json_each(?))",
            (among(self.links),),
        ).fetchall()
        connection.executemany(
            "UPDATE customers_contacts SET interaction = ? WHERE no = ? AND at_ms = ? AND position = ?",
            [(self.links[contact], *key) for contact, *key in found],
        )
        connection.executemany(
            "DELETE FROM customers_unlinked WHERE contact = ?", [(contact,) for contact, *_ in found]
        )


def _observed(batch: _Batch, _: Entry, row: _Row, event: IdentifierObserved) -> None:
    batch.identifiers.append((event.kind, event.value, row.no))


def _received(batch: _Batch, entry: Entry, row: _Row, event: ContactReceived) -> None:
    batch.contacts[event.contact_id] = batch.contact(entry, row, event, "inbound")
    if event.contact_id in batch.again:
        batch.written_on[event.contact_id] = Thread(entry.stream, event.channel.value, event.thread)


def _sent(batch: _Batch, entry: Entry, row: _Row, event: ContactSent) -> None:
    contact = batch.contact(entry, row, event, "outbound")
    contact[-1] = batch.threads.of(Thread(entry.stream, event.channel.value, event.thread))
    batch.sent.append(contact)


def _forgotten(batch: _Batch, entry: Entry, row: _Row, _: CustomerForgotten) -> None:
    batch.forgotten.append((row.no, entry.stream))


_FOLDS: dict[type[Event], Callable[[_Batch, Entry, _Row, Any], None]] = {
    IdentifierObserved: _observed,
    ContactReceived: _received,
    ContactSent: _sent,
    CustomerForgotten: _forgotten,
}


_TAKEN_UP = (InteractionQueued, ContactAttached, InteractionRefused, InteractionReopened)
_OVER = (InteractionAbandoned, InteractionExpired, WrapUpCompleted)
HEEDED: frozenset[type[Event]] = frozenset((CustomerRegistered, CustomerForgotten, *_OVER))
"""What counts by itself, whatever it says."""
_LOOKED_AT: frozenset[type[Event]] = frozenset((*_FOLDS, *_TAKEN_UP))
READ = _LOOKED_AT - HEEDED
"""Whose contents count here."""


def apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """What is said of somebody who was never registered is passed over: no later event could mend it, and a view that
    stops there would show nothing of anybody any more."""
    batch = _Batch(connection, entries)
    for entry in entries:
        event = entry.event
        kind = type(event)
        if kind in _TAKEN_UP:
            if type(event) is InteractionReopened:
                batch.reopened(entry, event)
            elif type(event) is InteractionQueued and not event.consult_of:
                batch.threads.queued(entry, event)
            if contact := event.contact_id:  # type: ignore[attr-defined]
                batch.link(contact, entry.stream)
        elif kind in _OVER:
            batch.threads.over(entry)
        elif kind is CustomerRegistered and entry.stream.startswith(CUSTOMER):
            batch.registered(entry)
        elif (fold := _FOLDS.get(kind)) is not None:
            row = batch.rows.get(entry.stream)
            if row is None:
                log.warning(
                    "event passed over: its stream is not that of a registered customer",
                    extra={"stream": entry.stream, "position": entry.position, "type": kind.__name__},
                )
                continue
            fold(batch, entry, row, event)
    batch.write(connection)
