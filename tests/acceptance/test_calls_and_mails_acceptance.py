"""One customer calls and writes: a whole hub with the real mail adapter, the real phone adapter and a real Asterisk
tells it as one story, and each answer leaves by its own path. All over the public API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.domain.access.events import Role
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.process import HubProcess
from tests.channels.desk import NO_QUIET_HOURS, Desk
from tests.channels.email.corpus import mail
from tests.channels.email.fakes import FakeMailServer, table, until
from tests.channels.email.mail_adapter import free_port, mail_adapter
from tests.channels.email.test_mail_acceptance import hand_in
from tests.channels.phone.phone_site import AdapterProcess
from tests.support.asterisk import Asterisk, agent, caller, sipp

pytestmark = pytest.mark.acceptance

POLICY = """
[queues.care]
[[rules]]
queue = "care"
"""
NUMBER, ADDRESS = "+982188001", "ann@example.com"
ANN = {"agent_id": "ann"}


class Centre:
    """The desk of agent `ann`, the trusted system's own key, and the mail server that has what left."""

    def __init__(self, desk: Desk, system: Desk, mails: FakeMailServer, mail_port: int) -> None:
        self.desk = desk
        self.system = system
        self.mails = mails
        self.mail_port = mail_port

    async def interaction(self, phase: str) -> dict[str, Any]:
        """The one in this phase, once there is one."""
        async with asyncio.timeout(30):
            while not (found := (await self.desk("/v1/interactions", phase=phase))["interactions"]):
                await asyncio.sleep(0.1)
        return dict(found[0])

    async def wrap_up(self, interaction: str) -> None:
        await self.desk(f"/v1/interactions/{interaction}/wrap-up", {**ANN, "code": "answered"})

    async def customer_of(self, kind: str, value: str) -> str:
        async with asyncio.timeout(30):
            while True:
                try:
                    return str((await self.desk("/v1/customers", kind=kind, value=value))["customer_id"])
                except AssertionError:  # not known yet
                    await asyncio.sleep(0.1)

    async def told(self, customer: str, lines: int, **chosen: str) -> list[dict[str, Any]]:
        """The customer's timeline once it has so many lines, the oldest first."""
        async with asyncio.timeout(30):
            while True:
                found = (await self.desk(f"/v1/customers/{customer}/timeline", **chosen))["timeline"]
                if len(found) >= lines:
                    return list(reversed(found))
                await asyncio.sleep(0.1)

    async def until_sent(self, outbound: str) -> dict[str, Any]:
        async with asyncio.timeout(30):
            while (found := await self.desk(f"/v1/outbound/{outbound}"))["phase"] != "sent":
                await asyncio.sleep(0.1)
        return dict(found)


@asynccontextmanager
async def running(asterisk: Asterisk, folder: Path) -> AsyncIterator[Centre]:
    (folder / "policy.toml").write_text(POLICY)
    (folder / "phone").mkdir()
    hub = HubProcess(Settings(data_dir=folder / "var", api_port=0, policy=folder / "policy.toml"))
    keys = [
        (await asyncio.to_thread(issue_key, hub.settings, role, "test", ""))["token"]
        for role in (Role.ADMIN, Role.ADAPTER)
    ]
    mails, port = FakeMailServer(), free_port()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(mails.serving())
        sessions = [
            await stack.enter_async_context(aiohttp.ClientSession(headers={"Authorization": f"Bearer {one}"}))
            for one in keys
        ]
        stack.push_async_callback(hub.stop)
        await hub.start()
        told = table(mails.port, server={"protocol": "smtp", "port": port, "answer_within_seconds": 5})
        by_mail = mail_adapter(hub.data_dir, told, port, {})
        by_phone = AdapterProcess(hub, asterisk, folder / "phone")
        for one in (by_mail, by_phone):
            stack.push_async_callback(one.kill)
            await one.start()
        yield Centre(Desk(sessions[0], hub), Desk(sessions[1], hub), mails, port)


async def test_one_customer_calls_and_writes_and_each_answer_leaves_by_its_own_path(
    asterisk: Asterisk, tmp_path: Path
) -> None:
    async with running(asterisk, tmp_path) as centre, agent(asterisk, "ann", calls=2) as desk_phone:
        desk = centre.desk
        await desk("/v1/policies/paths", {"text": NO_QUIET_HOURS, "note": "no quiet hours"})
        await desk("/v1/agents/ann/sign-on", {"name": "Ann", "skills": {}})

        async with caller(asterisk, number=NUMBER) as customer:
            await centre.interaction("active")
            await asterisk.hung_up_by(number=NUMBER)
            assert await customer.over() == 0
        called = await centre.interaction("wrap_up")
        await centre.wrap_up(called["interaction_id"])

        await hand_in(centre.mail_port, mail("I called about my card", Subject="Card", To="cards@example.org"))
        offer = await desk.offered()
        wrote = offer["interaction_id"]
        await desk(f"/v1/offers/{offer['offer_id']}/accept", ANN)

        one = await centre.customer_of("phone", NUMBER)
        other = await centre.customer_of("email", ADDRESS)
        assert one != other
        attested = {"customer_id": other, "reason": "the shop knows both"}
        await centre.system(f"/v1/customers/{one}/links", attested)
        contacts = await centre.told(one, 2, kind="contact")
        assert [line["channel"] for line in contacts] == ["phone", "email"]

        case = {"kind": "problem", "subject": "a card that does not come", "owner": "ann"}
        opened = (await desk(f"/v1/customers/{one}/cases", case))["events"][0]["event"]["case_id"]
        for interaction in (called["interaction_id"], wrote):
            await desk(f"/v1/cases/{opened}/attach", {"interaction_id": interaction})
        about = await centre.told(one, 2, kind="contact", case=opened)
        assert [line["contact_id"] for line in about] == [line["contact_id"] for line in contacts]

        answer = {**ANN, "text": "It leaves today", "subject": "Re: Card", "request_id": "by-mail"}
        await desk(f"/v1/interactions/{wrote}/messages", answer)
        await until(lambda: centre.mails.mails, 30)
        sent = centre.mails.last()
        assert (sent["To"], sent["In-Reply-To"]) == (ADDRESS, "<m1@example.com>")
        await desk(f"/v1/interactions/{wrote}/end", ANN)
        await centre.wrap_up(wrote)

        async with sipp("agent_answers", port=asterisk.trunk) as customer_phone:
            back = {
                **ANN, "customer_id": one, "purpose": "reply", "interaction_id": called["interaction_id"],
                "channels": ["phone"], "sender": "agent", "request_id": "by-phone",
            }  # fmt: skip
            decided = await desk("/v1/outbound", back)
            state = await centre.until_sent(decided["outbound_id"])
            assert state["channel"] == "phone"
            await asterisk.hung_up_by("trunk")
            assert await customer_phone.over() == 0
        assert await desk_phone.over() == 0

        story = await centre.told(other, 4, kind="contact")
        assert [(line["channel"], line["direction"]) for line in story] == [
            ("phone", "inbound"), ("email", "inbound"), ("email", "outbound"), ("phone", "outbound"),
        ]  # fmt: skip
        assert len(centre.mails.mails) == 1
