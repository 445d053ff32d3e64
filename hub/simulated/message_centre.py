"""A carrier's message centre as small as can be: who binds gets messages, and what they send is kept."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from hub.channels.sms import pdu
from hub.channels.sms.pdu import Message, Pdu, Said

Sent = Callable[[Message], None]
"""Hears what leaves, in order."""


class MessageCentre:
    """Made by `message_centre`. It lets everybody in."""

    def __init__(self, sent: Sent) -> None:
        self.port = 0
        self._sent = sent
        self._bound: list[asyncio.StreamWriter] = []
        self._is_bound = asyncio.Event()
        self._waiting: dict[int, asyncio.Future[int]] = {}
        self._sequence = 0
        self._names = 1000

    async def bound(self) -> None:
        """Returns when somebody is."""
        await self._is_bound.wait()

    async def deliver(self, message: Message) -> int:
        """How it was answered; -1: not at all, as nobody was there, or the link broke."""
        if not self._bound:
            return -1
        self._sequence += 1
        sequence, answer = self._sequence, asyncio.get_running_loop().create_future()
        self._waiting[sequence] = answer
        try:
            self._bound[-1].write(Pdu(Said.DELIVER_SM, 0, sequence, pdu.submit(message)).to_bytes())
            return int(await answer)
        finally:
            self._waiting.pop(sequence, None)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One link."""
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                follow, head = pdu.header(await reader.readexactly(pdu.HEADER))
                body = await reader.readexactly(follow) if follow else b""
                self._heard(writer, head, body)
        if writer in self._bound:
            self._bound.remove(writer)
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_result(-1)
        if not self._bound:
            self._is_bound.clear()
        writer.close()

    def _heard(self, writer: asyncio.StreamWriter, head: Pdu, body: bytes) -> None:
        if head.command == Said.DELIVER_SM_RESP:
            answer = self._waiting.get(head.sequence)
            if answer is not None and not answer.done():
                answer.set_result(head.status)
            return
        said = b""
        if head.command == Said.BIND_TRANSCEIVER:
            said = b"centre\0"
            self._bound.append(writer)
            self._is_bound.set()
        elif head.command == Said.SUBMIT_SM:
            self._names += 1
            said = b"%d\0" % self._names
            self._sent(pdu.delivered(body))
        if not head.command & pdu.RESPONSE:
            writer.write(Pdu(head.command | pdu.RESPONSE, 0, head.sequence, said).to_bytes())


@asynccontextmanager
async def message_centre(sent: Sent) -> AsyncIterator[MessageCentre]:
    """Open while this is."""
    centre = MessageCentre(sent)
    server = await asyncio.start_server(centre.serve, "127.0.0.1", 0)
    centre.port = server.sockets[0].getsockname()[1]
    try:
        yield centre
    finally:
        server.close()
