"""A hub in memory, a mail server that keeps what it is given, and an adapter between them."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.command import Command
from hub.channels.email.adapter import make
from hub.channels.ledger import Ledger
from hub.channels.registry import Place
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.domain.refused_input import RefusedInput

KEY = b"a" * 32


@dataclass
class FakeHub:
    """A link. While `answers` is not set nothing is confirmed, and nothing is taken."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    reported: list[Contact] = field(default_factory=list)
    signals: list[ConversationEvent] = field(default_factory=list)
    refusals: list[RefusedInput] = field(default_factory=list)
    commands: asyncio.Queue[Command] = field(default_factory=asyncio.Queue)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    name: str = "email"
    channel: Channel = Channel.EMAIL

    async def contact(self, contact: Contact) -> Confirmation:
        await self.answers.wait()
        self.reported.append(contact)
        is_known = contact.id in self.contacts
        assert self.contacts.setdefault(contact.id, contact) == contact
        return Confirmation(id=contact.id, status="accepted", duplicate=is_known)

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        await self.answers.wait()
        self.signals.append(event)
        return Confirmation(id=event.id, status="accepted")

    async def refused(self, refused: RefusedInput) -> None:
        await self.answers.wait()
        self.refusals.append(refused)

    async def carry_out(self, handle: Callable[[Command], Awaitable[None]]) -> None:
        while True:
            command = await self.commands.get()
            while True:
                try:
                    await handle(command)
                    break
                except Exception:
                    await asyncio.sleep(0.05)

    async def retries(self, _handle: Callable[[RefusedInput], Awaitable[Confirmation]]) -> None:
        await asyncio.Event().wait()

    async def announcements(self, _handle: Callable[[Command], None]) -> None:
        await asyncio.Event().wait()


@dataclass
class FakeMailServer:
    """Takes mail by SMTP as its answers say: the next of `at_rcpt` and `at_data` (also `gone`, `slow`), then 250."""

    at_rcpt: list[str] = field(default_factory=list)
    at_data: list[str] = field(default_factory=list)
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    port: int = 0
    tls: ssl.SSLContext | None = None
    """With it nothing is taken in the clear."""

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.at_rcpt.pop(0) if self.at_rcpt else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.at_data.pop(0) if self.at_data else "250 OK"
        if answer == "slow":
            await asyncio.sleep(0.3)
            answer = "250 OK"
        if answer.startswith("2"):
            self.mails.append((envelope.mail_from or "", envelope.rcpt_tos, envelope.original_content or b""))
        elif answer == "gone":
            server.transport.abort()
        return answer

    def _connected(self) -> SMTP:
        return SMTP(self, hostname="mx", tls_context=self.tls, require_starttls=self.tls is not None)

    def last(self) -> EmailMessage:
        return message_from_bytes(self.mails[-1][2], policy=policy.default)  # type: ignore[return-value]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["FakeMailServer"]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            await asyncio.sleep(0.05)


def table(port: int = 1, **more: Any) -> dict[str, Any]:
    """`[email]`, its server on any port."""
    return {
        "domain": "example.org",
        "identity": {"from": "Support <support@example.org>", "signature": "Your support"},
        "queues": {"cards": {"from": "Cards <cards@example.org>", "signature": "The card team\nTehran"}},
        "addresses": {"cards@example.org": {"service": "cards"}},
        "server": {"port": 0, "answer_within_seconds": 0.5},
        "smarthost": {"port": port},
        **more,
    }


def place_in(folder: Path, clock: Any = None, largest: int = 25 * 1024 * 1024) -> Place:
    folder.mkdir(exist_ok=True)
    store = Attachments(FolderBlobs(folder / "files"), KEY, largest=largest)
    return Place(folder, Ledger(folder / "ledger.sqlite"), store, clock or WallClock(), "IR")


@asynccontextmanager
async def running(
    folder: Path, hub: FakeHub, told: dict[str, Any], largest: int = 25 * 1024 * 1024
) -> AsyncIterator[Place]:
    """The adapter, until this is left; as a crash would leave it. `largest`: bytes of a file that is kept."""
    place = place_in(folder, largest=largest)
    task = asyncio.create_task(make(told, place).run(hub))
    try:
        await asyncio.sleep(0.05)
        if task.done():
            task.result()
        yield place
    finally:
        task.cancel()
        await asyncio.wait({task})
        place.ledger.close()


def send(contact_id: str = "contact-1", thread: str = "", **more: Any) -> Command:
    told = {
        "command": "send", "channel": "email", "thread": thread or contact_id, "contact_id": contact_id,
        "address": "ann@example.com", "subject": "Re: Card", "text": "It is on its way", "purpose": "reply",
        "agent_id": "bob", "at": datetime.fromisoformat("2026-01-05T12:00:00Z"),
    }  # fmt: skip
    return Command.model_validate({**told, "id": contact_id, **more})


async def until(what: Callable[[], Any], seconds: float = 20) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := what()):
            await asyncio.sleep(0.02)
    return found
