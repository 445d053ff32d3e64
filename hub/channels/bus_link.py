"""The link of an adapter over the bus."""

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from hub.application.intake.envelope import Confirmation, parse, refused_envelope
from hub.application.outbound.signs import sign_envelope
from hub.bus.carriers import Carrier, Leases, Troubles
from hub.bus.commands import CommandFeed, CommandMessage, announcements
from hub.bus.connection import Connection, connect
from hub.bus.publisher import Publisher
from hub.bus.retries import retries
from hub.bus.seeds import Seeds
from hub.bus.signs import give_sign
from hub.bus.subjects import CARRIES, CARRIES_NEW, refused_subject
from hub.bus.users import BusUser
from hub.channels.adapter import ChannelAdapter
from hub.channels.command import Command, parse_command
from hub.channels.whose import is_anothers
from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.domain.errors import InvalidError
from hub.domain.refused_input import RefusedInput
from hub.domain.sign import Sign, SignKind

log = logging.getLogger(__name__)


class BusLink:
    """For the adapter `name` of a channel."""

    def __init__(self, connection: Connection, publisher: Publisher, name: str, channel: Channel) -> None:
        self.name = name
        self.channel = channel
        self._connection = connection
        self._publisher = publisher
        self._reports = ChannelAdapter(publisher, name)
        self._leases: Leases | None = None

    async def claim(self, home: str, *, takes_new: bool, since: str = "", troubles: Troubles = tuple) -> Leases:
        """Be the one who carries out what this adapter is told, and with `takes_new` what the hub begins on its
        channel: to be kept as long as it runs, and given back. Its `troubles` are told with it. Without a claim nobody
        is asked. Raises CarriedError."""
        where = f"process {os.getpid()} on {socket.gethostname()}"
        subjects = [f"{CARRIES}.{self.name}"] + [f"{CARRIES_NEW}.{self.channel.value}"] * takes_new
        carrier = Carrier(self.name, home, secrets.token_hex(8), where, since)
        self._leases = Leases(self._connection, subjects, carrier, troubles)
        await self._leases.take()
        return self._leases

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

    async def sign(self, thread: str, sign: SignKind) -> None:
        """As a link's."""
        told = Sign(channel=self.channel, thread=thread, sign=sign)
        body = sign_envelope(told, f"/adapters/{self.name}")
        await give_sign(self._connection, self.channel.value, thread, body)

    async def carry_out(self, handle: Callable[[Command], Awaitable[None]]) -> None:
        """As a link's."""

        async def one(message: CommandMessage) -> None:
            command = _understood(message.body, self.name)
            if command is not None:
                await self._sure()
                await handle(command)

        async with asyncio.TaskGroup() as tasks:
            if self._leases is not None:
                tasks.create_task(self._leases.keep(), name="says who carries it out")
            await self._sure()
            await CommandFeed(self._connection, self.name).run(one)

    async def _sure(self) -> None:
        """Nobody else carries it out."""
        if self._leases is not None:
            await self._leases.sure()

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
