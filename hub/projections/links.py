"""Who is one customer now: the streams that links join, the id that stands for them, and what a steward has to look at.

Ids here are keyed hashes and kinds of identifiers; nothing in these tables says who somebody is."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from hub.projections.links_fold import DDL, FOLDS, TABLES, apply
from hub.projections.projection import Projection, moment

JOINED = "joined"
"""Why something stands on the steward's list though nothing was blocked: a person keeps a pair apart, and other links
join it all the same."""


@dataclass(frozen=True, slots=True)
class Member:
    """A stream of a customer and the kind of identifier it is of; empty: not known."""

    customer_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class StandingLink:
    """A link between two streams of a customer: by which rule, and by whom and what it was made."""

    link_id: str
    left: str
    right: str
    rule: str
    at: datetime
    actor: str
    causation: str


@dataclass(frozen=True, slots=True)
class KeptApart:
    """Two streams that a person said are not one customer: no rule joins them."""

    left: str
    right: str
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Something for a steward. `because`: `conflict` (strong identifiers contradict each other), `kept_apart` (a rule
    would join whom a person keeps apart), `names` (a phone or mail address would join somebody of another name),
    `too_many` (more streams than a person has), `joined` (kept apart, yet other links join them). `between` are the
    streams that stand against it, `causation` the contact or command."""

    position: int
    left: str
    left_kind: str
    right: str
    right_kind: str
    rule: str
    because: str
    between: tuple[Member, ...]
    at: datetime
    actor: str
    causation: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """The customer that an id leads to, for ever: the canonical stream first registered, and all of them."""

    canonical: str
    members: tuple[Member, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """The streams, the oldest first."""
        return tuple(member.customer_id for member in self.members)


def resolve(connection: sqlite3.Connection, customer_id: str) -> Resolved:
    """The whole customer of a stream; of one that nothing is linked with, it alone."""
    rows = connection.execute(
        "SELECT id, kind FROM links_members WHERE customer = (SELECT customer FROM links_members WHERE id = ?)"
        " ORDER BY since_us, id",
        (customer_id,),
    ).fetchall()
    members = tuple(Member(*row) for row in rows) or (Member(customer_id, ""),)
    return Resolved(members[0].customer_id, members)


def standing_links(connection: sqlite3.Connection, ids: tuple[str, ...]) -> list[StandingLink]:
    """The links between these streams of one customer, the oldest first."""
    rows = connection.execute(
        "SELECT link, left_id, right_id, rule, at_ms, actor, causation FROM links_live"
        " WHERE left_id IN (SELECT value FROM json_each(?)) ORDER BY position",
        (orjson.dumps(ids).decode(),),
    )
    return [StandingLink(link, left, right, rule, moment(at), *by) for link, left, right, rule, at, *by in rows]


def links_of_rule(
    connection: sqlite3.Connection, rule: str, limit: int, before: int
) -> list[tuple[int, StandingLink]]:  # fmt: skip
    """The links of a rule that stand, the newest first, each with its place in the log; `before`: that of the last one
    of the page before, 0: from the newest on."""
    rows = connection.execute(
        "SELECT position, link, left_id, right_id, rule, at_ms, actor, causation FROM links_live"
        " WHERE rule = ?1 AND (?2 = 0 OR position < ?2) ORDER BY position DESC LIMIT ?3",
        (rule, before, limit),
    )
    return [
        (position, StandingLink(link, left, right, made_by, moment(at), *by))
        for position, link, left, right, made_by, at, *by in rows
    ]


def kept_apart(connection: sqlite3.Connection, ids: tuple[str, ...]) -> list[KeptApart]:
    """Who is kept apart from one of these streams, or they from one another."""
    among = orjson.dumps(ids).decode()
    rows = connection.execute(
        "SELECT left_id, right_id, at_ms, actor FROM links_apart WHERE left_id IN (SELECT value FROM json_each(?))"
        " OR right_id IN (SELECT value FROM json_each(?)) ORDER BY position",
        (among, among),
    )
    return [KeptApart(left, right, moment(at), actor) for left, right, at, actor in rows]


def shared(connection: sqlite3.Connection, ids: tuple[str, ...]) -> list[str]:
    """Which of these streams are of identifiers that many people share."""
    rows = connection.execute(
        "SELECT id FROM links_shared WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (orjson.dumps(ids).decode(),),
    )
    return [one for (one,) in rows]


def conflicts(connection: sqlite3.Connection, limit: int = 50, after: int = 0) -> list[Conflict]:
    """What waits for a steward, in the order it came up; `after`: `position` of the last one of the page before."""
    rows = connection.execute(
        "SELECT position, left_id, left_kind, right_id, right_kind, rule, because, between_json, at_ms, actor,"
        " causation FROM (SELECT b.* FROM links_blocked b LEFT JOIN links_members l ON l.id = b.left_id"
        " LEFT JOIN links_members r ON r.id = b.right_id WHERE b.position > ?"
        " AND (l.customer IS NULL OR r.customer IS NULL OR l.customer <> r.customer)"
        " UNION ALL SELECT a.left_id, a.right_id, a.position, a.left_kind, a.right_kind, '', ?, '[]', a.at_ms, a.actor,"
        " a.causation FROM links_apart a JOIN links_members l ON l.id = a.left_id JOIN links_members r"
        " ON r.id = a.right_id AND r.customer = l.customer WHERE a.position > ?) ORDER BY position LIMIT ?",
        (after, JOINED, after, limit),
    )
    return [_conflict(row) for row in rows]


def _conflict(row: tuple[Any, ...]) -> Conflict:
    position, left, left_kind, right, right_kind, rule, because, between, at, actor, causation = row
    named = tuple(Member(*one) for one in orjson.loads(between))
    return Conflict(position, left, left_kind, right, right_kind, rule, because, named, moment(at), actor, causation)


PROJECTION = Projection("links", "2", TABLES, DDL, apply, reads=frozenset(FOLDS))
