"""Follows the log in batches and brings every read model along, view and position in one transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from hub.domain.errors import NotFoundError
from hub.ports import Stored
from hub.projections import streams
from hub.projections.entries import Decode, Entries, Glance
from hub.projections.projection import BrokenViewError, Projection
from hub.projections.views import among

Read = Callable[[int, int], Sequence[Stored]]
"""(after, limit): the log from the first event after that position, as stored: complete and in order up to the last
one returned. At most `limit`; fewer means the end was reached."""

BATCH = 4_000
_UNREAD = "pool-"
"""Streams no view looks at: the pool owners' checkpoints."""

_DDL = """
CREATE TABLE IF NOT EXISTS projections (
    name TEXT PRIMARY KEY, version TEXT NOT NULL, position INTEGER NOT NULL, tables TEXT NOT NULL
) WITHOUT ROWID
"""
_MOVED = "UPDATE projections SET position = ? WHERE name IN (SELECT value FROM json_each(?))"


class Step(NamedTuple):
    """What one step did: events read, and how far the views at the front have come."""

    events: int
    position: int


class Runner:
    """Applies the log to the read models of one views file.

    The read models that are farthest form the front; those behind it (new, changed, being rebuilt) catch up one
    batch for each batch of the front, so that a rebuild never holds up the live views. Positions are read inside
    each transaction: several processes may run one of these on the same file, and each event still counts once.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        projections: Sequence[Projection],
        read: Read,
        decode: Decode,
        batch: int = BATCH,
        glance: Glance | None = None,
    ) -> None:
        """`glance`: what spares decoding what no view reads."""
        self._connection = connection
        self._projections = {projection.name: projection for projection in projections}
        self._read = read
        self._entries = partial(Entries, decode=decode, glance=glance)
        self._entries_for: dict[frozenset[str], Entries] = {}
        """By names of read models."""
        self._batch = batch
        self._numbers = streams.Numbers(connection)
        self._prepare()

    def step(self) -> Step:
        """Applies the next batch to the front, and one to those behind it. No events: everything is up to date."""
        positions = self.positions()
        front = max(positions.values())
        step = self._advance([name for name, at in positions.items() if at == front], front, None)
        behind = [name for name, at in positions.items() if at < front]
        if behind:
            more = self._advance(behind, min(positions[name] for name in behind), front)
            step = step._replace(events=step.events + more.events)
        return step

    def run(self) -> int:
        """Steps until everything is up to date; the position reached."""
        while True:
            step = self.step()
            if not step.events:
                return step.position

    @property
    def position(self) -> int:
        """How far the views at the front have come."""
        return max(self.positions().values())

    def positions(self) -> dict[str, int]:
        """How far each read model has come."""
        rows = self._connection.execute("SELECT name, position FROM projections")
        return {name: position for name, position in rows if name in self._projections}

    def rebuild(self, name: str, on_position: Callable[[int, int], None] | None = None) -> int:
        """Empties one read model and replays the log up to where the others are; the position reached. `on_position`
        hears after each batch how far it is, and how far it is to go. NotFoundError: there is no such read model."""
        if name not in self._projections:
            raise NotFoundError(f"there is no read model {name!r}; known are {', '.join(self._projections)}")
        self._begin()
        with self._connection:
            self._make(self._projections[name])
        while True:
            positions = self.positions()
            front = max(positions.values())
            if on_position is not None:
                on_position(positions[name], front)
            if positions[name] == front or not self._advance([name], positions[name], front).events:
                return positions[name]

    def _advance(self, names: Sequence[str], after: int, until: int | None) -> Step:
        rows = self._read(after, self._batch)
        if until is not None:
            rows = [row for row in rows if row[0] <= until]
        if not rows:
            return Step(0, after)
        last = rows[-1][0]
        rows_read, rows = len(rows), [row for row in rows if not row[1].startswith(_UNREAD)]
        entries = self._entries_of(frozenset(names)).of(rows, self._numbers.of(rows))
        self._begin()
        with self._connection:
            if until is None:
                self._numbers.keep(rows)
            positions = self.positions()
            behind = [name for name in names if after <= positions[name] < last]
            kinds = {type(entry.event) for entry in entries}
            for name in behind:
                done = positions[name]
                fresh = entries if done == after else [entry for entry in entries if entry.position > done]
                if share := self._projections[name].share(fresh, kinds):
                    self._projections[name].apply(self._connection, share)
            self._connection.execute(_MOVED, (last, among(behind)))
        return Step(rows_read, last)

    def _entries_of(self, names: frozenset[str]) -> Entries:
        found = self._entries_for.get(names)
        if found is None:
            found = self._entries_for[names] = self._entries([self._projections[name] for name in names])
        return found

    def _begin(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def _prepare(self) -> None:
        """Makes what is missing, empties what another version made or what was made from another log, and drops what
        no longer exists."""
        self._begin()
        with self._connection:
            self._connection.execute(_DDL)
            rows = self._connection.execute("SELECT name, version, position FROM projections").fetchall()
            of_this_log = {name for name, _, position in rows if self._is_of_this_log(position)}
            numbered = streams.exists(self._connection) and len(of_this_log) == len(rows)
            if not numbered:  # all views go by the numbers of streams
                streams.make(self._connection)
            good = {
                name
                for name, version, _ in rows
                if numbered and name in self._projections and self._projections[name].version == version
            }
            for name in [name for name, _, _ in rows if name not in self._projections]:
                self._drop(name)
            for name, projection in self._projections.items():
                if name not in good:
                    self._make(projection)

    def _is_of_this_log(self, position: int) -> bool:
        if position == 0:
            return True
        found = self._read(position - 1, 1)
        return bool(found) and found[0][0] == position

    def _make(self, projection: Projection) -> None:
        self._drop(projection.name)
        for statement in projection.ddl.split(";"):
            if statement.strip():
                self._connection.execute(statement)
        if projection.fill is not None:
            projection.fill(self._connection)
        self._connection.execute(
            "INSERT INTO projections VALUES (?, ?, 0, ?)",
            (projection.name, projection.version, " ".join(projection.tables)),
        )

    def _drop(self, name: str) -> None:
        for (tables,) in self._connection.execute("SELECT tables FROM projections WHERE name = ?", (name,)).fetchall():
            for table in tables.split():
                self._connection.execute(f"DROP TABLE IF EXISTS {table}")
        self._connection.execute("DELETE FROM projections WHERE name = ?", (name,))


def positions_of(connection: sqlite3.Connection) -> dict[str, int]:
    """How far each read model has come, in whatever version it is."""
    return dict(connection.execute("SELECT name, position FROM projections ORDER BY name").fetchall())


def position_of(connection: sqlite3.Connection, name: str) -> int:
    """How far one read model has come."""
    row = connection.execute("SELECT position FROM projections WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise BrokenViewError(name, "it has not been made yet")
    return int(row[0])
