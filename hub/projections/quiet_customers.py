"""Customers of whom the views say that nothing was heard for long: who may be one, for the log to say who is."""

import sqlite3
from datetime import datetime
from typing import NamedTuple

from hub.projections.projection import milliseconds


class Quiet(NamedTuple):
    """A stream, and its number, by which pages go."""

    no: int
    id: str


def quiet(connection: sqlite3.Connection, before: datetime, limit: int, after: int = 0) -> list[Quiet]:
    """Streams without a contact since before then, but for those that were forgotten; `after`: the number of the last
    one of the page before."""
    rows = connection.execute(
        "SELECT no, id FROM customers WHERE no > ? AND coalesce(last_contact_ms, registered_ms) < ?"
        " AND no NOT IN (SELECT no FROM customers_forgotten) ORDER BY no LIMIT ?",
        (after, milliseconds(before), limit),
    )
    return [Quiet(*row) for row in rows]
