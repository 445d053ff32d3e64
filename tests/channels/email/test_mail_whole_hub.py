"""A whole hub and the live mail adapter: who was in Cc answers in the conversation, and a mail that could not be
taken is taken in when somebody has it tried again."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.application.intake.envelope import contact_envelope
from hub.bus.publisher import Publisher
from hub.channels.bus_link import bus_link
from hub.channels.running import attachments, bus_seeds
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Contact
from hub.domain.contact import Path as Way
from hub.domain.refused_input import RefusedInput
from hub.journal.lock import running_hub
from hub.operations.access import issue_key
from hub.operations.rejected import list_rejected
from hub.settings import Settings
from hub.simulated.process import HubProcess
from tests.channels.desk import NO_QUIET_HOURS, Desk
from tests.channels.email.corpus import mail
from tests.channels.email.fakes import FakeMailServer, table, until
from tests.channels.email.mail_adapter import free_port, mail_adapter
from tests.channels.email.test_mail_acceptance import hand_in

pytestmark = pytest.mark.acceptance


@dataclass
class Centre:
    settings: Settings
    server: FakeMailServer
    desk: Desk
    port: int

    async def hub(self, *command: str) -> tuple[int, str]:
        """A command of the operator's: its exit code and what it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hub", *command),
            env=self.settings.environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        return process.returncode or 0, said.decode()

    async def customer(self, address: str) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while True:
                try:
                    return dict(await self.desk("/v1/customers", kind="email", value=address))
                except AssertionError:  # not known yet
                    await asyncio.sleep(0.1)


@asynccontextmanager
async def centre(folder: Path) -> AsyncIterator[Centre]:
    settings, server = Settings(data_dir=folder / "var", api_port=0), FakeMailServer()
    token = (await asyncio.to_thread(issue_key, settings, Role.ADMIN, "test", ""))["token"]
    port, hub = free_port(), HubProcess(settings)
    async with server.serving(), aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session:
        inbound = {"protocol": "smtp", "port": port, "answer_within_seconds": 20}
        adapter = mail_adapter(settings.data_dir, table(server.port, server=inbound), port, {})
        try:
            await hub.start()
            await adapter.start()
            yield Centre(settings, server, Desk(session, hub), port)
        except BaseException:
            print(adapter.log())
            raise
        finally:
            await adapter.stop()
            await hub.stop()


async def test_who_is_in_cc_answers_in_the_customers_conversation(tmp_path: Path) -> None:
    async with centre(tmp_path) as here:
        desk = here.desk
        await desk("/v1/policies/paths", {"text": NO_QUIET_HOURS, "note": "no quiet hours"})
        await desk("/v1/agents/ann/sign-on", {"name": "Ann", "skills": {"cards": 3}, "languages": ["fa"]})
        await hand_in(
            here.port, mail("Where is my card?", Subject="Card", To="cards@example.org", Cc="bob@example.com")
        )
        offer = await desk.offered()
        work = offer["interaction_id"]
        await desk(f"/v1/offers/{offer['offer_id']}/accept", {"agent_id": "ann"})
        answer = {"agent_id": "ann", "text": "Who has the form?", "cc": ["bob@example.com"], "request_id": "r"}
        await desk(f"/v1/interactions/{work}/messages", answer)
        await until(lambda: here.server.mails, 60)
        assert here.server.mails[0][1] == ["ann@example.com", "bob@example.com"]
        sent = here.server.last()

        to_us = {"From": "Bob <bob@example.com>", "To": sent["Reply-To"] or sent["From"], "Cc": "ann@example.com"}
        await hand_in(
            here.port,
            mail("I have", Subject="Re: Card", Message_ID="<b1@example.com>", In_Reply_To=sent["Message-ID"], **to_us),
        )
        to_her = {"From": "Bob <bob@example.com>", "To": "ann@example.com", "Cc": "cards@example.org"}
        await hand_in(
            here.port,
            mail(
                "Here it is",
                Subject="Re: Card",
                Message_ID="<b2@example.com>",
                In_Reply_To="<m1@example.com>",
                **to_her,
            ),
        )
        told = await desk.said(work, 4)
        assert [(one["direction"], one["text"]) for one in told] == [
            ("inbound", "Where is my card?"),
            ("outbound", "Who has the form?"),
            ("inbound", "I have"),
            ("inbound", "Here it is"),
        ]
        assert (await desk("/v1/offers", agent_id="ann"))["offers"] == []
        await here.customer("bob@example.com")


async def test_a_mail_goes_on_to_a_third_party_whose_answer_is_heard_in_the_conversation(tmp_path: Path) -> None:
    async with centre(tmp_path) as here:
        desk = here.desk
        await desk("/v1/policies/paths", {"text": NO_QUIET_HOURS, "note": "no quiet hours"})
        await desk("/v1/agents/ann/sign-on", {"name": "Ann", "skills": {"cards": 3}, "languages": ["fa"]})
        await hand_in(here.port, mail("Where is my card?", Subject="Card", To="cards@example.org"))
        offer = await desk.offered()
        work = offer["interaction_id"]
        await desk(f"/v1/offers/{offer['offer_id']}/accept", {"agent_id": "ann"})
        forward = {"agent_id": "ann", "text": "Is it with you?", "forward": {"to": "bank@example.com"}}
        await desk(f"/v1/interactions/{work}/messages", forward)
        await until(lambda: here.server.mails, 60)
        [(sender, recipients, _)] = here.server.mails
        assert (sender, recipients) == ("cards@example.org", ["bank@example.com"])
        sent = here.server.last()
        [enclosed] = [part for part in sent.walk() if part.get_content_type() == "message/rfc822"]
        assert enclosed.get_content()["Subject"] == "Card"
        assert "Where is my card?" in enclosed.get_content().get_content()
        assert (sent["Subject"], "ann@example.com" in str(sent["Cc"])) == ("Fwd: Card", False)

        to_us = {"From": "bank@example.com", "To": sent["Reply-To"]}
        await hand_in(here.port, mail("It is", Subject="Re: Card", Message_ID="<k1@example.com>", **to_us))
        told = await desk.said(work, 3)
        assert [(one["direction"], one["address"], one["text"]) for one in told] == [
            ("inbound", "ann@example.com", "Where is my card?"),
            ("outbound", "bank@example.com", "Is it with you?"),
            ("inbound", "bank@example.com", "It is"),
        ]
        assert told[2]["customer_id"] != told[0]["customer_id"]


async def test_what_was_refused_is_taken_in_once_it_is_tried_again(tmp_path: Path) -> None:
    async with centre(tmp_path) as here:
        store, now = attachments(here.settings), WallClock().now()
        raw = mail("Please help", From="carol@example.com", Message_ID="<c1@example.com>", To="cards@example.org")
        kept = await store.put(raw, "message/rfc822", "original.eml")
        found = running_hub(here.settings)
        assert found is not None
        async with bus_link(found.nats_url, "email", Channel.EMAIL, bus_seeds(here.settings)) as link:
            await link.refused(
                RefusedInput(
                    id="mail-c1",
                    channel=Channel.EMAIL,
                    reason="no version before this one could read it",
                    raw=kept,
                    received_at=now,
                )
            )
            newer = Contact(id="c2", path=Way(channel=Channel.EMAIL, address="dave@example.com"), occurred_at=now)
            body = contact_envelope(newer, "/adapters/email").replace(b'"id":"c2"', b'"id":"c2","mood":"cross"')
            publisher = Publisher(link._connection)
            said = await publisher.publish("contacts.in.email.1", body)
            await publisher.close()
            assert b'"rejected"' in said
        refused, of_a_newer_adapter = await asyncio.to_thread(list_rejected, here.settings, 10)
        assert "no version before" in refused["reason"]
        assert "mood" in of_a_newer_adapter["field"]
        assert (await here.hub("rejected", "raw", str(refused["sequence"])))[1].strip() == raw.decode().strip()

        assert await here.hub("rejected", "retry", str(refused["sequence"])) == (0, "1 put back\n")
        await here.customer("carol@example.com")
        [stays] = await asyncio.to_thread(list_rejected, here.settings, 10)
        assert "mood" in stays["field"]
        assert (await here.hub("rejected", "retry", str(stays["sequence"])))[0] == 0
        async with asyncio.timeout(30):
            while not (again := await asyncio.to_thread(list_rejected, here.settings, 10)):
                await asyncio.sleep(0.1)
        assert again[0]["sequence"] > stays["sequence"]
        assert again[0]["body"] == stays["body"]
