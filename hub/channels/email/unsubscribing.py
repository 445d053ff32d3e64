"""Ends promotional mail at one click (RFC 8058), or at a mail: names whom a click is for, and tells the hub."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

from aiohttp import web
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from hub.channels.email.settings import Unsubscribing
from hub.channels.link import Link
from hub.domain.contact import Channel, ConversationEvent, ConversationSignal
from hub.domain.errors import HubError, InvalidError
from hub.ports import Clock

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 20.0
_PAGE = """<!doctype html><meta name="viewport" content="width=device-width"><title>Unsubscribe</title>
<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">
<p>No more advertising to this address?</p><button>Unsubscribe</button></form>"""
_DONE = "<!doctype html><title>Unsubscribed</title><p>Done: no more advertising goes to this address.</p>"


class NotWithdrawnError(HubError):
    """The hub did not take it; it is to be said again."""


class Links:
    """A link holds the address, so that nothing need be kept; only who has `key` (32 bytes) reads or makes one."""

    def __init__(self, key: bytes, url: str, domain: str) -> None:
        self._cipher = AESSIV(key)
        self._url = url.rstrip("/")
        self._domain = domain

    def of(self, address: str, message_id: str) -> tuple[str, str]:
        """By one click, and by mail."""
        sealed = self._cipher.encrypt(address.strip().lower().encode(), [b"unsubscribe"])
        token = base64.urlsafe_b64encode(sealed).decode().rstrip("=")
        tag = message_id.partition("@")[0]
        return f"{self._url}/{token}", f"mailto:unsubscribe+{tag}@{self._domain}?subject=unsubscribe"

    def address_of(self, token: str) -> str:
        """Whom the link is for. Raises InvalidError."""
        try:
            sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            return self._cipher.decrypt(sealed, [b"unsubscribe"]).decode()
        except (ValueError, InvalidTag):
            raise InvalidError("this is no link of ours: it was cut off, or made up") from None


class Withdrawal:
    """Tells the hub."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    async def at(self, address: str, how: str) -> None:
        """Durable when it returns. Raises NotWithdrawnError."""
        await self._tell(how, address=address)

    async def where_it_went(self, contact_id: str, how: str) -> None:
        """The same, of the address that this contact of ours was sent to."""
        await self._tell(how, contact_id=contact_id)

    async def _tell(self, how: str, address: str = "", contact_id: str = "") -> None:
        now = self._clock.now()
        said = ConversationEvent(
            id=f"unsubscribed-{uuid4().hex}", channel=Channel.EMAIL, thread="unsubscribed", occurred_at=now,
            signal=ConversationSignal.UNSUBSCRIBED, address=address, contact_id=contact_id, reason=how,
        )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await self._link.conversation(said)
        except TimeoutError:
            raise NotWithdrawnError("the hub did not confirm in time that somebody unsubscribed") from None
        if answer.status != "accepted":
            raise NotWithdrawnError(f"the hub does not take that somebody unsubscribed: {answer.reason}")


@asynccontextmanager
async def clicks(links: Links, withdraw: Withdrawal, settings: Unsubscribing) -> AsyncIterator[int]:
    """Served while this is open; the port. Mail programs look at links by themselves: only a POST unsubscribes."""

    async def show(request: web.Request) -> web.Response:
        links.address_of(request.match_info["token"])
        return web.Response(text=_PAGE, content_type="text/html")

    async def click(request: web.Request) -> web.Response:
        await withdraw.at(links.address_of(request.match_info["token"]), "one click in a mail")
        return web.Response(text=_DONE, content_type="text/html")

    app = web.Application(client_max_size=10_000, middlewares=[_answered])
    app.router.add_get("/{path:(?:.*/)?}{token:[A-Za-z0-9_-]+}", show)
    app.router.add_post("/{path:(?:.*/)?}{token:[A-Za-z0-9_-]+}", click)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, settings.host, settings.port)
        await site.start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _answered(request: web.Request, handler: _Handler) -> web.StreamResponse:
    try:
        answer: web.StreamResponse = await handler(request)
    except InvalidError as error:
        return web.Response(status=404, text=str(error))
    except NotWithdrawnError as error:
        log.error("%s", error)
        return web.Response(status=503, text="This could not be done just now: try again in a minute.")
    return answer
