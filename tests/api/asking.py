"""What is asked in tests of the API, by whom, and how a refusal is told from an answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx

from tests.api.world import NOON, World

CONTACT = {"id": "c-1", "path": {"channel": "phone", "address": "+982112345"}, "occurred_at": "2026-01-05T12:00:00Z"}

ACCEPT = {"agent_id": "a1"}

REPORT = {
    "id": "e-1",
    "channel": "phone",
    "thread": "t",
    "signal": "customer_left",
    "occurred_at": "2026-01-05T12:00:00Z",
}


def says(response: httpx.Response, status: int, slug: str, field: str = "") -> dict[str, object]:
    """It is a problem of that kind, blaming that field."""
    told = response.json()
    assert response.status_code == status, told
    assert response.headers["content-type"] == "application/problem+json"
    assert told["type"] == f"urn:hub:problem:{slug}"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told.get("field", "") == field
    return told


WORK = "/v1/interactions/interaction-1"


def hour(of_day: int) -> datetime:
    return NOON.replace(hour=of_day)


@asynccontextmanager
async def signed_in(world: World, *who: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A client of whoever has a key: role, name, agent."""
    transport = httpx.ASGITransport(world.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
        client.headers.update(await world.bearer(*who))
        yield client
