"""The adapter of messengers between a hub in memory and a messenger that is played."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp

from hub.channels.command import Command
from hub.channels.messaging_webhooks.adapter import make
from hub.domain.contact import Channel
from hub.simulated.contract.messenger import PlayedMessenger
from hub.simulated.process import free_port
from tests.channels.sms.sms_site import FakeHub, place_in, until

__all__ = ["Site", "fake_hub", "send", "site", "until"]


def fake_hub() -> FakeHub:
    return FakeHub(name="messaging_webhooks", channel=Channel.WEB)


class Site:
    def __init__(self, hub: FakeHub, messenger: PlayedMessenger, port: int) -> None:
        self.hub = hub
        self.messenger = messenger
        self.url = f"http://127.0.0.1:{port}/messaging"
        self.stored: Any = None

    async def only(self) -> Any:
        [contact] = self.hub.contacts.values()
        return contact


@asynccontextmanager
async def site(folder: Path, hub: FakeHub | None = None, *, variables: bool = True, **more: Any) -> AsyncIterator[Site]:
    """Until this is left, as a crash would leave it. `more`: settings; of one provider by its name."""
    hub, port = hub or fake_hub(), free_port("127.0.0.1", 0)
    place = place_in(folder / "adapter")
    async with PlayedMessenger().serving() as messenger:
        told = await messenger.table(port, folder)
        for name in [one for one in more if one in told["providers"]]:
            told["providers"][name] |= more.pop(name)
        task = asyncio.create_task(make({**told, **more}, place).run(hub))
        found = Site(hub, messenger, port)
        found.stored = place.attachments
        try:
            await _open(found.url, task)
            yield found
        finally:
            task.cancel()
            await asyncio.wait({task})
            place.ledger.close()


async def _open(url: str, task: "asyncio.Task[None]") -> None:
    async with aiohttp.ClientSession() as session, asyncio.timeout(60):
        while True:
            if task.done():
                task.result()
            try:
                async with session.get(f"{url}/nobody"):
                    pass
            except aiohttp.ClientError:
                await asyncio.sleep(0.02)
                continue
            if task.done():  # somebody else has the port, and answers
                task.result()
            return


def send(contact_id: str = "contact-1", to: str = "whatsapp:989121234567", **more: Any) -> Command:
    told = {
        "command": "send", "channel": "web", "thread": contact_id, "contact_id": contact_id, "address": to,
        "text": "It is on its way", "purpose": "service", "at": datetime.fromisoformat("2026-01-05T12:00:00Z"),
        "report_by": datetime.fromisoformat("2036-01-05T12:00:00Z"),
    }  # fmt: skip
    return Command.model_validate({**told, "id": contact_id, **more})
