"""Asterisk over ARI: its requests, and its events on a websocket."""

import logging
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson

from hub.channels.phone.actions import Request
from hub.channels.phone.settings import PhoneSettings
from hub.domain.errors import HubError, NotFoundError

log = logging.getLogger(__name__)

HEARD = (
    "StasisStart",
    "StasisEnd",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelHold",
    "ChannelUnhold",
    "PlaybackFinished",
    "RecordingFinished",
    "RecordingFailed",
)
"""All that is heard of: what happens with every variable and every bridge is more than all the rest."""


class AriError(HubError):
    """Asterisk can't be reached, or does not take what it is asked."""


class Ari:
    """One Asterisk. Made and closed by `ari`."""

    def __init__(self, session: aiohttp.ClientSession, settings: PhoneSettings) -> None:
        self._session = session
        self._settings = settings
        self._url = settings.ari_url.rstrip("/")

    async def ask(self, request: Request) -> int:
        """The HTTP status of the answer. Raises AriError where none comes."""
        try:
            async with self._session.request(
                request.method, self._url + request.path, params=dict(request.params), json=_body(request)
            ) as answer:
                reason = (await answer.text())[:200] if answer.status >= 400 else ""
                log.debug("%s %s: %s %s", request.method, request.path, answer.status, reason)
                return answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise AriError(f"{request.method} {self._url}{request.path}: {error or 'no answer'}") from error

    async def get(self, path: str) -> Any:
        """What is there, as JSON. Raises NotFoundError, AriError."""
        return orjson.loads(await self.file(path))

    async def has(self, path: str) -> bool:
        """Whether there is such a thing. Raises AriError."""
        return await self.ask(Request("GET", path)) < 400

    async def file(self, path: str) -> bytes:
        """Bytes. Raises NotFoundError, AriError."""
        try:
            async with self._session.get(self._url + path) as answer:
                if answer.status == 404:
                    raise NotFoundError(f"Asterisk has no {path}")
                if answer.status >= 400:
                    raise AriError(f"GET {self._url}{path}: {answer.status} {(await answer.text())[:200]}")
                return await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise AriError(f"GET {self._url}{path}: {error or 'no answer'}") from error

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Calls come to this app as long as this is open; its events, until the connection is lost. Raises AriError."""
        app = self._settings.app
        try:
            async with self._session.ws_connect(
                f"{self._url}/events", params={"app": app}, heartbeat=10, max_msg_size=0
            ) as socket:
                allowed = {"allowed": [{"type": kind} for kind in HEARD]}
                async with self._session.put(f"{self._url}/applications/{app}/eventFilter", json=allowed) as answer:
                    answer.raise_for_status()
                yield _events(socket)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise AriError(f"Asterisk at {self._url} can't be followed: {error or 'no answer'}") from error


def _body(request: Request) -> dict[str, Any] | None:
    if not request.headers:
        return None
    return {"variables": {f"PJSIP_HEADER(add,{name})": value for name, value in request.headers.items()}}


async def _events(socket: aiohttp.ClientWebSocketResponse) -> AsyncIterator[dict[str, Any]]:
    async for message in socket:
        if message.type is aiohttp.WSMsgType.TEXT:
            yield orjson.loads(message.data)


@asynccontextmanager
async def ari(settings: PhoneSettings) -> AsyncIterator[Ari]:
    """One Asterisk, not asked anything yet."""
    user = b64encode(f"{settings.ari_user}:{settings.password()}".encode()).decode()
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(headers={"Authorization": f"Basic {user}"}, timeout=timeout) as session:
        yield Ari(session, settings)
