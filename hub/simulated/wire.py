"""The bus as every channel adapter uses it, for simulated customers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.bus.connection import connect
from hub.bus.publisher import Publisher
from hub.channels.adapter import ChannelAdapter
from hub.domain.contact import Contact, ConversationEvent


class AdapterWire:
    """A channel adapter whose answers are reduced to what its customers notice: taken, or not."""

    def __init__(self, adapter: ChannelAdapter) -> None:
        self._adapter = adapter

    def known_as(self, contact: Contact) -> str:
        """What the hub calls this contact: what its adapter called it."""
        return contact.id

    async def contact(self, contact: Contact) -> bool:
        """Whether the hub has taken it; repeated until it answers."""
        return (await self._adapter.contact(contact)).status == "accepted"

    async def conversation(self, event: ConversationEvent) -> bool:
        """Whether the hub has taken it; repeated until it answers."""
        return (await self._adapter.conversation(event)).status == "accepted"


@asynccontextmanager
async def connect_wire(nats_url: str, name: str) -> AsyncIterator[AdapterWire]:
    """An adapter of this name at a hub's bus."""
    connection = await connect(nats_url, name)
    publisher = Publisher(connection)
    try:
        yield AdapterWire(ChannelAdapter(publisher, name))
    finally:
        await publisher.close()
        await connection.close()
