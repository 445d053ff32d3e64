"""Of two adapters that would do the same the second does not start, and does once the first is gone: in processes."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.driver import DriverError
from hub.simulated.contract.email_driver import email_table
from hub.simulated.contract.hub_side import HubSide, hub_side
from hub.simulated.contract.voice_provider import PlayedProvider
from tests.channels.email.mail_adapter import free_port

pytestmark = pytest.mark.acceptance


class Trial:
    """A bus, and adapters each with a directory of its own unless it is named."""

    def __init__(self, hub: HubSide, environment: dict[str, str], folder: Path, stack: AsyncExitStack) -> None:
        self.hub = hub
        self._environment = environment
        self._folder = folder
        self._stack = stack

    def adapter(self, name: str, table: dict[str, Any], machine: str, port: int) -> AdapterProcess:
        own = self._folder / machine / f"run-{port}"
        data_dir = self._folder / machine / "var"
        own.mkdir(parents=True)
        shutil.copytree(Path(self._environment["HUB_DATA_DIR"]).parent / "keys", data_dir / "keys", dirs_exist_ok=True)
        (own / "var").symlink_to(data_dir)
        made = AdapterProcess(name, own / "var", table, port, self._environment)
        self._stack.push_async_callback(made.kill)
        return made

    def mail(self, machine: str) -> AdapterProcess:
        port = free_port()
        return self.adapter("email", email_table(port, free_port()), machine, port)


@pytest.fixture
async def trial(tmp_path: Path) -> AsyncIterator[Trial]:
    async with hub_side(tmp_path / "hub", "email") as (hub, environment), AsyncExitStack() as stack:
        yield Trial(hub, environment, tmp_path, stack)


async def refused(adapter: AdapterProcess) -> str:
    """What it says where it does not start."""
    with pytest.raises(DriverError):
        await adapter.start()
    assert await adapter.stop() == 1
    return adapter.log()


async def until(tried: Callable[[], Awaitable[object]], seconds: float = 120) -> None:
    async with asyncio.timeout(seconds):
        while True:
            try:
                await tried()
                return
            except DriverError:
                await asyncio.sleep(0.5)


async def test_the_same_adapter_on_two_machines_until_the_first_is_killed(trial: Trial) -> None:
    first, second = trial.mail("a"), trial.mail("b")
    await first.start()
    said = await refused(second)
    assert f"carried out by adapter email (process {first.pid} on " in said
    assert "Traceback" not in said
    await first.kill()
    await until(second.start)
    assert f"process {second.pid} on " in await refused(first)


async def test_who_ends_in_good_order_has_a_successor_at_once(trial: Trial) -> None:
    first, second = trial.mail("a"), trial.mail("b")
    await first.start()
    await first.stop()
    await second.start()


async def test_the_same_adapter_twice_on_one_machine_until_the_first_is_killed(trial: Trial) -> None:
    first, second = trial.mail("a"), trial.mail("a")
    await first.start()
    said = await refused(second)
    assert "adapter email runs already" in said
    assert f"pid {first.pid}" in said
    await first.kill()
    await second.start()


async def test_two_adapters_of_a_channel_do_not_both_make_what_the_hub_begins(trial: Trial) -> None:
    async with PlayedProvider().serving() as provider:

        def voice(**more: object) -> AdapterProcess:
            port = free_port()
            return trial.adapter("voice_webhooks", provider.table(port, **more), "a", port)

        first = voice(outbound=True)
        await first.start()
        table = {"ari_url": "http://127.0.0.1:1", "ari_password": "secret"}
        said = await refused(trial.adapter("phone", table, "a", free_port()))
        assert "adapter phone: what the hub begins on its channel is carried out by adapter voice_webhooks" in said
        assert "outbound = false" in said
        await first.stop()
        await voice(outbound=False).start()
