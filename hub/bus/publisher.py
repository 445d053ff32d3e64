"""Publishing that is over only when the hub has confirmed it: repeated until then, through any restart."""

import asyncio
import heapq
import itertools
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from hub.bus.connection import BusError, Connection
from hub.bus.subjects import CONFIRM_TO, MAX_MESSAGE
from hub.domain.errors import InvalidError

log = logging.getLogger(__name__)

MAX_BODY = MAX_MESSAGE - 1000
"""Bytes of a body, headers aside."""


@dataclass(slots=True, eq=False)
class _Outstanding:
    subject: str
    body: bytes
    headers: dict[str, str]
    answer: asyncio.Future[bytes]
    pause: float
    sent: bool = False


class Publisher:
    """Confirmed publishing for any number of concurrent callers over one connection.

    JetStream's own ack is not waited for: it comes before the disk does. What counts is the hub's confirmation, after
    its commit. Without one the message is sent again after `first_repeat` seconds, then after twice as long each time,
    up to `longest_repeat`; and at once when a lost connection stands again.
    """

    def __init__(self, connection: Connection, *, first_repeat: float = 2.0, longest_repeat: float = 30.0) -> None:
        self.repeats = 0
        self._connection = connection
        self._client = connection.client
        self._first_repeat = first_repeat
        self._longest_repeat = longest_repeat
        self._inbox = self._client.new_inbox()
        self._numbers = itertools.count(1)
        self._outstanding: dict[int, _Outstanding] = {}
        self._due: list[tuple[float, int]] = []
        self._lanes: dict[str, asyncio.Future[None]] = {}
        self._starting = asyncio.Lock()
        self._repeater: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        self._all_due = False
        self._closed = False
        connection.on_change(self._repeat_all)

    @property
    def outstanding(self) -> int:
        """Messages sent and not confirmed yet."""
        return len(self._outstanding)

    async def publish(
        self, subject: str, body: bytes, *, order: Sequence[str] = (), patience: float | None = None
    ) -> bytes:
        """Send until confirmed; the confirmation's body. Messages that share a key of `order` (the subject, if none is
        given) are sent one after the other, each when the one before it is confirmed: so no loss can turn them round.

        Raises InvalidError for a body above MAX_BODY, BusError once the publisher or its connection is closed, and
        TimeoutError after `patience` seconds: then it is not known whether the hub has it.
        """
        if len(body) > MAX_BODY:
            raise InvalidError(f"a message of {len(body)} bytes is too large: at most {MAX_BODY} can be sent")
        if self._repeater is None:
            await self._start()
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        keys = order or (subject,)
        before = {self._lanes[key] for key in keys if key in self._lanes}
        for key in keys:
            self._lanes[key] = turn
        try:
            async with asyncio.timeout(patience):
                if before:
                    await asyncio.wait(before)
                return await self._confirmed(subject, body)
        finally:
            self._leave(keys, turn, before)

    async def close(self) -> None:
        """Give up what is outstanding: its callers get BusError. The connection stays open."""
        self._closed = True
        if self._repeater is not None:
            self._repeater.cancel()
            await asyncio.wait({self._repeater})
        self._fail_all()

    async def _confirmed(self, subject: str, body: bytes) -> bytes:
        if self._closed or self._connection.closed:
            raise BusError("the connection to NATS is closed: nothing can be published any more")
        loop = asyncio.get_running_loop()
        number = next(self._numbers)
        headers = {CONFIRM_TO: f"{self._inbox}.{number}"}
        message = _Outstanding(subject, body, headers, loop.create_future(), self._first_repeat)
        self._outstanding[number] = message
        heapq.heappush(self._due, (loop.time() + message.pause, number))
        if self._due[0][1] == number:
            self._wake.set()
        try:
            await self._transmit(message)
            return await message.answer
        finally:
            del self._outstanding[number]

    async def _transmit(self, message: _Outstanding) -> None:
        """Send once. While there is no connection nothing is buffered: it is due again when one stands."""
        if not self._connection.connected:
            return
        self.repeats += message.sent
        message.sent = True
        try:
            await self._client.publish(message.subject, message.body, headers=message.headers)
        except NatsError as error:
            log.debug("sending on %s failed, it will be repeated: %s", message.subject, error)

    def _leave(self, keys: Sequence[str], turn: asyncio.Future[None], before: Collection[asyncio.Future[None]]) -> None:
        """Let the next ones have their turn; after a cancelled wait not before those it waited for."""

        def pass_on(_: object = None) -> None:
            turn.set_result(None)
            for key in keys:
                if self._lanes.get(key) is turn:
                    del self._lanes[key]

        waiting = [one for one in before if not one.done()]
        if waiting:
            asyncio.gather(*waiting).add_done_callback(pass_on)
        else:
            pass_on()

    async def _start(self) -> None:
        async with self._starting:
            if self._repeater is not None:
                return
            if self._closed or self._connection.closed:
                raise BusError("the connection to NATS is closed: nothing can be published any more")
            await self._client.subscribe(f"{self._inbox}.*", cb=self._on_confirmation)
            self._repeater = asyncio.create_task(self._repeat(), name="publisher-repeats")

    async def _on_confirmation(self, confirmation: Msg) -> None:
        message = self._outstanding.get(int(confirmation.subject.rpartition(".")[2]))
        if message is not None and not message.answer.done():
            message.answer.set_result(confirmation.data)

    async def _repeat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._wake.clear()
            if self._connection.closed:
                self._fail_all()
            for number in self._take_due(loop.time()):
                message = self._outstanding.get(number)
                if message is not None:
                    await self._transmit(message)
                    message.pause = min(message.pause * 2, self._longest_repeat)
                    heapq.heappush(self._due, (loop.time() + message.pause, number))
            await _set_within(self._wake, self._due[0][0] - loop.time() if self._due else None)

    def _take_due(self, now: float) -> list[int]:
        """Numbers of the messages to send again, oldest first."""
        if self._all_due:
            self._all_due = False
            self._due.clear()
            return sorted(number for number, message in self._outstanding.items() if not message.answer.done())
        due = []
        while self._due and self._due[0][0] <= now:
            number = heapq.heappop(self._due)[1]
            if number in self._outstanding and not self._outstanding[number].answer.done():
                due.append(number)
        return sorted(due)

    def _repeat_all(self) -> None:
        self._all_due = True
        self._wake.set()

    def _fail_all(self) -> None:
        for message in self._outstanding.values():
            if not message.answer.done():
                message.answer.set_exception(BusError("the connection to NATS was closed before the hub confirmed"))


async def _set_within(event: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
