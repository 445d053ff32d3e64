"""The chat keeps the contract of all adapters, over a real WebSocket."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.contract.rules import Rule
from tests.channels.chat.chat_client import GENEROUS, ORIGIN, ChatAdapter, Visitor, name_of
from tests.channels.contract import EVERY_RULE, keeps
from tests.channels.email.mail_adapter import free_port

pytestmark = pytest.mark.acceptance

VISITORS_OF_A_FLOOD = 40


class ChatDriver:
    """A visitor for each thread of the trial."""

    def __init__(self, adapter: ChatAdapter, http: aiohttp.ClientSession) -> None:
        self._adapter = adapter
        self._http = http
        self._visitors: dict[str, Visitor] = {}
        self._told: dict[str, int] = {}

    async def start(self) -> int:
        return await self._adapter.start()

    async def kill(self) -> None:
        await self._adapter.kill()

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:
        return await self._visitor(thread).say(text, name_of(name), seconds)

    async def saw(self) -> list[Seen]:
        seen = []
        for thread, visitor in self._visitors.items():
            said = [one for one in visitor.lines if one["who"] == "agent"]
            seen += [Seen(thread, one["text"]) for one in said[self._told.get(thread, 0) :]]
            self._told[thread] = len(said)
        return seen

    async def bad(self, seconds: float) -> str:
        visitor = self._visitor("bad")
        before = len(visitor.frames)
        await visitor.raw('{"do": "say", "id": "*", "text": 1')
        await visitor.until(lambda: any(one["is"] == "refused" for one in visitor.frames[before:]), seconds)
        return "refused"

    async def flood(self, count: int, seconds: float) -> int:
        end = asyncio.get_running_loop().time() + seconds

        async def some(first: int) -> int:
            taken = 0
            for number in range(first, count, VISITORS_OF_A_FLOOD):
                while (left := end - asyncio.get_running_loop().time()) > 0:
                    if await self.contact(f"flood-{number}", f"flood-{first}", f"hello {number}", left) == "accepted":
                        taken += 1
                        break
                    await asyncio.sleep(0.1)
            return taken

        return sum(await asyncio.gather(*(some(first) for first in range(VISITORS_OF_A_FLOOD))))

    def _visitor(self, thread: str) -> Visitor:
        if thread not in self._visitors:
            url = f"ws://127.0.0.1:{self._adapter.port}/chat/ws"
            self._visitors[thread] = Visitor(self._http, url).open()
        return self._visitors[thread]

    async def close(self) -> None:
        await asyncio.gather(*(one.close() for one in self._visitors.values()))


@asynccontextmanager
async def chats(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    table = {"origins": [ORIGIN], "port": free_port(), "answer_within_seconds": 2, "limits": GENEROUS}
    adapter = ChatAdapter(Path(environment["HUB_DATA_DIR"]), table, environment)
    async with aiohttp.ClientSession() as http:
        driver = ChatDriver(adapter, http)
        try:
            yield driver
        finally:
            await driver.close()
            await adapter.kill()


@EVERY_RULE
async def test_the_chat_keeps(rule: Rule, tmp_path: Path) -> None:
    await keeps(rule, "chat", tmp_path, chats)
