"""What a routing pool must know to go on after a crash: the open work and its agents, as the log has them."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from hub.projections import open_work_marks
from hub.projections.open_work_fold import READ, ROUTES, Batch, Keep, KeepOf
from hub.projections.projection import Entry, Projection
from hub.projections.runner import position_of

__all__ = ("PROJECTION", "Keep", "KeepOf", "LastAgent", "OpenWork", "last_agents", "open_work", "projection")

DDL = (
    """
CREATE TABLE open_work (
    owner INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (owner, position)
) WITHOUT ROWID;
CREATE TABLE open_work_over (owner INTEGER PRIMARY KEY, position INTEGER NOT NULL);
CREATE INDEX open_work_over_since ON open_work_over (position);
CREATE TABLE open_work_interactions (
    no INTEGER PRIMARY KEY, queue TEXT NOT NULL, channel TEXT NOT NULL, customer TEXT NOT NULL, until_ms INTEGER
);
CREATE INDEX open_work_kept ON open_work_interactions (until_ms) WHERE until_ms IS NOT NULL;
CREATE TABLE open_work_agents (agent TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE open_work_last (
    owner TEXT NOT NULL, kind TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (owner, kind)
) WITHOUT ROWID;
CREATE TABLE last_agents (customer TEXT PRIMARY KEY, agent TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX last_agents_by_time ON last_agents (at_ms);
CREATE TABLE open_work_clock (latest_ms INTEGER NOT NULL, keep TEXT NOT NULL);
"""
    + open_work_marks.DDL
)
"""Events are named by their positions: whoever goes on from here, which is seldom, reads them from the log. `open_work`
has whole histories: of an interaction, or of an agent since they signed on; of what is over only until it is purged,
and `open_work_over` says what that is. `open_work_agents` has who is signed on. `open_work_last` has of an agent, a
queue or a pool the last event of a kind. `open_work_interactions` has what is open, and what is over but kept until
`until_ms`. `latest_ms` is the latest time that any event brought: what is kept is trimmed by it, never by a clock.
`keep` is what the last policy that was published asks for, as JSON; empty: none was."""


class OpenWork(NamedTuple):
    """Where in the log the events are to evolve a pool's state from, ascending; go on with the log after `position`."""

    position: int
    events: list[int]


class LastAgent(NamedTuple):
    """Who accepted work of a customer last, and when (milliseconds since 1970, UTC)."""

    customer_id: str
    agent_id: str
    at_ms: int


def open_work(connection: sqlite3.Connection) -> OpenWork:
    """Each event once (pool `history` excepted):

    - all events of interactions that are open, parked ones among them, and of those that are over but kept (`Keep`);
    - of each agent's stream the events since the last sign-on, or from the sign-off on, and the last ShiftsPlanned;
    - of each agent who is signed on, since then, the last of each fact that freed them of work: WrapUpCompleted,
      InteractionTransferred, InteractionPulledBack, InteractionParked, CallbackMissed, OfferDeclined (busy or not),
      OfferTimedOut; of each agent who ever had one the last InteractionOffered and OfferAccepted; whatever became of
      the interaction;
    - of each queue the last OfferAccepted of its work, and the last QueueIntakeChanged;
    - of each pool every PolicyAdopted, since what came before it was by another, and the last DayBegan."""
    connection.execute("BEGIN")
    try:
        position = position_of(connection, "open_work")
        rows = connection.execute(
            f"SELECT position FROM open_work WHERE {open_work_marks.OPEN}"
            " UNION SELECT position FROM open_work_last ORDER BY position"
        )
        return OpenWork(position, [one for (one,) in rows])
    finally:
        connection.execute("ROLLBACK")


def last_agents(connection: sqlite3.Connection, since_ms: int, limit: int) -> list[LastAgent]:
    """The customers who were answered last, at most `limit` of them, since a moment; the newest comes last."""
    rows = connection.execute(
        "SELECT customer, agent, at_ms FROM last_agents WHERE at_ms >= ? ORDER BY at_ms DESC, customer LIMIT ?",
        (since_ms, limit),
    ).fetchall()
    return [LastAgent(*row) for row in reversed(rows)]


def projection(keep: Keep = Keep(), keep_of: KeepOf = lambda _: None) -> Projection:  # noqa: B008 - it is immutable
    """The read model that keeps what is over for so long, until a policy is published; then, as `keep_of` says of its
    text. What was let go before stays gone."""

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO open_work_clock VALUES (0, '')")
        open_work_marks.fill(connection)

    def apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        batch = Batch(connection, entries, keep, keep_of)
        for entry in entries:
            batch.latest_ms = max(batch.latest_ms, entry.at_ms)
            route = ROUTES.get(entry.stream.partition("-")[0])
            if route is not None:
                route(batch, entry)
        batch.write(connection)
        open_work_marks.mark(connection, entries[-1].position, len(entries))

    tables = (*TABLES, *open_work_marks.TABLES)
    return Projection("open_work", "5", tables, DDL, apply, fill, READ, counts_all=True)


TABLES = (
    "open_work",
    "open_work_over",
    "open_work_agents",
    "open_work_interactions",
    "open_work_last",
    "last_agents",
    "open_work_clock",
)
PROJECTION = projection()
