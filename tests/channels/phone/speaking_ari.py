"""An Asterisk that tells what the test wants told, and takes whatever it is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from devservers.ports import free_ports
from hub.clock import WallClock


class SpeakingAri:
    """Its events come by `says`; `asked` is what it was asked, `channels` who is on a line."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.channels: list[dict[str, object]] = []
        self.url = ""
        self._sockets: list[web.WebSocketResponse] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix("/ari")
        if path == "/events":
            return await self._follow(request)
        if path == "/channels" and request.method == "GET":
            return web.json_response(self.channels)
        self.asked.append((f"{request.method} {path}", dict(request.query)))
        return web.json_response({})

    async def calls(self, channel: str, number: str, dialled: str = "1000") -> None:
        """A customer calls."""
        began = WallClock().now().isoformat(timespec="milliseconds")
        line = {"id": channel, "caller": {"number": number, "name": ""}, "creationtime": began}
        await self.says({"type": "StasisStart", "args": ["in", dialled, "allowed"], "channel": line})

    async def picks_up(self, channel: str, words: str) -> None:
        """Who was called comes to the adapter with the words it gave them."""
        await self.says({"type": "StasisStart", "args": words.split(","), "channel": {"id": channel}})

    async def says(self, event: dict[str, object]) -> None:
        for socket in self._sockets:
            await socket.send_json(event)

    async def was_asked(self, what: str) -> dict[str, str]:
        """The words of the first request that begins so, once there is one."""
        async with asyncio.timeout(40):
            while not (found := [words for request, words in self.asked if request.startswith(what)]):
                await asyncio.sleep(0.02)
        return found[0]

    def last(self, beginning: str) -> str:
        """The channel with a name that begins so that it was asked to make last."""
        made = [request.removeprefix("POST /channels/") for request, _ in self.asked]
        return next(one for one in reversed(made) if one.startswith(beginning) and "/" not in one)

    async def is_followed(self) -> None:
        """Until the adapter hears what is said."""
        async with asyncio.timeout(40):
            while not [request for request, _ in self.asked if request.endswith("/eventFilter")]:
                await asyncio.sleep(0.02)

    async def _follow(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.append(socket)
        async for _ in socket:
            pass
        return socket


@asynccontextmanager
async def speaking_ari() -> AsyncIterator[SpeakingAri]:
    """On a free port of the loopback."""
    fake, application, [port] = SpeakingAri(), web.Application(), free_ports(1)
    application.router.add_route("*", "/{path:.*}", fake.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        fake.url = f"http://127.0.0.1:{port}/ari"
        yield fake
    finally:
        await runner.cleanup()
