"""A whole hub: who calls over NATS is offered to an agent with what to say; what came of it is told before the wrap-up,
and the next agent, on another channel, finds the same terms."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.bus.connection import connect
from hub.bus.publisher import Publisher
from hub.channels.adapter import ChannelAdapter
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Contact, Identifier
from hub.domain.contact import Path as ContactPath
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.process import HubProcess

pytestmark = pytest.mark.acceptance

CLOCK = WallClock()
PHONE = Identifier(kind="phone", value="+989121234567", verified=True)
POLICY = """
[[value_tiers]]
name = "standard"
[[stages]]
name = "acquisition"
[[propositions]]
name = "fibre"
kind = "product"
channels = ["phone", "web"]
days_granted = 14
contribution = 1000
[propositions.terms]
monthly_price = { value = 490, floor = 400, ceiling = 490, better = "lower" }
"""


class Desk:
    """Sam's: hears what the stream of an agent tells, and asks the API."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url
        self.heard: list[dict[str, Any]] = []

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        async with self.session.request(method, self.url + path, json=body) as response:
            told = await response.json()
            assert response.status == status, told
            return told

    async def follow(self) -> None:
        async with self.session.get(f"{self.url}/v1/stream", params={"agent": "sam"}) as response:
            async for line in response.content:
                if line.startswith(b"data: "):
                    self.heard.append(json.loads(line[6:]))

    async def hears(self, kind: str, number: int = 1) -> dict[str, Any]:
        async with asyncio.timeout(30):
            while len(found := [one for one in self.heard if one["type"] == kind]) < number:
                await asyncio.sleep(0.02)
        return found[-1]

    async def takes(self, number: int) -> tuple[str, dict[str, Any]]:
        """The work that comes next, and what may be said in it once the stream tells that it is there."""
        offer = (await self.hears("InteractionOffered", number))["offer"]
        await self.ask("POST", f"/v1/offers/{offer['offer_id']}/accept", {"agent_id": "sam"})
        decided = await self.hears("PathDecided", number)
        work = f"/v1/interactions/{offer['interaction_id']}"
        told = await self.ask("GET", f"{work}/next-best-actions")
        assert told["decision_id"] == decided["event"]["decision_id"]
        return work, told


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[tuple[Desk, ChannelAdapter]]:
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    process = HubProcess(settings)
    await process.start()
    bus = await connect(process.address.nats_url, "adapter")
    try:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
            desk = Desk(session, process.address.api_url)
            following = asyncio.create_task(desk.follow())
            try:
                yield desk, ChannelAdapter(Publisher(bus), "test")
            finally:
                following.cancel()
                await asyncio.gather(following, return_exceptions=True)
    finally:
        await bus.close()
        await process.stop()


async def comes(adapter: ChannelAdapter, name: str, channel: Channel, address: str) -> None:
    path = ContactPath(channel=channel, address=address)
    contact = Contact(id=name, path=path, occurred_at=CLOCK.now(), identifiers=(PHONE,))
    assert (await adapter.contact(contact)).status == "accepted"


async def test_what_was_put_off_on_the_phone_is_the_first_thing_to_say_on_the_web(tmp_path: Path) -> None:
    async with running(Settings(data_dir=tmp_path / "var", api_port=0)) as (desk, adapter):
        await desk.ask("POST", "/v1/policies/paths", {"text": POLICY, "note": "fibre"})
        await desk.ask("POST", "/v1/agents/sam/sign-on", {"name": "Sam", "skills": {}, "languages": []})
        await comes(adapter, "call", Channel.PHONE, PHONE.value)
        work, told = await desk.takes(1)
        [fibre] = told["actions"]
        assert (fibre["grant_id"], fibre["terms"], told["unanswered"]) == ("", {"monthly_price": 490}, ["fibre"])
        await desk.ask("POST", f"{work}/end", {"agent_id": "sam"})
        refused = await desk.ask("POST", f"{work}/wrap-up", {"agent_id": "sam", "code": "done"}, 409)
        assert [one["field"] for one in refused["errors"]] == ["responses.fibre"]
        until = CLOCK.now() + timedelta(seconds=2)
        said = {"proposition": "fibre", "terms_hash": fibre["terms_hash"], "response": "deferred"}
        answered = await desk.ask("POST", f"{work}/responses", {**said, "deferred_until": until.isoformat()})
        granted = answered["events"][0]["event"]["grant_id"]
        await desk.ask("POST", f"{work}/wrap-up", {"agent_id": "sam", "code": "done"})
        await asyncio.sleep(max(0.0, (until - CLOCK.now()).total_seconds()))
        await comes(adapter, "chat", Channel.WEB, "cookie-1")
        _, told = await desk.takes(2)
        [live] = told["grants"]
        assert (live["grant_id"], live["terms_hash"], live["channel"]) == (granted, fibre["terms_hash"], "web")
        assert told["actions"] == []
