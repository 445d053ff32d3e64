"""The queue board: what waits, what is offered and what is worked on, per queue, this moment.

It is a query over the open interactions and keeps no tables of its own: a board that counts the rows people can list
can't disagree with the list."""

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime

from hub.projections.interactions import OPEN
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
    """A queue this moment. Who is offered to an agent still waits: `in_queue` is waiting + offered."""

    queue: str
    waiting: int = 0
    offered: int = 0
    active: int = 0
    wrap_up: int = 0
    agents: int = 0
    """Agents who are offered, on or wrapping up work of this queue."""
    oldest_waiting_since: datetime | None = None
    """When the one that waits longest (waiting or offered) was queued."""

    @property
    def in_queue(self) -> int:
        """Customers who have not been answered yet."""
        return self.waiting + self.offered


def queue_board(connection: sqlite3.Connection) -> list[QueueNow]:
    """All queues that ever had work, by name."""
    board = {name: QueueNow(name) for (name,) in connection.execute(_NAMES)}
    rows = connection.execute(
        f"SELECT queue, phase, COUNT(*), MIN(queued_ms) FROM interactions WHERE {OPEN} GROUP BY queue, phase"
    )
    for name, phase, count, oldest in rows:
        now = replace(board[name], **{phase: count})
        if phase in ("waiting", "offered"):
            since, known = moment(oldest), now.oldest_waiting_since
            now = replace(now, oldest_waiting_since=since if known is None else min(since, known))
        board[name] = now
    for name, agents in connection.execute(
        f"SELECT queue, COUNT(DISTINCT agent) FROM interactions WHERE {OPEN} AND agent <> '' GROUP BY queue"
    ):
        board[name] = replace(board[name], agents=agents)
    return list(board.values())


def queue_now(connection: sqlite3.Connection, name: str) -> QueueNow | None:
    """One queue, None if it never had work."""
    return next((queue for queue in queue_board(connection) if queue.queue == name), None)


def waiting_since(connection: sqlite3.Connection) -> list[datetime]:
    """When each of those who have not been answered yet (waiting or offered) was queued, oldest first."""
    rows = connection.execute(
        f"SELECT queued_ms FROM interactions WHERE {OPEN} AND phase IN ('waiting', 'offered') ORDER BY queued_ms"
    )
    return [moment(queued_ms) for (queued_ms,) in rows]
