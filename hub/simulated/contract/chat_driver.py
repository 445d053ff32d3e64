"""The wire of the chat: visitors of a site, each with a tab that speaks to the adapter by WebSocket."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import aiohttp

from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.chat_visitor import GENEROUS, ORIGIN, Visitor, name_of
from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.process import free_port

CHANNEL: Final = "chat"
LEFT_OUT: Final[Mapping[str, str]] = {}
_OF_A_FLOOD = 40
"""Visitors, each of whom writes one message after the other."""
_PAUSE = 0.1


class ChatDriver:
    """A visitor for each thread."""

    def __init__(self, adapter: AdapterProcess, http: aiohttp.ClientSession) -> None:
        self._adapter = adapter
        self._http = http
        self._visitors: dict[str, Visitor] = {}
        self._told: dict[str, int] = {}

    async def start(self) -> int:
        """As a driver's."""
        return await self._adapter.start()

    async def kill(self) -> None:
        """As a driver's."""
        await self._adapter.kill()

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:
        """As a driver's."""
        return await self._visitor(thread).say(text, name_of(name), seconds)

    async def saw(self) -> list[Seen]:
        """As a driver's."""
        seen = []
        for thread, visitor in self._visitors.items():
            said = [one for one in visitor.lines if one["who"] == "agent"]
            seen += [Seen(thread, one["text"]) for one in said[self._told.get(thread, 0) :]]
            self._told[thread] = len(said)
        return seen

    async def bad(self, seconds: float) -> str:
        """As a driver's."""
        visitor = self._visitor("bad")
        before = len(visitor.frames)
        await visitor.raw('{"do": "say", "id": "*", "text": 1')
        try:
            await visitor.until(lambda: any(one["is"] == "refused" for one in visitor.frames[before:]), seconds)
        except TimeoutError:
            return "none"
        return "refused"

    async def flood(self, count: int, seconds: float) -> int:
        """As a driver's."""
        end = asyncio.get_running_loop().time() + seconds

        async def some(first: int) -> int:
            taken = 0
            for number in range(first, count, _OF_A_FLOOD):
                while (left := end - asyncio.get_running_loop().time()) > 0:
                    if await self.contact(f"flood-{number}", f"flood-{first}", f"hello {number}", left) == "accepted":
                        taken += 1
                        break
                    await asyncio.sleep(_PAUSE)
            return taken

        return sum(await asyncio.gather(*(some(first) for first in range(_OF_A_FLOOD))))

    def _visitor(self, thread: str) -> Visitor:
        if thread not in self._visitors:
            url = f"ws://127.0.0.1:{self._adapter.port}/chat/ws"
            self._visitors[thread] = Visitor(self._http, url).open()
        return self._visitors[thread]

    async def close(self) -> None:
        """All tabs."""
        await asyncio.gather(*(one.close() for one in self._visitors.values()))


@asynccontextmanager
async def driver(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    """The adapter finds its hub by this environment."""
    port = free_port("127.0.0.1", 0)
    table = {"origins": [ORIGIN], "port": port, "answer_within_seconds": 2, "limits": GENEROUS}
    adapter = AdapterProcess("chat", Path(environment["HUB_DATA_DIR"]), table, port, environment)
    async with aiohttp.ClientSession() as http:
        visitors = ChatDriver(adapter, http)
        try:
            yield visitors
        finally:
            await visitors.close()
            await adapter.kill()
