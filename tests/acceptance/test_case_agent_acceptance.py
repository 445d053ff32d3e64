"""A whole hub: who sees to a customer's case gets the customer's next contact first, on whichever identifier it comes;
and everything that was said of one identifier counts for all, also after the hub was started again."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.domain.access.events import Role
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.process import HubProcess

pytestmark = pytest.mark.acceptance

AT = {"occurred_at": "2026-03-01T11:00:00Z"}
CALL = {"path": {"channel": "phone", "address": "+989121234567"}, **AT}
MAIL = {"path": {"channel": "email", "address": "ann@example.com"}, "subject": "my bill", **AT}
AGENTS = ("aban", "xenia", "zohre")
"""Only the one in the middle sees to the case: neither the first nor the last by name or by sign-on."""
STANDS = {"segment": "B2B", "value_tier": "high", "lifecycle_stage": "acquisition"}


class Client:
    """Asks a hub as an administrator."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url

    async def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        async with self.session.request(method, self.url + path, json=body) as response:
            assert response.status in (200, 201), (path, response.status, await response.text())
            told: dict[str, Any] = await response.json()
            return told

    async def queued(self, contact: dict[str, Any], contact_id: str) -> dict[str, Any]:
        """A contact's interaction once somebody was asked, who was, and where the customer stood."""
        customer = (await self.ask("POST", "/v1/contacts", contact | {"id": contact_id}))["customer_id"]
        async with asyncio.timeout(20):
            while True:
                for agent in AGENTS:
                    for offer in (await self.ask("GET", f"/v1/offers?agent_id={agent}"))["offers"]:
                        work = await self.ask("GET", f"/v1/interactions/{offer['interaction_id']}")
                        if work["contact_id"] == contact_id:
                            came = await self.ask("GET", f"/v1/contacts/{contact_id}")
                            told = {"agent": agent, "customer": customer, "offer": offer["offer_id"]}
                            return {**work, **told, "stood": came["standing"]}
                await asyncio.sleep(0.05)

    async def sign_on(self) -> None:
        for agent in AGENTS:
            await self.ask("POST", f"/v1/agents/{agent}/sign-on", {"name": agent})

    async def handle(self, work: dict[str, Any]) -> None:
        by = {"agent_id": work["agent"]}
        await self.ask("POST", f"/v1/offers/{work['offer']}/accept", by)
        await self.ask("POST", f"/v1/interactions/{work['interaction_id']}/end", by)
        await self.ask("POST", f"/v1/interactions/{work['interaction_id']}/wrap-up", by | {"code": "done"})


async def test_the_case_agent_is_asked_first_whatever_the_customer_comes_by(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var", api_port=0)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    process = HubProcess(settings)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        client = Client(session, (await process.start()).api_url)
        try:
            await client.sign_on()
            called, wrote = await client.queued(CALL, "c-1"), await client.queued(MAIL, "m-1")
            for work in (called, wrote):
                await client.handle(work)
            case = {"kind": "complaint", "subject": "a bill", "owner": "xenia", "severity": 3}
            await client.ask("POST", f"/v1/customers/{called['customer']}/cases", case)
            link = {"customer_id": wrote["customer"], "reason": "the same voice"}
            await client.ask("POST", f"/v1/customers/{called['customer']}/links", link)
            segment = {"segment": "B2B", "value_tier": "high"}
            await client.ask("PUT", f"/v1/customers/{called['customer']}/segment", segment)
            again = await client.queued(MAIL, "m-2")
            assert (again["agent"], again["stood"]) == ("xenia", STANDS)
            await client.handle(again)
        finally:
            await process.stop()
        client = Client(session, (await process.start()).api_url)
        try:
            await client.sign_on()
            once_more = await client.queued(MAIL, "m-3")
            assert (once_more["agent"], once_more["stood"]) == ("xenia", STANDS)
        finally:
            await process.stop()
