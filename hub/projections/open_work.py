"""What a routing pool must know to go on after a crash: the open work and its agents, as the log has them."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn
from hub.domain.customer.decide import HISTORY_POOL
from hub.domain.ids import agent_stream
from hub.domain.interaction.events import InteractionAbandoned, InteractionQueued, WrapUpCompleted
from hub.ports import Stored
from hub.projections.projection import Entry, Projection
from hub.projections.runner import position_of
from hub.projections.views import among

DDL = """
CREATE TABLE open_work (
    owner TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL,
    stream TEXT NOT NULL, version INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY (owner, position)
) WITHOUT ROWID
"""
_FACT, _SIGNED_ON, _SIGNED_OFF, _FREED = "fact", "signed_on", "signed_off", "freed"
_INTERACTION, _AGENT = "interaction-", "agent-"


class OpenWork(NamedTuple):
    """The events to evolve a pool's state from, in position order, as stored; go on with the log after `position`."""

    position: int
    rows: list[Stored]


def open_work(connection: sqlite3.Connection) -> OpenWork:
    """All events of interactions that are neither completed nor abandoned (pool `history` excepted); of each agent's
    stream those since the last sign-on, or the sign-off alone; and of each agent who is signed on the last
    WrapUpCompleted since then."""
    connection.execute("BEGIN")
    try:
        position = position_of(connection, "open_work")
        rows = connection.execute("SELECT position, stream, version, topic, state FROM open_work ORDER BY position")
        return OpenWork(position, [Stored(*row) for row in rows])
    finally:
        connection.execute("ROLLBACK")


_Row = tuple[str, int, str, str, int, str, bytes]


class _Batch:
    """What a batch adds to the table and takes away, by owner: the stream of an interaction or an agent."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        streams = {entry.stream for entry in entries if entry.stream.startswith(_INTERACTION)}
        freed = {agent_stream(entry.event.agent_id) for entry in entries if type(entry.event) is WrapUpCompleted}
        self.opened = self._owners(connection, streams, (_FACT,))
        self.signed_on = self._owners(connection, freed, (_SIGNED_ON,))
        self.stored = set(self.opened)
        self.forget: set[str] = set()
        self.rows: dict[str, list[_Row]] = {}
        self.freed: dict[str, _Row] = {}

    @staticmethod
    def _owners(connection: sqlite3.Connection, names: set[str], kinds: tuple[str, ...]) -> set[str]:
        rows = connection.execute(
            "SELECT DISTINCT owner FROM open_work WHERE owner IN (SELECT value FROM json_each(?))"
            " AND kind IN (SELECT value FROM json_each(?))",
            (among(names), among(kinds)),
        )
        return {owner for (owner,) in rows}

    def interaction(self, entry: Entry) -> None:
        stream, event = entry.stream, entry.event
        if type(event) is InteractionQueued:
            if event.pool == HISTORY_POOL:
                return
            self.opened.add(stream)
        elif stream not in self.opened:
            return
        if type(event) is WrapUpCompleted or type(event) is InteractionAbandoned:
            self.opened.discard(stream)
            self.rows.pop(stream, None)
            if stream in self.stored:
                self.forget.add(stream)
        else:
            self.rows.setdefault(stream, []).append(_row(stream, _FACT, entry))
        if type(event) is WrapUpCompleted:
            owner = agent_stream(event.agent_id)
            if owner in self.signed_on:
                self.freed[owner] = _row(owner, _FREED, entry)

    def agent(self, entry: Entry) -> None:
        stream, event = entry.stream, entry.event
        kind = _FACT
        if isinstance(event, AgentSignedOn | AgentSignedOff):
            kind = _SIGNED_ON if isinstance(event, AgentSignedOn) else _SIGNED_OFF
            self.forget.add(stream)
            self.rows.pop(stream, None)
            self.freed.pop(stream, None)
            (self.signed_on.add if kind == _SIGNED_ON else self.signed_on.discard)(stream)
        self.rows.setdefault(stream, []).append(_row(stream, kind, entry))

    def write(self, connection: sqlite3.Connection) -> None:
        connection.executemany("DELETE FROM open_work WHERE owner = ?", [(owner,) for owner in self.forget])
        connection.executemany(
            f"DELETE FROM open_work WHERE owner = ? AND kind = '{_FREED}'", [(owner,) for owner in self.freed]
        )
        rows = [row for owned in self.rows.values() for row in owned]
        connection.executemany("INSERT INTO open_work VALUES (?, ?, ?, ?, ?, ?, ?)", [*rows, *self.freed.values()])


def _row(owner: str, kind: str, entry: Entry) -> _Row:
    _, stream, version, topic, state = entry.stored
    return owner, entry.position, kind, stream, version, topic, state


def _apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    batch = _Batch(connection, entries)
    for entry in entries:
        if entry.stream.startswith(_INTERACTION):
            batch.interaction(entry)
        elif entry.stream.startswith(_AGENT):
            batch.agent(entry)
    batch.write(connection)


PROJECTION = Projection("open_work", "1", ("open_work",), DDL, _apply)
