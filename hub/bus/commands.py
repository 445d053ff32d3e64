"""One adapter's side of what the hub tells it: commands in order within a thread, each until it is carried out."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import APIError

from hub.bus.adapter_consumers import IN_HAND
from hub.bus.connection import BusError, Connection
from hub.bus.subjects import ANNOUNCEMENTS_OUT, OUTBOUND, POSITION, described
from hub.cancelling import still_wanted

log = logging.getLogger(__name__)

THREADS_AT_ONCE = 64
"""Threads whose commands are being carried out side by side."""
_REMEMBERED = 4 * IN_HAND
_FETCHED = 64
_FETCH_SECONDS = 5.0
_STILL_AT_IT_SECONDS = 20.0
_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)


class CommandMessage(NamedTuple):
    """A command as it came. `position`: its place in the hub's log."""

    subject: str
    position: int
    body: bytes


Handle = Callable[[CommandMessage], Awaitable[None]]
"""Carries one out; what it raises means that it is not done, and is tried again."""


_Key = tuple[int, object]
"""The number of a message in its stream, and when the stream took it: a stream that was lost counts from 1 again."""


@dataclass(slots=True, eq=False)
class _InHand:
    message: Msg
    """As it was delivered last: only that delivery can be acked."""
    key: _Key


class CommandFeed:
    """The commands of one channel, for the adapter of this `name`, who goes on where it stopped. `run` hands each to
    `handle`: those of a thread one after the other, those of several threads side by side. One that fails is tried
    again after a pause, and its thread waits for it; after a crash whatever was not carried out comes again."""

    def __init__(self, connection: Connection, name: str, *, first_pause: float = _PAUSES[0]) -> None:
        self._connection = connection
        self._name = name
        self._first_pause = first_pause
        self._in_hand: dict[_Key, _InHand] = {}
        self._done: dict[_Key, None] = {}
        """The last that were carried out."""
        self._lanes: dict[str, deque[_InHand]] = {}
        self._at_once = asyncio.Semaphore(THREADS_AT_ONCE)
        self._room = asyncio.Event()

    async def run(self, handle: Handle) -> None:
        """For ever, through every failure of NATS. Raises BusError when the connection was closed for good."""
        failures = 0
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._still_at_it())
            while True:
                try:
                    async with self._attached() as subscription:
                        while True:
                            still_wanted()
                            await self._has_room()
                            fetched = await _fetched(subscription)
                            failures = 0
                            for message in fetched:
                                self._take(message, handle, tasks)
                except (NatsError, APIError, TimeoutError) as error:
                    still_wanted()
                    if self._connection.closed:
                        raise BusError(f"adapter {self._name}: its connection to NATS was closed") from error
                    log.warning("adapter %s can't read what it is told, trying on: %s", self._name, described(error))
                    await asyncio.sleep(_PAUSES[min(failures, len(_PAUSES) - 1)])
                    failures += 1

    @asynccontextmanager
    async def _attached(self) -> AsyncIterator[JetStreamContext.PullSubscription]:
        """Begin at the first command that is not carried out, so that none overtakes one that was in hand when this
        adapter, or the server, broke down."""
        js = self._connection.jetstream()
        with suppress(APIError):  # Servers before 2.14 can't: there it comes again after the ack's time is over.
            await js.reset_consumer(OUTBOUND, self._name)
        subscription = await js.pull_subscribe_bind(self._name, OUTBOUND)
        try:
            yield subscription
        finally:
            with suppress(NatsError):
                await subscription.unsubscribe()

    async def _has_room(self) -> None:
        while len(self._in_hand) >= IN_HAND:
            self._room.clear()
            await self._room.wait()

    def _take(self, message: Msg, handle: Handle, tasks: asyncio.TaskGroup) -> None:
        key = message.metadata.sequence.stream, message.metadata.timestamp
        if key in self._done:  # its ack was lost, or one before it was not acked yet
            tasks.create_task(self._ack(message))
            return
        known = self._in_hand.get(key)
        if known is not None:  # delivered again while it is being carried out
            known.message = message
            return
        taken = self._in_hand[key] = _InHand(message, key)
        lane = self._lanes.get(message.subject)
        if lane is not None:
            lane.append(taken)
            return
        lane = self._lanes[message.subject] = deque([taken])
        tasks.create_task(self._carry_out(lane, handle))

    async def _carry_out(self, lane: deque[_InHand], handle: Handle) -> None:
        """All of one thread, in order."""
        while lane:
            still_wanted()
            one = lane[0]
            await self._until_done(one, handle)
            lane.popleft()
            del self._in_hand[one.key]
            self._done[one.key] = None
            if len(self._done) > _REMEMBERED:
                del self._done[next(iter(self._done))]
            await self._ack(one.message)
            self._room.set()
        del self._lanes[one.message.subject]

    async def _until_done(self, one: _InHand, handle: Handle) -> None:
        command = CommandMessage(
            one.message.subject, int((one.message.headers or {}).get(POSITION, "0")), one.message.data
        )
        failures = 0
        while True:
            try:
                async with self._at_once:
                    await handle(command)
                break
            except Exception as error:
                still_wanted()
                pause = max(self._first_pause, _PAUSES[min(failures, len(_PAUSES) - 1)] if failures else 0.0)
                failures += 1
                log.error(
                    *("adapter %s could not carry out a command on %s, again in %.0f s: %s: %s", self._name),
                    *(command.subject, pause, type(error).__name__, error),
                    exc_info=failures == 1,
                )
                await asyncio.sleep(pause)

    async def _ack(self, message: Msg) -> None:
        try:
            await message.ack()
        except NatsError as error:  # it comes again, and is recognised
            log.debug("adapter %s could not ack a command: %s", self._name, error)

    async def _still_at_it(self) -> None:
        while True:
            await asyncio.sleep(_STILL_AT_IT_SECONDS)
            for one in list(self._in_hand.values()):
                try:
                    await one.message.in_progress()
                except NatsError as error:
                    log.debug("adapter %s could not say that it is at it: %s", self._name, error)


async def announcements(connection: Connection, channel: str, handle: Callable[[bytes], None]) -> None:
    """What is said again and again on a channel while somebody waits, for ever."""

    async def on_message(message: Msg) -> None:
        handle(message.data)

    subscription = await connection.client.subscribe(f"{ANNOUNCEMENTS_OUT}.{channel}.>", cb=on_message)
    try:
        await asyncio.Event().wait()
    finally:
        await subscription.unsubscribe()


async def _fetched(subscription: JetStreamContext.PullSubscription) -> list[Msg]:
    try:
        return await subscription.fetch(_FETCHED, timeout=_FETCH_SECONDS)
    except TimeoutError:
        return []
