"""What a routing pool must know to go on after a crash: the open work and its agents, as the log has them."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, ShiftsPlanned
from hub.domain.customer.decide import HISTORY_POOL
from hub.domain.event import Event
from hub.domain.ids import agent_stream
from hub.domain.interaction.events import (
    CallbackMissed,
    InteractionAbandoned,
    InteractionExpired,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionQueued,
    InteractionReopened,
    InteractionTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferTimedOut,
    Placement,
    WrapUpCompleted,
)
from hub.domain.policy.events import PolicyPublished
from hub.domain.pool.events import DayBegan, PolicyAdopted, QueueIntakeChanged
from hub.ports import Stored
from hub.projections import open_work_marks
from hub.projections.projection import Entry, Projection
from hub.projections.runner import position_of
from hub.projections.views import among

DDL = (
    """
CREATE TABLE open_work (
    owner TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL,
    stream TEXT NOT NULL, version INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY (owner, position)
) WITHOUT ROWID;
CREATE TABLE open_work_interactions (
    interaction TEXT PRIMARY KEY, queue TEXT NOT NULL, channel TEXT NOT NULL, customer TEXT NOT NULL, until_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX open_work_over ON open_work_interactions (until_ms) WHERE until_ms IS NOT NULL;
CREATE TABLE open_work_last (
    owner TEXT NOT NULL, kind TEXT NOT NULL, position INTEGER NOT NULL,
    stream TEXT NOT NULL, version INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY (owner, kind)
) WITHOUT ROWID;
CREATE TABLE last_agents (customer TEXT PRIMARY KEY, agent TEXT NOT NULL, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX last_agents_by_time ON last_agents (at_ms);
CREATE TABLE open_work_clock (latest_ms INTEGER NOT NULL, keep TEXT NOT NULL);
"""
    + open_work_marks.DDL
)
"""`open_work` has whole histories: of an interaction, or of an agent since they signed on. `open_work_last` has of an
agent, a queue or a pool the last event of a kind. `open_work_interactions` has what is open, and what is over but kept
until `until_ms`. `latest_ms` is the latest time that any event brought: what is kept is trimmed by it, never by a
clock. `keep` is what the last policy that was published asks for, as JSON; empty: none was."""

_FACT, _SIGNED_ON, _SIGNED_OFF, _PLANNED = "fact", "signed_on", "signed_off", "planned"
_FREED, _OFFERED, _ACCEPTED, _PACE = "freed", "offered", "accepted", "pace"
_INTERACTION, _AGENT = "interaction-", "agent-"


class Keep(NamedTuple):
    """How long (seconds) what is over is kept: `reopen` by channel, for work that its customer may reopen; `reentry`
    by queue, for dropped calls that come back; `known` for the last agent of a customer."""

    reopen: Mapping[str, float] = {}
    reentry: Mapping[str, float] = {}
    known: float = 90 * 86_400.0

    def milliseconds(self, channel: str, queue: str) -> int:
        """For how long an interaction is kept after its end; 0: not at all. An hour more than asked for, so that what
        came back at the last moment finds it."""
        seconds = max(self.reopen.get(channel, 0.0), self.reentry.get(queue, 0.0))
        return round(1000 * (seconds + 3600.0)) if seconds > 0 else 0


KeepOf = Callable[[str], Keep | None]
"""What the text of a routing policy asks to be kept; None: it can't be read, all stays as it is."""


class OpenWork(NamedTuple):
    """The events to evolve a pool's state from, in position order, as stored; go on with the log after `position`."""

    position: int
    rows: list[Stored]


class LastAgent(NamedTuple):
    """Who accepted work of a customer last, and when (milliseconds since 1970, UTC)."""

    customer_id: str
    agent_id: str
    at_ms: int


def open_work(connection: sqlite3.Connection) -> OpenWork:
    """In position order, each event once (pool `history` excepted):

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
            "SELECT position, stream, version, topic, state FROM open_work"
            " UNION ALL SELECT position, stream, version, topic, state FROM open_work_last ORDER BY position"
        )
        found: list[Stored] = []
        for row in rows:
            if not found or row[0] != found[-1].position:
                found.append(Stored(*row))
        return OpenWork(position, found)
    finally:
        connection.execute("ROLLBACK")


def last_agents(connection: sqlite3.Connection, since_ms: int, limit: int) -> list[LastAgent]:
    """The customers who were answered last, at most `limit` of them, since a moment; the newest comes last."""
    rows = connection.execute(
        "SELECT customer, agent, at_ms FROM last_agents WHERE at_ms >= ? ORDER BY at_ms DESC, customer LIMIT ?",
        (since_ms, limit),
    ).fetchall()
    return [LastAgent(*row) for row in reversed(rows)]


_Row = tuple[str, int, str, str, int, str, bytes]
_FREEING = (
    *(WrapUpCompleted, InteractionTransferred, InteractionPulledBack, InteractionParked, CallbackMissed),
    *(OfferDeclined, OfferTimedOut),
)
_OVER = (WrapUpCompleted, InteractionAbandoned, InteractionExpired)


class _Work:
    """An interaction that is open, or over and kept `until_ms`."""

    __slots__ = ("changed", "channel", "customer", "queue", "stored", "until_ms")

    def __init__(
        self, queue: str, channel: str, customer: str, until_ms: int | None = None, *, stored: bool = False
    ) -> None:
        self.queue, self.channel, self.customer, self.until_ms = queue, channel, customer, until_ms
        self.stored, self.changed = stored, not stored


class _Batch:
    """What a batch adds to the tables and takes away. An `owner` is the stream of an interaction or an agent."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry], keep: Keep, keep_of: KeepOf) -> None:
        self.latest_ms, self.published = connection.execute("SELECT latest_ms, keep FROM open_work_clock").fetchone()
        self.keep = Keep(*orjson.loads(self.published)) if self.published else keep
        self.keep_of = keep_of
        streams = {entry.stream for entry in entries if entry.stream.startswith(_INTERACTION)}
        rows = connection.execute(
            "SELECT * FROM open_work_interactions WHERE interaction IN (SELECT value FROM json_each(?))",
            (among(streams),),
        )
        self.work = {stream: _Work(*values, stored=True) for stream, *values in rows}
        freed = {agent_stream(entry.event.agent_id) for entry in entries if isinstance(entry.event, _FREEING)}
        self.signed_on = {
            owner
            for (owner,) in connection.execute(
                "SELECT DISTINCT owner FROM open_work WHERE owner IN (SELECT value FROM json_each(?)) AND kind = ?",
                (among(freed), _SIGNED_ON),
            )
        }
        self.forget: set[str] = set()
        self.unlist: set[str] = set()
        self.unfreed: set[str] = set()
        self.rows: dict[str, list[_Row]] = {}
        self.last: dict[tuple[str, str], Entry] = {}
        self.agents: dict[str, tuple[str, int]] = {}

    def interaction(self, entry: Entry) -> None:
        stream, event = entry.stream, entry.event
        work = self.work.get(stream)
        if isinstance(event, Placement):
            work = self._placed(stream, event, work)
        if work is None:
            return
        self.rows.setdefault(stream, []).append(_row(stream, _FACT, entry))
        kind = type(event)
        if kind is InteractionOffered:
            self.last[agent_stream(event.agent_id), _OFFERED] = entry  # type: ignore[attr-defined]
        elif isinstance(event, OfferAccepted):
            self.last[agent_stream(event.agent_id), _ACCEPTED] = entry
            self.last[event.queue or work.queue, _PACE] = entry
            if work.customer:
                self.agents[work.customer] = (event.agent_id, entry.at_ms)
        if isinstance(event, _FREEING) and (owner := agent_stream(event.agent_id)) in self.signed_on:
            self.last[owner, _freed_by(event)] = entry
        if kind in _OVER:
            self._over(entry, work)

    def _placed(self, stream: str, event: Placement, work: _Work | None) -> _Work | None:
        """It entered a queue: opened, moved, transferred or reopened."""
        if isinstance(event, InteractionQueued):
            if event.pool == HISTORY_POOL:
                return None
            customer = "" if event.consult_of else event.customer_id
            work = self.work[stream] = _Work(event.queue, event.channel.value, customer)
        elif isinstance(event, InteractionReopened) and (work is None or self._is_late(work)):
            self._forget(stream)  # it was not kept so long: what is known of it begins here
            work = self.work[stream] = _Work(event.queue, "", "")
        if work is not None:
            work.queue, work.until_ms, work.changed = event.queue, None, True
        return work

    def _is_late(self, work: _Work) -> bool:
        return work.until_ms is not None and work.until_ms <= self.latest_ms

    def _over(self, entry: Entry, work: _Work) -> None:
        stream = entry.stream
        kept = self.keep.milliseconds(work.channel, work.queue)
        if kept:
            work.until_ms, work.changed = entry.at_ms + kept, True
        else:
            self._forget(stream)

    def _forget(self, stream: str) -> None:
        work = self.work.pop(stream, None)
        self.rows.pop(stream, None)
        if work is not None and work.stored:
            self.forget.add(stream)
            self.unlist.add(stream)

    def agent(self, entry: Entry) -> None:
        stream, event = entry.stream, entry.event
        kind = _FACT
        if isinstance(event, AgentSignedOn | AgentSignedOff):
            kind = _SIGNED_ON if isinstance(event, AgentSignedOn) else _SIGNED_OFF
            self.forget.add(stream)
            self.rows.pop(stream, None)
            self.unfreed.add(stream)
            for key in [key for key in self.last if key[0] == stream and key[1].startswith(_FREED)]:
                del self.last[key]
            (self.signed_on.add if kind == _SIGNED_ON else self.signed_on.discard)(stream)
        elif isinstance(event, ShiftsPlanned):
            self.last[stream, _PLANNED] = entry
            return
        self.rows.setdefault(stream, []).append(_row(stream, kind, entry))

    def pool(self, entry: Entry) -> None:
        match entry.event:
            case PolicyAdopted():
                self.last[entry.stream, f"{PolicyAdopted.__name__} {entry.position}"] = entry
            case DayBegan():
                self.last[entry.stream, DayBegan.__name__] = entry
            case QueueIntakeChanged() as event:
                self.last[entry.stream, f"{type(event).__name__} {event.queue}"] = entry

    def policy(self, entry: Entry) -> None:
        if isinstance(entry.event, PolicyPublished) and (keep := self.keep_of(entry.event.text)) is not None:
            self.keep, self.published = keep, orjson.dumps(list(keep)).decode()

    def write(self, connection: sqlite3.Connection) -> None:
        run = connection.executemany
        run("DELETE FROM open_work WHERE owner = ?", [(owner,) for owner in self.forget])
        run("DELETE FROM open_work_last WHERE owner = ? AND kind GLOB 'freed *'", [(owner,) for owner in self.unfreed])
        run("DELETE FROM open_work_interactions WHERE interaction = ?", [(owner,) for owner in self.unlist])
        run("INSERT INTO open_work VALUES (?, ?, ?, ?, ?, ?, ?)", [row for rows in self.rows.values() for row in rows])
        run(
            "INSERT OR REPLACE INTO open_work_interactions VALUES (?, ?, ?, ?, ?)",
            [
                (stream, one.queue, one.channel, one.customer, one.until_ms)
                for stream, one in self.work.items()
                if one.changed
            ],
        )
        run(
            "INSERT OR REPLACE INTO open_work_last VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(*key, *entry.stored) for key, entry in self.last.items()],
        )
        run(
            "INSERT OR REPLACE INTO last_agents VALUES (?, ?, ?)",
            [(customer, *known) for customer, known in self.agents.items()],
        )
        self._trim(connection)

    def _trim(self, connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE open_work_clock SET latest_ms = ?, keep = ?", (self.latest_ms, self.published))
        old = connection.execute(
            "SELECT interaction FROM open_work_interactions WHERE until_ms <= ?", (self.latest_ms,)
        ).fetchall()
        if old:
            connection.executemany("DELETE FROM open_work WHERE owner = ?", old)
            connection.executemany("DELETE FROM open_work_interactions WHERE interaction = ?", old)
        connection.execute("DELETE FROM last_agents WHERE at_ms < ?", (self.latest_ms - round(1000 * self.keep.known),))


def _freed_by(event: Event) -> str:
    is_busy = isinstance(event, OfferDeclined) and event.busy
    return f"{_FREED} {type(event).__name__}{' busy' if is_busy else ''}"


def _row(owner: str, kind: str, entry: Entry) -> _Row:
    _, stream, version, topic, state = entry.stored
    return owner, entry.position, kind, stream, version, topic, state


def projection(keep: Keep = Keep(), keep_of: KeepOf = lambda _: None) -> Projection:  # noqa: B008 - it is immutable
    """The read model that keeps what is over for so long, until a policy is published; then, as `keep_of` says of its
    text. What was let go before stays gone."""

    def fill(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO open_work_clock VALUES (0, '')")
        open_work_marks.fill(connection)

    def apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        batch = _Batch(connection, entries, keep, keep_of)
        for entry in entries:
            batch.latest_ms = max(batch.latest_ms, entry.at_ms)
            route = _ROUTES.get(entry.stream.partition("-")[0])
            if route is not None:
                route(batch, entry)
        batch.write(connection)
        open_work_marks.mark(connection, entries[-1].position, len(entries))

    return Projection("open_work", "3", (*TABLES, *open_work_marks.TABLES), DDL, apply, fill)


_ROUTES: Mapping[str, Any] = {
    "interaction": _Batch.interaction,
    "agent": _Batch.agent,
    "routing": _Batch.pool,
    "policy": _Batch.policy,
}
TABLES = ("open_work", "open_work_interactions", "open_work_last", "last_agents", "open_work_clock")
PROJECTION = projection()
