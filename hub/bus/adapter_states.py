"""What the bus knows of adapters: who carries out what each is told, and how much it has not carried out yet."""

from nats.errors import Error as NatsError
from nats.js.errors import APIError
from nats.js.errors import NotFoundError as NoMessageError

from hub.bus.adapter_consumers import untold
from hub.bus.carriers import Carrier
from hub.bus.connection import BusError, Connection
from hub.bus.subjects import CARRIERS, CARRIES, described


class AdapterStates:
    """For whoever looks on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def holder(self, adapter: str) -> Carrier | None:
        """Who said last, not long ago, that it carries out what this adapter is told. Raises BusError."""
        try:
            found = await self._connection.jetstream().get_last_msg(CARRIERS, f"{CARRIES}.{adapter}", direct=True)
        except NoMessageError:
            return None
        except (NatsError, APIError, TimeoutError) as error:
            raise BusError(f"who carries out adapter {adapter} can't be read: {described(error)}") from error
        return Carrier.from_bytes(found.data or b"")

    async def untold(self, adapter: str) -> int:
        """How many commands it has not carried out yet. Raises BusError."""
        return await untold(self._connection.jetstream(), adapter)
