"""The adapter of text messages keeps the contract of all adapters."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.contract.rules import RULES, Rule
from tests.channels.contract import keeps
from tests.channels.sms.carriers import NodeCarrier, carrier, installed
from tests.channels.sms.sms_site import table

pytestmark = pytest.mark.acceptance

_ANSWERS = {0: "accepted", 0x64: "later", 0x58: "later", 0x65: "refused"}


def number(thread: str) -> str:
    """Of whoever speaks in it."""
    return f"98912{int(hashlib.sha256(thread.encode()).hexdigest(), 16) % 9_000_000 + 1_000_000}"


class SmsDriver:
    """Customers with a number each, behind a carrier that names its messages."""

    def __init__(self, adapter: AdapterProcess, wire: NodeCarrier) -> None:
        self._adapter = adapter
        self._wire = wire
        self._threads: dict[str, str] = {}
        self._seen = 0

    async def start(self) -> int:
        await self._adapter.start()
        await self._wire.linked()
        return self._adapter.pid

    async def kill(self) -> None:
        await self._adapter.kill()

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:
        self._threads[number(thread)] = thread
        told = {"from": number(thread), "numbered": name}
        answer = await self._wire.deliver(text, seconds, **told)
        return "none" if isinstance(answer, str) else _ANSWERS[answer]

    async def saw(self) -> list[Seen]:
        all_of_them = await self._wire.saw()
        new, self._seen = all_of_them[self._seen :], len(all_of_them)
        return [Seen(self._threads.get(one["to"], one["to"]), one["text"]) for one in new]

    async def bad(self, seconds: float) -> str:
        answer = await self._wire.deliver("from nobody", seconds, **{"from": ""})
        return "none" if isinstance(answer, str) else _ANSWERS[answer]

    async def flood(self, count: int, seconds: float) -> int:
        found = await self._wire.ask("flood", count=count, to="982000", seconds=seconds)
        return int(found["accepted"])


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("carrier"))


@pytest.mark.parametrize("rule", RULES, ids=lambda one: one.name)
async def test_the_sms_adapter_keeps(rule: Rule, node: Path, tmp_path: Path) -> None:
    @asynccontextmanager
    async def messages(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
        async with carrier(node) as wire:
            directory = Path(environment["HUB_DATA_DIR"])
            told = table(wire.port, directory.parent / "password", answer_within_seconds=2)
            adapter = AdapterProcess("sms", directory, told, wire.port, {"HUB_NATS_URL": environment["HUB_NATS_URL"]})
            try:
                yield SmsDriver(adapter, wire)
            finally:
                await adapter.kill()

    await keeps(rule, "sms", tmp_path, messages)
