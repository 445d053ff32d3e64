"""Adapters inside the hub are started again when they break, and hinder nobody."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from hub.channels.inside import AdaptersInside
from hub.domain.errors import NotFoundError
from hub.domain.refused_files import EXECUTABLE
from hub.settings import Settings, load
from hub.simulated.process import HubProcess
from tests.support.nats import eventually


class Adapters:
    """`breaks`: how often each breaks before it runs."""

    def __init__(self, **breaks: int) -> None:
        self.breaks = breaks
        self.started: list[str] = []
        self.running: set[str] = set()

    @asynccontextmanager
    async def start(self, _: Settings, name: str, __: str) -> AsyncIterator["asyncio.Task[None]"]:
        self.started.append(name)
        if name not in self.breaks:
            raise NotFoundError(f"there is no adapter {name!r}")
        task = asyncio.create_task(self._run(name))
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait({task})
            self.running.discard(name)

    async def _run(self, name: str) -> None:
        if self.breaks[name]:
            self.breaks[name] -= 1
            raise OSError("the line is cut")
        self.running.add(name)
        await asyncio.Event().wait()


def inside(adapters: Adapters, *names: str) -> AdaptersInside:
    return AdaptersInside(Settings(channels_inside=names), "nats://x", start=adapters.start, pauses=(0.01, 0.02))


async def test_one_that_breaks_is_started_again_and_the_others_go_on() -> None:
    adapters = Adapters(email=3, phone=0)
    kept = inside(adapters, "email", "phone", "pigeon")
    assert kept.states() == {"email": "is starting", "phone": "is starting", "pigeon": "is starting"}
    kept.start()
    await eventually(lambda: adapters.running == {"email", "phone"})
    assert adapters.started.count("email") == 4
    assert adapters.started.count("phone") == 1
    assert kept.states() == {"email": "", "phone": "", "pigeon": "there is no adapter 'pigeon'"}
    await kept.stop()
    assert adapters.running == set()


async def test_what_keeps_one_from_running_is_told() -> None:
    adapters = Adapters(email=1_000_000)
    kept = inside(adapters, "email")
    kept.start()
    await eventually(lambda: len(adapters.started) > 3 and kept.states()["email"])
    assert kept.states() == {"email": "OSError: the line is cut"}
    await kept.stop()


def test_they_are_named_in_the_environment_and_handed_on() -> None:
    settings = load({"HUB_CONFIG": "/dev/null", "HUB_CHANNELS_INSIDE": "email, phone"})
    assert settings.channels_inside == ("email", "phone")
    assert load(settings.environment({})).channels_inside == ("email", "phone")
    assert load({"HUB_CONFIG": "/dev/null", "HUB_CHANNELS_INSIDE": ""}).channels_inside == ()


@pytest.mark.parametrize("files", [frozenset({"exe", "text/x-sh"}), frozenset(), EXECUTABLE])
def test_files_that_are_refused_are_named_with_commas(files: frozenset[str]) -> None:
    told = {"HUB_CONFIG": "/dev/null", "HUB_REFUSED_FILES": ", ".join(files)}
    assert load(told).refused_files == files
    assert load(load(told).environment({})).refused_files == files


LINE = """
[sms.lines.care]
number = "982000"
purposes = ["service"]
smpp = { host = "127.0.0.1", port = 1, system_id = "hub" }
"""


async def test_a_hub_works_though_its_adapters_do_not_and_says_so(tmp_path: Path) -> None:
    tables = tmp_path / "channels.toml"
    tables.write_text(LINE, "utf-8")
    settings = Settings(data_dir=tmp_path / "var", api_port=0, channels=tables, channels_inside=("pigeon", "sms"))
    hub = HubProcess(settings)
    try:
        url = (await hub.start()).api_url
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{url}/readyz") as answer:
                said = await answer.json()
                assert answer.status == 200
            async with asyncio.timeout(30):
                while (metrics := await scraped(session, url))["hub_adapter_troubles", "sms"] != 1:
                    await asyncio.sleep(0.1)
            async with session.get(f"{url}/openapi.json") as answer:
                assert "/v1/channels" in (await answer.json())["paths"]
        assert said["status"] == "ready"
        assert "there is no adapter 'pigeon'" in said["adapters"]["pigeon"]
        assert metrics["hub_adapter_up", "pigeon"] == 0
        assert metrics["hub_adapter_up", "sms"] == 1
        assert metrics["hub_adapter_troubles_oldest_seconds", "sms"] > 0
        assert metrics["hub_ready",] == 1
    finally:
        await hub.stop()


async def scraped(session: aiohttp.ClientSession, url: str) -> Counter[tuple[str, ...]]:
    """What Prometheus reads, by name and first label."""
    async with session.get(f"{url}/metrics") as answer:
        told = text_string_to_metric_families(await answer.text())
    return Counter({(one.name, *[*one.labels.values()][:1]): one.value for family in told for one in family.samples})
