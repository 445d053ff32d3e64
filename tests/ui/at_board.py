"""What supervisors' tests do beside the browser: agents and work through the API, and waiting until something is so."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from hub.clock import WallClock
from tests.ui.house import PATIENCE, House


async def an_agent(house: House, lane: str, name: str) -> str:
    """Somebody signed on who takes work of this lane, without a screen of theirs."""
    agent = house.fresh("handler")
    body = {"name": name, "skills": {lane: 3}, "languages": ["en"], "capacity": 100, "attributes": {"team": lane}}
    await house.asked("POST", f"/v1/agents/{agent}/sign-on", json=body)
    return agent


async def offered(house: House, agent: str) -> dict[str, Any]:
    """What is offered to them, once something is."""

    async def look() -> Any:
        offers = (await house.asked("GET", f"/v1/offers?agent_id={agent}"))["offers"]
        return offers[0] if offers else None

    one: dict[str, Any] = await at_last(look)
    return one


async def takes(house: House, agent: str) -> str:
    """They accept what is offered to them; the interaction's id."""
    offer = await offered(house, agent)
    await house.asked("POST", f"/v1/offers/{offer['offer_id']}/accept", json={"agent_id": agent})
    interaction: str = offer["interaction_id"]
    return interaction


async def finishes(house: House, agent: str, interaction: str, code: str = "solved") -> None:
    """The conversation and its wrap-up are over."""
    await house.asked("POST", f"/v1/interactions/{interaction}/end", json={"agent_id": agent})
    body = {"agent_id": agent, "code": code}
    await house.asked("POST", f"/v1/interactions/{interaction}/wrap-up", json=body)


async def leaves(house: House, contact: dict[str, Any]) -> None:
    """The customer is gone."""
    now = WallClock().now().isoformat()
    body = {"id": house.fresh("left"), "channel": "phone", "thread": contact["thread"], "signal": "customer_left"}
    await house.asked("POST", "/v1/conversations", json={**body, "occurred_at": now})


async def waiting(house: House, lane: str, count: int = 1) -> list[str]:
    """The ids of what waits there, once so many do."""

    async def look() -> Any:
        rows = (await house.asked("GET", f"/v1/interactions?queue={lane}&phase=waiting"))["interactions"]
        return [row["interaction_id"] for row in rows] if len(rows) == count else None

    found: list[str] = await at_last(look)
    return found


async def at_last(look: Callable[[], Awaitable[Any]]) -> Any:
    """What is found, as soon as it is."""
    async with asyncio.timeout(PATIENCE / 1000):
        while not (found := await look()):
            await asyncio.sleep(0.1)
        return found
