"""How customers respond to what is proposed: segment x tier x stage x channel x proposition, nothing about anybody."""

import sqlite3
from collections.abc import Sequence

from hub.domain.grant.events import PropositionAnswered, PropositionPresented
from hub.paths.arbitration.responses import NOTHING_SHOWN, Cell, Cells, Counts, change_by
from hub.projections.projection import Entry, Projection
from hub.projections.rows import write

_KEY = ", ".join(Cell._fields)
_COUNTED = ", ".join(Counts._fields)
DDL = (
    f"CREATE TABLE responses ({', '.join(f'{name} TEXT NOT NULL' for name in Cell._fields)},"
    f" {', '.join(f'{name} INTEGER NOT NULL' for name in Counts._fields)}, PRIMARY KEY ({_KEY})) WITHOUT ROWID"
)
_ADDED = ", ".join(f"{name} = {name} + excluded.{name}" for name in Counts._fields)


def response_table(connection: sqlite3.Connection) -> Cells:
    """All of it."""
    rows = connection.execute(f"SELECT {_KEY}, {_COUNTED} FROM responses")
    cells = {Cell(*row[: len(Cell._fields)]): Counts(*row[len(Cell._fields) :]) for row in rows}
    return {cell: counts for cell, counts in cells.items() if counts != NOTHING_SHOWN}


def apply(connection: sqlite3.Connection, batch: Sequence[Entry]) -> None:
    """Adds what a batch says to what was counted before."""
    added: dict[Cell, Counts] = {}
    for entry in batch:
        change = change_by(entry.event)
        if change is not None:
            cell, counts = change
            added[cell] = added.get(cell, NOTHING_SHOWN).plus(counts)
    rows = [(*cell, *counts) for cell, counts in sorted(added.items())]
    write(connection, f"INSERT INTO responses ({_KEY}, {_COUNTED}) VALUES", rows, f"ON CONFLICT DO UPDATE SET {_ADDED}")


PROJECTION = Projection(
    "responses", "1", ("responses",), DDL, apply, reads=frozenset((PropositionPresented, PropositionAnswered))
)
