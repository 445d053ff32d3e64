"""The e-mail adapter, put together of its parts."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from hub.channels.email.book import Book
from hub.channels.email.incoming import Incoming
from hub.channels.email.mailbox import Reader
from hub.channels.email.sender import Sender
from hub.channels.email.server import receiving
from hub.channels.email.settings import EmailSettings, email_settings
from hub.channels.email.threads import Names
from hub.channels.email.unsubscribing import Links, Withdrawal, clicks
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.channels.unreached import mailbox_of
from hub.domain.contact import Channel
from hub.journal.keys import private_key

CHANNEL: Final = Channel.EMAIL


def make(table: Mapping[str, Any], place: Place) -> "EmailAdapter":
    """Of `[email]` in channels.toml. Raises SettingsError."""
    return EmailAdapter(email_settings(table), place)


@dataclass(frozen=True, slots=True)
class EmailAdapter:
    """`key` in its directory is what all its names are made with: it is to be kept with the store's."""

    settings: EmailSettings
    place: Place

    async def run(self, link: Link) -> None:
        """Until it is cancelled."""
        settings, place = self.settings, self.place
        key = private_key(place.directory / "key")
        names = Names(key, settings.domain)
        async with AsyncExitStack() as stack:
            book = Book(place.directory / "conversations.sqlite")
            stack.callback(book.close)
            book.forget_old(place.clock.now())
            links, withdraw = await self._unsubscribing(stack, key, link)
            incoming = Incoming(settings, names, book, place, link, withdraw.where_it_went if withdraw else None)
            if settings.server is not None:
                await stack.enter_async_context(receiving(incoming, settings.server, settings.domain))
            sender = Sender(settings, names, book, place, link, links, key)
            async with asyncio.TaskGroup() as tasks:
                for mailbox in settings.mailboxes:
                    reached = place.unreached.of(mailbox_of(mailbox.name))
                    reader = Reader(mailbox, incoming, place.ledger, place.attachments.largest, reached)
                    tasks.create_task(reader.run(), name=f"mailbox {mailbox.name}")
                tasks.create_task(link.retries(incoming.once_more), name="mails tried once more")
                tasks.create_task(link.carry_out(sender.carry_out), name="mail commands")

    async def _unsubscribing(
        self, stack: AsyncExitStack, key: bytes, link: Link
    ) -> tuple[Links | None, Withdrawal | None]:
        asked = self.settings.unsubscribing
        if asked is None:
            return None, None
        links = Links(sha256(b"unsubscribe" + key).digest(), asked.url, self.settings.domain)
        withdraw = Withdrawal(link, self.place.clock)
        await stack.enter_async_context(clicks(links, withdraw, asked))
        return links, withdraw
