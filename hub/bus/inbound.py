"""The intake's side of the bus: takes what adapters sent, in order, and answers when it is safe."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import zip_longest

from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import APIError

from hub.bus.connection import BusError, Connection
from hub.bus.inbound_message import InboundMessage, inbound
from hub.bus.subjects import INBOUND, INTAKE, described, ensure_streams

log = logging.getLogger(__name__)

_HEARTBEAT = 5.0
_PULL_EXPIRES = 30.0
_ACK_WAIT = 60.0
_NANOSECOND = 1_000_000_000
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 2.0)
UNDER_WAY = 2
"""Batches that are handed over at once: one is decided while the other is being written."""
_PACE = 0.01
"""Seconds from one writing of answers to the next: the system call wakes the server, and holds the loop up for as long
as all else about a contact. An answer that comes alone is written at once."""
_NAK = b'-NAK {"delay": 5000000000}'


Handler = Callable[[Sequence[InboundMessage]], Awaitable[Sequence[bytes | None]]]
"""Takes a batch, answers with one confirmation a message, in order, each true when it is returned; None: this one is
to come again. Raises only if nothing could be done, such as when the store is down: then the batch comes again."""


UnderWay = deque[tuple[list[InboundMessage], asyncio.Task[bool]]]
"""Batches that were handed over, in order, each with whether it was answered."""


class Inbound:
    """Hands messages to `handler`, batch by batch, in the order JetStream holds them; the next ones are fetched
    meanwhile. A message that comes alone is handed over at once, a few batches at a time: the handler sees to it that
    they are taken in in order. Only after it has answered is a message confirmed to its sender and acked. `replicas` is
    that of the streams, which are made if need be.

    A batch whose handler raises is kept and tried again, alone and before those that came after it and failed with it;
    if a single message is to blame, it is set back so that it does not stop the others. After a crash or a lost
    connection everything not acked comes again, first and in order.
    """

    def __init__(self, connection: Connection, handler: Handler, *, batch: int = 500, replicas: int = 1) -> None:
        self.handled = 0
        self.failures = 0
        self._connection = connection
        self._client = connection.client
        self._handler = handler
        self._batch = batch
        self._replicas = replicas
        self._queue: deque[Msg] = deque()
        self._asked = 0
        self._heard = 0.0
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        self._ended = asyncio.Event()
        self._broken = False
        self._running = False
        self._subscription: Subscription | None = None
        self._answers: list[tuple[InboundMessage, bytes]] = []
        self._answered_at = 0.0
        self._due: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        connection.on_change(self._on_change)

    async def run(self) -> None:
        """Until `stop`, through every failure of NATS and of the handler. Raises BusError only if the connection is
        closed for good."""
        self._running = True
        failures = 0
        try:
            while not self._stop.is_set():
                try:
                    await self._attach(patience=2.0 * (failures + 1))
                    failures = 0
                    await self._work()
                except (NatsError, APIError, BusError, TimeoutError) as error:
                    if self._connection.closed:
                        raise BusError("the intake's connection to NATS was closed") from error
                    failures += 1
                    log.warning("the intake can't read from NATS (try %d): %s", failures, described(error))
                    await self._pause(failures)
            await self._let_go()
        finally:
            self._running = False
            self._ended.set()

    async def stop(self) -> None:
        """Finish the batch in hand and end `run`."""
        self._stop.set()
        self._wake.set()
        if self._running:
            await self._ended.wait()

    async def _attach(self, patience: float) -> None:
        """Begin anew at the first message that is not acked, with a fresh inbox and nothing fetched. `patience`: short
        at first, for a request that was on its way when the server died is never answered."""
        await self._write_answers()
        await self._detach()
        self._broken = False
        js = self._connection.jetstream(min(patience, 10.0))
        await ensure_streams(js, self._replicas)
        await js.add_consumer(
            INBOUND,
            ConsumerConfig(
                durable_name=INTAKE,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=_ACK_WAIT,
                max_ack_pending=max(10_000, 4 * self._batch),
                max_deliver=-1,
            ),
        )
        with suppress(APIError):  # Servers before 2.14 can't: there it comes again after the ack's time is over.
            await js.reset_consumer(INBOUND, INTAKE)
        self._subscription = await self._client.subscribe(
            self._client.new_inbox(), cb=self._on_message, pending_bytes_limit=0
        )
        self._heard = asyncio.get_running_loop().time()

    async def _detach(self) -> None:
        subscription, self._subscription = self._subscription, None
        self._queue.clear()
        self._asked = 0
        if subscription is not None:
            with suppress(NatsError):
                await subscription.unsubscribe()

    async def _work(self) -> None:
        under_way: UnderWay = deque()
        try:
            await self._hand_over(under_way)
        except asyncio.CancelledError:
            for _, trying in under_way:
                trying.cancel()
            under_way.clear()
            raise
        finally:
            await self._finish(under_way)

    async def _hand_over(self, under_way: UnderWay) -> None:
        while not self._stop.is_set() and not self._broken:
            await self._ask()
            if under_way and under_way[0][1].done():
                if under_way[0][1].result():
                    under_way.popleft()
                else:
                    await self._finish(under_way)
            elif self._queue and len(under_way) < UNDER_WAY:
                batch = self._take(self._batch)
                trying = asyncio.create_task(self._try(batch, 0))
                trying.add_done_callback(lambda _: self._wake.set())
                under_way.append((batch, trying))
            else:
                await self._arrival()

    async def _finish(self, under_way: UnderWay) -> None:
        """Wait for all; those that failed are tried again, one after the other, in their order."""
        if under_way:
            await asyncio.wait([trying for _, trying in under_way])
        while under_way:
            batch, trying = under_way.popleft()
            if not trying.result():
                await self._handle(batch)

    async def _ask(self) -> None:
        """Keep the server asked for up to two batches, so that the second is here when the first is done."""
        missing = 2 * self._batch - self._asked - len(self._queue)
        if self._subscription is None or missing < self._batch:
            return
        pull = {
            "batch": missing,
            "expires": int(_PULL_EXPIRES * _NANOSECOND),
            "idle_heartbeat": int(_HEARTBEAT * _NANOSECOND),
        }
        self._asked += missing
        await self._client.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{INBOUND}.{INTAKE}", json.dumps(pull).encode(), self._subscription.subject
        )

    async def _arrival(self) -> None:
        """Wait for a message, or for anything that needs a look. Silence for too long means the pull is lost."""
        self._wake.clear()
        try:
            async with asyncio.timeout(_HEARTBEAT):
                await self._wake.wait()
        except TimeoutError:
            self._broken = asyncio.get_running_loop().time() - self._heard > 3 * _HEARTBEAT

    async def _on_message(self, message: Msg) -> None:
        self._heard = asyncio.get_running_loop().time()
        status = message.headers.get("Status") if message.headers and not message.data else None
        if status is None or message.reply:
            self._asked -= 1
            self._queue.append(message)
        elif status != "100":
            headers = message.headers or {}
            self._asked -= int(headers.get("Nats-Pending-Messages", 0))
            if status not in ("404", "408"):
                log.info("NATS ended the intake's pull: %s %s", status, headers.get("Description", ""))
                self._broken = True
        self._wake.set()

    def _on_change(self) -> None:
        self._broken = True
        self._wake.set()

    def _take(self, count: int) -> list[InboundMessage]:
        queue = self._queue
        return [inbound(queue.popleft()) for _ in range(min(count, len(queue)))]

    async def _handle(self, batch: list[InboundMessage]) -> None:
        """Until each message of a batch that failed once is answered or set back. From its third failure on it is tried
        in smaller and smaller parts: if in the end one message alone fails while another works, that one is to
        blame."""
        failures = 1
        await self._pause(failures)
        while batch and not self._stop.is_set():
            part = batch[: max(1, len(batch) >> 2 * max(0, failures - 2))]
            if await self._try(part, failures):
                del batch[: len(part)]
                failures = 0
                continue
            failures += 1
            if failures > 2 and len(part) == 1 and await self._another_works(batch, failures):
                log.error("setting a message back that the intake fails on", extra={"subject": part[0].subject})
                await self._set_back(batch.pop(0))
                failures = 0
                continue
            await self._pause(failures)

    async def _try(self, part: Sequence[InboundMessage], failures: int) -> bool:
        try:
            answers = await self._handler(part)
        except Exception as error:
            self.failures += 1
            log.error(
                "%d messages can't be taken in now, they stay in hand: %s: %s",
                *(len(part), type(error).__name__, error),
                exc_info=failures == 0,
            )
            return False
        await self._answer(part, answers)
        return True

    async def _another_works(self, batch: list[InboundMessage], failures: int) -> bool:
        """Try one message of another subject, each time a different one."""
        if len(batch) == 1:
            batch.extend(self._take(self._batch))
        firsts = {message.subject: index for index, message in reversed(list(enumerate(batch)))}
        firsts.pop(batch[0].subject)
        if not firsts:
            return False
        index = sorted(firsts.values())[failures % len(firsts)]
        if not await self._try([batch[index]], failures):
            return False
        del batch[index]
        return True

    async def _answer(self, part: Sequence[InboundMessage], answers: Sequence[bytes | None]) -> None:
        """Confirm, then ack: at once, or with what else is answered within the pace. What is lost here comes again and
        is answered again."""
        self.handled += len(part)
        for message, answer in zip_longest(part, answers[: len(part)]):
            if answer is None:
                log.warning("a message got no answer and will come again", extra={"subject": message.subject})
                await self._set_back(message)
            else:
                self._answers.append((message, answer))
        if self._due is None and self._answers:
            loop = asyncio.get_running_loop()
            due = self._answered_at + _PACE
            if due <= loop.time():
                await self._write_answers()
            else:
                self._due = loop.call_at(due, self._write_on_time)

    def _write_on_time(self) -> None:
        self._writing = asyncio.get_running_loop().create_task(self._write_answers())

    async def _write_answers(self) -> None:
        """All there are: nats-py sends what is published in one go in one write."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        answers, self._answers = self._answers, []
        self._answered_at = asyncio.get_running_loop().time()
        publish = self._client.publish
        with suppress(NatsError):
            for message, answer in answers:
                if message.confirm_to:
                    await publish(message.confirm_to, answer)
                await publish(message.ack_to)

    async def _set_back(self, message: InboundMessage) -> None:
        with suppress(NatsError):
            await self._client.publish(message.ack_to, _NAK)

    async def _pause(self, failures: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PAUSES[min(failures, len(_PAUSES)) - 1]):
                await self._stop.wait()

    async def _let_go(self) -> None:
        """Give back what was fetched and not handled, so that it comes at once to whoever asks next."""
        await self._write_answers()
        fetched = self._take(len(self._queue))
        with suppress(NatsError, TimeoutError):
            for message in fetched:
                await self._client.publish(message.ack_to, b"-NAK")
            await self._detach()
            if self._connection.connected:
                await self._client.flush(timeout=2)
