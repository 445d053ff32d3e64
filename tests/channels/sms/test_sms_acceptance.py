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
        while await wire.deliver(text, **told) != 0:
            await asyncio.sleep(0.2)


async def withdrawn(desk: Desk) -> None:
    """What can be read of their consents says so, soon after it is on record."""
    async with asyncio.timeout(60):
        while "withdrawn" not in str(await desk("/v1/consents", kind="phone", value="+989121234567")):
            await asyncio.sleep(0.1)


async def delivered(desk: Desk, work: str, *texts: str) -> list[dict[str, Any]]:
    """The conversation, once these in it have arrived and nothing else."""
    async with asyncio.timeout(60):
        while True:
            words = await desk.said(work, 5)
            if [one["text"] for one in words if one["delivered_at"]] == list(texts):
                return words
            await asyncio.sleep(0.1)


async def test_a_customer_texts_and_is_answered_on_the_same_line(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.mkdir()
    settings = Settings(data_dir=tmp_path / "var", api_port=0)
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    hub = HubProcess(settings)
    headers = {"Authorization": f"Bearer {token}"}
    async with carrier(installed(node)) as wire, aiohttp.ClientSession(headers=headers) as session:
        told = table(wire.port, tmp_path / "password")
        told["lines"]["main"]["smpp"]["answer_within_seconds"] = 20
        adapter = AdapterProcess("sms", settings.data_dir, told, wire.port, {})
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
            await adapter.kill()  # before it hears of the answer: what it had begun to send it would not send again
            await desk(
                f"/v1/interactions/{work}/messages", {"agent_id": "ann", "text": "در راه است", "request_id": "r"}
            )
            await adapter.start()
            [sent] = await wire.seen(1)
            assert (sent["from"], sent["to"], sent["text"]) == ("982000", "989121234567", "در راه است")
            await desk.said(work, 2)

            await wire.linked()
            await insist(wire, f"id:{sent['id']} sub:001 dlvrd:001 stat:DELIVRD err:000", esm_class=4)
            await insist(wire, "ممنون")
            await insist(wire, "لغو۱۱")
            await wire.seen(2)

            await wire.ask("answers", next=["silent"])
            await desk(f"/v1/interactions/{work}/messages", {"agent_id": "ann", "text": "Tomorrow", "request_id": "s"})
            doubted = (await wire.seen(3))[2]
            await adapter.kill()  # the carrier has it, and has not said so
            await adapter.start()
            await desk(f"/v1/interactions/{work}/messages", {"agent_id": "ann", "text": "By post", "request_id": "t"})
            assert (await wire.seen(4))[3]["text"] == "By post"
            os.killpg(hub.pid, signal.SIGKILL)
            await hub.ended()
            await hub.start()
            receipt = f"id:{doubted['id']} sub:001 dlvrd:001 stat:DELIVRD err:000 text:Tomorrow"
            await insist(wire, receipt, esm_class=4)
            words = await delivered(desk, work, "در راه است", "Tomorrow")
            assert [one["direction"] for one in words] == ["inbound", "outbound", "inbound", "outbound", "outbound"]
            said = [one["text"] for one in words]
            assert said == ["کارت من کجاست؟", "در راه است", "ممنون", "Tomorrow", "By post"]
            await withdrawn(desk)
            assert len(await wire.saw()) == 4
        except BaseException:
            print(adapter.log())
            raise
        finally:
            await adapter.stop()
            await hub.stop()
