"""A whole hub is asked over NATS what may be said, killed, and asked again: the same answer, and why it was."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from nats.errors import Error as NatsError

from hub.bus.connection import connect
from hub.bus.publisher import Publisher
from hub.channels.adapter import ChannelAdapter
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Contact, Identifier
from hub.domain.contact import Path as ContactPath
from hub.operations.access import issue_key
from hub.operations.path_answers import check_path_decisions
from hub.settings import Settings
from hub.simulated.process import HubProcess

pytestmark = pytest.mark.acceptance

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
QUESTION = {
    "specversion": "1.0", "id": "page-1", "source": "/adapters/web", "type": "hub.path-question.v1",
    "data": {
        "identifier": {"kind": "phone", "value": "0912 123 4567"}, "direction": "inbound", "channels": ["web"],
        "sender": "hub", "verified": True,
    },
}  # fmt: skip


async def ask(url: str) -> dict[str, Any]:
    """As an adapter does: again, under the same id, until it is answered."""
    bus = await connect(url, "web")
    try:
        async with asyncio.timeout(30):
            while True:
                try:
                    told = await bus.client.request("paths.ask.web", orjson.dumps(QUESTION), timeout=2)
                    found: dict[str, Any] = orjson.loads(told.data)
                    return found
                except (NatsError, TimeoutError):
                    await asyncio.sleep(0.1)
    finally:
        await bus.close()


async def known(url: str) -> None:
    bus = await connect(url, "phone")
    path = ContactPath(channel=Channel.PHONE, address=PHONE.value)
    contact = Contact(id="call", path=path, occurred_at=WallClock().now(), identifiers=(PHONE,))
    assert (await ChannelAdapter(Publisher(bus), "test").contact(contact)).status == "accepted"
    await bus.close()


async def test_a_question_is_answered_alike_before_and_after_a_kill(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var", api_port=0)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    headers = {"Authorization": f"Bearer {token}"}
    first = HubProcess(settings)
    await first.start()
    try:
        async with aiohttp.ClientSession(first.address.api_url, headers=headers) as session:
            async with session.post("/v1/policies/paths", json={"text": POLICY, "note": "fibre"}) as response:
                assert response.status == 200
            await known(first.address.nats_url)
            before = await ask(first.address.nats_url)
            assert before["type"] == "hub.path-decision.v1", before
            os.kill(first.pid, signal.SIGKILL)
            await first.ended()
    finally:
        await first.stop()
    second = HubProcess(settings)
    await second.start()
    try:
        after = await ask(second.address.nats_url)
        assert after["data"] == {**before["data"], "repeat": True}
        name = after["data"]["decision_id"]
        async with aiohttp.ClientSession(second.address.api_url, headers=headers) as session:
            async with session.get(f"/v1/path-decisions/{name}/why") as response:
                told = await response.json()
                assert (response.status, told["same"]) == (200, True), told
            async with session.get(f"/v1/customers/{told['customer_id']}/voice") as response:
                voice = await response.json()
            said = {row["channel"]: [one["terms_hash"] for one in row["says"]] for row in voice["channels"]}
            hashed = before["data"]["actions"][0]["grant"]["terms_hash"]
            assert (said["web"], said["phone"], voice["one_voice"]) == ([hashed], [hashed], True)
    finally:
        await second.stop()
    found = await asyncio.to_thread(check_path_decisions, settings)
    assert (found.ok, found.decisions >= 1, found.findings) == (True, True, [])
