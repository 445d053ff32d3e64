"""Questions of what may be said to a customer, asked over NATS: request and reply, nothing is kept here."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from hub.bus.connection import BusError, Connection
from hub.bus.inbound_message import channel_of, is_inbox
from hub.bus.subjects import PATHS_ASK, described

log = logging.getLogger(__name__)

AT_ONCE = 64
"""Questions that are being answered at the same time; what comes beyond waits, and is asked again by who gave up."""
_GROUP = "hub"
"""Of several hubs one answers."""

Answer = Callable[[str, bytes], Awaitable[bytes]]
"""From the channel in the subject and the body of a question to the body of its answer; raises only where there is
none."""


class PathQuestions:
    """Answers each question once it is durable. One that came while nobody ran, or that got lost, is asked again by its
    sender, under the same id: the answer is the same."""

    def __init__(self, connection: Connection, answer: Answer, *, at_once: int = AT_ONCE) -> None:
        self._connection = connection
        self._client = connection.client
        self._answer = answer
        self._free = asyncio.Semaphore(at_once)
        self._running: set[asyncio.Task[None]] = set()
        self._subscription: Subscription | None = None

    async def start(self) -> None:
        """From now on, also after the connection was lost and stands again. Raises BusError."""
        try:
            self._subscription = await self._client.subscribe(f"{PATHS_ASK}.*", _GROUP, self._on_question)
            await self._connection.settle()
        except (NatsError, TimeoutError) as error:
            raise BusError(f"questions over NATS can't be listened to: {described(error)}") from error

    async def stop(self) -> None:
        """Answer what was begun, and no more."""
        if self._subscription is not None:
            try:
                await self._subscription.unsubscribe()
                if self._client.is_connected:
                    await self._connection.settle(2)  # later ones find nobody, and are asked elsewhere
            except (NatsError, TimeoutError) as error:
                log.debug("the end of listening for questions was not told: %s", error)
        if self._running:
            await asyncio.wait(self._running)

    async def _on_question(self, message: Msg) -> None:
        if not is_inbox(message.reply, channel_of(message.subject)):
            log.warning("a question without an inbox for its answer was left alone", extra={"subject": message.subject})
            return
        await self._free.acquire()
        task = asyncio.create_task(self._reply(message))
        self._running.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free.release()

    async def _reply(self, message: Msg) -> None:
        try:
            answer = await self._answer(message.subject.removeprefix(f"{PATHS_ASK}."), message.data)
            await self._client.publish(message.reply, answer)
        except NatsError as error:
            log.warning("an answer could not be sent, the question comes again: %s", described(error))
        except Exception:
            log.exception("a question could not be answered")
