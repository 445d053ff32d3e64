"""The queue board: what waits, what is offered and what is worked on, per queue, this moment.

It is a query over the open interactions and keeps no tables of its own: a board that counts the rows people can list
can't disagree with the list."""

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime

from hub.projections.interactions_tables import OPEN
from hub.projections.projection import moment

_NAMES = """
WITH RECURSIVE names(queue) AS (
    SELECT MIN(queue) FROM interactions
    UNION ALL
    SELECT (SELECT MIN(queue) FROM interactions WHERE queue > names.queue) FROM names WHERE names.queue IS NOT NULL
)
SELECT queue FROM names WHERE queue IS NOT NULL
"""
"""The distinct queues by one index look-up each, however many interactions there are."""


@dataclass(frozen=True, slots=True)
class QueueNow:
    """A queue this moment, by where work is now. Who is offered to an agent still waits: `in_queue` is waiting +
    offered. What agents ask each other is in `consults` alone."""

    queue: str
    waiting: int = 0
    offered: int = 0
    active: int = 0
    wrap_up: int = 0
    parked: int = 0
    """Rests until a time or the customer's answer, callbacks that are not due yet among them."""
    on_hold: int = 0
    """Of `active`: the customer is on hold."""
    unanswered: int = 0
    """Of what is not over: what no agent ever accepted. Waiting, offered or parked."""
    flagged: int = 0
    """What a supervisor should look at."""
    consults: int = 0
    """Open consultations between agents."""
    agents: int = 0
    """Agents who are offered, on or wrapping up work of this queue."""
    oldest_waiting_since: datetime | None = None
    """From when the age counts of the one that waits longest (waiting or offered)."""

    @property
    def in_queue(self) -> int:
        """Customers who wait for an agent."""
        return self.waiting + self.offered


_PHASES = (
    "SELECT queue, phase, consult_of, outcome, COUNT(*), MIN(since_ms) FROM interactions"
    f" WHERE {OPEN} GROUP BY queue, phase, consult_of, outcome"
)
_AGENTS = (
    "SELECT queue, COUNT(DISTINCT agent) FROM ("
    f"SELECT queue, agent FROM interactions WHERE {OPEN} AND phase IN ('active', 'wrap_up') AND agent <> ''"
    " UNION ALL SELECT queue, o.agent FROM interactions_offers o JOIN interactions USING (no)) GROUP BY queue"
)
_MARKED = (
    "SELECT queue, COUNT(*) FROM interactions_more CROSS JOIN interactions USING (no)"
    f" WHERE {{}} AND {OPEN} GROUP BY queue"
)
"""From the few that are marked, not from all that are open: CROSS keeps SQLite to this order."""


def queue_board(connection: sqlite3.Connection) -> list[QueueNow]:
    """All queues that ever had work, by name."""
    board = {name: QueueNow(name) for (name,) in connection.execute(_NAMES)}
    for name, phase, consult, outcome, count, oldest in connection.execute(_PHASES):
        now = board[name]
        if consult:
            board[name] = replace(now, consults=now.consults + count)
            continue
        now = replace(now, **{phase: getattr(now, phase) + count}, unanswered=now.unanswered + count * (outcome == ""))
        if phase in ("waiting", "offered"):
            since, known = moment(oldest), now.oldest_waiting_since
            now = replace(now, oldest_waiting_since=since if known is None else min(since, known))
        board[name] = now
    for name, agents in connection.execute(_AGENTS):
        board[name] = replace(board[name], agents=agents)
    for field, condition in (("on_hold", "on_hold"), ("flagged", "flagged <> ''")):
        for name, count in connection.execute(_MARKED.format(condition)):
            board[name] = replace(board[name], **{field: count})
    return list(board.values())


def queue_now(connection: sqlite3.Connection, name: str) -> QueueNow | None:
    """One queue, None if it never had work."""
    return next((queue for queue in queue_board(connection) if queue.queue == name), None)


def waiting_since(connection: sqlite3.Connection) -> list[datetime]:
    """From when the age counts of each customer who waits for an agent (waiting or offered), oldest first."""
    rows = connection.execute(
        f"SELECT since_ms FROM interactions WHERE {OPEN} AND phase IN ('waiting', 'offered') AND consult_of = ''"
        " ORDER BY since_ms"
    )
    return [moment(since_ms) for (since_ms,) in rows]
