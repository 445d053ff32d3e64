"""The Kamailios on the bus: what they tell, as it is kept there, and orders, which are lost where nobody listens."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from hub.bus.connection import BusError, Connection, connect
from hub.bus.subjects import KAMAILIO, KAMAILIO_ORDERS, described
from hub.bus.users import BusUser
from hub.cancelling import still_wanted
from hub.channels.kamailio.wire import All, Order, Stands, told
from hub.channels.registry import Place
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError

log = logging.getLogger(__name__)

NAME = "kamailio"
_FETCHED = 256
_FETCH_SECONDS = 5.0
_PAUSE = 1.0


class Edges(Protocol):
    """All that the adapter knows of Kamailio."""

    def order(self, order: Order) -> None:
        """At most once: what got lost is said again when it is seen that it was not done."""
        ...

    async def listen(self, hear: Callable[[Stands | All], None]) -> None:
        """For ever: what they tell, in order."""
        ...


class BusEdges:
    """Over a connection of its own. Made by `bus_edges`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._orders = asyncio.Queue[Order]()

    def order(self, order: Order) -> None:
        """As an edge's."""
        self._orders.put_nowait(order)

    async def send(self) -> None:
        """For ever: orders as they come."""
        while True:
            order = await self._orders.get()
            if not self._connection.connected:
                continue
            try:
                await self._connection.client.publish(KAMAILIO_ORDERS, order.to_bytes())
            except NatsError as error:
                log.debug("order %s is lost: %s", order, error)

    async def listen(self, hear: Callable[[Stands | All], None]) -> None:
        """As an edge's. Raises BusError when the connection was closed for good."""
        while True:
            try:
                async with self._attached() as subscription:
                    while True:
                        still_wanted()
                        await _hand_on(await _fetched(subscription), hear)
            except (NatsError, APIError, TimeoutError) as error:
                still_wanted()
                if self._connection.closed:
                    raise BusError("the connection to the bus on which Kamailio speaks was closed") from error
                log.warning("what Kamailio tells can't be read, trying on: %s", described(error))
                await asyncio.sleep(_PAUSE)

    @asynccontextmanager
    async def _attached(self) -> AsyncIterator[JetStreamContext.PullSubscription]:
        js = self._connection.jetstream()
        with suppress(APIError):  # Servers before 2.14 can't: what was in hand comes late, and all is asked for anyway.
            await js.reset_consumer(KAMAILIO, NAME)
        subscription = await js.pull_subscribe_bind(NAME, KAMAILIO)
        try:
            yield subscription
        finally:
            with suppress(NatsError):
                await subscription.unsubscribe()


async def _fetched(subscription: JetStreamContext.PullSubscription) -> list[Msg]:
    try:
        return await subscription.fetch(_FETCHED, timeout=_FETCH_SECONDS)
    except TimeoutError:
        return []


async def _hand_on(messages: list[Msg], hear: Callable[[Stands | All], None]) -> None:
    """The last one's ack stands for all."""
    for message in messages:
        try:
            heard = told(message.data)
        except InvalidError as error:
            log.error("passed over: %s", error)
            continue
        hear(heard)
    if messages:
        await messages[-1].ack()


@asynccontextmanager
async def bus_edges(url: str, place: Place) -> AsyncIterator[BusEdges]:
    """While this is open, orders are sent. Raises BusError."""
    user = BusUser(NAME, Channel.PHONE.value)
    credentials = user.credentials(place.bus_seed) if place.bus_seed else None
    connection = await connect(url or place.nats_url, "Kamailio's adapter", credentials=credentials)
    edges = BusEdges(connection)
    sending = asyncio.create_task(edges.send(), name="orders to Kamailio")
    try:
        yield edges
    finally:
        sending.cancel()
        await connection.close()
