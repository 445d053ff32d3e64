"""The queue board: what waits, what is offered and what is worked on, per queue, this moment.

Of its own it keeps only whether new work comes in: the sums it adds up are kept in the same transaction as the
interactions, so that it can't disagree with their list."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from hub.domain.pool.events import QueueIntakeChanged
from hub.projections import formulas
from hub.projections.interactions_tables import OPEN
from hub.projections.projection import Entry, Projection, milliseconds, moment

DDL = """
CREATE TABLE queues_intake (queue TEXT PRIMARY KEY, intake TEXT NOT NULL, drains_to TEXT NOT NULL) WITHOUT ROWID
"""
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
    """Of what is not over: what was never answered. Waiting, offered, parked, or its customer is being called."""
    flagged: int = 0
    """What a supervisor should look at."""
    consults: int = 0
    """Open consultations between agents."""
    agents: int = 0
    """Agents who are offered, on or wrapping up work of this queue."""
    oldest_waiting_since: datetime | None = None
    """From when the age counts of the one that waits longest (waiting or offered)."""

    intake: str = "open"
    """`open`; `paused`: what comes is treated as outside its hours; `draining`: all its work goes to the queue `to`."""
    to: str = ""

    @property
    def in_queue(self) -> int:
        """Customers who wait for an agent."""
        return self.waiting + self.offered


_AGENTS = (
    "SELECT queue, COUNT(DISTINCT agent) FROM ("
    f"SELECT queue, agent FROM interactions WHERE {OPEN} AND phase IN ('active', 'wrap_up') AND agent <> ''"
    " UNION ALL SELECT queue, o.agent FROM interactions_offers o JOIN interactions USING (no)) GROUP BY queue"
)
_IN_QUEUE = "phase IN ('waiting', 'offered') AND NOT consult"
_WAITING_KINDS = f"SELECT DISTINCT queue, phase, outcome FROM interactions_counts WHERE {_IN_QUEUE}"
_OLDEST = f"""
SELECT queue, MIN(oldest) FROM (
    SELECT queue, (
        SELECT MIN(since_ms) FROM interactions i WHERE {OPEN} AND i.queue = kind.queue AND i.phase = kind.phase
        AND i.consult_of = '' AND i.outcome = kind.outcome
    ) AS oldest FROM ({_WAITING_KINDS}) kind
) GROUP BY queue
"""
"""One look into the index of what is open for each kind that waits."""
_YOUNGER = f"""
SELECT {{}} FROM ({_WAITING_KINDS}) kind CROSS JOIN interactions i
WHERE {OPEN.replace("phase", "i.phase")} AND i.queue = kind.queue AND i.phase = kind.phase AND i.consult_of = ''
AND i.outcome = kind.outcome AND i.since_ms > ?
"""
"""Only what is young enough, along the same index: CROSS keeps SQLite to this order."""


@dataclass(frozen=True, slots=True)
class Open:
    """All queues together: their `QueueNow` in sum."""

    waiting: int
    offered: int
    active: int
    parked: int
    on_hold: int
    unanswered: int
    flagged: int
    consults: int
    oldest_waiting_since: datetime | None

    @property
    def in_queue(self) -> int:
        """Customers who wait for an agent."""
        return self.waiting + self.offered


def queue_board(connection: sqlite3.Connection) -> list[QueueNow]:
    """All queues that ever had work or were paused or drained, by name."""
    board = {name: QueueNow(name) for name in _names(connection)}
    for name, intake, to in connection.execute("SELECT * FROM queues_intake"):
        board[name] = QueueNow(name, intake=intake, to=to)
    oldest: dict[str, int] = dict(connection.execute(_OLDEST).fetchall())
    agents: dict[str, int] = dict(connection.execute(_AGENTS).fetchall())
    kinds: dict[str, list[_Kind]] = {}
    for name, *kind in connection.execute("SELECT * FROM interactions_counts"):
        kinds.setdefault(name, []).append(_Kind(*kind))
    return [
        replace(
            now,
            **_sums(kinds.get(name, [])),
            agents=agents.get(name, 0),
            oldest_waiting_since=_moment(oldest.get(name)),
        )
        for name, now in board.items()
    ]


def open_now(connection: sqlite3.Connection) -> Open:
    """What all queues have. It costs the same however much is open."""
    rows = connection.execute(
        "SELECT phase, consult, outcome, on_hold, flagged, SUM(count) FROM interactions_counts GROUP BY 1, 2, 3, 4, 5"
    )
    sums = _sums([_Kind(*row) for row in rows])
    del sums["wrap_up"]
    oldest = min((one for _, one in connection.execute(_OLDEST)), default=None)
    return Open(**sums, oldest_waiting_since=_moment(oldest))


def in_queue(connection: sqlite3.Connection) -> dict[str, int]:
    """How many customers wait for an agent, by queue of the board."""
    return {
        **dict.fromkeys(_names(connection), 0),
        **dict(
            connection.execute(
                f"SELECT queue, SUM(count) FROM interactions_counts WHERE {_IN_QUEUE} GROUP BY queue"
            ).fetchall()
        ),
    }


def _names(connection: sqlite3.Connection) -> list[str]:
    rows = [*connection.execute(_NAMES), *connection.execute("SELECT queue FROM queues_intake")]
    return sorted({name for (name,) in rows})


class _Kind(NamedTuple):
    """So many of a kind are open."""

    phase: str
    consult: int
    outcome: str
    on_hold: int
    flagged: int
    number: int


def _sums(kinds: Sequence[_Kind]) -> dict[str, Any]:
    sums: dict[str, Any] = dict.fromkeys(_PHASES, 0)
    sums |= {"on_hold": 0, "unanswered": 0, "flagged": 0, "consults": 0}
    for one in kinds:
        sums["on_hold"] += one.number * one.on_hold
        sums["flagged"] += one.number * one.flagged
        if one.consult:
            sums["consults"] += one.number
        else:
            sums[one.phase] += one.number
            sums["unanswered"] += one.number * (one.outcome == "")
    return sums


_PHASES = ("waiting", "offered", "active", "wrap_up", "parked")


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else moment(ms)


def queue_now(connection: sqlite3.Connection, name: str) -> QueueNow | None:
    """One queue, None if it never had work and was never paused or drained."""
    return next((queue for queue in queue_board(connection) if queue.queue == name), None)


def backlog_by_age(connection: sqlite3.Connection, total: int, now: datetime) -> dict[str, int]:
    """The customers who wait for an agent, of whom there are so many, by the age they have now. It costs as much as
    there are in the classes with an upper end."""
    borders = [milliseconds(now) - round(1000 * end) for _, end in formulas.AGES]
    sums = ", ".join(f"coalesce(SUM(i.since_ms > {border}), 0)" for border in borders)
    younger = connection.execute(_YOUNGER.format(sums), (borders[-1],)).fetchone()
    counts = [until - before for before, until in pairwise([0, *younger, total])]
    return dict(zip([*(name for name, _ in formulas.AGES), formulas.OLDEST], counts, strict=True))


def _apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO queues_intake VALUES (?, ?, ?)",
        [
            (entry.event.queue, entry.event.intake, entry.event.to)
            for entry in entries
            if type(entry.event) is QueueIntakeChanged
        ],
    )


PROJECTION = Projection("queues", "1", ("queues_intake",), DDL, _apply, reads=frozenset((QueueIntakeChanged,)))
