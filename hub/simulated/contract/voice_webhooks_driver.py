"""The wire of the adapter of voice webhooks: a provider that is played, and customers who call there."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.contract.flood import flooded
from hub.simulated.contract.voice_provider import PlayedProvider
from hub.simulated.process import free_port

CHANNEL: Final = "voice_webhooks"
LEFT_OUT: Final = {"threads": "a call is a thread of its own"}
_AT_ONCE = 100


class CallDriver:
    """Customers who say what they want before they are put in line."""

    def __init__(self, adapter: AdapterProcess, provider: PlayedProvider) -> None:
        self._adapter = adapter
        self._provider = provider
        self._seen = 0

    async def start(self) -> int:
        """As a driver's."""
        return await self._adapter.start()

    async def kill(self) -> None:
        """As a driver's."""
        await self._adapter.kill()

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:  # noqa: ARG002
        """As a driver's."""
        try:
            status, said = await self._provider.call(name, seconds, SpeechResult=text)
        except (TimeoutError, aiohttp.ClientError, OSError):
            return "none"
        if status == 200:
            return "accepted" if "<Enqueue" in said else "none"
        return "later" if status == 503 else "refused"

    async def saw(self) -> list[Seen]:
        """As a driver's."""
        said = self._provider.said()
        new, self._seen = said[self._seen :], len(said)
        return [Seen("", one) for one in new]

    async def bad(self, seconds: float) -> str:
        """As a driver's."""
        status, _ = await self._provider.tell("incoming", seconds, From="+989121234567")
        return "refused" if status == 400 else str(status)

    async def flood(self, count: int, seconds: float) -> int:
        """As a driver's."""

        async def one(number: int, left: float) -> str:
            return await self.contact(f"flood{number}", "", f"hello {number}", left)

        return await flooded(one, count, seconds, _AT_ONCE)


@asynccontextmanager
async def driver(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    """The adapter finds its hub by this environment."""
    port = free_port("127.0.0.1", 0)
    async with PlayedProvider().serving() as provider:
        table = provider.table(port, answer_within_seconds=2, calls_a_minute_of_one_caller=10_000)
        adapter = AdapterProcess("voice_webhooks", Path(environment["HUB_DATA_DIR"]), table, port, environment)
        try:
            yield CallDriver(adapter, provider)
        finally:
            await adapter.kill()
