"""A whole hub: purchases and time change where a customer stands, routing sees it, and no restart loses it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.domain.access.events import Role
from hub.journal.store import open_store
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.process import HubProcess

pytestmark = pytest.mark.acceptance

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
YEAR = timedelta(days=366)
CALL = {"path": {"channel": "phone", "address": "+989121234567"}, "occurred_at": "2026-03-01T11:00:00Z"}
PURCHASE = {"purchase_id": "p1", "amount": 600_000_000, "currency": "IRR", "at": "2026-03-01T11:30:00Z"}


async def stands(session: aiohttp.ClientSession, url: str, customer: str, stage: str) -> dict[str, Any]:
    """What the API tells of a customer once they are at this stage."""
    async with asyncio.timeout(30):
        while True:
            async with session.get(f"{url}/v1/customers/{customer}") as response:
                told: dict[str, Any] = await response.json()
                if response.status == 200 and told["lifecycle_stage"] == stage:
                    return told
            await asyncio.sleep(0.05)


async def post(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> Any:
    async with session.post(url, json=body) as response:
        assert response.status in (200, 201), await response.text()
        return await response.json()


def standings_of(settings: Settings) -> list[tuple[str, str]]:
    """The standing that each contact was routed by, in the order of the log."""
    store = open_store(settings)
    try:
        events = [store.codec.recorded(row).event for row in store.read_stored(0, 1_000)]
    finally:
        store.close()
    routed = [one for one in events if type(one).__name__ == "InteractionQueued"]
    return [(one.value_tier, one.lifecycle_stage) for one in routed]  # type: ignore[attr-defined]


async def test_a_hub_moves_customers_by_what_they_buy_and_by_time_over_a_restart(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var", api_port=0, clock_start=START)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        process = HubProcess(settings)
        url = (await process.start()).api_url
        try:
            customer = (await post(session, f"{url}/v1/contacts", CALL | {"id": "c-1"}))["customer_id"]
            await stands(session, url, customer, "acquisition")
            await post(session, f"{url}/v1/customers/{customer}/purchases", PURCHASE)
            assert (await stands(session, url, customer, "enhancement"))["value_tier"] == "high"
            await post(session, f"{url}/v1/contacts", CALL | {"id": "c-2"})
        finally:
            await process.stop()
        later = settings.model_copy(update={"clock_start": START + YEAR})
        process = HubProcess(later)
        url = (await process.start()).api_url
        try:
            assert (await stands(session, url, customer, "lapsed"))["value_tier"] == "standard"
            await post(session, f"{url}/v1/contacts", CALL | {"id": "c-3"})
            async with session.get(f"{url}/v1/customers/{customer}/standing") as response:
                why = (await response.json())["why"]
            assert why[3]["rule"] == "stage 1 (lapsed)"
            async with asyncio.timeout(30):
                while len(await asyncio.to_thread(standings_of, settings)) < 3:
                    await asyncio.sleep(0.1)
        finally:
            await process.stop()
    assert standings_of(settings) == [
        ("standard", "acquisition"), ("high", "enhancement"), ("standard", "lapsed"),
    ]  # fmt: skip
