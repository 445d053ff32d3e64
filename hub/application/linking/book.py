"""Who is one customer by a whole log: its links worked out from the log itself, whether views are there or not."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hub.domain.customer.links.events import LINK_EVENTS
from hub.domain.event import Event
from hub.ports import Stored
from hub.projections import links
from hub.projections.links import Conflict, Member, StandingLink
from hub.projections.projection import Entry, milliseconds

LINK_TOPICS = frozenset(event.__name__ for event in LINK_EVENTS)
"""The names of the classes that are to be entered."""


class Whole(NamedTuple):
    """A customer of several streams, the oldest first: that one's id stands for them all."""

    members: tuple[Member, ...]

    @property
    def customer_id(self) -> str:
        """The id that stands for the customer."""
        return self.members[0].customer_id


class LinkBook:
    """`enter` the facts of links in the order of the log, then ask. It holds ids and kinds in a file that only it
    knows, and nothing of who somebody is."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.executescript(links.PROJECTION.ddl)
        self._connection.execute("BEGIN")

    def enter(self, facts: Sequence[tuple[Stored, Event]]) -> None:
        """The next facts of the log."""
        entries = [
            Entry(stored.position, stored.stream, stored.version, event, milliseconds(event.at), 0)
            for stored, event in facts
        ]
        links.PROJECTION.apply(self._connection, entries)

    def close(self) -> None:
        """Throw it away."""
        self._connection.close()

    def wholes(self) -> Iterator[Whole]:
        """Every customer of several streams."""
        number, members = None, list[Member]()
        rows = self._connection.execute("SELECT customer, id, kind FROM links_members ORDER BY customer, since_us, id")
        for customer, stream, kind in rows:
            if customer != number and members:
                yield Whole(tuple(members))
                members = []
            number = customer
            members.append(Member(stream, kind))
        if members:
            yield Whole(tuple(members))

    def largest(self, limit: int) -> list[Whole]:
        """Those with the most streams."""
        rows = self._connection.execute(
            "SELECT min(id) FROM links_members GROUP BY customer ORDER BY count(*) DESC, 1 LIMIT ?", (limit,)
        )
        return [Whole(links.resolve(self._connection, stream).members) for (stream,) in rows.fetchall()]

    def links_of(self, whole: Whole) -> list[StandingLink]:
        """What joins a customer's streams."""
        return links.standing_links(self._connection, tuple(one.customer_id for one in whole.members))

    def canonical(self, stream: str) -> str:
        """The id that stands for the customer of a stream."""
        return links.resolve(self._connection, stream).canonical

    def kept_apart(self) -> Iterator[tuple[str, str]]:
        """Pairs of customers that a person said are two."""
        for left, right in self._all("SELECT left_id, right_id FROM links_apart ORDER BY position"):
            yield self.canonical(left), self.canonical(right)

    def shared(self) -> frozenset[str]:
        """Streams of identifiers that many people share."""
        return frozenset(stream for (stream,) in self._all("SELECT id FROM links_shared"))

    def conflicts(self) -> list[Conflict]:
        """What waits for a steward, in the order it came up."""
        return links.conflicts(self._connection, -1)

    def _all(self, statement: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(statement).fetchall()
