"""The web chat, put together of its parts."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from hub.channels.chat.asking import Asking
from hub.channels.chat.begun import Begun
from hub.channels.chat.book import Book
from hub.channels.chat.leaving import Leaving
from hub.channels.chat.offline import Forms
from hub.channels.chat.refusing import Refusing
from hub.channels.chat.rooms import Rooms
from hub.channels.chat.saying import Saying
from hub.channels.chat.server import Server, random_bytes, serving
from hub.channels.chat.session import Sessions
from hub.channels.chat.settings import ChatSettings, chat_settings
from hub.channels.chat.telling import Telling
from hub.channels.chat.visitors import Tokens
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.domain.contact import Channel
from hub.journal.keys import private_key
from hub.ports import Clock

log = logging.getLogger(__name__)

CHANNEL: Final = Channel.WEB
_SWEEP_SECONDS = 600.0


def make(table: Mapping[str, Any], place: Place) -> "ChatAdapter":
    """Of `[chat]` in channels.toml. Raises SettingsError."""
    settings = chat_settings(table)
    settings.secret()
    return ChatAdapter(settings, place)


@dataclass(frozen=True, slots=True)
class ChatAdapter:
    """`key` in its directory is what visitors' tokens are made with: without it nobody gets back to their chat."""

    settings: ChatSettings
    place: Place

    async def run(self, link: Link) -> None:
        """Until it is cancelled."""
        settings, place = self.settings, self.place
        tokens = Tokens(private_key(place.directory / "key"))
        async with AsyncExitStack() as stack:
            book = Book(place.directory / "chats.sqlite")
            stack.callback(book.close)
            begun = Begun(place.directory / "begun")
            stack.callback(begun.close)
            rooms, forms = Rooms(book), Forms(link, book, begun, settings)
            leaving = Leaving(link, book, rooms, place, settings)
            stack.callback(leaving.close)
            refusing = Refusing(link, place, settings)
            stack.callback(refusing.close)
            saying, asking = Saying(link, book, begun, place, settings), Asking(link, book, place, settings)
            sessions = Sessions(tokens, book, rooms, leaving, saying, asking, refusing, place, settings, random_bytes)
            telling = Telling(link, book, rooms, leaving, place, settings)
            await leaving.start()
            port = await stack.enter_async_context(
                serving(Server(sessions, tokens, book, rooms, forms, place, settings), settings)
            )
            log.info("chats on port %d, for pages of %s", port, ", ".join(settings.origins))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._sweep(book, begun, place.clock), name="old chats")
                tasks.create_task(forms.run(), name="forms")
                tasks.create_task(link.retries(refusing.once_more), name="messages tried once more")
                tasks.create_task(link.announcements(telling.announced), name="places and signs")
                tasks.create_task(link.carry_out(telling.carry_out), name="what the hub says")

    async def _sweep(self, book: Book, begun: Begun, clock: Clock) -> None:
        history = timedelta(hours=self.settings.history_hours)
        while True:
            begun.forget_old(clock.now() - history)
            await book.forget_old(clock.now(), history)
            await asyncio.sleep(_SWEEP_SECONDS)
