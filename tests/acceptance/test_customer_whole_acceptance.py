"""A whole hub: a screen hears of every part of a customer as it changes, and any moment is told again later."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.domain.access.events import Role
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.process import HubProcess

pytestmark = pytest.mark.acceptance

MAIL = "negar@example.com"


class Screen:
    """The HTTP API, and the events of a customer's stream as they come."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url
        self.heard: list[tuple[str, str]] = []
        self.listening = asyncio.Event()

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        async with self.session.request(method, self.url + path, json=body, params=query) as response:
            told = await response.json()
            assert response.status in (200, 201), told
            return told

    async def contact(self, number: int, **path: str) -> str:
        body = {"id": f"c-{number}", "path": path, "occurred_at": "2026-01-05T12:00:00Z", "text": "کارت من کجاست"}
        return str((await self.ask("POST", "/v1/contacts", body))["customer_id"])

    async def follow(self, customer: str) -> None:
        async with self.session.get(f"{self.url}/v1/stream", params={"customer": customer}) as response:
            async for line in response.content:
                self.listening.set()
                if line.startswith(b"data: "):
                    told = json.loads(line[6:])
                    self.heard.append((told["stream"], told["type"]))

    async def hears(self, *expected: tuple[str, str]) -> None:
        async with asyncio.timeout(30):
            while not set(expected) <= set(self.heard):
                await asyncio.sleep(0.02)

    async def show(self, customer: str, contacts: int) -> dict[str, Any]:
        """Once the views have as many contacts, and nothing changes any more."""
        last: dict[str, Any] = {}
        async with asyncio.timeout(30):
            while True:
                told = dict(await self.ask("GET", f"/v1/customers/{customer}"))
                if told["contacts"] == contacts and {**told, "as_of": ""} == {**last, "as_of": ""}:
                    return told
                last = told
                await asyncio.sleep(0.5)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Screen]:
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    process = HubProcess(settings)
    url = (await process.start()).api_url
    try:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            yield Screen(session, url)
    finally:
        await process.stop()


async def test_a_screen_hears_of_every_part_and_each_moment_is_told_again(tmp_path: Path) -> None:
    async with running(Settings(data_dir=tmp_path / "var", api_port=0)) as screen:
        phone = await screen.contact(1, channel="phone", address="+989121234567")
        mail = await screen.contact(2, channel="email", address=MAIL)
        alone = await screen.show(phone, 1)
        timeline = await screen.ask("GET", f"/v1/customers/{phone}/timeline")
        following = asyncio.create_task(screen.follow(phone))
        await screen.listening.wait()
        [linked, _] = (await screen.ask(
            "POST", f"/v1/customers/{phone}/links", {"customer_id": mail, "reason": "said so"}))["events"]  # fmt: skip
        await screen.hears((phone, "CustomersLinked"))
        await screen.ask("POST", f"/v1/customers/{mail}/cases", {"kind": "complaint", "subject": "a wrong bill"})
        about = {"kind": "email", "value": MAIL, "channel": "email", "purpose": "promotional", "source": "web form"}
        await screen.ask("POST", "/v1/consents", {**about, "said": "withdrawn"})
        await screen.ask("PUT", f"/v1/customers/{mail}/segment", {"segment": "B2B", "value_tier": "gold"})
        await screen.contact(3, channel="email", address=MAIL)
        await screen.hears(
            (mail, "CaseOpened"), (mail, "ConsentWithdrawn"), (mail, "SegmentChanged"), (mail, "ContactReceived")
        )
        async with asyncio.timeout(60):
            while not any(stream.startswith("interaction-") for stream, _ in screen.heard):
                await asyncio.sleep(0.05)
        whole = await screen.show(phone, 3)
        assert ([one["subject"] for one in whole["cases"]], whole["segment"]) == (["a wrong bill"], "B2B")
        found = await screen.ask("GET", f"/v1/customers/{mail}/timeline", q="كارت", kind="contact")
        assert [one["contact_id"] for one in found["timeline"]] == ["c-3", "c-2", "c-1"]

        link = linked["event"]["link_id"]
        await screen.ask("DELETE", f"/v1/customers/{phone}/links/{link}", {"reason": "her sister"})
        await screen.hears((phone, "CustomersUnlinked"))
        await screen.contact(4, channel="phone", address="+989121234567")
        await screen.hears((phone, "ContactReceived"))
        before = len(screen.heard)
        await screen.ask("PUT", f"/v1/customers/{mail}/segment", {"segment": "B2C", "value_tier": "gold"})
        await screen.ask("PUT", f"/v1/customers/{phone}/lifecycle-stage", {"lifecycle_stage": "retention"})
        await screen.hears((phone, "LifecycleStageChanged"))
        assert (mail, "SegmentChanged") not in screen.heard[before:]
        following.cancel()

        for known in (alone, whole):
            assert await screen.ask("GET", f"/v1/customers/{phone}", at=known["as_of"]) == known
        then = await screen.ask("GET", f"/v1/customers/{phone}/timeline", at=alone["as_of"])
        assert then == timeline
