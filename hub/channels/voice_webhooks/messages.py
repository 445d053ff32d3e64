"""Messages that callers leave: fetched from the provider, kept, told as work, and deleted there."""

import asyncio
import logging
from datetime import datetime

from hub.channels.attachments import TooLargeError
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.channels.voice_webhooks.book import LineBook
from hub.channels.voice_webhooks.parse import THREAD, Call, caller_of, contact_of
from hub.channels.voice_webhooks.provider import Provider
from hub.channels.voice_webhooks.settings import VoiceSettings
from hub.domain.contact import Attachment, Contact
from hub.domain.errors import HubError, NotFoundError

log = logging.getLogger(__name__)

_PAUSE = 5.0


class Messages:
    """Each until the hub has it, over restarts."""

    def __init__(self, asks: Provider, link: Link, book: LineBook, place: Place, settings: VoiceSettings) -> None:
        self._asks = asks
        self._link = link
        self._book = book
        self._place = place
        self._settings = settings

    async def rest(self) -> None:
        """Those that were left when the adapter ended."""
        for message, call, at in self._book.expected():
            await self.fetch(message, call, at)

    async def fetch(self, message: str, call: str, at: datetime) -> None:
        """One; returns when nothing is left to do."""
        while True:
            try:
                await self._fetch(message, call, at)
            except (NotFoundError, TooLargeError) as error:
                log.error("message %s is not kept: %s", message, error)
            except HubError as error:
                log.warning("message %s is kept later: %s", message, error)
                await asyncio.sleep(_PAUSE)
                continue
            self._book.fetched(message)
            return

    async def _fetch(self, message: str, call: str, at: datetime) -> None:
        stored = await self._place.attachments.put(
            await self._asks.recording(message), "audio/wav", f"voicemail-{message}.wav"
        )
        found = await self._asks.call(call)
        about = Call(call, caller_of(found.caller), found.dialled, "")
        answer = await self._link.contact(self._contact(message, about, at, stored))
        if answer.status != "accepted":
            log.error("the hub does not take message %s, it stays at the provider: %s", message, answer.reason)
            return
        await self._asks.delete_recording(message)

    def _contact(self, message: str, call: Call, at: datetime, stored: Attachment) -> Contact:
        """A contact of its own: the call was refused, this is work."""
        about = contact_of(call, at, self._settings)
        mail = self._settings.voicemail
        name = f"{THREAD}mail-{message}"
        changed = {
            "id": name, "thread": name, "service": (mail.service if mail else "") or about.service,
            "subject": "Voicemail", "attachments": (stored,),
        }  # fmt: skip
        return about.model_copy(update=changed)
