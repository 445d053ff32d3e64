"""The WebSockets of a branch: the whole state, told again whenever it is another one."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import orjson
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from hub.channels.branch.asking import DeniedError, first_word
from hub.channels.branch.desks import Desks
from hub.channels.branch.hall import Hall
from hub.channels.branch.halls import Halls
from hub.channels.branch.receptions import Receptions
from hub.channels.branch.tickets import Tickets
from hub.channels.branch.views import Views
from hub.domain.errors import HubError, NotFoundError

NOT_FOUND, WHO, TOO_MANY = 4404, 4401, 4429
MOST = 2_000
"""Connections at once."""
_REFRESH = 10.0
"""Seconds after which waits are reckoned anew."""
_HELLO = 10.0
View = Callable[[], object]
"""What is told; None: it is over. Raises DeniedError where who listens may not any more."""
Begin = Callable[[], Awaitable[tuple[Hall, View]]]
"""Lets in who may. Raises DeniedError, NotFoundError."""


class Live:
    """All of them."""

    def __init__(self, halls: Halls, tickets: Tickets, desks: Desks, receptions: Receptions) -> None:
        self._halls = halls
        self._tickets = tickets
        self._desks = desks
        self._receptions = receptions
        self._open = 0

    def routes(self) -> list[BaseRoute]:
        """All addresses."""
        return [
            WebSocketRoute("/b/{branch}/display", self.display),
            WebSocketRoute("/b/{branch}/desk/live", self.desk),
            WebSocketRoute("/b/{branch}/reception/live", self.reception),
            WebSocketRoute("/t/{secret}/live", self.ticket),
        ]

    async def display(self, socket: WebSocket) -> None:
        """In the hall."""

        async def begin() -> tuple[Hall, View]:
            hall = self._halls.of(socket)
            return hall, lambda: Views(hall).display()

        await self._run(socket, begin)

    async def ticket(self, socket: WebSocket) -> None:
        """On the visitor's phone."""

        async def begin() -> tuple[Hall, View]:
            secret = socket.path_params["secret"]
            hall, visit = self._tickets.find(secret)
            return hall, lambda: self._tickets.view(hall, visit, secret)

        await self._run(socket, begin)

    async def desk(self, socket: WebSocket) -> None:
        """At a desk."""

        async def begin() -> tuple[Hall, View]:
            hall = self._halls.of(socket)
            token = await _hello(socket)
            return hall, lambda: Views(hall).desk(self._desks.who(hall, token))

        await self._run(socket, begin)

    async def reception(self, socket: WebSocket) -> None:
        """At the reception."""

        async def begin() -> tuple[Hall, View]:
            hall = self._halls.of(socket)
            token = await _hello(socket)

            def view() -> object:
                self._receptions.check(hall, token)
                return Views(hall).reception()

            return hall, view

        await self._run(socket, begin)

    async def _run(self, socket: WebSocket, begin: Begin) -> None:
        await socket.accept()
        self._open += 1
        try:
            if self._open > MOST:
                raise DeniedError(429, "too many connections")
            await _follow(socket, *await begin())
        except HubError as error:
            await _close(socket, error)
        except (WebSocketDisconnect, RuntimeError):
            return
        finally:
            self._open -= 1


async def _follow(socket: WebSocket, hall: Hall, view: View) -> None:
    gone = asyncio.create_task(_listen(socket))
    telling = asyncio.create_task(_tell(socket, hall, view))
    try:
        await asyncio.wait({gone, telling}, return_when=asyncio.FIRST_COMPLETED)
        if telling.done():
            telling.result()
    finally:
        for task in (gone, telling):
            task.cancel()
        await asyncio.gather(gone, telling, return_exceptions=True)


async def _tell(socket: WebSocket, hall: Hall, view: View) -> None:
    said, since = b"", -1
    while True:
        since = hall.changes
        found = view()
        if found is None:
            raise NotFoundError("it is over")
        now = orjson.dumps(found)
        if now != said:
            await socket.send_text(now.decode())
            said = now
        await hall.changed(since, _REFRESH)


async def _listen(socket: WebSocket) -> None:
    """Until the page is gone; what it says is of no use."""
    with suppress(WebSocketDisconnect, RuntimeError):
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass


async def _hello(socket: WebSocket) -> str:
    try:
        async with asyncio.timeout(_HELLO):
            return first_word(await socket.receive_text())
    except (TimeoutError, KeyError):
        raise DeniedError(401, "begin with the token") from None


async def _close(socket: WebSocket, error: HubError) -> None:
    code = 1013
    if isinstance(error, NotFoundError):
        code = NOT_FOUND
    elif isinstance(error, DeniedError):
        code = TOO_MANY if error.status == 429 else WHO
    if socket.client_state is WebSocketState.CONNECTED:
        with suppress(RuntimeError, WebSocketDisconnect):
            await socket.close(code, str(error)[:120])
