"""A hub's API to ask, and somebody who may ask it anything."""

from collections.abc import AsyncIterator

import httpx
import pytest

from hub.domain.access.events import Role
from tests.api.asking import signed_in
from tests.api.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(world, Role.ADMIN, "root") as client:
        yield client


@pytest.fixture
async def ann(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Asks as the agent whose desk is called like her."""
    async with signed_in(world, Role.AGENT, "desk", "ann") as client:
        yield client
