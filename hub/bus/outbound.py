"""The way to the channel adapters: what they are to carry out, kept by JetStream, and how far they were told."""

import asyncio
import itertools
import json
from collections.abc import Sequence
from typing import NamedTuple

from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js.api import Header
from nats.js.errors import APIError
from nats.js.errors import NotFoundError as NoMessageError

from hub.bus.adapter_consumers import ensure_adapter_consumers
from hub.bus.connection import BusError, Connection
from hub.bus.subjects import (
    CONVERSATIONS_OUT,
    OUTBOUND,
    OUTBOUND_POSITION,
    POSITION,
    announcement_subject,
    command_subject,
    described,
    ensure_streams,
)

ACK_SECONDS = 5.0
_ID = Header.MSG_ID.value
_LAST_ID = Header.EXPECTED_LAST_MSG_ID.value


class OutboundMessage(NamedTuple):
    """For the adapter that carries this thread. Messages of equal `id` are the same; `position` is its place in the
    log."""

    channel: str
    thread: str
    id: str
    position: int
    body: bytes


class OutboundStream:
    """The stream OUTBOUND, for one sender. Every method raises BusError when NATS does not do its part."""

    def __init__(self, connection: Connection, *, replicas: int = 1, ack_seconds: float = ACK_SECONDS) -> None:
        self._connection = connection
        self._client = connection.client
        self._replicas = replicas
        self._ack_seconds = ack_seconds
        self._inbox = self._client.new_inbox()
        self._numbers = itertools.count(1)
        self._missing: dict[int, OutboundMessage] = {}
        self._tried = 0
        """The last position of which JetStream may have anything."""
        self._acked: asyncio.Future[None] | None = None
        self._listening = False
        self._is_sure = True
        """Whether the stream and what adapters read it by are still there: not after the connection was lost, nor when
        no stream took something."""
        connection.on_change(self._doubt)

    async def position(self) -> int | None:
        """Up to where the log has been told, as JetStream has it; None: nothing was told within the last day. Makes the
        stream if need be, and what adapters read it by."""
        await self._make()
        js = self._connection.jetstream()
        found = []
        for subject in (OUTBOUND_POSITION, f"{CONVERSATIONS_OUT}.>"):
            try:
                last = await js.get_last_msg(OUTBOUND, subject)
            except NoMessageError:
                continue
            except (NatsError, APIError, TimeoutError) as error:
                raise BusError(f"how far channel adapters were told can't be read: {described(error)}") from error
            found.append(int((last.headers or {}).get(POSITION, "0")))
        self._tried = max(self._tried, *found, 0)
        return max(found, default=None)

    async def keep(self, position: int) -> None:
        """The log has been told up to here, whether there was something to tell or not."""
        try:
            await self._connection.jetstream().publish(
                OUTBOUND_POSITION, b"", stream=OUTBOUND, headers={POSITION: str(position)}
            )
        except (NatsError, APIError, TimeoutError) as error:
            raise BusError(f"how far channel adapters were told can't be kept: {described(error)}") from error

    async def publish(self, messages: Sequence[OutboundMessage]) -> None:
        """Returns when JetStream has all of them, in order. After a BusError it may have some: send all again, those it
        has already are dropped for two minutes, and recognised by their id after that."""
        if not messages:
            return
        if not self._connection.connected:
            raise BusError("channel adapters can't be told now: there is no connection to NATS")
        if not self._is_sure:
            await self._make()
        acked = self._acked = asyncio.get_running_loop().create_future()
        try:
            await self._listen()
            await self._send(messages)
            async with asyncio.timeout(self._ack_seconds):
                await acked
        except (NatsError, TimeoutError) as error:
            raise BusError(f"{len(messages)} commands to channel adapters not kept: {described(error)}") from error
        finally:
            self._missing = {}

    async def _make(self) -> None:
        self._is_sure = True
        try:
            js = self._connection.jetstream()
            await ensure_streams(js, self._replicas)
            await ensure_adapter_consumers(js)
        except BusError:
            self._doubt()
            raise

    def _doubt(self) -> None:
        self._is_sure = False

    async def _send(self, messages: Sequence[OutboundMessage]) -> None:
        """What JetStream can't have yet is sent as a chain: each message is refused unless the one before it is the
        last that was kept, so that the ack of the last one stands for all. What it may have, or what goes to several
        servers, is acked one by one: a repeat that is dropped would hide that the one before it is missing."""
        chained = self._replicas == 1 and messages[0].position > self._tried
        self._tried = max(self._tried, messages[-1].position)
        acked = messages[-1:] if chained else messages
        numbers = [next(self._numbers) for _ in acked]
        self._missing = dict(zip(numbers, acked, strict=True))
        replies = [""] * (len(messages) - len(acked)) + [f"{self._inbox}.{number}" for number in numbers]
        before = ""
        for message, reply in zip(messages, replies, strict=True):
            headers = {POSITION: str(message.position), _ID: message.id}
            if chained and before:
                headers[_LAST_ID] = before
            before = message.id
            subject = command_subject(message.channel, message.thread)
            await self._client.publish(subject, message.body, reply, headers)

    async def announce(self, message: OutboundMessage) -> None:
        """Say it to whoever listens now."""
        try:
            await self._client.publish(announcement_subject(message.channel, message.thread), message.body)
        except NatsError as error:
            raise BusError(f"an announcement could not be made: {described(error)}") from error

    async def _listen(self) -> None:
        if not self._listening:
            await self._client.subscribe(f"{self._inbox}.*", cb=self._on_ack)
            self._listening = True

    async def _on_ack(self, ack: Msg) -> None:
        number = int(ack.subject.rpartition(".")[2])
        acked = self._acked
        if number not in self._missing or acked is None or acked.done():
            return
        problem = _problem(ack)
        if problem:
            self._is_sure = self._is_sure and bool(ack.data)
            acked.set_exception(BusError(f"JetStream did not keep a command to a channel adapter: {problem}"))
            return
        del self._missing[number]
        if not self._missing:
            acked.set_result(None)


def _problem(ack: Msg) -> str:
    """Why JetStream did not take it; empty: it did."""
    if not ack.data:
        return "no stream takes it"
    if b'"error"' not in ack.data:
        return ""
    told = json.loads(ack.data)
    error = told.get("error")
    return str(error.get("description", error)) if error else ""
