"""A whole hub and the real adapter: a customer is answered with a file and under their subject, asked by mail how it
was, and answers with a number."""

import asyncio
from pathlib import Path

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

pytestmark = pytest.mark.acceptance

FIRST = mail("Where is my card?", Subject="AW: Card", To="cards@example.org", Date="Mon, 05 Jan 2026 12:00:00 +0000")


async def test_a_file_goes_along_and_a_number_comes_back(tmp_path: Path) -> None:
    settings, server = Settings(data_dir=tmp_path / "var", api_port=0), FakeMailServer()
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    port, hub = free_port(), HubProcess(settings)
    async with server.serving(), aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        adapter = mail_adapter(
            settings.data_dir, table(server.port, server={"protocol": "smtp", "port": port}), port, {}
        )
        try:
            await hub.start()
            desk = Desk(session, hub)
            await adapter.start()
            await desk("/v1/policies/paths", {"text": NO_QUIET_HOURS, "note": "no quiet hours"})
            await desk("/v1/agents/ann/sign-on", {"name": "Ann", "skills": {"cards": 3}, "languages": ["fa"]})
            await hand_in(port, FIRST)
            offer = await desk.offered()
            work = offer["interaction_id"]
            await desk(f"/v1/offers/{offer['offer_id']}/accept", {"agent_id": "ann"})

            url = f"{hub.api_url()}/v1/attachments?name=map.png"
            async with session.post(url, data=b"\x89PNG", headers={"Content-Type": "image/png"}) as brought:
                file = await brought.json()
            answer = {"agent_id": "ann", "text": "On its way", "attachments": [file], "request_id": "r"}
            await desk(f"/v1/interactions/{work}/messages", answer)
            await until(lambda: server.mails, 60)
            sent = server.last()
            [enclosed] = sent.iter_attachments()
            assert (sent["Subject"], enclosed.get_content(), enclosed.get_filename()) == (
                "Re: Card", b"\x89PNG", "map.png",
            )  # fmt: skip

            came, answered = await desk.said(work, 2)
            for told, name, content in ((came, "original.eml", FIRST), (answered, "map.png", b"\x89PNG")):
                [shown] = told["attachments"]
                async with session.get(f"{hub.api_url()}{shown['href']}") as got:
                    assert (shown["name"], (await got.read()).strip()) == (name, content.strip())
                    assert shown["uri"] == ""

            await desk(f"/v1/interactions/{work}/end", {"agent_id": "ann"})
            await desk(f"/v1/interactions/{work}/wrap-up", {"agent_id": "ann", "code": "solved"})
            customer = (await desk(f"/v1/interactions/{work}"))["customer_id"]
            asked = await desk(f"/v1/customers/{customer}/surveys", {"kind": "csat", "about": work, "channel": "email"})
            assert asked["not_asked"] == ""
            await until(lambda: len(server.mails) > 1, 60)
            question = server.last()
            assert (question["To"], question["Subject"]) == ("ann@example.com", "How was it?")
            number = mail("۵\n\nfast", Message_ID="<m3@example.com>", In_Reply_To=question["Message-ID"])
            await hand_in(port, number)
            [survey] = (await desk(f"/v1/customers/{customer}"))["surveys"]
            assert (survey["score"], survey["comment"]) == (5, "fast")
            assert (await desk("/v1/offers", agent_id="ann"))["offers"] == []
        except BaseException:
            print(adapter.log())
            raise
        finally:
            await adapter.stop()
            await hub.stop()
