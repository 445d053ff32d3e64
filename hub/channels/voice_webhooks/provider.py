"""The provider's REST interface: what we ask of it, apart from answers to what it asks us."""

import logging
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
import orjson

from hub.channels.voice_webhooks.settings import VoiceSettings
from hub.domain.errors import HubError, NotFoundError

log = logging.getLogger(__name__)

_NOT_YET = frozenset({"queued", "initiated", "ringing"})
_OVER = frozenset({"completed", "busy", "no-answer", "canceled", "failed"})


class ProviderError(HubError):
    """It can't be reached, or can't do now what it is asked: later it may. It has surely not done it."""


class DeclinedError(HubError):
    """It will not do what it is asked, however often."""


class UnclearError(HubError):
    """It broke off: it may have done what it was asked, or not."""


class CallState(NamedTuple):
    """How a call stands, who called and whom."""

    status: str
    caller: str = ""
    dialled: str = ""


class Provider:
    """One account. Made and closed by `provider`."""

    def __init__(self, session: aiohttp.ClientSession, settings: VoiceSettings) -> None:
        self._session = session
        self._settings = settings
        self._url = f"{settings.rest_url.rstrip('/')}/Accounts/{settings.account}"

    async def redirect(self, sid: str, twiml: str) -> str:
        """Let a call go on with this. Empty: it does; else how it ended before. Raises ProviderError, UnclearError: to
        be asked again, it is the same however often."""
        status, said = await self._ask("POST", f"/Calls/{sid}.json", [("Twiml", twiml)])
        if status < 400:
            return ""
        state = (await self.call(sid)).status if status != 404 else "completed"
        if state in _NOT_YET:
            raise ProviderError(f"call {sid} is not answered yet")
        if state not in _OVER:
            log.error("the provider does not let call %s go on as it should: %d %s", sid, status, said[:300])
        return state if state in _OVER else ""

    async def place(self, to: str, twiml: str, status_url: str) -> str:
        """Call this number; what the call is named. Raises ProviderError, DeclinedError, UnclearError."""
        form = [
            ("To", to), ("From", self._settings.caller_id), ("Twiml", twiml),
            ("Timeout", str(self._settings.dial_seconds)), ("StatusCallback", status_url),
            ("StatusCallbackEvent", "answered"), ("StatusCallbackEvent", "completed"),
        ]  # fmt: skip
        status, said = await self._ask("POST", "/Calls.json", form)
        if status >= 500:
            raise UnclearError(f"the provider answers {status}: whether it calls is not known")
        if status >= 400:
            raise DeclinedError(f"the provider declines: {status} {_message(said)}")
        try:
            return str(orjson.loads(said)["sid"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise UnclearError("the provider calls, and does not say how the call is named") from None

    async def call(self, sid: str) -> CallState:
        """`completed` where it knows of none. Raises ProviderError, UnclearError."""
        status, said = await self._ask("GET", f"/Calls/{sid}.json")
        if status == 404:
            return CallState("completed")
        if status >= 400:
            raise ProviderError(f"the provider does not tell of call {sid}: {status} {_message(said)}")
        try:
            told: dict[str, Any] = orjson.loads(said)
            return CallState(str(told["status"]), str(told.get("from") or ""), str(told.get("to") or ""))
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise ProviderError(f"the provider tells of call {sid} what is no JSON of a call") from None

    async def recording(self, sid: str) -> bytes:
        """The sound, as WAV. Raises NotFoundError, ProviderError, UnclearError."""
        status, said = await self._ask("GET", f"/Recordings/{sid}.wav")
        if status == 404:
            raise NotFoundError(f"the provider has no recording {sid}")
        if status >= 400:
            raise ProviderError(f"the provider does not hand out recording {sid}: {status}")
        return said

    async def delete_recording(self, sid: str) -> None:
        """It is kept elsewhere. Raises ProviderError, UnclearError."""
        status, _ = await self._ask("DELETE", f"/Recordings/{sid}.json")
        if status >= 400 and status != 404:
            raise ProviderError(f"the provider does not delete recording {sid}: {status}")

    async def _ask(self, method: str, path: str, form: list[tuple[str, str]] | None = None) -> tuple[int, bytes]:
        data = aiohttp.FormData(form) if form else None
        try:
            async with self._session.request(method, self._url + path, data=data, allow_redirects=True) as answer:
                if answer.status in (401, 403, 429, 503):
                    raise ProviderError(f"{method} {path}: the provider answers {answer.status}")
                return answer.status, await answer.read()
        except aiohttp.ClientConnectorError as error:
            raise ProviderError(f"the provider can't be reached: {error}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnclearError(f"{method} {path}: {error or 'no answer'}") from error


def _message(said: bytes) -> str:
    try:
        return str(orjson.loads(said)["message"])[:150]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return said[:150].decode(errors="replace")


@asynccontextmanager
async def provider(settings: VoiceSettings) -> AsyncIterator[Provider]:
    """One account, not asked anything yet."""
    known = b64encode(f"{settings.account}:{settings.token()}".encode()).decode()
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(headers={"Authorization": f"Basic {known}"}, timeout=timeout) as session:
        yield Provider(session, settings)
