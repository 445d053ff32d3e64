"""The bus as Kamailio itself uses it, for one that is played: it tells, hears orders, and nothing is acknowledged."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from nats.aio.msg import Msg

from hub.bus.connection import Connection, connect
from hub.bus.subjects import KAMAILIO_ORDERS, KAMAILIO_TOLD


class KamailioEdgeBus:
    """Of one Kamailio. Made by `kamailio_edge_bus`."""

    def __init__(self, connection: Connection, edge: str) -> None:
        self._connection = connection
        self._subject = f"{KAMAILIO_TOLD}.{edge}"

    async def tell(self, body: bytes) -> None:
        """At most once. Raises NatsError."""
        await self._connection.client.publish(self._subject, body)


@asynccontextmanager
async def kamailio_edge_bus(url: str, edge: str, hear: Callable[[bytes], None]) -> AsyncIterator[KamailioEdgeBus]:
    """While this is open, `hear` is told each order to any Kamailio. `url` with name and password. Raises BusError."""
    connection = await connect(url, f"Kamailio {edge}")

    async def heard(message: Msg) -> None:
        hear(message.data)

    try:
        await connection.client.subscribe(KAMAILIO_ORDERS, cb=heard)
        yield KamailioEdgeBus(connection, edge)
    finally:
        await connection.close()
