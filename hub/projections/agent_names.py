"""What agents are called, for pages that show who was looked at, signed on or not."""

import sqlite3
from collections.abc import Iterable

from hub.domain.ids import agent_stream
from hub.projections.streams import NUMBER_OF
from hub.projections.views import among


def names_of(connection: sqlite3.Connection, agents: Iterable[str]) -> dict[str, str]:
    """By id, of those who ever signed on with a name."""
    rows = connection.execute(
        "SELECT id, name FROM agents WHERE stream IN (SELECT value FROM json_each(?)) AND name <> ''",
        (among({agent_stream(one) for one in agents}),),
    )
    return dict(rows.fetchall())


def agents_of(connection: sqlite3.Connection, interaction_id: str) -> set[str]:
    """Whoever the timeline of an interaction names."""
    rows = connection.execute(
        f"SELECT DISTINCT agent FROM interactions_timeline WHERE no = {NUMBER_OF} AND agent <> ''", (interaction_id,)
    )
    return {agent for (agent,) in rows}
