"""What an agent does in tests of channels through a whole hub: over the API."""

import asyncio
from typing import Any

import aiohttp

from hub.simulated.process import HubProcess

NO_QUIET_HOURS = """
[quiet_hours]
daily = []
[[value_tiers]]
name = "standard"
[[stages]]
name = "acquisition"
"""
"""A path policy under which tests may send whenever they run."""
_PATIENCE_SECONDS = 90


class Desk:
    """Ann's. `await desk(path)` gets, with a body it posts; what is not taken fails the test."""

    def __init__(self, session: aiohttp.ClientSession, hub: HubProcess) -> None:
        self._session = session
        self._hub = hub

    async def __call__(self, path: str, body: dict[str, Any] | None = None, **query: str) -> Any:
        method = "GET" if body is None else "POST"
        url = f"{self._hub.api_url()}{path}"
        async with self._session.request(method, url, json=body, params=query) as answer:
            assert answer.status < 300, f"{path}: {answer.status} {await answer.text()}"
            return await answer.json()

    async def offered(self) -> dict[str, Any]:
        """What she is offered, once she is."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not (found := (await self("/v1/offers", agent_id="ann"))["offers"]):
                await asyncio.sleep(0.1)
        return dict(found[0])

    async def said(self, interaction: str, count: int) -> list[dict[str, Any]]:
        """The conversation in words, once there are so many and all have arrived or left."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                told = (await self(f"/v1/interactions/{interaction}/messages"))["messages"]
                if len(told) >= count and all(one["state"] != "planned" for one in told):
                    return list(told)
                await asyncio.sleep(0.1)
