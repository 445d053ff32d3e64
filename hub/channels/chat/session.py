"""One tab's connection from its greeting to its end: what it says goes where it belongs, one after the other."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from aiohttp import WSMsgType, web

from hub.channels.chat import signals
from hub.channels.chat.asking import Asking
from hub.channels.chat.book import Book
from hub.channels.chat.leaving import Leaving
from hub.channels.chat.refusing import Refusing
from hub.channels.chat.rooms import Room, Rooms, Tab
from hub.channels.chat.saying import Saying
from hub.channels.chat.settings import ChatSettings
from hub.channels.chat.visitors import Signed, Tokens, read_signed
from hub.channels.chat.wire import (
    AskCode,
    Form,
    Hello,
    Leave,
    Ping,
    Said,
    Say,
    Seen,
    TellCode,
    Transcript,
    Typing,
    message_id,
    parse,
    render,
)  # fmt: skip
from hub.channels.registry import Place
from hub.domain.errors import HubError, InvalidError

log = logging.getLogger(__name__)

HELLO_SECONDS = 10.0
WAITING_SAYS = 20
"""Messages of a tab that wait for the one before them; more are told to come again."""
BAD_HELLO, WRONG_IDENTITY, TOO_MANY = 4400, 4401, 4429
BEHIND = 1013


class ClosedError(HubError):
    """The connection ends, for this reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Sessions:
    """What every tab's connection needs."""

    def __init__(
        self, tokens: Tokens, book: Book, rooms: Rooms, leaving: Leaving, saying: Saying, asking: Asking,
        refusing: Refusing, place: Place, settings: ChatSettings, random: Callable[[int], bytes],
    ) -> None:  # fmt: skip
        self._tokens = tokens
        self._book = book
        self._rooms = rooms
        self._leaving = leaving
        self._saying = saying
        self._asking = asking
        self._refusing = refusing
        self._clock = place.clock
        self._settings = settings
        self._secret = settings.secret()
        self._random = random

    async def run(self, socket: web.WebSocketResponse) -> None:
        """Until it is closed. Raises ClosedError."""
        hello = await self._hello(socket)
        name, token, signed = self._who(hello)
        room = await self._rooms.enter(name)
        try:
            if len(room.tabs) >= self._settings.limits.tabs:
                raise ClosedError(TOO_MANY, "too many tabs are open")
            await self._known(room, hello, signed)
            await self._tab(room, socket, hello, token)
        finally:
            self._leaving.consider(room)
            self._rooms.leave(room)

    async def _hello(self, socket: web.WebSocketResponse) -> Hello:
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                said = parse(await socket.receive_str())
        except (TimeoutError, TypeError, InvalidError):
            raise ClosedError(BAD_HELLO, "a chat begins with hello") from None
        if not isinstance(said, Hello):
            raise ClosedError(BAD_HELLO, "a chat begins with hello")
        return said

    def _who(self, hello: Hello) -> tuple[str, str, Signed | None]:
        """Their name, their token (none where the site signs for them), and what the site says of them."""
        if hello.identity:
            try:
                signed = read_signed(hello.identity, self._secret, self._clock.now())
            except InvalidError as error:
                raise ClosedError(WRONG_IDENTITY, str(error)) from None
            return self._tokens.signed(signed), "", signed
        name = self._tokens.visitor(hello.visitor)
        token = hello.visitor if name else self._tokens.token(self._random(16))
        return name or self._tokens.visitor(token), token, None

    async def _known(self, room: Room, hello: Hello, signed: Signed | None) -> None:
        """What is new of them."""
        after = replace(room.visitor, language=hello.language or room.visitor.language)
        if signed is not None:
            for one in signals.identifiers_of(signed):
                after = after.knows(one)
            after = replace(after, name=signed.name or after.name, has_filled=True)
        if after == room.visitor:
            return
        room.visitor = after
        if room.left_at is not None:
            await self._book.keep(room.name, after, self._clock.now())

    async def _tab(self, room: Room, socket: web.WebSocketResponse, hello: Hello, token: str) -> None:
        def cut() -> None:
            asyncio.ensure_future(socket.close(code=BEHIND, message=b"it does not read"))  # noqa: RUF006

        tab = Tab(self._settings.limits.waiting, cut)
        room.tabs.add(tab)
        self._rooms.tabs += 1
        self._leaving.consider(room)
        writing = asyncio.create_task(_write(tab, socket))
        says = asyncio.Queue[Say](WAITING_SAYS)
        saying = asyncio.create_task(self._say(room, tab, says))
        try:
            await self._welcome(room, tab, hello, token)
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    break
                await self._take(room, tab, message.data, says)
        finally:
            room.tabs.discard(tab)
            self._rooms.tabs -= 1
            room.left_at = self._clock.now()
            writing.cancel()
            saying.cancel()
            with suppress(asyncio.CancelledError):
                await asyncio.gather(writing, saying, return_exceptions=True)

    async def _welcome(self, room: Room, tab: Tab, hello: Hello, token: str) -> None:
        known = await self._book.known(room.name)
        seq = known.seq if known else 0
        after = hello.after if hello.after <= seq else 0
        lines = await self._book.after(room.name, after)
        last = lines[-1]["seq"] if lines else max(seq, after)
        chat, limits = self._settings, self._settings.limits
        welcome = render(
            "welcome", visitor=token, pass_=self._tokens.pass_of(room.name), anew=after < hello.after,
            signed=not token, title=chat.title, greeting=chat.greeting, verify=chat.verify,
            transcript=chat.transcript, text=limits.text, file_bytes=limits.file_bytes,
            file_types=limits.file_types if limits.files_per_hour else (), ask=chat.form.ask,
            required=chat.form.required, consents=[one.text for one in chat.form.consents],
        )  # fmt: skip
        tab.begin([welcome, room.state(chat), *(render("line", line=one) for one in lines)], last)

    async def _take(self, room: Room, tab: Tab, text: str, says: "asyncio.Queue[Say]") -> None:
        said: Said | None = None
        try:
            said = parse(text)
            if isinstance(said, Say):
                if says.full():
                    tab.tell(render("later", id=said.id, seconds=1))
                else:
                    says.put_nowait(said)
            else:
                await self._other(room, tab, said)
        except InvalidError as error:
            about, name = (said.do, "") if said else ("", message_id(text))
            tab.tell(render("refused", id=name, reason=str(error), field=error.field, about=about))
            if said is None:
                await self._refusing.refuse(room.name, text, error)
        except HubError as error:
            log.warning("a chat is told to come again: %s", error)
            tab.tell(render("refused", reason="it can't be done now: try again", about=said.do if said else ""))

    async def _other(self, room: Room, tab: Tab, said: Said) -> None:
        match said:
            case Ping():
                tab.tell(render("pong"))
            case Seen():
                await self._book.arrived(room.name, said.seq)
                if said.read:
                    await self._asking.read(room)
            case Typing():
                await self._asking.typing(room, on=said.on)
            case Leave():
                await self._leaving.left(room, dropped=False)
            case Form():
                await self._asking.fill(room, said)
            case AskCode():
                await self._asking.code(room, said)
            case TellCode():
                await self._asking.tell_code(room, said)
            case Transcript():
                tab.tell(render("transcript", to=await self._asking.transcript(room)))
            case _:
                raise InvalidError("hello is said once", "do")

    async def _say(self, room: Room, tab: Tab, says: "asyncio.Queue[Say]") -> None:
        while True:
            said = await says.get()
            try:
                await self._saying.say(room, tab, said)
            except InvalidError as error:
                tab.tell(render("refused", id=said.id, reason=str(error), field=error.field, about="say"))
            except Exception as error:
                log.warning("a message could not be taken, it comes again: %s", error)
                tab.tell(render("later", id=said.id, seconds=5))


async def _write(tab: Tab, socket: web.WebSocketResponse) -> None:
    send: Callable[[str], Awaitable[None]] = socket.send_str
    with suppress(ConnectionError, RuntimeError):
        while True:
            await send(await tab.waiting.get())
