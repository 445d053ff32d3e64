"""How long a visitor waits until the hub has their message, with many chats open: `python -m loadtests.chat --help`.

The hub, the chat's adapter and the visitors are a process each. A visitor is connected as the widget is; nobody
answers, so that all wait in line: what is measured is the way in and the line that comes back."""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from hub.domain.customer.events import ContactReceived
from hub.journal.store import open_store
from hub.settings import Settings
from hub.simulated.process import HubProcess, free_port
from loadtests.processes import cpu_seconds, own_cpu_seconds, peak_memory_mb

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
    (folder / "channels.toml").write_text(TABLE.format(origin=ORIGIN, port=port))
    await hub.start()
    settings = hub.settings.model_copy(update={"channels": folder / "channels.toml"})
    with (folder / "adapter.log").open("wb") as log:
        adapter = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub", "channel", "run", "chat", env=settings.environment(), stdout=log, stderr=log
        )
    try:
        await _reachable(port)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            tabs, listening = list[Tab](), list[asyncio.Task[None]]()
            for _ in range(chats):
                tabs.append(Tab(await http.ws_connect(f"ws://127.0.0.1:{port}/chat/ws", origin=ORIGIN, compress=0)))
                listening.append(asyncio.create_task(tabs[-1].listen()))
            async with asyncio.timeout(120):
                await asyncio.gather(*(one.ready.wait() for one in tabs))
            await _talk(tabs, min(rate, 200.0), chats / min(rate, 200.0), each=True)
            for one in tabs:
                one.took.clear()
            used = cpu_seconds(hub.pid), own_cpu_seconds(adapter.pid), time.monotonic()
            load = os.getloadavg()[0]
            await _talk(tabs, rate, seconds)
            spent = time.monotonic() - used[2]
            hub_cpu, adapter_cpu = cpu_seconds(hub.pid) - used[0], own_cpu_seconds(adapter.pid) - used[1]
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
        memory = peak_memory_mb(adapter.pid)
    finally:
        adapter.terminate()
        await adapter.wait()
        await hub.stop()
    took = sorted(one for tab in tabs for one in tab.took)
    recorded = await asyncio.to_thread(_recorded, hub.settings)
    if recorded != len(took) + chats:
        raise SystemExit(f"{len(took) + chats} messages were confirmed, {recorded} are on record")
    return {
        "chats": chats, "messages": len(took), "per_second": round(len(took) / spent, 1),
        "p50_ms": _ms(took, 0.5), "p95_ms": _ms(took, 0.95), "p99_ms": _ms(took, 0.99), "longest_ms": _ms(took, 1),
        "told_to_come_again": sum(one.later for one in tabs),
        "adapter_cpu_ms_each": round(adapter_cpu * 1000 / len(took), 2),
        "hub_cpu_ms_each": round(hub_cpu * 1000 / len(took), 2), "adapter_peak_mb": round(memory),
        "load_before": round(load, 1), "load_after": round(os.getloadavg()[0], 1),
    }  # fmt: skip


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


async def _reachable(port: int) -> None:
    for _ in range(600):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
    raise SystemExit("the adapter did not come up")


def _ms(took: list[float], part: float) -> float:
    return round(took[min(len(took) - 1, int(len(took) * part))] * 1000, 1)


def _recorded(settings: Settings) -> int:
    store = open_store(settings)
    try:
        count = position = 0
        while batch := store.read(position, 5_000):
            count += sum(isinstance(one.event, ContactReceived) for one in batch)
            position = batch[-1].position
        return count
    finally:
        store.close()


def main() -> None:
    """Print what was measured, as JSON; fails where a message is missing or there twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chats", type=int, default=2_000)
    parser.add_argument("--rate", type=float, default=200, help="messages a second")
    parser.add_argument("--seconds", type=float, default=30)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chat-load-") as folder:
        print(json.dumps(asyncio.run(run(given.chats, given.rate, given.seconds, Path(folder))), indent=1))


if __name__ == "__main__":
    main()
