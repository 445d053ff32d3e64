"""The adapter of text messages, put together of its parts."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import aiohttp

from hub.channels.link import Link
from hub.channels.registry import Place
from hub.channels.sms.aggregator import AggregatorWay
from hub.channels.sms.answering import Answering
from hub.channels.sms.book import Book
from hub.channels.sms.carrier import Carrier
from hub.channels.sms.incoming import Taking
from hub.channels.sms.line import Way
from hub.channels.sms.names import Names
from hub.channels.sms.sender import Sender
from hub.channels.sms.settings import Line, SmsSettings, secret, sms_settings
from hub.channels.sms.settling import Settling
from hub.channels.sms.webhooks import Webhooks, serving
from hub.channels.sms.wishes import Wishes
from hub.channels.unreached import Unreached, carrier_of
from hub.domain.contact import Channel
from hub.journal.keys import private_key

log = logging.getLogger(__name__)

CHANNEL: Final = Channel.SMS


def make(table: Mapping[str, Any], place: Place) -> "SmsAdapter":
    """Of `[sms]` in channels.toml. Raises SettingsError."""
    settings = sms_settings(table)
    for line in settings.lines.values():
        for file in line.secret_files:
            secret(file)
    return SmsAdapter(settings, place)


@dataclass(frozen=True, slots=True)
class SmsAdapter:
    """`key` in its directory is what all its names are made with: it is to be kept with the store's."""

    settings: SmsSettings
    place: Place

    async def run(self, link: Link) -> None:
        """Until it is cancelled."""
        settings, place = self.settings, self.place
        names = Names(private_key(place.directory / "key"))
        async with AsyncExitStack() as stack:
            book = Book(place.directory / "messages.sqlite")
            stack.callback(book.close)
            book.forget_old(place.clock.now())
            ways: dict[str, Way] = {}
            sender = Sender(settings, names, book, place, link, ways)
            kept = timedelta(hours=settings.give_up_hours)
            answering = Answering(names, book, place, sender.submitting, ways, kept)
            wishes = Wishes(settings, names, link, answering.owe)
            settle = Settling(names, book, place, link, sender.submitting)
            taking = Taking(settings, names, book, place, link, wishes, settle)
            session = await stack.enter_async_context(_session())
            if any(line.aggregator for line in settings.lines.values()):
                webhooks = Webhooks(settings, taking, place.clock, place.phone_region)
                port = await stack.enter_async_context(serving(webhooks, settings))
                log.info("takes aggregators' requests on port %d", port)
            async with asyncio.TaskGroup() as tasks:
                for name, line in settings.lines.items():
                    carrier = _carrier(name, line, taking, place.unreached)
                    if carrier is not None:
                        ways[name] = carrier
                        tasks.create_task(carrier.run(), name=f"line {name}")
                    elif line.aggregator is not None:
                        ways[name] = AggregatorWay(line, line.aggregator, session)
                    tasks.create_task(answering.run(name), name=f"answers by line {name}")
                tasks.create_task(taking.give_up_parts(), name="parts that nobody waits for")
                tasks.create_task(link.retries(taking.once_more), name="messages tried once more")
                tasks.create_task(link.carry_out(sender.carry_out), name="message commands")


def _session() -> aiohttp.ClientSession:
    """No connection is used twice: of one that is closed as we ask, nobody knows whether the message left."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True))


def _carrier(name: str, line: Line, taking: Taking, unreached: Unreached) -> Carrier | None:
    if line.smpp is None:
        return None

    async def deliver(session: str, body: bytes) -> int:
        return await taking.deliver(name, session, body)

    return Carrier(line, line.smpp, deliver, taking.ended, unreached.of(carrier_of(line.number)))
