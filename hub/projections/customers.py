"""Customers: how to find them, and every contact on every channel, with what came of it."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from hub.projections import open_threads
from hub.projections.customers_fold import DDL, HEEDED, READ, apply
from hub.projections.interactions import InteractionRow, open_of_customer
from hub.projections.projection import Projection, milliseconds, moment, moment_or_none
from hub.projections.streams import NUMBER_OF, TABLE
from hub.projections.views import among


@dataclass(frozen=True, slots=True)
class ContactCount:
    """How many contacts on a channel in one direction."""

    channel: str
    direction: str
    contacts: int


@dataclass(frozen=True, slots=True)
class CustomerView:
    """How much a stream was in touch, and what is open with it. `contacts` = the sum of `counts`."""

    id: str
    registered_at: datetime
    contacts: int
    counts: tuple[ContactCount, ...]
    first_contact_at: datetime | None
    last_contact_at: datetime | None
    open_interactions: tuple[InteractionRow, ...]


class Place(NamedTuple):
    """Where something stands on a timeline: when it happened, then its place in the log."""

    at_ms: int
    position: int


@dataclass(frozen=True, slots=True)
class TimelineContact:
    """One contact on a customer's timeline. `position`, its place in the log, pages the list; the path is channel,
    address and sender. Interaction, queue, phase, outcome and agent are empty where none took it up (yet). What we sent
    is part of the interaction that was open on its channel and thread, if there was one."""

    position: int
    at: datetime
    recorded_at: datetime
    direction: str
    contact_id: str
    channel: str
    sender: str
    thread: str
    purpose: str
    service: str
    interaction_id: str
    queue: str
    phase: str
    outcome: str
    agent_id: str
    answered_at: datetime | None
    ended_at: datetime | None
    code: str

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(milliseconds(self.at), self.position)


def customer(connection: sqlite3.Connection, customer_id: str) -> CustomerView | None:
    """One customer, None if there is no such."""
    row = connection.execute(
        f"SELECT id, registered_ms, counts, first_contact_ms, last_contact_ms FROM customers WHERE no = {NUMBER_OF}",
        (customer_id,),
    ).fetchone()
    if row is None:
        return None
    key, registered, counted, first, last = row
    counts = tuple(_count(path, contacts) for path, contacts in sorted(orjson.loads(counted).items()))
    return CustomerView(
        id=key,
        registered_at=moment(registered),
        contacts=sum(count.contacts for count in counts),
        counts=counts,
        first_contact_at=moment_or_none(first),
        last_contact_at=moment_or_none(last),
        open_interactions=tuple(open_of_customer(connection, customer_id)),
    )


def _count(path: str, contacts: int) -> ContactCount:
    channel, _, direction = path.partition(".")
    return ContactCount(channel, direction, contacts)


def customers_of_identifier(connection: sqlite3.Connection, kind: str, value: str, limit: int = 20) -> list[str]:
    """Ids of the customers who were seen with an identifier, who was seen with it last first. `value`: as events are
    decoded for views, the alias of the normalised one."""
    rows = connection.execute(
        "SELECT customers.id FROM customers_identifiers JOIN customers USING (no) WHERE kind = ? AND value = ?"
        " ORDER BY last_contact_ms DESC LIMIT ?",
        (kind, value, limit),
    )
    return [customer_id for (customer_id,) in rows]


def forgotten(connection: sqlite3.Connection) -> list[str]:
    """Ids of the customers who were forgotten."""
    return [customer_id for (customer_id,) in connection.execute("SELECT id FROM customers_forgotten ORDER BY no")]


@dataclass(frozen=True, slots=True)
class Only:
    """Which contacts of a timeline are asked for; empty: whatever it is. From `start` until just before `end`, by when
    they happened; `contacts`: of these alone."""

    channel: str = ""
    direction: str = ""
    queue: str = ""
    interactions: Collection[str] | None = None
    start: datetime | None = None
    end: datetime | None = None
    contacts: Collection[str] | None = None

    def conditions(self) -> tuple[list[str], list[Any]]:
        """As SQL, with its arguments."""
        asked: list[tuple[str, Any]] = [
            (condition, value)
            for condition, value in (
                ("channel = ?", self.channel),
                ("direction = ?", self.direction),
                (_OF_QUEUE, self.queue),
            )
            if value
        ]
        if self.interactions is not None:
            asked.append(("interaction IN (SELECT value FROM json_each(?))", among(self.interactions)))
        if self.contacts is not None:
            asked.append(("contact IN (SELECT value FROM json_each(?))", among(self.contacts)))
        if self.start is not None:
            asked.append(("at_ms >= ?", milliseconds(self.start)))
        if self.end is not None:
            asked.append(("at_ms < ?", milliseconds(self.end)))
        return [condition for condition, _ in asked], [value for _, value in asked]

    def takes(self, contact: TimelineContact) -> bool:
        """Whether a contact is one of them."""
        return (
            (not self.channel or contact.channel == self.channel)
            and (not self.direction or contact.direction == self.direction)
            and (not self.queue or contact.queue == self.queue)
            and (self.interactions is None or contact.interaction_id in self.interactions)
            and (self.start is None or contact.place.at_ms >= milliseconds(self.start))
            and (self.end is None or contact.place.at_ms < milliseconds(self.end))
            and (self.contacts is None or contact.contact_id in self.contacts)
        )


EVERYTHING = Only()
_OF_QUEUE = (
    f"EXISTS (SELECT 1 FROM {TABLE} s JOIN interactions i ON i.no = s.no"
    " WHERE s.stream = customers_contacts.interaction AND i.queue = ?)"
)


def newest_contacts(connection: sqlite3.Connection, streams: Sequence[str], limit: int) -> list[int]:
    """Where in the log the newest contacts of these streams stand, the newest first."""
    rows = connection.execute(
        f"SELECT position FROM customers_contacts WHERE no IN (SELECT no FROM {TABLE} WHERE stream IN"
        " (SELECT value FROM json_each(?))) ORDER BY at_ms DESC, position DESC LIMIT ?",
        (among(streams), limit),
    )
    return [position for (position,) in rows]


def timeline_of(
    connection: sqlite3.Connection,
    streams: Sequence[str],
    limit: int = 50,
    before: Place | None = None,
    only: Only = EVERYTHING,
) -> list[TimelineContact]:
    """The contacts of a customer's streams on all channels, newest first; `before`: the place of the last one of the
    page before."""
    numbers = connection.execute(
        f"SELECT no FROM {TABLE} WHERE stream IN (SELECT value FROM json_each(?))", (among(streams),)
    ).fetchall()
    conditions, asked = only.conditions()
    if before is not None:
        conditions.append("(at_ms, position) < (?, ?)")
        asked += before
    here = "no = ?" if len(numbers) == 1 else f"no IN ({','.join('?' * len(numbers))})"
    where = " AND ".join([here, *conditions])
    rows = connection.execute(
        "SELECT c.position, at_ms, recorded_ms, direction, c.contact, c.channel, sender, c.thread, purpose,"
        " c.service, interaction, coalesce(i.queue, ''), coalesce(i.phase, ''),"
        " coalesce(i.outcome, ''), coalesce(i.agent, ''), i.accepted_ms, i.ended_ms, coalesce(i.code, '')"
        f" FROM (SELECT * FROM customers_contacts WHERE {where} ORDER BY at_ms DESC, position DESC LIMIT ?) c"
        f" LEFT JOIN {TABLE} s ON s.stream = c.interaction LEFT JOIN interactions i ON i.no = s.no"
        " ORDER BY at_ms DESC, c.position DESC",
        (*(no for (no,) in numbers), *asked, limit),
    )
    return [_timeline_contact(list(row)) for row in rows]


def _timeline_contact(values: list[Any]) -> TimelineContact:
    for place in _TIMES:
        values[place] = moment_or_none(values[place])
    return TimelineContact(*values)


_TIMES = (1, 2, 15, 16)


PROJECTION = Projection(
    "customers",
    "6",
    (
        "customers",
        "customers_forgotten",
        "customers_identifiers",
        "customers_contacts",
        "customers_unlinked",
        open_threads.TABLE,
    ),
    DDL,
    apply,
    reads=READ,
    heeds=HEEDED,
)
