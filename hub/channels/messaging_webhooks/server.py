"""Where providers bring messages and statuses: signed requests are answered when the hub has all that is in them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from hub.channels.at_once import AtOnce
from hub.channels.messaging_webhooks.settings import Account, MessagingSettings
from hub.channels.messaging_webhooks.signature import challenged, is_signed
from hub.channels.messaging_webhooks.taking import Taking
from hub.domain.errors import HubError, InvalidError
from hub.settings import SettingsError

log = logging.getLogger(__name__)

LARGEST = 4 * 1024 * 1024
_COME_AGAIN = 2
_LATER = {"Retry-After": str(_COME_AGAIN)}


class Server:
    """`POST /messaging/PROVIDER`, and the handshake, `GET` there."""

    def __init__(self, accounts: Mapping[str, Account], taking: Taking, settings: MessagingSettings) -> None:
        self._accounts = accounts
        self._taking = taking
        self._settings = settings
        self._at_once = AtOnce(settings.at_once, _COME_AGAIN)

    async def greet(self, request: web.Request) -> web.Response:
        """The handshake."""
        account = self._accounts.get(request.match_info["provider"])
        how = account.mapping.handshake if account else None
        if account is None or how is None:
            return web.Response(status=404, text="there is no such address here")
        answer = challenged(how, request.query, account.handshake_token)
        if answer is None:
            log.warning("a handshake for %s shows another token, from %s", account.name, request.remote)
            return web.Response(status=403, text="this is not the token that was agreed on: compare both sides'")
        return web.Response(text=answer, headers={"X-Content-Type-Options": "nosniff"})

    async def answer(self, request: web.Request) -> web.Response:
        """To one request."""
        return await self._at_once.answer(request, self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        account = self._accounts.get(request.match_info["provider"])
        if account is None:
            return web.Response(status=404, text="there is no such address here")
        body, how = await request.read(), account.mapping.signature
        if not is_signed(how, request.headers.get(how.header, ""), account.signing_secret, body):
            log.warning("a request that %s did not sign is refused, from %s", account.name, request.remote)
            return web.Response(status=403, text="the signature is wrong: compare the secrets")
        try:
            async with asyncio.timeout(self._settings.answer_within_seconds):
                return await self._taken(account, body)
        except TimeoutError:
            log.warning("the hub did not confirm a message in time: %s keeps it", account.name)
        except HubError as error:
            log.warning("a message can't be taken now, %s keeps it: %s", account.name, error)
        return web.Response(status=503, text="it can't be taken just now: come again", headers=_LATER)

    async def _taken(self, account: Account, body: bytes) -> web.Response:
        try:
            unread = await self._taking.take(account.name, body)
        except InvalidError as error:
            await self._taking.refuse(account.name, body, str(error), error.field)
            return web.Response(status=account.mapping.refused_status, text=str(error))
        if unread is not None:
            await self._taking.refuse(account.name, body, unread.reason, unread.field)
        return web.Response(text="the hub has it")


@asynccontextmanager
async def serving(server: Server, settings: MessagingSettings) -> AsyncIterator[int]:
    """Providers are served while this is open; the port. Raises SettingsError."""
    app = web.Application(client_max_size=LARGEST)
    app.router.add_post("/messaging/{provider}", server.answer)
    app.router.add_get("/messaging/{provider}", server.greet)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise SettingsError(f"[messaging_webhooks] {where} can't be used: {error.strerror}") from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
