"""Fixtures of a real NATS server, the hub's own embedded one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from hub.bus.connection import Connection, connect
from hub.bus.server import EmbeddedNats

Connect = Callable[[str], Awaitable[Connection]]


@pytest.fixture
async def nats_server(tmp_path: Path) -> AsyncIterator[EmbeddedNats]:
    """A running server in a directory of its own."""
    server = EmbeddedNats(tmp_path / "nats")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def nats_connect(nats_server: EmbeddedNats) -> AsyncIterator[Connect]:
    """Makes connections to the server by name, closed in the end."""
    made: list[Connection] = []

    async def make(name: str) -> Connection:
        made.append(await connect(nats_server.url, name))
        return made[-1]

    yield make
    for connection in made:
        await connection.close()


@pytest.fixture
async def nats_connection(nats_connect: Connect) -> Connection:
    """One connection to the server."""
    return await nats_connect("test")


async def eventually(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until the condition holds; TimeoutError if it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
