"""Where aggregators bring messages and delivery reports: signed requests are answered when the hub has them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import web

from hub.channels.at_once import AtOnce
from hub.channels.sms import mapping
from hub.channels.sms.incoming import Taking
from hub.channels.sms.message import Incoming, Receipt
from hub.channels.sms.settings import Aggregator, SmsSettings, secret
from hub.channels.sms.signature import is_now, is_signed
from hub.domain.errors import HubError, InvalidError
from hub.ports import Clock
from hub.settings import SettingsError

log = logging.getLogger(__name__)

LARGEST = 256 * 1024
AT_ONCE = 200
_COME_AGAIN = 2
_LATER = {"Retry-After": str(_COME_AGAIN)}


class Webhooks:
    """`POST /sms/LINE/messages` and `/sms/LINE/receipts`."""

    def __init__(self, settings: SmsSettings, taking: Taking, clock: Clock, region: str) -> None:
        self._settings = settings
        self._taking = taking
        self._clock = clock
        self._region = region
        self._lines: Mapping[str, tuple[Aggregator, str]] = {
            name: (line.aggregator, secret(line.aggregator.secret_file))
            for name, line in settings.lines.items()
            if line.aggregator is not None
        }
        self._at_once = AtOnce(AT_ONCE, _COME_AGAIN)

    async def answer(self, request: web.Request) -> web.Response:
        """To one request."""
        return await self._at_once.answer(request, self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        line, body = request.match_info["line"], await request.read()
        if line not in self._lines:
            return web.Response(status=404, text="there is no such line here")
        settings, key = self._lines[line]
        timestamp = request.headers.get(settings.timestamp_header, "")
        if not is_signed(request.headers.get(settings.signature_header, ""), key, timestamp, body):
            log.warning("a request that line %s's aggregator did not sign is refused, from %s", line, request.remote)
            return web.Response(status=403, text="the signature is wrong: compare the secrets")
        if not is_now(timestamp, self._clock.now(), settings.replay_seconds):
            return web.Response(status=403, text="it was signed too long ago, or ahead of time: compare the clocks")
        return await self._taken(line, request.match_info["what"], body)

    async def _taken(self, line: str, what: str, body: bytes) -> web.Response:
        try:
            async with asyncio.timeout(self._settings.answer_within_seconds):
                try:
                    await self._taking.take(line, "", self._parsed(line, what, body), body)
                except InvalidError as error:
                    await self._taking.refuse(line, body, error)
                    return web.Response(status=400, text=str(error))
        except TimeoutError:
            log.warning("the hub did not confirm a message in time: its aggregator keeps it")
        except HubError as error:
            log.warning("a message can't be taken now, its aggregator keeps it: %s", error)
        else:
            return web.Response(text="the hub has it")
        return web.Response(status=503, text="it can't be taken just now: come again", headers=_LATER)

    def _parsed(self, line: str, what: str, body: bytes) -> Incoming | Receipt:
        told, settings = mapping.fields_of(body), self._lines[line][0]
        if what == "receipts":
            return mapping.receipt(told, settings.receipt)
        return mapping.incoming(told, settings.message, self._region)


@asynccontextmanager
async def serving(webhooks: Webhooks, settings: SmsSettings) -> AsyncIterator[int]:
    """Aggregators are served while this is open; the port. Raises SettingsError."""
    app = web.Application(client_max_size=LARGEST)
    app.router.add_post("/sms/{line}/{what:messages|receipts}", webhooks.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, settings.host, settings.port).start()
        except OSError as error:
            raise SettingsError(f"[sms] {settings.host}:{settings.port} can't be used: {error.strerror}") from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()
