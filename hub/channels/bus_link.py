"""The link of an adapter over the bus."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from hub.application.envelope import Confirmation, parse, refused_envelope
from hub.bus.commands import CommandFeed, CommandMessage, announcements
from hub.bus.connection import Connection, connect
from hub.bus.publisher import Publisher
from hub.bus.retries import retries
from hub.bus.seeds import Seeds
from hub.bus.subjects import refused_subject
from hub.bus.users import BusUser
from hub.channels.adapter import ChannelAdapter
from hub.channels.command import Command, parse_command
from hub.channels.whose import is_anothers
from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.domain.errors import InvalidError
from hub.domain.refused_input import RefusedInput

log = logging.getLogger(__name__)


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
        subject = refused_subject(refused.channel)
        body = refused_envelope(refused, f"/adapters/{self.name}")
        await self._publisher.publish(subject, body, order=(f"{subject}/{refused.id}",))

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

    async def retries(self, handle: Callable[[RefusedInput], Awaitable[Confirmation]]) -> None:
        """As a link's."""

        async def one(body: bytes) -> bytes | None:
            refused = parse(body)
            if not isinstance(refused, RefusedInput):
                raise InvalidError("this is nothing that an adapter refused")
            if is_anothers(self.name, refused.id.removeprefix("refused-")):
                return None
            try:
                told = await handle(refused)
            except InvalidError as error:
                told = Confirmation(id=refused.id, status="rejected", reason=str(error), field=error.field)
            return told.to_bytes()

        await retries(self._connection, self.channel.value, one)


def _understood(body: bytes, name: str) -> Command | None:
    """None: nobody can carry that out, now or later."""
    try:
        return parse_command(body)
    except InvalidError as error:
        log.error("adapter %s passes over what it was told: %s", name, error)
        return None


@asynccontextmanager
async def bus_link(nats_url: str, name: str, channel: Channel, seeds: Seeds) -> AsyncIterator[BusLink]:
    """A link that stands through restarts of the bus, as the bus user whose key is in `seeds`; where there is none,
    with the credentials of the address. Raises BusError where it can't be reached."""
    seed = seeds.kept(name)
    credentials = BusUser(name, channel.value).credentials(seed) if seed else None
    connection = await connect(nats_url, f"adapter {name}", credentials=credentials)
    publisher = Publisher(connection)
    try:
        yield BusLink(connection, publisher, name, channel)
    finally:
        await publisher.close()
        await connection.close()
