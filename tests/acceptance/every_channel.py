"""A whole hub with a real adapter for each channel, and a customer, Mina, who uses all of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from hub.channels.chat.visitors import Signed, sign
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.operations.access import issue_key
from hub.settings import Settings
from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.chat_visitor import GENEROUS, ORIGIN, Visitor
from hub.simulated.process import HubProcess
from tests.channels.branch import branch_site
from tests.channels.email.corpus import mail
from tests.channels.email.fakes import FakeMailServer
from tests.channels.email.fakes import table as mail_table
from tests.channels.email.mail_adapter import free_port
from tests.channels.email.test_mail_acceptance import Desk, hand_in
from tests.channels.phone.phone_site import AdapterProcess as PhoneAdapter
from tests.channels.sms.carriers import Carrier, carrier, own_carrier
from tests.channels.sms.sms_site import table as sms_table
from tests.support.asterisk import Asterisk

PHONE, MAIL, NUMBER = "+989121234567", "mina@example.com", "4711"
"""Mina's."""
ANN = {"agent_id": "ann"}
ROUTING = """
[channels.in_person]
asynchronous = true
[queues.care]
[queues.centre-accounts]
[queues.centre-loans]
[[rules]]
channel = "in_person"
queue = "centre-accounts"
attributes = { branch = "centre" }
[[rules]]
queue = "care"
"""
PATHS = """
[quiet_hours]
daily = []
[service_state]
hold_hours = 0
[arbitration]
asks_for_responses = false
[[frequency]]
most = 10
days = 1
[[value_tiers]]
name = "standard"
[[stages]]
name = "acquisition"
[[propositions]]
name = "fibre"
kind = "product"
channels = ["web", "in_person"]
days_granted = 14
contribution = 1000
"""
_SECRET = b"sixteen bytes of a secret"


@dataclass(frozen=True, slots=True)
class Centre:
    """Made by `centre`: what Mina does by each wire, and what agent `ann` does by the API."""

    desk: Desk
    branch: branch_site.Site
    carrier: Carrier
    sent_mail: FakeMailServer
    mail_port: int
    chat_port: int

    async def mails(self, text: str) -> None:
        written = mail(text, From=f"Mina <{MAIL}>", Subject="Card", To="cards@example.org")
        await hand_in(self.mail_port, written)

    async def texts_in(self, text: str) -> None:
        """As a carrier does that keeps what is not taken."""
        async with asyncio.timeout(60):
            while await self.carrier.deliver(text) != 0:
                await asyncio.sleep(0.1)

    async def texts(self, count: int) -> list[str]:
        """That left by text message, once there are so many."""
        async with asyncio.timeout(60):
            while len(found := await self.carrier.texts()) < count:
                await asyncio.sleep(0.05)
        return found

    @asynccontextmanager
    async def chats(self) -> AsyncIterator[Visitor]:
        """On a page that says who she is, and signs it."""
        expires = int(WallClock().now().timestamp()) + 3600
        signed = Signed(customer_number=NUMBER, expires=expires, email=MAIL, phone=PHONE, name="Mina")
        async with self.visits(identity=sign(signed, _SECRET)) as mina:
            yield mina

    @asynccontextmanager
    async def visits(self, identity: str = "") -> AsyncIterator[Visitor]:
        """On a page that says nothing of who they are, unless it signs it."""
        async with aiohttp.ClientSession() as plain:
            visitor = Visitor(plain, f"ws://127.0.0.1:{self.chat_port}/chat/ws", identity=identity)
            try:
                yield visitor.open()
            finally:
                await visitor.close()

    async def accepts(self) -> str:
        """What ann is offered; the interaction."""
        offer = await self.desk.offered()
        await self.desk(f"/v1/offers/{offer['offer_id']}/accept", ANN)
        return str(offer["interaction_id"])

    async def answers(self, interaction: str, text: str) -> None:
        """And it has left."""
        answer = {**ANN, "text": text, "request_id": text}
        decided = await self.desk(f"/v1/interactions/{interaction}/messages", answer)
        await self.reads(f"/v1/outbound/{decided['outbound_id']}", lambda told: told["phase"] == "sent")

    async def is_over(self, interaction: str) -> None:
        await self.desk(f"/v1/interactions/{interaction}/end", ANN)
        await self.wraps_up(interaction)

    async def wraps_up(self, interaction: str) -> None:
        await self.desk(f"/v1/interactions/{interaction}/wrap-up", {**ANN, "code": "answered"})

    async def reads(self, path: str, holds: Callable[[Any], Any], **query: str) -> Any:
        """What is told once it is so."""
        async with asyncio.timeout(60):
            while not holds(told := await self.desk(path, **query)):
                await asyncio.sleep(0.1)
        return told

    async def interaction(self, phase: str) -> str:
        """The one in this phase, once there is one."""
        told = await self.reads("/v1/interactions", lambda found: found["interactions"], phase=phase)
        return str(told["interactions"][0]["interaction_id"])

    async def customer_of(self, kind: str, value: str) -> str:
        async with asyncio.timeout(60):
            while True:
                try:
                    return str((await self.desk("/v1/customers", kind=kind, value=value))["customer_id"])
                except AssertionError:  # not known yet
                    await asyncio.sleep(0.1)

    async def told(self, customer: str, lines: int, **chosen: str) -> list[dict[str, Any]]:
        """The contacts of the timeline once there are so many, the oldest first."""
        path = f"/v1/customers/{customer}/timeline"
        found = await self.reads(path, lambda one: len(one["timeline"]) >= lines, kind="contact", **chosen)
        return list(reversed(found["timeline"]))

    async def advertises(self, customer: str, request: str) -> dict[str, Any]:
        """Asks for a promotional mail."""
        wish = {
            "customer_id": customer, "purpose": "promotional", "channels": ["email"], "subject": "Fibre",
            "text": "Fibre is here", "sender": "hub", "request_id": request,
        }  # fmt: skip
        return dict(await self.desk("/v1/outbound", wish))


@asynccontextmanager
async def centre(folder: Path, exchange: Asterisk | None, node: Path | None = None) -> AsyncIterator[Centre]:
    """Hub and adapters, a process each; that of the phone where there is an exchange. `node`: where npm's carrier is
    installed; without it text messages go by one of ours."""
    (folder / "policy.toml").write_text(ROUTING)
    hub = HubProcess(Settings(data_dir=folder / "var", api_port=0, policy=folder / "policy.toml"))
    token = (await asyncio.to_thread(issue_key, hub.settings, Role.ADMIN, "test", ""))["token"]
    mails = FakeMailServer()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(mails.serving())
        texts: Carrier = await stack.enter_async_context(own_carrier() if node is None else carrier(node))
        by_key, plain = [
            await stack.enter_async_context(aiohttp.ClientSession(headers=one))
            for one in ({"Authorization": f"Bearer {token}"}, {})
        ]
        stack.push_async_callback(hub.stop)
        await hub.start()
        ports = {"email": free_port(), "sms": texts.port, "chat": free_port(), "branch": free_port()}
        adapters = {}
        for name, table in _tables(folder, ports, mails.port).items():
            adapters[name] = AdapterProcess(name, hub.data_dir, table, ports[name], {})
            stack.push_async_callback(adapters[name].kill)
            await adapters[name].start()
        if exchange is not None:
            (folder / "phone").mkdir()
            by_phone = PhoneAdapter(hub, exchange, folder / "phone")
            stack.push_async_callback(by_phone.kill)
            await by_phone.start()
        branch = branch_site.Site(hub, adapters["branch"], plain)
        yield Centre(Desk(by_key, hub), branch, texts, mails, ports["email"], ports["chat"])


def _tables(folder: Path, ports: Mapping[str, int], mails: int) -> dict[str, dict[str, Any]]:
    """Of channels.toml, which each adapter gets as a file with its own alone: that of text messages, whose port is open
    before it has read anything, comes last."""
    (folder / "pins.toml").write_text(branch_site.PINS)
    (folder / "secret").write_bytes(_SECRET)
    chat = {"origins": [ORIGIN], "port": ports["chat"], "limits": GENEROUS, "agents": {"ann": "Ann"}}
    chat["verify"] = ["email", "phone"]
    return {
        "email": mail_table(mails, server={"protocol": "smtp", "port": ports["email"], "answer_within_seconds": 5}),
        "chat": chat | {"identity_secret_file": str(folder / "secret")},
        "branch": branch_site.table(ports["branch"], folder / "pins.toml"),
        "sms": sms_table(ports["sms"], folder / "password"),
    }
