"""What an agent was, over HTTP: newest first, page by page."""

from datetime import timedelta
from typing import Any

import httpx

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged, ShiftsPlanned
from hub.domain.event import Event
from tests.api.asking import says
from tests.api.world import META, NOON, World


def lives(world: World, *events: Event) -> None:
    for minute, event in enumerate(events):
        world.write(("agent-zoe", event.model_copy(update={"at": NOON + timedelta(minutes=minute)})))


def came() -> AgentSignedOn:
    return AgentSignedOn(**META, agent_id="zoe", pool="main", name="Zoe", skills={}, languages=(), capacity=100)


def became(state: AgentState, reason: str = "") -> AgentStateChanged:
    return AgentStateChanged(**META, agent_id="zoe", state=state, reason=reason)


def states(told: dict[str, Any]) -> list[tuple[str | None, str]]:
    return [(one["state"], one["reason"]) for one in told["entries"]]


async def test_newest_first_page_by_page(world: World, http: httpx.AsyncClient) -> None:
    left = AgentSignedOff(**META, agent_id="zoe", reason="ill")
    lives(world, came(), became(AgentState.AWAY, "lunch"), became(AgentState.READY), left)
    told = (await http.get("/v1/agents/zoe/history?limit=3")).json()
    assert states(told) == [("signed_off", "ill"), ("ready", ""), ("away", "lunch")]
    rest = (await http.get(f"/v1/agents/zoe/history?limit=3&before={told['before']}")).json()
    assert (states(rest), rest["before"]) == ([("ready", "")], None)


async def test_plans_are_no_states(world: World, http: httpx.AsyncClient) -> None:
    plan = ShiftsPlanned(**META, agent_id="zoe", start=NOON, end=NOON + timedelta(hours=1), shifts=())
    lives(world, came(), plan)
    told = (await http.get("/v1/agents/zoe/history")).json()
    assert [one["type"] for one in told["entries"]] == ["AgentSignedOn"]


async def test_who_never_came_has_none(http: httpx.AsyncClient) -> None:
    says(await http.get("/v1/agents/nobody/history"), 404, "not-found")
