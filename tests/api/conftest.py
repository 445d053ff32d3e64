"""A hub's API to ask, and somebody who may ask it anything."""

from collections.abc import AsyncIterator

import httpx
import pytest

from hub.domain.access.events import Role
from tests.api.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(world.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
        client.headers.update(await world.bearer(Role.ADMIN, "root"))
        yield client
