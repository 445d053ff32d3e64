"""The chats of simulated customers: tabs that speak to the hub's own chat by WebSocket as its widget does, and come
back whenever they are cut."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import orjson

from hub.channels.chat import signals
from hub.channels.chat.conversation import Phase, Visitor
from hub.channels.chat.settings import ChatSettings
from hub.channels.chat.visitors import Signed, Tokens, sign
from hub.domain.contact import Channel, Contact, ConversationEvent, Direction
from hub.simulated.customers import Wire
from hub.simulated.errands import Errands
from hub.simulated.population import CHATS_ABOUT

SITE = "https://www.centre.example"
"""The pages that show the chat, and say who reads them."""
_RETRY_SECONDS = 0.5
_HEARTBEAT_SECONDS = 10.0
_SIGNED_FOR = timedelta(hours=1)
_ENDS = (Phase.OVER, Phase.CLOSED)


def chat_table(port: int, secret_file: Path, shop: str) -> str:
    """`[chat]` of channels.toml for a site whose visitors all come from this machine; `shop`: a page for onlookers."""
    return f"""[chat]
origins = ["{SITE}", "{shop}"]
port = {port}
service = "{CHATS_ABOUT}"
identity_secret_file = "{secret_file}"
limits = {{ connections_per_minute = 100_000 }}
"""


class _Tab:
    """One customer's, on one thread of theirs. It ends when the conversation is over."""

    def __init__(self, connect: Callable[[int], Any], answered: Callable[[], None]) -> None:
        """`connect`: a connection that has said hello, with the last line it knows."""
        self.is_over = False
        self._connect = connect
        self._answered = answered
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._unconfirmed: dict[str, tuple[str, asyncio.Future[bool]]] = {}
        self._goodbye: asyncio.Future[None] | None = None
        self._has_begun = False
        self._last = 0

    async def run(self) -> None:
        """Until it is over."""
        while not self.is_over:
            with suppress(aiohttp.ClientError, OSError, TimeoutError):
                await self._once()
            self._socket = None
            if not self.is_over:
                await asyncio.sleep(_RETRY_SECONDS)
        if self._goodbye is not None and not self._goodbye.done():
            self._goodbye.set_result(None)

    async def say(self, name: str, text: str) -> bool:
        """Whether the hub took it; said again until it answers."""
        taken: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._unconfirmed[name] = text, taken
        await self._tell_message(name)
        return await taken

    async def leave(self) -> None:
        """They end it; the hub knows when this returns."""
        self._goodbye = asyncio.get_running_loop().create_future()
        await self._tell_goodbye()
        await self._goodbye
        self.is_over = True
        if self._socket is not None:
            await self._socket.close()

    def fail(self, error: Exception) -> None:
        """Whoever waits for it hears of it."""
        for one in (self._goodbye, *(taken for _, taken in self._unconfirmed.values())):
            if one is not None and not one.done():
                one.set_exception(error)

    async def _once(self) -> None:
        async with self._connect(self._last) as socket:
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    return  # the line broke: it is taken up again
                await self._hear(socket, orjson.loads(message.data))
                if self.is_over:
                    return

    async def _hear(self, socket: aiohttp.ClientWebSocketResponse, told: dict[str, Any]) -> None:
        match told["is"]:
            case "welcome":
                self._socket = socket
                for name in tuple(self._unconfirmed):
                    await self._tell_message(name)
                if self._goodbye is not None:
                    await self._tell_goodbye()
            case "line":
                self._read(told["line"])
            case "later":
                await asyncio.sleep(told["seconds"])
                await self._tell_message(told["id"])
            case "refused" if "id" in told:
                self._settle(told["id"], is_taken=False)
            case "refused" if self._goodbye is not None:
                await socket.close()
            case "pong" if self._goodbye is not None and not self._goodbye.done():
                self._goodbye.set_result(None)
            case "state":
                self.is_over = self._has_begun and not self._unconfirmed and told["phase"] in _ENDS

    def _read(self, line: dict[str, Any]) -> None:
        self._last = max(self._last, line["seq"])
        if line["who"] == "visitor":
            self._settle(line["id"], is_taken=True)
        elif self._has_begun:
            self._answered()

    def _settle(self, name: str, *, is_taken: bool) -> None:
        _, taken = self._unconfirmed.pop(name, ("", None))
        if taken is not None and not taken.done():
            self._has_begun = self._has_begun or is_taken
            taken.set_result(is_taken)

    async def _tell_message(self, name: str) -> None:
        if name in self._unconfirmed:
            await self._tell(do="say", id=name, text=self._unconfirmed[name][0])

    async def _tell_goodbye(self) -> None:
        """What is said after it is answered after it."""
        await self._tell(do="leave")
        await self._tell(do="ping")

    async def _tell(self, **said: str) -> None:
        if self._socket is not None:
            with suppress(OSError, RuntimeError, aiohttp.ClientError):  # cut: it is said anew when it is back
                await self._socket.send_json(said)


class ChatWire:
    """Chats by WebSocket to the port of the hub's adapter, everything else by `others`. Made by `visiting`."""

    def __init__(
        self, others: Wire, http: aiohttp.ClientSession, settings: ChatSettings, tokens: Tokens,
        now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self.answers = 0
        """Lines of agents that customers saw."""
        self._others = others
        self._http = http
        self._settings = settings
        self._secret = settings.secret()
        self._tokens = tokens
        self._now = now
        self._tabs: dict[str, _Tab] = {}
        self._errands = Errands()

    def known_as(self, contact: Contact) -> str:
        """What the hub calls it."""
        if not _is_chat(contact):
            return self._others.known_as(contact)
        visitor = self._tokens.signed(self._signed(contact))
        return signals.message(visitor, Visitor(), contact.id, contact.text, (), self._now(), self._settings).id

    async def contact(self, contact: Contact) -> bool:
        """As a wire's."""
        if not _is_chat(contact):
            return await self._others.contact(contact)
        tab = self._tabs.get(contact.thread)
        if tab is None or tab.is_over:
            tab = self._tabs[contact.thread] = self._opened(contact)
        return await tab.say(contact.id, contact.text)

    async def conversation(self, event: ConversationEvent) -> bool:
        """As a wire's; who looks at no tab any more has nothing to leave."""
        if event.channel is not Channel.WEB:
            return await self._others.conversation(event)
        tab = self._tabs.get(event.thread)
        if tab is not None and not tab.is_over:
            await tab.leave()
        return True

    async def close(self) -> None:
        """All tabs are closed."""
        await self._errands.close()

    def _opened(self, contact: Contact) -> _Tab:
        @asynccontextmanager
        async def connect(last: int) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
            url = f"ws://{self._settings.host}:{self._settings.port}/chat/ws"
            identity = sign(self._signed(contact), self._secret)
            async with self._http.ws_connect(url, origin=SITE, heartbeat=_HEARTBEAT_SECONDS) as socket:
                await socket.send_json({"do": "hello", "identity": identity, "after": last, "language": "en"})
                yield socket

        tab = _Tab(connect, self._count)
        self._errands.start(self._look(contact.thread, tab))
        return tab

    async def _look(self, thread: str, tab: _Tab) -> None:
        try:
            await tab.run()
        except Exception as error:  # whoever speaks by it must not wait for ever
            tab.fail(error)
            raise
        if self._tabs.get(thread) is tab:
            del self._tabs[thread]

    def _count(self) -> None:
        self.answers += 1

    def _signed(self, contact: Contact) -> Signed:
        known = {one.kind: one.value for one in contact.identifiers if one.verified}
        return Signed(
            customer_number=known["customer_number"],
            expires=round((self._now() + _SIGNED_FOR).timestamp()),
            email=known.get("email", ""),
            phone=known.get("phone", ""),
            name=contact.declared.name,
        )


@asynccontextmanager
async def visiting(
    others: Wire, settings: ChatSettings, tokens: Tokens, now: Callable[[], datetime]
) -> AsyncIterator[ChatWire]:
    """Customers who chat, while this is open. `tokens`: those of the hub's adapter."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        wire = ChatWire(others, http, settings, tokens, now)
        try:
            yield wire
        finally:
            await wire.close()


def _is_chat(contact: Contact) -> bool:
    return contact.path.channel is Channel.WEB and contact.direction is Direction.INBOUND
