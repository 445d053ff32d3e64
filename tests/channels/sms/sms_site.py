"""The adapter of text messages beside a hub in memory, and its settings."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.command import Command
from hub.channels.ledger import Ledger
from hub.channels.registry import Place
from hub.channels.sms.adapter import make
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal
from hub.domain.refused_input import RefusedInput

WISHES = (ConversationSignal.UNSUBSCRIBED, ConversationSignal.CONSENT_GIVEN)


@dataclass
class FakeHub:
    """A link. While `answers` is not set nothing is confirmed, and nothing is taken. It knows one customer's wish."""

    contacts: dict[str, Contact] = field(default_factory=dict)
    signals: list[ConversationEvent] = field(default_factory=list)
    refusals: list[RefusedInput] = field(default_factory=list)
    commands: asyncio.Queue[Command] = field(default_factory=asyncio.Queue)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    name: str = "sms"
    channel: Channel = Channel.SMS

    def __post_init__(self) -> None:
        self.answers.set()

    async def contact(self, contact: Contact) -> Confirmation:
        await self.answers.wait()
        is_known = contact.id in self.contacts
        assert self.contacts.setdefault(contact.id, contact) == contact
        return Confirmation(id=contact.id, status="accepted", duplicate=is_known)

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        await self.answers.wait()
        before = next((one for one in reversed(self.signals) if one.signal in WISHES), None)
        said_before = before is not None and before.signal is event.signal and before.id != event.id
        self.signals.append(event)
        return Confirmation(id=event.id, status="accepted", said_before=said_before)

    async def refused(self, refused: RefusedInput) -> None:
        await self.answers.wait()
        self.refusals.append(refused)

    async def sign(self, _thread: str, _sign: Any) -> None:
        return

    async def carry_out(self, handle: Callable[[Command], Awaitable[None]]) -> None:
        """Threads side by side, as the real one does."""

        async def one(command: Command) -> None:
            while True:
                try:
                    await handle(command)
                    return
                except Exception:
                    await asyncio.sleep(0.05)

        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(one(await self.commands.get()))

    async def retries(self, _handle: Callable[[RefusedInput], Awaitable[Confirmation]]) -> None:
        await asyncio.Event().wait()

    async def announcements(self, _handle: Callable[[Command], None]) -> None:
        await asyncio.Event().wait()

    def texts(self) -> list[str]:
        return [one.text for one in self.contacts.values()]

    def told(self) -> list[tuple[str, str]]:
        return [(one.signal.value, one.contact_id or one.address) for one in self.signals]


def table(port: int, password_file: Path, **more: Any) -> dict[str, Any]:
    """`[sms]` with one line for everything."""
    password_file.write_text("secret\n")
    smpp = {"host": "127.0.0.1", "port": port, "system_id": "hub", "password_file": str(password_file)}
    smpp |= {"answer_within_seconds": 2, "enquire_link_seconds": 5}
    line = {
        "number": "982000", "purposes": ["service", "transactional", "survey", "recovery", "promotional"],
        "service": "cards", "smpp": smpp,
        "withdrawal": {"left": "No more advertising. 12: again", "joined": "Welcome back", "text_version": "sms-1"},
    }  # fmt: skip
    return {"lines": {"main": line}, **more}


def place_in(folder: Path) -> Place:
    folder.mkdir(exist_ok=True)
    store = Attachments(FolderBlobs(folder / "files"), b"a" * 32)
    return Place(folder, Ledger(folder / "ledger.sqlite"), store, WallClock(), "IR")


@asynccontextmanager
async def running(folder: Path, hub: FakeHub, told: dict[str, Any]) -> AsyncIterator[Place]:
    """The adapter, until this is left."""
    place = place_in(folder)
    task = asyncio.create_task(make(told, place).run(hub))
    try:
        await asyncio.sleep(0)
        yield place
    finally:
        broke = task.done()
        task.cancel()
        await asyncio.wait({task})
        if broke:
            task.result()
        place.ledger.close()


def send(contact_id: str = "contact-1", thread: str = "", **more: Any) -> Command:
    told = {
        "command": "send", "channel": "sms", "thread": thread or contact_id, "contact_id": contact_id,
        "address": "+989121234567", "text": "It is on its way", "purpose": "service",
        "at": datetime.fromisoformat("2026-01-05T12:00:00Z"),
        "report_by": datetime.fromisoformat("2036-01-05T12:00:00Z"),
    }  # fmt: skip
    return Command.model_validate({**told, "id": contact_id, **more})


async def until(what: Callable[[], Any], seconds: float = 60) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := what()):
            await asyncio.sleep(0.02)
    return found
