"""The hub's HTTP API as a program uses it: commands repeated until answered, a stream that resumes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Container
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple

import aiohttp
import orjson

from hub.domain.errors import HubError

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
_BUSY = frozenset((408, 425, 429, 500, 502, 503, 504))
_UNREACHABLE = (aiohttp.ClientError, TimeoutError, OSError)


class ApiError(HubError):
    """The API refused what a program needs in order to go on, such as its key."""


class Answer(NamedTuple):
    """What the hub said: HTTP status and JSON body."""

    status: int
    body: Any


class ServerEvent(NamedTuple):
    """One event of the stream; without a name it only says how far the stream is. `data` is None where the name was
    not asked for."""

    id: int
    name: str
    data: Any


class HubClient:
    """All requests of one program. `base` gives the API's address at the moment of asking, for a hub that was
    started again may have another. Use as an async context manager."""

    def __init__(self, base: Callable[[], str], token: str, connections: int = 64) -> None:
        self._base = base
        self._connections = connections
        self._headers = {"Authorization": f"Bearer {token}"}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "HubClient":
        self._session = aiohttp.ClientSession(
            headers=self._headers,
            connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=60),
            timeout=aiohttp.ClientTimeout(total=15, sock_connect=2),
            auto_decompress=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def once(self, method: str, path: str, body: Any = None, params: dict[str, Any] | None = None) -> Answer:
        """One try. Raises aiohttp.ClientError, TimeoutError or OSError if the hub can't be reached."""
        data = orjson.dumps(body) if body is not None else None
        headers = {"Content-Type": "application/json"} if data is not None else None
        async with self._open.request(
            method, self._base() + path, data=data, headers=headers, params=params
        ) as response:
            raw = await response.read()
            return Answer(response.status, orjson.loads(raw) if raw else None)

    async def command(self, method: str, path: str, body: Any = None, params: dict[str, Any] | None = None) -> Answer:
        """Ask until there is an answer that means something (the hub's commands may be repeated safely)."""
        pause = _FIRST_PAUSE
        while True:
            with suppress(*_UNREACHABLE):
                answer = await self.once(method, path, body, params)
                if answer.status in (401, 403):
                    raise ApiError(f"{method} {path}: the hub refuses this API key ({answer.status})")
                if answer.status not in _BUSY:
                    return answer
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    async def get(self, path: str, **params: Any) -> Any:
        """The body of a page, asked for until it is there."""
        answer = await self.command("GET", path, params=params)
        if answer.status != 200:
            raise ApiError(f"GET {path}: the hub answered {answer.status}: {answer.body}")
        return answer.body

    async def stream(
        self, params: list[tuple[str, str]], wanted: Container[str], on_open: Callable[[], None], last: int = 0
    ) -> AsyncIterator[ServerEvent]:
        """Follow `/v1/stream`, again and again where it broke off. `on_open` is called whenever a connection stands,
        before its first event. Only events named in `wanted` (and `reset`) have their data decoded."""
        pause = _FIRST_PAUSE
        while True:
            headers = {"Last-Event-ID": str(last)} if last else {}
            with suppress(*_UNREACHABLE):
                async with self._open.get(
                    self._base() + "/v1/stream",
                    params=params,
                    headers=headers,
                    timeout=aiohttp.ClientTimeout(total=None, sock_connect=2, sock_read=60),
                ) as response:
                    if response.status in (401, 403, 404, 422):
                        raise ApiError(f"GET /v1/stream: the hub answered {response.status}: {await response.text()}")
                    if response.status == 200:
                        pause = _FIRST_PAUSE
                        on_open()
                        async for event in _events(response.content, wanted):
                            last = event.id or last
                            yield event
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * 2)

    @property
    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise ApiError("the client is not open: use it as 'async with HubClient(…)'")
        return self._session


async def _events(content: aiohttp.StreamReader, wanted: Container[str]) -> AsyncIterator[ServerEvent]:
    rest = b""
    async for chunk in content.iter_any():
        *blocks, rest = (rest + chunk).replace(b"\r\n", b"\n").split(b"\n\n")
        for block in blocks:
            event = parse_event(block, wanted)
            if event is not None:
                yield event


def parse_event(block: bytes, wanted: Container[str]) -> ServerEvent | None:
    """One block of a `text/event-stream`; None for a comment, such as a heartbeat."""
    position, name, data = 0, "", b""
    for line in block.split(b"\n"):
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"id":
            position = int(value)
        elif field == b"event":
            name = value.decode()
        elif field == b"data":
            data = data + b"\n" + value if data else value
    if not name and not position:
        return None
    needed = data and (name in wanted or name == "reset")
    return ServerEvent(position, name, orjson.loads(data) if needed else None)
