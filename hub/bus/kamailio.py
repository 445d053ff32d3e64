"""The bus as Kamailio uses it: what it tells is kept there, orders are lost where nobody listens."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from hub.bus.connection import BusError, Connection
from hub.bus.subjects import KAMAILIO, KAMAILIO_ORDERS, described
from hub.cancelling import still_wanted

log = logging.getLogger(__name__)

_CONSUMER = "kamailio"
_FETCHED = 256
_FETCH_SECONDS = 5.0
_PAUSE = 1.0


class KamailioBus:
    """For the one adapter that carries its calls."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._orders = asyncio.Queue[bytes]()

    def order(self, body: bytes) -> None:
        """At most once, in order."""
        self._orders.put_nowait(body)

    async def send(self) -> None:
        """For ever: orders as they come."""
        while True:
            body = await self._orders.get()
            if not self._connection.connected:
                continue
            try:
                await self._connection.client.publish(KAMAILIO_ORDERS, body)
            except NatsError as error:
                log.debug("order %s is lost: %s", body, error)

    async def listen(self, hear: Callable[[bytes], None]) -> None:
        """For ever: what is told, in order. Raises BusError when the connection was closed for good."""
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
            await js.reset_consumer(KAMAILIO, _CONSUMER)
        subscription = await js.pull_subscribe_bind(_CONSUMER, KAMAILIO)
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


async def _hand_on(messages: list[Msg], hear: Callable[[bytes], None]) -> None:
    """The last one's ack stands for all."""
    for message in messages:
        hear(message.data)
    if messages:
        await messages[-1].ack()
