"""Where JetStream remembers how far each adapter was told: made by the hub, for adapters may not."""

from collections.abc import Iterable

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import APIError

from hub.bus.connection import BusError
from hub.bus.subjects import CONVERSATIONS_OUT, KAMAILIO, OUTBOUND, described
from hub.bus.users import ADAPTERS, BusUser

IN_HAND = 512
"""Commands that an adapter may have fetched and not carried out yet: more wait at JetStream."""
ACK_WAIT = 60.0
"""Seconds an adapter may be silent about a command before it comes again."""


def adapter_consumer(user: BusUser) -> ConsumerConfig:
    """Of the channel's commands, from those that are told once it is there, each until it is acked."""
    return ConsumerConfig(
        durable_name=user.name,
        filter_subject=f"{CONVERSATIONS_OUT}.{user.channel}.>",
        deliver_policy=DeliverPolicy.NEW,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT,
        max_ack_pending=2 * IN_HAND,
        max_deliver=-1,
    )


def kamailio_consumer() -> ConsumerConfig:
    """Of how calls stand in Kamailio, in order: the ack of one stands for those before it."""
    return ConsumerConfig(
        durable_name="kamailio",
        deliver_policy=DeliverPolicy.NEW,
        ack_policy=AckPolicy.ALL,
        ack_wait=ACK_WAIT,
        max_ack_pending=20 * IN_HAND,
        max_deliver=-1,
    )


async def ensure_adapter_consumers(js: JetStreamContext, adapters: Iterable[BusUser] = ADAPTERS) -> None:
    """Make them where they are not; the streams must be there. Raises BusError."""
    for user in adapters:
        try:
            await js.add_consumer(OUTBOUND, adapter_consumer(user))
            if user.hears_kamailio:
                await js.add_consumer(KAMAILIO, kamailio_consumer())
        except (NatsError, APIError, TimeoutError) as error:
            raise BusError(
                f"how far the adapter {user.name} was told can't be kept by JetStream: {described(error)}"
            ) from error


async def untold(js: JetStreamContext, name: str) -> int:
    """How many commands this adapter has not carried out yet. Raises BusError."""
    try:
        info = await js.consumer_info(OUTBOUND, name)
    except (NatsError, APIError, TimeoutError) as error:
        raise BusError(f"how far the adapter {name} was told can't be read: {described(error)}") from error
    return (info.num_pending or 0) + (info.num_ack_pending or 0)
