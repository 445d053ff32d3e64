"""The wire of the adapter of messengers: a messenger that is played, and customers who write there."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.contract.flood import flooded
from hub.simulated.contract.messenger import PlayedMessenger, whatsapp, written
from hub.simulated.process import free_port

CHANNEL: Final = "messaging_webhooks"
LEFT_OUT: Final[Mapping[str, str]] = {}
_AT_ONCE = 100
_ANSWERS = {200: "accepted", 400: "refused", 503: "later"}


class MessengerDriver:
    """Customers with an account each."""

    def __init__(self, adapter: AdapterProcess, messenger: PlayedMessenger) -> None:
        self._adapter = adapter
        self._messenger = messenger
        self._threads: dict[str, str] = {}
        self._seen = 0

    async def start(self) -> int:
        """As a driver's."""
        return await self._adapter.start()

    async def kill(self) -> None:
        """As a driver's."""
        await self._adapter.kill()

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:
        """As a driver's."""
        who = f"98912{int(hashlib.sha256(thread.encode()).hexdigest(), 16) % 9_000_000 + 1_000_000}"
        self._threads[who] = thread
        return await self._told(whatsapp(written(f"wamid.{name}", text, who)), seconds)

    async def saw(self) -> list[Seen]:
        """As a driver's."""
        new, self._seen = self._messenger.sent[self._seen :], len(self._messenger.sent)
        return [Seen(self._threads.get(one.to, one.to), one.text) for one in new]

    async def bad(self, seconds: float) -> str:
        """As a driver's."""
        return await self._told(whatsapp(written("", "by nobody")), seconds)

    async def flood(self, count: int, seconds: float) -> int:
        """As a driver's."""

        async def one(number: int, left: float) -> str:
            return await self.contact(f"flood{number}", f"flood{number % 20}", f"hello {number}", left)

        return await flooded(one, count, seconds, _AT_ONCE)

    async def _told(self, told: dict[str, object], seconds: float) -> str:
        try:
            status, _ = await self._messenger.tell("whatsapp", told, seconds)
        except (TimeoutError, aiohttp.ClientError, OSError):
            return "none"
        return _ANSWERS.get(status, str(status))


@asynccontextmanager
async def driver(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    """The adapter finds its hub by this environment."""
    port, directory = free_port("127.0.0.1", 0), Path(environment["HUB_DATA_DIR"])
    async with PlayedMessenger().serving() as messenger:
        table = await messenger.table(port, directory.parent, answer_within_seconds=2)
        adapter = AdapterProcess("messaging_webhooks", directory, table, port, environment)
        try:
            yield MessengerDriver(adapter, messenger)
        finally:
            await adapter.kill()
