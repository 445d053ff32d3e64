"""A whole hub and the real adapter: a customer writes, an agent answers by mail, the customer answers that, it is
ended; hub, bus and adapter are killed in between."""

import asyncio
import os
import signal
from pathlib import Path

import aiohttp
import aiosmtplib
import pytest

from hub.domain.access.events import Role
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.process import HubProcess
from tests.channels.desk import NO_QUIET_HOURS, Desk
from tests.channels.email.corpus import mail
from tests.channels.email.fakes import FakeMailServer, table, until
from tests.channels.email.mail_adapter import free_port, mail_adapter

pytestmark = pytest.mark.acceptance


async def hand_in(port: int, raw: bytes) -> None:
    """As a mail server does that keeps what is not taken."""
    for _ in range(600):
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, timeout=40)
        try:
            await client.connect()
            await client.sendmail("ann@example.com", ["cards@example.org"], raw)
            return
        except (aiosmtplib.SMTPException, OSError):
            await asyncio.sleep(0.2)
        finally:
            transport = client.transport
            client.close()
            if transport is not None:
                transport.abort()
            await asyncio.sleep(0.05)
    raise AssertionError("the mail was never taken")


async def test_a_customer_writes_and_is_answered_on_the_same_path(tmp_path: Path) -> None:
    settings, server = Settings(data_dir=tmp_path / "var", api_port=0), FakeMailServer()
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    port, hub = free_port(), HubProcess(settings)
    async with server.serving(), aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        inbound = {"protocol": "smtp", "port": port, "answer_within_seconds": 3}
        adapter = mail_adapter(settings.data_dir, table(server.port, server=inbound), port, {})
        try:
            await hub.start()
            desk = Desk(session, hub)
            await adapter.start()
            await desk("/v1/policies/paths", {"text": NO_QUIET_HOURS, "note": "no quiet hours"})
            first = mail(
                "Where is my card?", Subject="Card", To="cards@example.org", Date="Mon, 05 Jan 2026 12:00:00 +0000"
            )
            os.killpg(hub.pid, signal.SIGKILL)
            waiting = asyncio.create_task(hand_in(port, first))
            await hub.ended()
            await asyncio.sleep(1)
            await adapter.kill()
            await hub.start()
            await adapter.start()
            await waiting
            await hand_in(port, first)

            await desk("/v1/agents/ann/sign-on", {"name": "Ann", "skills": {"cards": 3}, "languages": ["fa"]})
            offer = await desk.offered()
            work = offer["interaction_id"]
            await desk(f"/v1/offers/{offer['offer_id']}/accept", {"agent_id": "ann"})
            answer = {"agent_id": "ann", "text": "It is on its way", "subject": "Re: Card", "request_id": "r"}
            await desk(f"/v1/interactions/{work}/messages", answer)
            await adapter.kill()
            await adapter.start()
            await until(lambda: server.mails, 60)
            told = await desk.said(work, 2)
            sent = server.last()
            assert (sent["In-Reply-To"], sent["From"], sent["To"]) == (
                "<m1@example.com>", "Cards <cards@example.org>", "ann@example.com",
            )  # fmt: skip

            second = mail("Thanks!", Subject="Re: Card", Message_ID="<m2@example.com>", In_Reply_To=sent["Message-ID"])
            await hand_in(port, second)
            told = await desk.said(work, 3)
            assert [one["direction"] for one in told] == ["inbound", "outbound", "inbound"]
            assert [one["text"] for one in told] == ["Where is my card?", "It is on its way", "Thanks!"]
            await desk(f"/v1/interactions/{work}/end", {"agent_id": "ann"})
            await desk(f"/v1/interactions/{work}/wrap-up", {"agent_id": "ann", "code": "solved"})
            assert len(server.mails) == 1
            assert (await desk("/v1/offers", agent_id="ann"))["offers"] == []
        except BaseException:
            print(adapter.log())
            raise
        finally:
            await adapter.stop()
            await hub.stop()
