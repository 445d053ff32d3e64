"""The adapter of voice webhooks keeps the contract of all adapters, where a call has such a thing."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.contract.rules import RULES, Rule
from tests.channels.contract import keeps
from tests.channels.email.mail_adapter import free_port, toml
from tests.channels.voice_webhooks.fake_provider import FakeProvider

pytestmark = pytest.mark.acceptance

NOT_OF_CALLS = frozenset({"threads"})
"""A call is a thread of its own."""


class AdapterProcess:
    """`hub channel run voice_webhooks` with this table."""

    def __init__(self, told: dict[str, Any], environment: Mapping[str, str]) -> None:
        self._directory = Path(environment["HUB_DATA_DIR"])
        file = self._directory / "channels.toml"
        file.write_text("[voice_webhooks]\n" + "\n".join(f"{name} = {toml(one)}" for name, one in told.items()) + "\n")
        own = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        self._environment = {**own, **environment, "HUB_CHANNELS": str(file)}
        self._port = told["port"]
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> int:
        with (self._directory / "adapter.log").open("ab") as log:
            self.process = await asyncio.to_thread(
                subprocess.Popen, [sys.executable, "-m", "hub", "channel", "run", "voice_webhooks"],
                env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        for _ in range(600):
            assert self.process.poll() is None, (self._directory / "adapter.log").read_text()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return self.process.pid
        raise AssertionError((self._directory / "adapter.log").read_text())

    async def kill(self) -> None:
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            await asyncio.to_thread(self.process.wait)
            self.process = None


class CallDriver:
    """Customers who call, and say what they want before they are put in line."""

    def __init__(self, adapter: AdapterProcess, provider: FakeProvider) -> None:
        self._adapter = adapter
        self._provider = provider
        self._seen = 0

    async def start(self) -> int:
        return await self._adapter.start()

    async def kill(self) -> None:
        await self._adapter.kill()

    async def contact(self, name: str, _thread: str, text: str, seconds: float) -> str:
        try:
            status, said = await self._provider.call(name, seconds, SpeechResult=text)
        except (TimeoutError, aiohttp.ClientError, OSError):
            return "none"
        if status == 200:
            return "accepted" if "<Enqueue" in said else "none"
        return "later" if status == 503 else "refused"

    async def saw(self) -> list[Seen]:
        said = self._provider.said()
        new, self._seen = said[self._seen :], len(said)
        return [Seen("", one) for one in new]

    async def bad(self, seconds: float) -> str:
        status, _ = await self._provider.tell("incoming", seconds, From="+989121234567")
        return "refused" if status == 400 else str(status)

    async def flood(self, count: int, seconds: float) -> int:
        end = asyncio.get_running_loop().time() + seconds
        at_once = asyncio.Semaphore(100)

        async def one(number: int) -> bool:
            while (left := end - asyncio.get_running_loop().time()) > 0:
                async with at_once:
                    if await self.contact(f"flood{number}", "", f"hello {number}", left) == "accepted":
                        return True
                await asyncio.sleep(0.1)
            return False

        return sum(await asyncio.gather(*(one(number) for number in range(count))))


@asynccontextmanager
async def calls(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    async with FakeProvider().serving() as provider:
        adapter = AdapterProcess(provider.table(free_port(), answer_within_seconds=2), environment)
        try:
            yield CallDriver(adapter, provider)
        finally:
            await adapter.kill()


@pytest.mark.parametrize("rule", [one for one in RULES if one.name not in NOT_OF_CALLS], ids=lambda one: one.name)
async def test_the_adapter_of_voice_webhooks_keeps(rule: Rule, tmp_path: Path) -> None:
    await keeps(rule, "voice_webhooks", tmp_path, calls)
