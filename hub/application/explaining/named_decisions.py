"""Decisions with the names of the agents in them: the views know what people are called."""

import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from hub.projections.agent_names import agents_of, names_of


class Reader(Protocol):
    """The read models."""

    async def read(self, question: Callable[[sqlite3.Connection], dict[str, str]], /) -> dict[str, str]: ...


class NamedDecisions:
    """`explain` tells the decisions on an interaction; the answer also has `names` of agents, by id."""

    def __init__(self, explain: Callable[[str], Awaitable[Mapping[str, Any] | None]], views: Reader) -> None:
        self._explain = explain
        self._views = views

    async def __call__(self, interaction_id: str) -> Mapping[str, Any] | None:
        """None: there is no such interaction."""
        told = await self._explain(interaction_id)
        if told is None:
            return None
        agents = {agent for decision in told["decisions"] for agent in _agents(decision)}
        names = await self._views.read(lambda views: names_of(views, agents | agents_of(views, interaction_id)))
        return {**told, "names": names}


def _agents(decision: Mapping[str, Any]) -> set[str]:
    """Whom a decision is about or looked at."""
    found = {one["agent_id"] for one in decision.get("agents", ())}
    found |= {decision.get("agent_id", ""), (decision.get("known_agent") or {}).get("agent_id", "")}
    return found - {""}
