"""What an adapter is asked to take in once more: request and reply, nothing is kept here."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from hub.bus.connection import BusError, Connection
from hub.bus.subjects import described, retries_subject

log = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds an adapter has to take one in: below what its user may take to answer."""

Retry = Callable[[bytes], Awaitable[bytes | None]]
"""From what was refused, as the adapter reported it then, to a confirmation; None: it is another adapter's."""


async def try_again(connection: Connection, channel: str, body: bytes, patience: float = PATIENCE) -> bytes:
    """The adapter's answer. Raises BusError where no adapter of the channel runs, or it does not answer."""
    try:
        answer = await connection.client.request(retries_subject(channel), body, timeout=patience)
    except NoRespondersError:
        raise BusError(
            f"no adapter of the channel {channel} runs that could take it in: start it, then retry"
        ) from None
    except (NatsError, TimeoutError) as error:
        raise BusError(f"the adapter of the channel {channel} did not answer: {described(error)}") from error
    return answer.data


async def retries(connection: Connection, channel: str, retry: Retry) -> None:
    """For ever, one after the other: what the adapter of a channel is to try again. What `retry` raises is logged, and
    goes without an answer."""

    async def on_message(message: Msg) -> None:
        try:
            answer = await retry(message.data)
            if answer is not None:
                await message.respond(answer)
        except NatsError as error:
            log.warning("that something was tried again could not be told: %s", described(error))
        except Exception:
            log.exception("what was refused can't be tried again")

    subscription = await connection.client.subscribe(retries_subject(channel), cb=on_message)
    try:
        await asyncio.Event().wait()
    finally:
        await subscription.unsubscribe()
