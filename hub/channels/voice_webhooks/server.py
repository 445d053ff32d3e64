"""Where the provider asks what to do with a call: signed requests are answered, all others refused."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from hub.channels.at_once import AtOnce
from hub.channels.voice_webhooks.parse import fields_of
from hub.channels.voice_webhooks.settings import VoiceSettings
from hub.channels.voice_webhooks.signature import Fields, is_signed
from hub.channels.voice_webhooks.webhooks import NotConfirmedError, NotTakenError, Webhooks
from hub.domain.errors import HubError, InvalidError

log = logging.getLogger(__name__)

LARGEST = 64 * 1024
"""Bytes of a form."""
_COME_AGAIN = 1
_LATER = {"Retry-After": str(_COME_AGAIN)}

Answer = Callable[[Fields, Mapping[str, str]], Awaitable[str]]


class Server:
    """Checks who asks, and answers with what `webhooks` say."""

    def __init__(self, webhooks: Webhooks, settings: VoiceSettings) -> None:
        self._webhooks = webhooks
        self._settings = settings
        self._token = settings.token()
        self._at_once = AtOnce(settings.at_once, _COME_AGAIN)
        self._answers: dict[str, Answer] = {
            "incoming": webhooks.incoming,
            "wait": webhooks.wait,
            "key": webhooks.key,
            "dialled": webhooks.dialled,
            "status": webhooks.status,
            "placed": webhooks.placed,
            "over": webhooks.over,
            "message": webhooks.message,
        }

    async def answer(self, request: web.Request) -> web.Response:
        """To one request."""
        return await self._at_once.answer(request, self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        answer = self._answers.get(request.match_info["what"])
        if answer is None:
            return web.Response(status=404, text="there is no such address here")
        body = await request.read()
        fields = self._signed(request, body)
        if fields is None:
            log.warning("a request that the provider did not sign is refused, from %s", request.remote)
            return web.Response(status=403, text="the signature is wrong: compare public_url and auth_token")
        try:
            twiml = await answer(fields, request.query)
        except InvalidError as error:
            await self._webhooks.refuse(body, error)
            return web.Response(status=400, text=str(error))
        except NotTakenError as error:
            log.warning("call of the provider: %s (hub rejected)", error)
            return web.Response(status=400, text=str(error))
        except NotConfirmedError as error:
            log.warning("%s", error)
            return web.Response(status=503, text=str(error), headers=_LATER)
        except HubError as error:
            log.exception("the provider is told to come again")
            return web.Response(status=503, text=str(error), headers=_LATER)
        return web.Response(text=twiml, content_type="text/xml") if twiml else web.Response(status=204)

    def _signed(self, request: web.Request, body: bytes) -> Fields | None:
        """None: nobody knows who sent it. The address is the one that the provider asked at."""
        url = self._settings.public_url.rstrip("/") + request.raw_path
        try:
            fields = fields_of(body)
        except InvalidError:
            return None
        given = request.headers.get("X-Twilio-Signature", "")
        return fields if is_signed(given, self._token, url, fields) else None


@asynccontextmanager
async def serving(server: Server, settings: VoiceSettings) -> AsyncIterator[int]:
    """While this is open; the port."""
    app = web.Application(client_max_size=LARGEST)
    app.router.add_post("/voice/{what}", server.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
