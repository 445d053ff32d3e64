"""How links change who is one customer: joined at once as a link comes, worked out anew where one goes."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from hub.domain.customer.links.events import (
    CannotLinkLifted,
    CannotLinkStated,
    CustomersLinked,
    CustomersUnlinked,
    IdentifierShared,
    IdentifierUnshared,
    LinkBlocked,
    Side,
)
from hub.domain.event import Event
from hub.projections.projection import EPOCH, Entry

DDL = """
CREATE TABLE links_members (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, since_us INTEGER NOT NULL, customer INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX links_members_of_customer ON links_members (customer);
CREATE TABLE links_live (
    link TEXT PRIMARY KEY, left_id TEXT NOT NULL, right_id TEXT NOT NULL, rule TEXT NOT NULL, at_ms INTEGER NOT NULL,
    actor TEXT NOT NULL, causation TEXT NOT NULL, position INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX links_live_of_left ON links_live (left_id);
CREATE INDEX links_live_of_rule ON links_live (rule, position);
CREATE TABLE links_apart (
    left_id TEXT NOT NULL, right_id TEXT NOT NULL, position INTEGER NOT NULL, left_kind TEXT NOT NULL,
    right_kind TEXT NOT NULL, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, causation TEXT NOT NULL,
    PRIMARY KEY (left_id, right_id)
) WITHOUT ROWID;
CREATE INDEX links_apart_of_right ON links_apart (right_id);
CREATE TABLE links_blocked (
    left_id TEXT NOT NULL, right_id TEXT NOT NULL, position INTEGER NOT NULL, left_kind TEXT NOT NULL,
    right_kind TEXT NOT NULL, rule TEXT NOT NULL, because TEXT NOT NULL, between_json BLOB NOT NULL,
    at_ms INTEGER NOT NULL, actor TEXT NOT NULL, causation TEXT NOT NULL,
    PRIMARY KEY (left_id, right_id)
) WITHOUT ROWID;
CREATE INDEX links_blocked_of_right ON links_blocked (right_id);
CREATE INDEX links_blocked_in_order ON links_blocked (position);
CREATE TABLE links_shared (id TEXT PRIMARY KEY) WITHOUT ROWID
"""
"""`customer` numbers the streams that are one: the position in the log of what joined or parted them. A stream that
nothing is linked with has no row."""
TABLES = ("links_members", "links_live", "links_apart", "links_blocked", "links_shared")

_MICROSECOND = timedelta(microseconds=1)


def apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """A fact about two streams stands in both; it counts where it stands in the left one's."""
    for entry in entries:
        fold = FOLDS.get(type(entry.event))
        if fold is not None:
            fold(connection, entry, entry.event)


def _linked(connection: sqlite3.Connection, entry: Entry, event: CustomersLinked) -> None:
    if entry.stream != event.left.id:
        return
    left, right = event.left, event.right
    connection.execute(
        "INSERT INTO links_live VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (event.link_id, left.id, right.id, event.rule, entry.at_ms, event.actor, event.causation, entry.position),
    )
    connection.execute("DELETE FROM links_blocked WHERE (left_id, right_id) = (?, ?)", (left.id, right.id))
    customers = [_customer_of(connection, side, entry.position) for side in (left, right)]
    if customers[0] != customers[1]:
        fewer, more = sorted(customers, key=lambda one: (_size(connection, one), one))
        connection.execute("UPDATE links_members SET customer = ? WHERE customer = ?", (more, fewer))


def _customer_of(connection: sqlite3.Connection, side: Side, position: int) -> int:
    """The number of the customer a stream is part of, a new one for a stream that nothing was linked with."""
    row = connection.execute("SELECT customer, kind FROM links_members WHERE id = ?", (side.id,)).fetchone()
    if row is None:
        # A link's two sides must not have the same number before they are joined.
        number = -position if connection.execute(_IS_TAKEN, (position,)).fetchone() else position
        since = _microseconds(side.since)
        connection.execute("INSERT INTO links_members VALUES (?, ?, ?, ?)", (side.id, side.kind, since, number))
        return number
    customer, kind = row
    if side.kind and not kind:
        connection.execute("UPDATE links_members SET kind = ? WHERE id = ?", (side.kind, side.id))
    return int(customer)


_IS_TAKEN = "SELECT 1 FROM links_members WHERE customer = ?"


def _size(connection: sqlite3.Connection, customer: int) -> int:
    row = connection.execute("SELECT count(*) FROM links_members WHERE customer = ?", (customer,)).fetchone()
    return int(row[0])


def _unlinked(connection: sqlite3.Connection, entry: Entry, event: CustomersUnlinked) -> None:
    if entry.stream != event.left.id:
        return
    connection.execute("DELETE FROM links_live WHERE link = ?", (event.link_id,))
    if not event.again:
        _keep_apart(connection, entry, event)
    _part(connection, entry.position, event.left.id)


def _part(connection: sqlite3.Connection, position: int, stream: str) -> None:
    """The streams of a customer that lost a link, as what is left joins them: the part of `stream` gets a new number,
    and who is alone has no row any more."""
    rows = connection.execute(
        "SELECT id FROM links_members WHERE customer = (SELECT customer FROM links_members WHERE id = ?)", (stream,)
    )
    members = [one for (one,) in rows]
    joined: defaultdict[str, list[str]] = defaultdict(list)
    for left, right in connection.execute(
        "SELECT left_id, right_id FROM links_live WHERE left_id IN (SELECT value FROM json_each(?))",
        (orjson.dumps(members).decode(),),
    ):
        joined[left].append(right)
        joined[right].append(left)
    part, waiting = {stream}, [stream]
    while waiting:
        fresh = [one for one in joined[waiting.pop()] if one not in part]
        part.update(fresh)
        waiting += fresh
    alone = [one for one in members if not joined[one]]
    connection.executemany("DELETE FROM links_members WHERE id = ?", [(one,) for one in alone])
    if len(part) < len(members):
        connection.executemany(
            "UPDATE links_members SET customer = ? WHERE id = ?", [(position, one) for one in sorted(part)]
        )


def _keep_apart(connection: sqlite3.Connection, entry: Entry, event: CannotLinkStated | CustomersUnlinked) -> None:
    if entry.stream != event.left.id:
        return
    pair = event.left.id, event.right.id
    kinds = event.left.kind, event.right.kind
    by = entry.at_ms, event.actor, event.causation
    connection.execute(
        "INSERT OR REPLACE INTO links_apart VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*pair, entry.position, *kinds, *by)
    )
    connection.execute("DELETE FROM links_blocked WHERE (left_id, right_id) = (?, ?)", pair)


def _lifted(connection: sqlite3.Connection, _: Entry, event: CannotLinkLifted) -> None:
    pair = event.left.id, event.right.id
    connection.execute("DELETE FROM links_apart WHERE (left_id, right_id) = (?, ?)", pair)


def _blocked(connection: sqlite3.Connection, entry: Entry, event: LinkBlocked) -> None:
    if entry.stream != event.left.id:
        return
    left, right = event.left, event.right
    between = orjson.dumps([(one.id, one.kind) for one in event.between])
    why = event.rule, event.because, between
    by = entry.at_ms, event.actor, event.causation
    row = (left.id, right.id, entry.position, left.kind, right.kind, *why, *by)
    connection.execute("INSERT OR REPLACE INTO links_blocked VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def _shared(connection: sqlite3.Connection, _: Entry, event: IdentifierShared) -> None:
    connection.execute("INSERT OR REPLACE INTO links_shared VALUES (?)", (event.side.id,))
    connection.execute("DELETE FROM links_blocked WHERE left_id = ?1 OR right_id = ?1", (event.side.id,))


def _unshared(connection: sqlite3.Connection, _: Entry, event: IdentifierUnshared) -> None:
    connection.execute("DELETE FROM links_shared WHERE id = ?", (event.side.id,))


FOLDS: dict[type[Event], Callable[[sqlite3.Connection, Entry, Any], None]] = {
    CustomersLinked: _linked,
    CustomersUnlinked: _unlinked,
    CannotLinkStated: _keep_apart,
    CannotLinkLifted: _lifted,
    LinkBlocked: _blocked,
    IdentifierShared: _shared,
    IdentifierUnshared: _unshared,
}


def _microseconds(since: datetime) -> int:
    return (since - EPOCH) // _MICROSECOND
