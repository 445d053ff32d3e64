"""The Kamailios, as far as the adapter knows them: they tell how calls stand, and take orders."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from hub.bus.connection import connect
from hub.bus.kamailio import KamailioBus
from hub.bus.users import BusUser
from hub.channels.kamailio.wire import All, Order, Stands, told
from hub.channels.registry import Place
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError

log = logging.getLogger(__name__)

NAME = "kamailio"


class Edges(Protocol):
    """All that the adapter knows of them."""

    def order(self, order: Order) -> None:
        """At most once: what got lost is said again when it is seen that it was not done."""
        ...

    async def listen(self, hear: Callable[[Stands | All], None]) -> None:
        """For ever: what they tell, in order."""
        ...


class BusEdges:
    """Over the bus. Made by `bus_edges`."""

    def __init__(self, bus: KamailioBus) -> None:
        self._bus = bus

    def order(self, order: Order) -> None:
        """As an edge's."""
        self._bus.order(order.to_bytes())

    async def listen(self, hear: Callable[[Stands | All], None]) -> None:
        """As an edge's. Raises BusError when the connection was closed for good."""

        def understood(body: bytes) -> None:
            try:
                heard = told(body)
            except InvalidError as error:
                log.error("passed over: %s", error)
            else:
                hear(heard)

        await self._bus.listen(understood)


@asynccontextmanager
async def bus_edges(url: str, place: Place) -> AsyncIterator[BusEdges]:
    """While this is open, orders are sent. Raises BusError."""
    user = BusUser(NAME, Channel.PHONE.value)
    credentials = user.credentials(place.bus_seed) if place.bus_seed else None
    connection = await connect(url or place.nats_url, "Kamailio's adapter", credentials=credentials)
    bus = KamailioBus(connection)
    sending = asyncio.create_task(bus.send(), name="orders to Kamailio")
    try:
        yield BusEdges(bus)
    finally:
        sending.cancel()
        await connection.close()
