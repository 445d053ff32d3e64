"""A whole hub whose process that decides what agents may say is killed, or that is killed itself: each offer has its
actions in the end, none twice, and nobody is left behind."""

import asyncio
import os
import signal
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from hub.app import Hub
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, Identifier
from hub.domain.contact import Path as ContactPath
from hub.domain.decision.events import PathDecided
from hub.domain.event import Event
from hub.domain.interaction.events import InteractionOffered
from hub.journal.store import open_store
from hub.operations.paths import publish_path_policy
from hub.ports import Recorded
from hub.router.pool.commands import SignOn
from hub.settings import Settings
from hub.simulated.client import HubClient
from hub.simulated.process import HubProcess, create_key
from tests.acceptance.test_next_best_action_acceptance import POLICY

pytestmark = pytest.mark.acceptance

CLOCK = WallClock()


def settings_in(directory: Path, store_url: str = "sqlite") -> Settings:
    """An installation whose agents may propose something."""
    settings = Settings(data_dir=directory / "var", api_port=0, store_url=store_url)
    file = directory / "paths.toml"
    file.write_text(POLICY)
    publish_path_policy(settings, file, "test", expected="")
    return settings


def call(number: int) -> Contact:
    phone = f"+98912{1_000_000 + number}"
    who = (Identifier(kind="phone", value=phone, verified=True),)
    path = ContactPath(channel=Channel.PHONE, address=phone)
    return Contact(id=f"call-{number}", path=path, occurred_at=CLOCK.now(), identifiers=who)


async def signs_on(hub: Hub, agents: int) -> None:
    for number in range(agents):
        name = f"a{number}"
        more = {"agent_id": name, "name": name, "skills": {}, "languages": ("en",)}
        await hub.pool.execute(SignOn(hub.clock.now(), f"on-{name}", f"agent:{name}", **more))


def stored(settings: Settings) -> list[Recorded]:
    store = open_store(settings)
    try:
        return store.read(0, 100_000)
    finally:
        store.close()


def told(log: list[Recorded], kind: type[Event]) -> list[Event]:
    return [one.event for one in log if isinstance(one.event, kind)]


def decided_in(log: list[Recorded]) -> Counter[str]:
    return Counter(one.asked.interaction_id for one in told(log, PathDecided) if isinstance(one, PathDecided))


def offered_in(log: list[Recorded]) -> set[str]:
    return {one.stream for one in log if isinstance(one.event, InteractionOffered)}


async def until_all_are_decided(settings: Settings, offers: int) -> list[Recorded]:
    async with asyncio.timeout(60):
        while True:
            log = await asyncio.to_thread(stored, settings)
            if len(offered_in(log)) == offers and offered_in(log) <= decided_in(log).keys():
                return log
            await asyncio.sleep(0.05)


async def lives(hub: Hub, but: int = 0) -> int:
    async with asyncio.timeout(30):
        while hub.actions_beside.pid in (0, but):
            await asyncio.sleep(0.01)
    return hub.actions_beside.pid


async def test_killed_again_and_again_it_decides_each_offer_once(tmp_path: Path) -> None:
    settings = await asyncio.to_thread(settings_in, tmp_path)
    async with Hub(settings) as hub:
        await signs_on(hub, 120)
        pid = await lives(hub)
        for number in range(120):
            assert (await hub.intake.submit(call(number), "adapter:test")).status == "accepted"
            if number % 30 == 10:
                os.kill(pid, signal.SIGKILL)
                pid = await lives(hub, but=pid)
        log = await until_all_are_decided(settings, 120)
        assert set(decided_in(log).values()) == {1}
        async with asyncio.timeout(10):
            while hub.missing():
                await asyncio.sleep(0.02)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_hub_without_it_says_that_it_is_not_ready_and_routes_on(tmp_path: Path) -> None:
    settings = await asyncio.to_thread(settings_in, tmp_path)
    async with Hub(settings) as hub:
        await signs_on(hub, 2)
        pid = await lives(hub)
        assert (await hub.intake.submit(call(0), "adapter:test")).status == "accepted"
        await until_all_are_decided(settings, 1)
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(10):
            while "actions" not in hub.missing():
                await asyncio.sleep(0.005)
        assert (await hub.intake.submit(call(1), "adapter:test")).status == "accepted"
        await until_all_are_decided(settings, 2)
        assert "actions" not in hub.missing()
        metrics = hub.instruments.exposition().decode()
        assert "hub_actions_seconds_count 2.0" in metrics
        assert "hub_actions_due 0.0" in metrics


async def test_where_agents_may_say_nothing_no_process_is_started(tmp_path: Path) -> None:
    async with Hub(Settings(data_dir=tmp_path / "var", api_port=0)) as hub:
        await signs_on(hub, 1)
        assert (await hub.intake.submit(call(0), "adapter:test")).status == "accepted"
        await asyncio.sleep(0.3)
        assert (hub.actions_beside.pid, hub.missing()) == (0, {})


async def test_a_hub_that_is_killed_with_decisions_under_way_takes_them_up_again(tmp_path: Path) -> None:
    hub = HubProcess(await asyncio.to_thread(settings_in, tmp_path))
    token = await create_key(hub.settings, "admin", "test")
    await hub.start()
    try:
        child = await child_of(hub.pid)
        os.kill(child, signal.SIGSTOP)
        async with HubClient(hub.api_url, token) as client:
            about = {"name": "A", "skills": {}, "languages": []}
            for number in range(8):
                await client.command("POST", f"/v1/agents/a{number}/sign-on", about)
                body = call(number).model_dump(mode="json")
                await client.command("POST", "/v1/contacts", body)
        async with asyncio.timeout(20):
            while len(offered_in(await asyncio.to_thread(stored, hub.settings))) < 8:
                await asyncio.sleep(0.05)
        os.kill(hub.pid, signal.SIGKILL)
        await hub.ended()
        assert decided_in(stored(hub.settings)) == Counter()
        await hub.start()
        log = await until_all_are_decided(hub.settings, 8)
        assert set(decided_in(log).values()) == {1}
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)
    finally:
        await hub.stop()


async def child_of(pid: int) -> int:
    """The process that decides for this hub, once there is one."""
    async with asyncio.timeout(30):
        while not (found := await asyncio.to_thread(children_of, pid)):
            await asyncio.sleep(0.05)
    return found[0]


def children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, IndexError):
            parent = (entry / "stat").read_text().rpartition(") ")[2].split()[1]
            if parent == str(pid) and (entry / "cmdline").read_bytes().endswith(b"hub\0actions\0"):
                found.append(int(entry.name))
    return found


async def test_it_decides_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    settings = await asyncio.to_thread(settings_in, tmp_path, postgres_url)
    async with Hub(settings) as hub:
        await signs_on(hub, 20)
        for number in range(20):
            assert (await hub.intake.submit(call(number), "adapter:test")).status == "accepted"
        log = await until_all_are_decided(settings, 20)
        assert set(decided_in(log).values()) == {1}
