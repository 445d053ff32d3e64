"""What a wallboard shows, read at once and as plainly as it is stored: whoever shows it compares it with a second ago,
and makes anew only what differs."""

import sqlite3
from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from hub.projections import formulas
from hub.projections.interactions_tables import HELD
from hub.projections.live import Live, live
from hub.projections.metrics import contacts_by_channel, thresholds
from hub.projections.metrics_fold import Threshold
from hub.projections.projection import milliseconds
from hub.projections.queues import QueueNow, queue_board
from hub.projections.runner import position_of

DAY = (
    "offered", "answered", "abandoned", "short_abandoned", "answered_in_target", "abandoned_in_target", "expired",
    "answered_wait_ms", "handled", "talk_ms", "hold_ms", "wrap_up_ms", "refused",
)  # fmt: skip
"""The sums of a queue's day that a board tells something of; the first seven make its service level."""
OUTCOMES = len(formulas.Outcomes.__dataclass_fields__)


class AgentLine(NamedTuple):
    """Somebody who is signed on, as stored: texts of JSON are not read."""

    agent_id: str
    name: str
    pool: str
    state: str
    reason: str
    since_ms: int
    capacity: int
    skills: str
    languages: str
    attributes: str


class HeldLine(NamedTuple):
    """A piece of work that an agent has or is asked to take."""

    agent_id: str
    interaction_id: str
    phase: str
    units: int
    rests: int
    """It is interrupted, and takes nothing."""
    accepted_ms: int | None


class Look(NamedTuple):
    """Everything a board shows, as of one moment; `day`, `channels` and the day's figures since midnight UTC."""

    position: int
    queues: dict[str, QueueNow]
    day: dict[str, tuple[int, ...]]
    thresholds: dict[str, Threshold]
    agents: list[tuple[Any, ...]]
    """Fields of an AgentLine each; made into one only where somebody looks at it."""
    held: dict[str, list[tuple[Any, ...]]]
    """Fields of a HeldLine each, by agent."""
    channels: dict[str, dict[str, int]]
    live: Live


def look(connection: sqlite3.Connection, as_of: datetime) -> Look:
    """What the views show."""
    since = as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    held: defaultdict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for row in connection.execute(_HELD).fetchall():
        held[row[0]].append(row)
    return Look(
        position=position_of(connection, "interactions"),
        queues={one.queue: one for one in queue_board(connection)},
        day={name: tuple(sums) for name, *sums in connection.execute(_DAY, (milliseconds(since),))},
        thresholds=thresholds(connection),
        agents=connection.execute(_AGENTS).fetchall(),
        held=held,
        channels=contacts_by_channel(connection, since),
        live=live(connection, since, as_of),
    )


_AGENTS = (
    "SELECT id, name, pool, state, reason, since_ms, capacity, skills, languages, attributes FROM agents"
    " WHERE state <> 'signed_off'"
)
_HELD = f"""
SELECT i.agent, id, phase, units, phase = 'active' AND coalesce(more.interrupted, 0), accepted_ms
FROM interactions i LEFT JOIN interactions_more more USING (no) WHERE {HELD} AND i.agent <> ''
UNION ALL
SELECT o.agent, id, 'offered', o.units, 0, NULL FROM interactions_offers o JOIN interactions USING (no)
"""
_DAY = f"SELECT queue, {', '.join(f'SUM({one})' for one in DAY)} FROM metrics_queues WHERE start_ms >= ? GROUP BY queue"
