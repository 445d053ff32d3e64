"""The line between a branch and the hub's bus, that a test can cut: both ends go on by themselves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Passes bytes on to where `target` says the bus is now, unless it is cut."""

    def __init__(self, target: Callable[[], str]) -> None:
        self._target = target
        self._open = set[asyncio.StreamWriter]()
        self._is_cut = False
        self.port = 0

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    def cut(self) -> None:
        self._is_cut = True
        for one in self._open:
            one.transport.abort()

    def mend(self) -> None:
        self._is_cut = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        try:
            there = urlsplit(self._target())
            far_reader, far_writer = await asyncio.open_connection(there.hostname, there.port)
        except OSError:
            writer.transport.abort()
            return
        self._open |= {writer, far_writer}
        both = {asyncio.create_task(_pass_on(reader, far_writer)), asyncio.create_task(_pass_on(far_reader, writer))}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
        for one in (writer, far_writer):
            one.transport.abort()
            self._open.discard(one)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()


@asynccontextmanager
async def line(target: Callable[[], str]) -> AsyncIterator[Line]:
    """To the bus at the address that this tells."""
    one = Line(target)
    server = await asyncio.start_server(one.carry, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        one.cut()
        server.close()
