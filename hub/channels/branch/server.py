"""Where pages and visitors' phones reach the branches of this process."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from hub.settings import SettingsError

_GRACE_SECONDS = 2
_LARGEST = 64 * 1024
"""Of what a page says on a WebSocket."""


class _Server(uvicorn.Server):
    """Signals are not its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def serving(routes: Sequence[BaseRoute], host: str, port: int) -> AsyncIterator[int]:
    """While this is open; the port. Raises SettingsError where the address is taken."""
    listening = _listen(host, port)
    config = uvicorn.Config(
        Starlette(routes=list(routes)), lifespan="off", log_config=None, access_log=False, server_header=False,
        ws="websockets-sansio", ws_max_size=_LARGEST, timeout_graceful_shutdown=_GRACE_SECONDS,
    )  # fmt: skip
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]), name="branch pages")
    try:
        while not server.started and not running.done():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        await asyncio.wait({running}, timeout=2 * _GRACE_SECONDS)
        running.cancel()
        listening.close()


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(1024)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise SettingsError(f"channels.toml, [branch]: can't listen on {host}:{port}: {error.strerror}") from None
    return listening
