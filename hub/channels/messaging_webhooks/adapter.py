"""The adapter of messengers, put together of its parts."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, Final

from hub.channels.link import Link
from hub.channels.messaging_webhooks.book import Book
from hub.channels.messaging_webhooks.fetching import Fetching, sessions
from hub.channels.messaging_webhooks.names import Names
from hub.channels.messaging_webhooks.provider import Provider
from hub.channels.messaging_webhooks.reports import Reports
from hub.channels.messaging_webhooks.sender import Sender
from hub.channels.messaging_webhooks.server import Server, serving
from hub.channels.messaging_webhooks.settings import Account, MessagingSettings, account, messaging_settings
from hub.channels.messaging_webhooks.settling import Settling
from hub.channels.messaging_webhooks.taking import Taking
from hub.channels.registry import Place
from hub.domain.contact import Channel
from hub.journal.keys import private_key

log = logging.getLogger(__name__)

CHANNEL: Final = Channel.WEB


def make(table: Mapping[str, Any], place: Place) -> "MessagingAdapter":
    """Of `[messaging_webhooks]` in channels.toml. Raises SettingsError."""
    settings = messaging_settings(table)
    accounts = {name: account(name, one) for name, one in settings.providers.items()}
    return MessagingAdapter(settings, accounts, place)


@dataclass(frozen=True, slots=True)
class MessagingAdapter:
    """All accounts. `key` in its directory is what all its names are made with: it is to be kept with the store's."""

    settings: MessagingSettings
    accounts: Mapping[str, Account]
    place: Place

    @property
    def takes_new(self) -> bool:
        """What the hub begins on its channel is the chat's, but for what goes to a messenger's address."""
        return False

    async def run(self, link: Link) -> None:
        """Until it is cancelled."""
        settings, accounts, place = self.settings, self.accounts, self.place
        names = Names(private_key(place.directory / "key"))
        async with AsyncExitStack() as stack:
            book = Book(place.directory / "messages.sqlite")
            stack.callback(book.close)
            book.forget_old(place.clock.now())
            asks, session = await stack.enter_async_context(sessions())
            providers = {name: Provider(one, asks) for name, one in accounts.items()}
            fetching = {name: Fetching(one, place.attachments, asks, session) for name, one in accounts.items()}
            reports = Reports(link, place.clock)
            sender = Sender(accounts, providers, names, place, reports, settings.give_up_hours)
            settling = Settling(accounts, names, place, link, reports, sender)
            taking = Taking(accounts, fetching, names, book, place, link, settling, settings.at_once)
            stack.callback(taking.close)
            port = await stack.enter_async_context(serving(Server(accounts, taking, settings), settings))
            log.info("takes messages of %s on port %d", ", ".join(accounts), port)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(link.retries(taking.once_more), name="messages tried once more")
                tasks.create_task(link.carry_out(sender.carry_out), name="message commands")
