"""Every interaction that was ever held for a customer, consultations among them: for whom all of it is to be told."""

import sqlite3
from collections.abc import Sequence

from hub.projections.views import among


def interactions_of(connection: sqlite3.Connection, customers: Sequence[str]) -> list[str]:
    """Their names, the oldest first. Looks through all interactions there are."""
    rows = connection.execute(
        "SELECT id FROM interactions WHERE customer IN (SELECT value FROM json_each(?)) ORDER BY no",
        (among(customers),),
    )
    return [name for (name,) in rows]
