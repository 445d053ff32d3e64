"""A whole hub and the real adapter of one branch with two desks, each a process that can be killed by itself."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from hub.application.explaining.audit import audit
from hub.application.imports.history import tail
from hub.domain.event import Event
from hub.journal.store import open_store
from hub.settings import Settings
from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.process import HubProcess, free_port
from tests.channels.branch.cut_link import Line, line

POLICY = """
[channels.in_person]
asynchronous = true

[queues.centre-accounts]
announce_every_seconds = 1
[queues.centre-loans]

[[rules]]
channel = "in_person"
service = "centre-first"
queue = "centre-accounts"
priority = 9
attributes = { branch = "centre" }

[[rules]]
channel = "in_person"
service = "centre-accounts"
queue = "centre-accounts"
priority = 5
skills = { accounts = 1 }
attributes = { branch = "centre" }

[[rules]]
queue = "centre-loans"
skills = { loans = 1 }
attributes = { branch = "centre" }
"""
PINS = """
[agents]
ann = "1111"
bob = "2222"
[reception]
centre = "9999"
"""


def table(port: int, pins: Path, **more: Any) -> dict[str, Any]:
    accounts = {
        "name": {"en": "Accounts", "fa": "حساب"}, "letter": "A", "queue": "centre-accounts",
        "priority_service": "centre-first", "skills": {"accounts": 3},
    }  # fmt: skip
    loans = {"name": {"en": "Loans", "fa": "وام"}, "letter": "B", "queue": "centre-loans", "skills": {"loans": 3}}
    centre = {
        "name": {"en": "Centre"}, "time_zone": "Asia/Tehran", "services": {"accounts": accounts, "loans": loans},
        "desks": {"1": {}, "2": {}}, "agents": {"ann": {"name": "Ann"}, "bob": {"name": "Bob"}},
    }  # fmt: skip
    return {
        "port": port, "pins_file": str(pins), "branches": {"centre": centre}, "tickets_per_minute": 100_000,
        "away_after_seconds": 2.0, **more,
    }  # fmt: skip


class Desk:
    """An agent's page."""

    def __init__(self, site: "Site", desk: str, agent: str) -> None:
        self.site = site
        self.desk = desk
        self.agent = agent
        self.token = ""

    async def sign_in(self, pin: str) -> None:
        told = await self.site.ask("desk/sign-in", desk=self.desk, agent=self.agent, pin=pin)
        self.token = told["token"]

    async def do(self, what: str, **body: Any) -> dict[str, Any]:
        return await self.site.ask(f"desk/{what}", self.token, **body)

    async def next(self) -> str:
        """The number of who came."""
        async with asyncio.timeout(90):
            while (state := await self.do("next"))["visit"] is None:
                await asyncio.sleep(0.05)
        return str(state["visit"]["number"])


class Site:
    """Hub, adapter, and the pages that speak to it; `wire`: between the two, where it can be cut."""

    def __init__(
        self, hub: HubProcess, adapter: AdapterProcess, http: aiohttp.ClientSession, wire: Line | None = None
    ) -> None:
        self.hub = hub
        self.wire = wire
        self.adapter = adapter
        self.http = http
        self.url = f"http://127.0.0.1:{adapter.port}"

    async def ask(self, path: str, token: str = "", **body: Any) -> dict[str, Any]:
        status, told = await self.tries(path, token, **body)
        assert status < 300, (path, status, told)
        return told

    async def tries(self, path: str, token: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.url}/{path.lstrip('/')}" if path.startswith("/") else f"{self.url}/b/centre/{path}"
        async with self.http.post(url, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def see(self, path: str) -> dict[str, Any]:
        async with self.http.get(f"{self.url}{path}") as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def ticket(self, **wish: Any) -> dict[str, Any]:
        return await self.ask("tickets", **{"service": "accounts", **wish})

    async def known(self, ticket: dict[str, Any]) -> None:
        """Until the hub has it."""
        await self.until(ticket, lambda one: bool(one["known"]))

    async def until(self, ticket: dict[str, Any], holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        async with asyncio.timeout(90):
            while not holds(told := await self.see(ticket["link"])):
                await asyncio.sleep(0.05)
        return told

    async def at(self, desk: str, agent: str, pin: str) -> Desk:
        made = Desk(self, desk, agent)
        await made.sign_in(pin)
        return made

    def events(self) -> list[Event]:
        store = open_store(self.hub.settings)
        try:
            return [one.event for one in tail(store, 0, store.head())]
        finally:
            store.close()

    async def happens(self, name: str, times: int = 1) -> list[Event]:
        async with asyncio.timeout(120):
            while len(found := [one for one in self.events() if type(one).__name__ == name]) < times:
                await asyncio.sleep(0.2)
        return found

    def wrapped_up(self) -> Counter[tuple[str, str]]:
        """Whose visits are over at the hub, and how."""
        return Counter(
            (one.agent_id, one.code)  # type: ignore[attr-defined]
            for one in self.events()
            if type(one).__name__ == "WrapUpCompleted"
        )

    def check(self, contacts: int) -> None:
        store = open_store(self.hub.settings)
        try:
            found = audit(list(tail(store, 0, store.head())))
        finally:
            store.close()
        assert (found.contacts, found.lost, found.duplicates, found.double_assigned) == (contacts, 0, 0, 0)

    async def kill_hub(self) -> None:
        os.killpg(self.hub.pid, signal.SIGKILL)
        await self.hub.ended()

    def kill_bus(self) -> None:
        for child in Path(f"/proc/{self.hub.pid}/task/{self.hub.pid}/children").read_text().split():
            if b"nats-server" in Path(f"/proc/{child}/cmdline").read_bytes():
                os.kill(int(child), signal.SIGKILL)
                return
        raise AssertionError("the hub has no bus")


@asynccontextmanager
async def a_site(folder: Path, **more: Any) -> AsyncIterator[Site]:
    policy, pins = folder / "policy.toml", folder / "pins.toml"
    policy.write_text(POLICY)
    pins.write_text(PINS)
    hub = HubProcess(Settings(data_dir=folder / "var", api_port=0, policy=policy))
    port = free_port("127.0.0.1", 0)
    async with aiohttp.ClientSession() as http, line(lambda: hub.address.nats_url) as wire:
        environment = {"HUB_NATS_URL": wire.url}
        adapter = AdapterProcess("branch", hub.settings.data_dir, table(port, pins, **more), port, environment)
        try:
            await hub.start()
            await adapter.start()
            yield Site(hub, adapter, http, wire)
        finally:
            await adapter.kill()
            await hub.stop()
