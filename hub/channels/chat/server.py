"""Where browsers reach the chat: the widget, its WebSocket, files and the form for when nobody is there."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from aiohttp import WSCloseCode, web

from hub.channels.attachments import Attachments, shown_as
from hub.channels.chat import files
from hub.channels.chat.book import Book
from hub.channels.chat.offline import Forms, parse_form
from hub.channels.chat.rooms import Rooms
from hub.channels.chat.session import TOO_MANY, ClosedError, Sessions
from hub.channels.chat.settings import ChatSettings
from hub.channels.chat.visitors import Tokens
from hub.channels.chat.widget import widget
from hub.channels.chat.wire import LARGEST
from hub.channels.rates import HOUR, Rates
from hub.channels.registry import Place
from hub.domain.errors import HubError, InvalidError, NotFoundError

log = logging.getLogger(__name__)

WRONG_ORIGIN = 4403
HEARTBEAT_SECONDS = 25.0
CLOSE_SECONDS = 2.0
"""For a tab to answer that its connection is closed: one that sleeps never does, and would hold the adapter up."""
FORM_BYTES = 32 * 1024
_INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_NO_SNIFFING = {"X-Content-Type-Options": "nosniff"}
_COSTLY = 10.0
"""Connections that an upload or a form counts as."""


class Server:
    """Lets in who may, and no more than the limits say."""

    def __init__(
        self, sessions: Sessions, tokens: Tokens, book: Book, rooms: Rooms, forms: Forms, place: Place,
        settings: ChatSettings,
    ) -> None:  # fmt: skip
        self._sessions = sessions
        self._tokens = tokens
        self._book = book
        self._rooms = rooms
        self._forms = forms
        self._store: Attachments = place.attachments
        self._clock = place.clock
        self._settings = settings
        self._addresses = Rates(settings.limits.connections_per_minute)
        self._uploads = Rates(max(settings.limits.files_per_hour, 1), HOUR)
        self._script = widget()
        self._etag = sha256(self._script).hexdigest()[:16]
        self._sockets = set[web.WebSocketResponse]()

    def app(self) -> web.Application:
        """All addresses."""
        app = web.Application(client_max_size=self._settings.limits.file_bytes + 1)
        app.router.add_get("/chat/chat.js", self.script)
        app.router.add_get("/chat/ws", self.socket)
        app.router.add_post("/chat/files", self.upload)
        app.router.add_get("/chat/files/{name}", self.download)
        app.router.add_post("/chat/offline", self.offline)
        app.router.add_route("OPTIONS", "/chat/{what:files|offline}", self.preflight)
        app.router.add_route("OPTIONS", "/chat/files/{name}", self.preflight)
        return app

    async def script(self, request: web.Request) -> web.Response:
        """The widget."""
        headers = {
            "ETag": f'"{self._etag}"',
            "Cache-Control": "public, max-age=300",
            "Cross-Origin-Resource-Policy": "cross-origin",
            **_NO_SNIFFING,
        }
        if request.headers.get("If-None-Match", "").removeprefix("W/").strip('"') == self._etag:
            return web.Response(status=304, headers=headers)
        answer = web.Response(body=self._script, headers=headers, content_type="text/javascript", charset="utf-8")
        answer.enable_compression()
        return answer

    async def socket(self, request: web.Request) -> web.StreamResponse:
        """One tab. Whoever is not let in is told why by the code of the close: an answer to the request itself would
        not reach the page."""
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST, compress=False, timeout=CLOSE_SECONDS
        )
        await socket.prepare(request)
        why = self._why_not(request)
        if why is not None:
            await socket.close(code=why.code, message=str(why).encode()[:120])
            return socket
        self._sockets.add(socket)
        try:
            await self._sessions.run(socket)
        except ClosedError as error:
            await socket.close(code=error.code, message=str(error).encode()[:120])
        except HubError as error:
            log.warning("a chat is cut, and comes again: %s", error)
            await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
        except ConnectionResetError:
            log.debug("a tab went away while it was answered")
        finally:
            self._sockets.discard(socket)
        return socket

    def _why_not(self, request: web.Request) -> ClosedError | None:
        if not self._settings.allows(request.headers.get("Origin", "")):
            return ClosedError(WRONG_ORIGIN, "this site may not show the chat: add it to origins")
        if self._rooms.tabs >= self._settings.limits.connections or self._wait(request):
            return ClosedError(TOO_MANY, "too many connections")
        return None

    async def upload(self, request: web.Request) -> web.Response:
        """A file of a visitor, who then names it in a message."""
        visitor = self._let_in(request)
        if isinstance(visitor, web.Response):
            return visitor
        limits = self._settings.limits
        now = asyncio.get_running_loop().time()
        if not limits.files_per_hour or self._wait(request, _COSTLY) or self._uploads.wait(visitor, now):
            return self._told(request, 429, {"reason": "too many files: try again later"})
        try:
            data = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._told(request, 413, {"reason": f"a file has at most {limits.file_bytes:,} bytes"})
        try:
            kind = files.check(data, request.headers.get("Content-Type", ""), limits)
            name = request.query.get("name", "")
            kept = await files.brought(self._book, self._store, visitor, data, kind, name, self._clock.now())
        except InvalidError as error:
            return self._told(request, 413 if error.field == "size" else 415, {"reason": str(error)})
        except HubError as error:
            log.warning("a file is not kept: %s", error)
            return self._told(request, 503, {"reason": "it can't be kept now: try again"})
        return self._told(request, 201, kept)

    async def download(self, request: web.Request) -> web.Response:
        """A file of the visitor's conversation."""
        visitor = self._let_in(request)
        if isinstance(visitor, web.Response):
            return visitor
        try:
            file, data = await files.opened(self._book, self._store, visitor, request.match_info["name"])
        except NotFoundError as error:
            return self._told(request, 404, {"reason": str(error)})
        except HubError as error:
            log.warning("a file can't be read: %s", error)
            return self._told(request, 503, {"reason": "it can't be read now: try again"})
        kind, how = shown_as(file.media_type, _INLINE)
        headers = {
            **self._open(request), "Content-Disposition": f"{how}; filename*=UTF-8''{quote(file.name)}",
            "Cache-Control": "private, max-age=3600", "Content-Security-Policy": "default-src 'none'; sandbox",
        }  # fmt: skip
        return web.Response(body=data, content_type=kind, headers=headers)

    async def offline(self, request: web.Request) -> web.Response:
        """What is written while nobody is there."""
        visitor = self._let_in(request, needs_pass=False)
        if isinstance(visitor, web.Response):
            return visitor
        if self._wait(request, _COSTLY):
            return self._told(request, 429, {"reason": "too many forms: try again later"})
        body = await request.content.read(FORM_BYTES + 1)
        try:
            if len(body) > FORM_BYTES:
                raise InvalidError("this is too long", "text")
            form = parse_form(body)
        except InvalidError as error:
            return self._told(request, 422, {"reason": str(error), "field": error.field})
        name = visitor or self._tokens.visitor(self._tokens.token(sha256(form.id.encode()).digest()[:16]))
        room = await self._rooms.enter(name)
        try:
            joined = await self._forms.take(form, name, room.visitor, self._clock.now())
        finally:
            self._rooms.leave(room)
        return self._told(request, 202, {"taken": True, "joined": joined})

    async def preflight(self, request: web.Request) -> web.Response:
        """Browsers ask before they ask."""
        return web.Response(status=204, headers=self._open(request))

    def _let_in(self, request: web.Request, *, needs_pass: bool = True) -> str | web.Response:
        """The visitor; empty: nobody knows. Or the answer that they get instead. A page of the chat's own site names no
        origin when it fetches."""
        own = request.method == "GET" and "Origin" not in request.headers
        if not own and not self._settings.allows(request.headers.get("Origin", "")):
            return web.json_response({"reason": "this site may not show the chat"}, status=403)
        scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
        visitor = self._tokens.shown(shown) if scheme == "Bearer" else ""
        if needs_pass and not visitor:
            return self._told(request, 401, {"reason": "begin a chat first"})
        return visitor

    def _told(self, request: web.Request, status: int, body: dict[str, Any]) -> web.Response:
        return web.json_response(body, status=status, headers=self._open(request))

    def _open(self, request: web.Request) -> dict[str, str]:
        """For pages of the sites that may show the chat."""
        origin = request.headers.get("Origin", "")
        if not self._settings.allows(origin):
            return {}
        return {
            "Access-Control-Allow-Origin": origin, "Vary": "Origin", "Access-Control-Max-Age": "600",
            "Access-Control-Allow-Headers": "Authorization, Content-Type", **_NO_SNIFFING,
        }  # fmt: skip

    def _wait(self, request: web.Request, cost: float = 1.0) -> float:
        """Seconds until this address may do more."""
        address = request.remote or ""
        if self._settings.behind_proxy:
            address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or address
        return self._addresses.wait(address, asyncio.get_running_loop().time(), cost)

    async def hang_up(self) -> None:
        """The adapter ends: tabs come back to the next one."""
        await asyncio.gather(
            *(one.close(code=WSCloseCode.GOING_AWAY) for one in tuple(self._sockets)), return_exceptions=True
        )


def random_bytes(count: int) -> bytes:
    """Nobody can guess."""
    return secrets.token_bytes(count)


@asynccontextmanager
async def serving(server: Server, settings: ChatSettings) -> AsyncIterator[int]:
    """While this is open; the port."""
    runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port, backlog=4096).start()
        yield int(runner.addresses[0][1])
    finally:
        await server.hang_up()
        await runner.cleanup()
