"""The bus as a channel adapter speaks it, for simulated customers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.simulated.customers import Wire


@asynccontextmanager
async def connect_wire(nats_url: str, name: str) -> AsyncIterator[Wire]:
    raise NotImplementedError
    yield
