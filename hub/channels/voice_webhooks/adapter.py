"""The adapter of phones by signed webhooks, put together of its parts."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from hub.channels.link import Link
from hub.channels.registry import Place
from hub.channels.voice_webhooks.book import LineBook
from hub.channels.voice_webhooks.commands import Commands
from hub.channels.voice_webhooks.messages import Messages
from hub.channels.voice_webhooks.places import Places
from hub.channels.voice_webhooks.provider import provider
from hub.channels.voice_webhooks.reports import Reports
from hub.channels.voice_webhooks.server import Server, serving
from hub.channels.voice_webhooks.settings import VoiceSettings, voice_settings
from hub.channels.voice_webhooks.webhooks import Webhooks
from hub.domain.contact import Channel

log = logging.getLogger(__name__)

CHANNEL: Final = Channel.PHONE


def make(table: Mapping[str, Any], place: Place) -> "VoiceAdapter":
    """Of `[voice_webhooks]` in channels.toml. Raises SettingsError."""
    settings = voice_settings(table)
    settings.token()
    return VoiceAdapter(settings, place)


@dataclass(frozen=True, slots=True)
class VoiceAdapter:
    """One account of one provider."""

    settings: VoiceSettings
    place: Place

    @property
    def takes_new(self) -> bool:
        """Whether calls that the hub begins are made here."""
        return self.settings.outbound

    async def run(self, link: Link) -> None:
        """Until it is cancelled."""
        settings, place = self.settings, self.place
        book = LineBook(place.directory / "lines.sqlite")
        book.forget_old(place.clock.now())
        reports, places = Reports(link, settings.answer_within_seconds), Places()
        try:
            async with provider(settings) as asks:
                messages = Messages(asks, link, book, place, settings)
                webhooks = Webhooks(link, reports, messages, book, places, place, settings)
                commands = Commands(asks, link, book, places, place, settings)
                async with serving(Server(webhooks, settings), settings) as port, asyncio.TaskGroup() as tasks:
                    log.info("takes calls of %s on port %d", settings.public_url, port)
                    tasks.create_task(messages.rest(), name="messages that were left")
                    tasks.create_task(link.retries(webhooks.once_more), name="calls tried once more")
                    tasks.create_task(link.announcements(commands.announced), name="places in line")
                    tasks.create_task(link.carry_out(commands.carry_out), name="orders to the provider")
        finally:
            reports.close()
            book.close()
