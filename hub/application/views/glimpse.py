"""How things stand as of one moment, for whoever starts over: looked up in the views at once, then told with what the
log knows of people."""

import dataclasses
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hub.application.views.customer_view import Facts, thread_of, trait_fields, wanted
from hub.domain.interaction.state import Phase
from hub.projections import agents, interactions, queues
from hub.projections.agents import AgentNow
from hub.projections.interactions import InteractionRow
from hub.projections.runner import position_of

EVERY = "*"
MOST_THREADS = 1_000
"""Interactions whose threads are read from the log: a whole centre's are told by their aliases."""


class Look(NamedTuple):
    """What the views show; None: it was not asked for."""

    position: int
    held: list[InteractionRow] | None
    agents: Sequence[AgentNow] | None
    queues: list[dict[str, Any]] | None

    @property
    def wanted(self) -> set[int]:
        """Positions of the facts it takes to tell this."""
        held = self.held or []
        return wanted(held if len(held) <= MOST_THREADS else ())

    def state(self, facts: Facts) -> dict[str, Any]:
        """As the API tells it."""
        state: dict[str, Any] = {}
        if self.held is not None:
            state["interactions"] = [interaction_row(one, facts) for one in self.held]
            state["agents"] = self.agents
        if self.queues is not None:
            state["queues"] = self.queues
        return state


def look(views: sqlite3.Connection, of_agents: Sequence[str], of_queues: Sequence[str], today: datetime) -> Look:
    """What the views show of these agents and queues. `*` stands for all of a kind."""
    held, there, boards = None, None, None
    if of_agents:
        everybody = EVERY in of_agents
        held = _held(views) if everybody else [one for agent in of_agents for one in interactions.held_by(views, agent)]
        there = agents.agent_board(views, today) if everybody else [
            now for one in of_agents if (now := agents.agent_now(views, one, today)) is not None
        ]  # fmt: skip
    if of_queues:
        board = queues.queue_board(views)
        boards = [queue_row(one) for one in board if EVERY in of_queues or one.queue in of_queues]
    return Look(shown_position(views), held, there, boards)


def interaction_row(found: InteractionRow, facts: Facts) -> dict[str, Any]:
    """An interaction as the API tells it."""
    row = _named(dataclasses.asdict(found), "interaction_id")
    row["thread"] = thread_of(found, facts)
    return row | trait_fields(found, facts)


def queue_row(found: queues.QueueNow) -> dict[str, Any]:
    """A queue as the API tells it."""
    return {**dataclasses.asdict(found), "in_queue": found.in_queue}


def shown_position(views: sqlite3.Connection) -> int:
    """The log position the views show."""
    return position_of(views, "interactions")


def _named(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {name: row.pop("id"), **{key: value for key, value in row.items() if key != "no"}}


def _held(views: sqlite3.Connection) -> list[InteractionRow]:
    """What any agent has been offered, is on, or wraps up."""
    found = interactions.offers(views)
    for phase in (Phase.ACTIVE, Phase.WRAP_UP):
        found += interactions.interactions(views, phase=phase, limit=1_000_000)
    return found
