"""An Asterisk that does as it is told, or does not: what it was asked, and which requests it refuses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from devservers.ports import free_ports


class FakeAri:
    """Answers every request; 404 to those that are in `refuses`."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.refuses: set[str] = set()
        self.files: dict[str, bytes] = {}
        """By the path at which they are asked for."""
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        asked = f"{request.method} {request.path.removeprefix('/ari')}"
        self.asked.append(asked)
        if (file := self.files.get(request.path.removeprefix("/ari"))) is not None:
            return web.Response(body=file)
        return web.json_response({}, status=404 if asked in self.refuses else 200)


@asynccontextmanager
async def fake_ari() -> AsyncIterator[FakeAri]:
    """On a free port of the loopback."""
    fake, application, [port] = FakeAri(), web.Application(), free_ports(1)
    application.router.add_route("*", "/{path:.*}", fake.answer)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        fake.url = f"http://127.0.0.1:{port}/ari"
        yield fake
    finally:
        await runner.cleanup()
