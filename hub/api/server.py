"""The API's server, in the hub's own loop: it starts, tells its port, and stops when it is told to."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from hub.api.feed import Feed
from hub.api.services import Services
from hub.domain.errors import HubError

GRACE_SECONDS = 5
LOST_MILLISECONDS = 30_000
"""What was sent must be acknowledged by the other machine within this time, or the connection is over."""


class ServerError(HubError):
    """The API can't listen where it should."""


class ApiServer:
    """Serves the API at a host and port (0: any free one). `stop` ends the event streams, answers what was asked
    already, and closes. Signals are left to the hub."""

    def __init__(self, app: FastAPI, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it listens, once it has started."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    @property
    def port(self) -> int:
        """The real one, once it has started."""
        return self._port

    async def start(self) -> None:
        """Listen; answers when requests are answered. Raises ServerError when the address is taken."""
        listening = _listen(self._host, self._port)
        self._port = int(listening.getsockname()[1])
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="none",
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        self._server = _Server(config)
        self._serving = asyncio.create_task(self._server.serve(sockets=[listening]))
        while not self._server.started:
            if self._serving.done():
                await self._serving
                raise ServerError("the API stopped while it was starting: the log says why")
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """End the event streams, let what runs finish for a few seconds, and close. Nothing to do if not started."""
        services: Services = self._app.state.services
        feed: Feed = services.feed
        feed.close()
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await self._serving
            self._server = self._serving = None


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: they are the hub's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            # Every connection inherits it: an event stream whose desktop lost its power ends, instead of after minutes.
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, LOST_MILLISECONDS)
        listening.bind((host, port))
        listening.listen(2048)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise ServerError(
            f"the API can't listen on {host}:{port}: {error.strerror}. "
            "Set HUB_API_HOST and HUB_API_PORT (0: any free port)"
        ) from None
    return listening
