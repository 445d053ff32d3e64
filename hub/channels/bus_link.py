"""The link of an adapter over the bus."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import orjson

from hub.application.envelope import Confirmation
from hub.bus.commands import CommandFeed, CommandMessage, announcements
from hub.bus.connection import Connection, connect
from hub.bus.publisher import Publisher
from hub.bus.subjects import refused_subject
from hub.channels.adapter import ChannelAdapter
from hub.channels.command import Command, parse_command
from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.domain.errors import InvalidError
from hub.domain.refused_input import RefusedInput

log = logging.getLogger(__name__)

REFUSED_TYPE = "hub.refused.v1"


class BusLink:
    """For the adapter `name` of a channel."""

    def __init__(self, connection: Connection, publisher: Publisher, name: str, channel: Channel) -> None:
        self.name = name
        self.channel = channel
        self._connection = connection
        self._publisher = publisher
        self._reports = ChannelAdapter(publisher, name)

    async def contact(self, contact: Contact) -> Confirmation:
        """As a link's."""
        return await self._reports.contact(contact)

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        """As a link's."""
        return await self._reports.conversation(event)

    async def refused(self, refused: RefusedInput) -> None:
        """As a link's."""
        envelope = {
            "specversion": "1.0",
            "id": refused.id,
            "source": f"/adapters/{self.name}",
            "type": REFUSED_TYPE,
            "time": refused.received_at,
            "datacontenttype": "application/json",
            "data": refused.model_dump(mode="json"),
        }
        subject = refused_subject(refused.channel)
        await self._publisher.publish(subject, orjson.dumps(envelope), order=(f"{subject}/{refused.id}",))

    async def carry_out(self, handle: Callable[[Command], Awaitable[None]]) -> None:
        """As a link's."""

        async def one(message: CommandMessage) -> None:
            command = _understood(message.body, self.name)
            if command is not None:
                await handle(command)

        await CommandFeed(self._connection, self.name).run(one)

    async def announcements(self, handle: Callable[[Command], None]) -> None:
        """As a link's."""

        def one(body: bytes) -> None:
            command = _understood(body, self.name)
            if command is not None:
                handle(command)

        await announcements(self._connection, self.channel.value, one)


def _understood(body: bytes, name: str) -> Command | None:
    """None: nobody can carry that out, now or later."""
    try:
        return parse_command(body)
    except InvalidError as error:
        log.error("adapter %s passes over what it was told: %s", name, error)
        return None


@asynccontextmanager
async def bus_link(nats_url: str, name: str, channel: Channel) -> AsyncIterator[BusLink]:
    """A link that stands through restarts of the bus. Raises BusError where it can't be reached."""
    connection = await connect(nats_url, f"adapter {name}")
    publisher = Publisher(connection)
    try:
        yield BusLink(connection, publisher, name, channel)
    finally:
        await publisher.close()
        await connection.close()
