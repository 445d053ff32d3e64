"""Signs of customers, as adapters give them on `signs.in.<channel>.<hash>`: heard or missed, kept nowhere."""

import logging
from collections.abc import Callable

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from hub.bus.connection import BusError, Connection
from hub.bus.inbound_message import channel_of
from hub.bus.subjects import SIGNS_IN, described, sign_subject

log = logging.getLogger(__name__)

Heard = Callable[[str, bytes], None]
"""The channel by the subject, and the body."""


class Signs:
    """Each of several hubs hears them: only the one that has the agent's streams can tell them."""

    def __init__(self, connection: Connection, heard: Heard) -> None:
        self._connection = connection
        self._heard = heard
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """From now on, also after the connection was lost and stands again. Raises BusError."""
        try:
            self._subscription = await self._connection.client.subscribe(f"{SIGNS_IN}.>", cb=self._on_sign)
        except NatsError as error:
            raise BusError(f"signs of customers can't be listened to: {described(error)}") from error

    async def stop(self) -> None:
        """No more."""
        if self._subscription is not None:
            try:
                await self._subscription.unsubscribe()
            except NatsError as error:
                log.debug("the end of listening for signs was not told: %s", error)

    async def _on_sign(self, message: Msg) -> None:
        try:
            self._heard(channel_of(message.subject), message.data)
        except Exception:
            log.exception("a sign of a customer could not be told")


async def give_sign(connection: Connection, channel: str, thread: str, body: bytes) -> None:
    """To whoever listens now; where nobody can be reached it is lost."""
    try:
        await connection.client.publish(sign_subject(channel, thread), body)
    except NatsError as error:
        log.debug("a sign is lost: %s", described(error))
