"""A whole hub and the real adapter: a customer texts, an agent answers, the customer answers that; hub, bus and adapter
are killed in between."""

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.domain.access.events import Role
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.process import HubProcess
from tests.channels.desk import NO_QUIET_HOURS, Desk
from tests.channels.sms.carriers import NodeCarrier, carrier, installed
from tests.channels.sms.sms_site import table

pytestmark = pytest.mark.acceptance


async def insist(wire: NodeCarrier, text: str, **told: Any) -> None:
    """As a carrier does that keeps what is not taken."""
    async with asyncio.timeout(120):
        while await wire.deliver(text, 10, **told) != 0:
            await asyncio.sleep(0.2)


async def test_a_customer_texts_and_is_answered_on_the_same_line(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.mkdir()
    settings = Settings(data_dir=tmp_path / "var", api_port=0)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    hub = HubProcess(settings)
    headers = {"Authorization": f"Bearer {token}"}
    async with carrier(installed(node)) as wire, aiohttp.ClientSession(headers=headers) as session:
        adapter = AdapterProcess("sms", settings.data_dir, table(wire.port, tmp_path / "password"), wire.port, {})
        try:
            await hub.start()
            desk = Desk(session, hub)
            await adapter.start()
            await desk("/v1/policies/paths", {"text": NO_QUIET_HOURS, "note": "no quiet hours"})
            await wire.linked()
            os.killpg(hub.pid, signal.SIGKILL)
            waiting = asyncio.create_task(insist(wire, "کارت من کجاست؟"))
            await hub.ended()
            await adapter.kill()
            await hub.start()
            await adapter.start()
            await waiting

            await desk("/v1/agents/ann/sign-on", {"name": "Ann", "skills": {"cards": 3}, "languages": ["fa"]})
            offer = await desk.offered()
            work = offer["interaction_id"]
            await desk(f"/v1/offers/{offer['offer_id']}/accept", {"agent_id": "ann"})
            await desk(
                f"/v1/interactions/{work}/messages", {"agent_id": "ann", "text": "در راه است", "request_id": "r"}
            )
            await adapter.kill()
            await adapter.start()
            [sent] = await wire.seen(1)
            assert (sent["from"], sent["to"], sent["text"]) == ("982000", "989121234567", "در راه است")
            await desk.said(work, 2)

            await wire.linked()
            await insist(wire, f"id:{sent['id']} sub:001 dlvrd:001 stat:DELIVRD err:000", esm_class=4)
            await insist(wire, "ممنون")
            await insist(wire, "لغو۱۱")
            told = await desk.said(work, 3)
            assert [one["direction"] for one in told] == ["inbound", "outbound", "inbound"]
            assert [one["text"] for one in told] == ["کارت من کجاست؟", "در راه است", "ممنون"]
            assert told[1]["delivered_at"]
            await wire.seen(2)
            stands = await desk("/v1/consents", kind="phone", value="+989121234567")
            assert "withdrawn" in str(stands)
            assert len(await wire.saw()) == 2
        except BaseException:
            print(adapter.log())
            raise
        finally:
            await adapter.stop()
            await hub.stop()
