"""A whole hub grants, and writes down what links and time make of it: each once, over kill -9."""

import asyncio
import os
import random
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.event import Event
from hub.domain.grant.events import GrantExpired, GrantResumed, GrantSuspended
from hub.journal.store import open_store
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.process import HubProcess
from tests.application.grants_world import POLICY

pytestmark = pytest.mark.acceptance

ROUNDS, EACH = 3, 3
CLOCK = WallClock()


class Caller:
    """Who asks the hub, wherever it is reached now."""

    def __init__(self, hub: HubProcess, session: aiohttp.ClientSession) -> None:
        self._hub = hub
        self._session = session

    async def ask(self, method: str, path: str, body: dict[str, Any]) -> Any:
        async with self._session.request(method, self._hub.api_url() + path, json=body) as response:
            assert response.status in (200, 201), await response.text()
            return await response.json()

    async def called(self, number: str) -> str:
        """Somebody calls; who it is."""
        path = {"channel": "phone", "address": f"+98912{number}"}
        told = {"id": f"c-{number}", "path": path, "occurred_at": CLOCK.now().isoformat()}
        return str((await self.ask("POST", "/v1/contacts", told))["customer_id"])

    async def given(self, customer: str, price: int) -> str:
        told = {"customer_id": customer, "proposition": "fibre", "terms": {"price": price}}
        return str((await self.ask("POST", "/v1/grants", told))["grant"]["grant_id"])


def events_of(settings: Settings, *kinds: type[Event]) -> list[Any]:
    store = open_store(settings)
    try:
        return [one.event for one in store.read(0, 10_000) if isinstance(one.event, kinds)]
    finally:
        store.close()


async def until_written(settings: Settings, kind: type[Event], number: int) -> Counter[str]:
    async with asyncio.timeout(60):
        while len(found := await asyncio.to_thread(events_of, settings, kind)) < number:
            await asyncio.sleep(0.1)
    return Counter(one.grant_id for one in found)


async def test_what_links_and_time_make_of_grants_is_written_once_whenever_the_hub_is_killed(tmp_path: Path) -> None:
    chance, settings = random.Random(3), Settings(data_dir=tmp_path / "var", api_port=0)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    suspended: list[str] = []
    links: list[str] = []
    hub = HubProcess(settings)

    async def killed() -> None:
        await asyncio.sleep(chance.choice([0.0, 0.005, 0.02]))
        os.killpg(hub.pid, signal.SIGKILL)
        await hub.ended()
        await hub.start()

    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        caller = Caller(hub, session)
        try:
            await hub.start()
            await caller.ask("POST", "/v1/policies/paths", {"text": POLICY, "note": "grants"})
            for turn in range(ROUNDS):
                for one in range(EACH):
                    mine, theirs = [await caller.called(f"555{turn}{one}{side}0") for side in range(2)]
                    suspended.append(await caller.given(mine, 100))
                    await caller.given(theirs, 80)
                    told = {"customer_id": theirs, "reason": "said so"}
                    linked = await caller.ask("POST", f"/v1/customers/{mine}/links", told)
                    links.append(f"/v1/customers/{mine}/links/{linked['events'][0]['event']['link_id']}")
                await killed()
            once = dict.fromkeys(suspended, 1)
            assert await until_written(settings, GrantSuspended, len(once)) == once
            for link in links:
                await caller.ask("DELETE", link, {"reason": "it was her sister"})
            await killed()
            assert await until_written(settings, GrantResumed, len(once)) == once
            soon = (CLOCK.now() + timedelta(seconds=1)).isoformat()
            for grant in suspended:
                told = {"expires_at": soon, "reason": "a mistake"}
                await caller.ask("POST", f"/v1/grants/{grant}/amend", told)
            await killed()
            assert await until_written(settings, GrantExpired, len(once)) == once
            assert await until_written(settings, GrantSuspended, len(once)) == once
        finally:
            await hub.stop()
