"""Who read whose personal data, when, and for which work: what supervisors look into."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hub.domain.reading.events import PersonalDataRead
from hub.projections.projection import Entry, Projection, milliseconds, moment
from hub.projections.rows import write
from hub.projections.views import among

DDL = """
CREATE TABLE readings (
    at_ms INTEGER NOT NULL, position INTEGER NOT NULL, customer TEXT NOT NULL, actor TEXT NOT NULL, what TEXT NOT NULL,
    interaction TEXT NOT NULL, PRIMARY KEY (at_ms, position)
) WITHOUT ROWID;
CREATE INDEX readings_of_customer ON readings (customer, at_ms, position);
CREATE INDEX readings_by_actor ON readings (actor, at_ms, position)
"""


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """A reading. `interaction_id`: the work in hand; empty: there was none."""

    position: int
    at: datetime
    actor: str
    customer_id: str
    what: str
    interaction_id: str

    @property
    def place(self) -> str:
        """Where a page ends that ends with it."""
        return f"{milliseconds(self.at)}-{self.position}"


class Place(NamedTuple):
    """Of a reading in the order of time."""

    at_ms: int
    position: int


def place_of(text: str) -> Place | None:
    """The same, back; None: nothing ends there."""
    at_ms, _, position = text.partition("-")
    if not (at_ms.isdecimal() and position.isdecimal() and len(text) < 40):
        return None
    return Place(min(int(at_ms), 2**62), min(int(position), 2**62))


def readings(
    connection: sqlite3.Connection,
    customers: Sequence[str] = (),
    actor: str = "",
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    limit: int = 100,
    after: Place | None = None,
) -> list[ReadingRow]:
    """Those in [start, end), the newest first; of these streams, by this person, where they are named."""
    asked: dict[str, tuple[object, ...]] = {}
    if customers:
        asked["customer IN (SELECT value FROM json_each(?))"] = (among(customers),)
    if actor:
        asked["actor = ?"] = (actor,)
    if start is not None:
        asked["at_ms >= ?"] = (milliseconds(start),)
    if end is not None:
        asked["at_ms < ?"] = (milliseconds(end),)
    if after is not None:
        asked["(at_ms, position) < (?, ?)"] = after
    where = f" WHERE {' AND '.join(asked)}" if asked else ""
    rows = connection.execute(
        f"SELECT position, at_ms, actor, customer, what, interaction FROM readings{where}"
        " ORDER BY at_ms DESC, position DESC LIMIT ?",
        (*(value for values in asked.values() for value in values), limit),
    )
    return [ReadingRow(position, moment(at), *others) for position, at, *others in rows]


def apply(connection: sqlite3.Connection, batch: Sequence[Entry]) -> None:
    """One row a trace."""
    rows = [
        (entry.at_ms, entry.position, event.customer_id, event.actor, event.what, event.correlation)
        for entry in batch
        if type(event := entry.event) is PersonalDataRead
    ]
    write(connection, "INSERT INTO readings VALUES", rows)


PROJECTION = Projection("readings", "1", ("readings",), DDL, apply, reads=frozenset((PersonalDataRead,)))
