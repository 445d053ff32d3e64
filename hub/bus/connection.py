"""One way to be connected to NATS: for ever, through restarts of the server, and quietly."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from hub.domain.errors import HubError

log = logging.getLogger(__name__)

INBOX = "_INBOX"
"""What every subject begins with that answers are sent to; an adapter's own go on with `_<channel>`."""
RECONNECT_SECONDS = 0.1
"""Pause between two tries to reach a server that went away."""


class BusError(HubError):
    """NATS can't be reached, refuses, or does not answer."""


class Credentials(NamedTuple):
    """A user's secret key, instead of the password in the address, and what the subjects begin with where this user may
    wait for answers."""

    seed: str
    inbox: str


class Connection:
    """A NATS client that reconnects until it is closed. Made by `connect`."""

    def __init__(self, name: str, credentials: Credentials | None = None) -> None:
        self.client = Client()
        self.name = name
        self._credentials = credentials
        self._listeners: list[Callable[[], None]] = []
        self._problem: Exception | None = None
        self._closing = False

    @property
    def connected(self) -> bool:
        """Whether the server can be reached now, as far as known."""
        return bool(self.client.is_connected)

    @property
    def closed(self) -> bool:
        """Closed for good."""
        return self._closing or bool(self.client.is_closed)

    def jetstream(self, patience: float = 5.0) -> JetStreamContext:
        """JetStream requests over this connection, each answered within `patience` seconds or failed."""
        return self.client.jetstream(timeout=patience)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call `listener` on the loop each time the connection stands again, and when it is closed for good; it must
        not block."""
        self._listeners.append(listener)

    async def settle(self, patience: float = 5.0) -> None:
        """Wait until the server has all that was sent. nats-py's own flush asks past what still waits to be written:
        when it is answered that was written, and the second one is behind it. Raises NatsError and TimeoutError."""
        for _ in range(2):
            await self.client.flush(timeout=patience)  # type: ignore[arg-type]

    async def close(self) -> None:
        """Send what is waiting, then close. Safe to call twice."""
        if not self._closing:
            self._closing = True
            await self.client.close()

    async def open(self, url: str, patience: float) -> None:
        """Connect; used by `connect`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while not await self._try(url):
                    if _is_refusal(self._problem):
                        break
                    await asyncio.sleep(RECONNECT_SECONDS)
                    self.client = Client()
        if not self.connected:
            await self.close()
            raise BusError(f"NATS at {redacted(url)} {_reason(self._problem, by_key=self._credentials is not None)}")

    async def _try(self, url: str) -> bool:
        """The client's own reconnecting is off meanwhile: it would never give up, not even on wrong credentials."""
        try:
            await self.client.connect(
                _servers(url, self._credentials),
                name=self.name,
                error_cb=self._on_error,
                disconnected_cb=self._on_disconnect,
                reconnected_cb=self._on_reconnect,
                closed_cb=self._on_closed,
                allow_reconnect=False,
                connect_timeout=2,
                reconnect_time_wait=RECONNECT_SECONDS,  # type: ignore[arg-type]
                max_reconnect_attempts=-1,
                ping_interval=20,
                pending_size=8 * 1024 * 1024,
                nkeys_seed_str=self._credentials.seed if self._credentials else None,
                inbox_prefix=self._credentials.inbox if self._credentials else INBOX,
            )
        except (OSError, NatsError, TimeoutError) as error:
            self._note(error)
            self._let_go()
            return False
        self.client.options["allow_reconnect"] = True
        return True

    def _let_go(self) -> None:
        """nats-py leaves the socket of a try that failed open."""
        transport = self.client._transport
        if transport is not None:
            transport.close()  # type: ignore[no-untyped-call]

    def _note(self, error: Exception) -> None:
        """Remember why. A refusal stays the reason: the server hangs up after it, which looks like another one."""
        if not _is_refusal(self._problem):
            self._problem = error

    async def _on_error(self, error: Exception) -> None:
        self._note(error)
        log.debug("NATS connection %s: %r", self.name, error)

    async def _on_disconnect(self) -> None:
        if not self._closing:
            log.warning("NATS connection %s lost: trying again until it stands", self.name)

    async def _on_reconnect(self) -> None:
        log.info("NATS connection %s stands again", self.name)
        self._tell()

    async def _on_closed(self) -> None:
        if not self._closing:
            log.error("NATS connection %s was closed by the server: %s", self.name, self._problem)
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()


async def connect(url: str, name: str, *, patience: float = 10.0, credentials: Credentials | None = None) -> Connection:
    """A connection to NATS; `url` may list several servers of one cluster, separated by commas. With `credentials`
    those in it are not used.

    Raises BusError if none answers within `patience` seconds or the credentials are refused.
    """
    connection = Connection(name, credentials)
    await connection.open(url, patience)
    return connection


def _is_refusal(problem: Exception | None) -> bool:
    return "authorization" in str(problem).lower()


def _servers(url: str, credentials: Credentials | None) -> list[str]:
    if credentials is None:
        return url.split(",")
    return [f"{part.scheme}://{part.hostname}:{part.port or 4222}" for part in map(urlsplit, url.split(","))]


def redacted(url: str) -> str:
    """The address without its credentials: fit for a log line."""
    return ", ".join(f"{part.hostname}:{part.port or 4222}" for part in map(urlsplit, url.split(",")))


def _reason(problem: Exception | None, *, by_key: bool = False) -> str:
    if _is_refusal(problem) and by_key:
        return "refuses the credentials: the key of this bus user is not known there, see `hub channel users`"
    if _is_refusal(problem):
        return "refuses the credentials: check the user and password (or token) in HUB_NATS_URL"
    return f"can't be reached ({problem or 'no answer'}): check HUB_NATS_URL and that the server runs"
