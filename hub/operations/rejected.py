"""Contacts that were set aside: listed, and put back."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any, TypeVar

from hub.application.intake.rejected import raw_bytes as bytes_as_they_came
from hub.bus.connection import connect
from hub.bus.rejected import RejectedContacts
from hub.bus.server import bus_server
from hub.channels.running import attachments
from hub.journal.lock import running_hub
from hub.settings import Settings

T = TypeVar("T")


def list_rejected(settings: Settings, limit: int) -> list[dict[str, Any]]:
    """Messages that were set aside, oldest first, the raw bytes as text."""
    found = _with_rejected(settings, lambda rejected: rejected.list(limit))
    return [{**asdict(one), "body": one.body.decode(errors="backslashreplace")} for one in found]


def retry_rejected(settings: Settings, sequences: tuple[int, ...] | None) -> int:
    """Put these back, or all (None); how many."""

    async def retry(rejected: RejectedContacts) -> int:
        if sequences is None:
            return await rejected.retry("all")
        return sum([await rejected.retry(sequence) for sequence in sequences])

    return _with_rejected(settings, retry)


def raw_bytes(settings: Settings, sequence: int) -> bytes:
    """As they came by the wire, where an adapter refused them; else the message as its adapter sent it."""

    async def read(rejected: RejectedContacts) -> bytes:
        return await bytes_as_they_came(await rejected.get(sequence), attachments(settings).get)

    return _with_rejected(settings, read)


@asynccontextmanager
async def rejected_contacts(settings: Settings) -> AsyncIterator[RejectedContacts]:
    """On the running hub's bus; where none runs, on its own for the moment."""
    hub = running_hub(settings)
    url = settings.nats_url or (hub.nats_url if hub else "")
    async with bus_server(url, settings.data_dir / "nats") as address:
        bus = await connect(address, "hub rejected")
        try:
            yield RejectedContacts(bus, replicas=settings.nats_replicas)
        finally:
            await bus.close()


def _with_rejected(settings: Settings, ask: Callable[[RejectedContacts], Awaitable[T]]) -> T:
    async def run() -> T:
        async with rejected_contacts(settings) as rejected:
            return await ask(rejected)

    return asyncio.run(run())
