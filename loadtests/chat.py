"""How long a visitor waits until the hub has their message, with many chats open: `python -m loadtests.chat --help`.

The hub, the chat's adapter and the visitors are a process each. A visitor is connected as the widget is; nobody
answers, so that all wait in line: what is measured is the way in and the line that comes back."""

import argparse
import asyncio
import gc
import json
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import uvloop

from hub.settings import Settings
from hub.simulated.process import HubProcess, free_port
from loadtests.adapters import adapter_beside, recorded, spread, using

ORIGIN = "https://www.example.org"
TABLE = """[chat]
origins = ["{origin}"]
port = {port}
limits = {{ connections_per_minute = 1000000, messages_per_minute = 10000, at_once = 5000 }}
"""
WORDS = ("where", "is", "my", "card", "and", "when", "does", "it", "come")


@dataclass
class Tab:
    """One visitor."""

    socket: aiohttp.ClientWebSocketResponse
    said: dict[str, float] = field(default_factory=dict)
    """Since when each message is on its way."""
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    took: list[float] = field(default_factory=list)
    later: int = 0

    async def listen(self) -> None:
        await self.socket.send_json({"do": "hello", "language": "en"})
        async for message in self.socket:
            told = json.loads(message.data)
            if told["is"] == "welcome":
                self.ready.set()
            elif told["is"] == "line" and (since := self.said.pop(told["line"].get("id", ""), None)) is not None:
                self.took.append(time.monotonic() - since)
            elif told["is"] == "later":
                self.later += 1


async def run(chats: int, rate: float, seconds: float, folder: Path) -> dict[str, object]:
    """All chats are open before the first counts; each has said hello."""
    port, hub = free_port("127.0.0.1", 0), HubProcess(Settings(data_dir=folder / "var", api_port=0))
    table = TABLE.format(origin=ORIGIN, port=port)
    await hub.start()
    try:
        async with adapter_beside(hub, "chat", table, folder, port) as adapter, _opened(port, chats) as tabs:
            await _talk(tabs, min(rate, 200.0), chats / min(rate, 200.0), each=True)
            for one in tabs:
                one.took.clear()
            gc.collect()
            gc.freeze()  # the visitors' own pauses are none of the hub's
            used = using(hub.pid, adapter)
            await _talk(tabs, rate, seconds)
            took = [one for tab in tabs for one in tab.took]
            cost = used.each(len(took))
    finally:
        await hub.stop()
    on_record = await asyncio.to_thread(recorded, hub.settings)
    if on_record != len(took) + chats:
        raise SystemExit(f"{len(took) + chats} messages were confirmed, {on_record} are on record")
    again = sum(one.later for one in tabs)
    return {"chats": chats, "messages": len(took), "told_to_come_again": again, **cost, **spread(took)}


@asynccontextmanager
async def _opened(port: int, chats: int) -> AsyncIterator[list[Tab]]:
    """So many visitors, each has been welcomed."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        tabs, listening = list[Tab](), list[asyncio.Task[None]]()
        for _ in range(chats):
            tabs.append(Tab(await http.ws_connect(f"ws://127.0.0.1:{port}/chat/ws", origin=ORIGIN, compress=0)))
            listening.append(asyncio.create_task(tabs[-1].listen()))
        async with asyncio.timeout(120):
            await asyncio.gather(*(one.ready.wait() for one in tabs))
        yield tabs
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def _talk(tabs: list[Tab], rate: float, seconds: float, *, each: bool = False) -> None:
    """So many a second, from whom chance picks (or from each once), as they come; returns when all are confirmed."""
    chance, loop = random.Random(1), asyncio.get_running_loop()
    due, number, end = loop.time(), 0, loop.time() + seconds
    while (number < len(tabs)) if each else (due < end):
        due += 1 / rate if each else chance.expovariate(rate)
        await asyncio.sleep(max(0.0, due - loop.time()))
        tab = tabs[number] if each else chance.choice(tabs)
        name, text = f"{chance.getrandbits(64):016x}", " ".join(chance.choices(WORDS, k=12))
        tab.said[name] = time.monotonic() - max(0.0, loop.time() - due)
        await tab.socket.send_json({"do": "say", "id": name, "text": text})
        number += 1
    async with asyncio.timeout(120):
        while any(one.said for one in tabs):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def main() -> None:
    """Print what was measured, as JSON; fails where a message is missing or there twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=2_000)
    parser.add_argument("--rate", type=float, default=200, help="messages a second")
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chat-load-") as folder:
        print(json.dumps(uvloop.run(run(given.chats, given.rate, given.seconds, Path(folder))), indent=1))


if __name__ == "__main__":
    main()
