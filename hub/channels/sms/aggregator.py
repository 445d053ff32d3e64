"""A line's way to an aggregator: what leaves is asked for by an HTTP request, answered before it counts."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import orjson

from hub.channels.sms.line import DeclinedError, NotTakenError, Outgoing, Piece, UnclearError
from hub.channels.sms.mapping import asked, found
from hub.channels.sms.settings import Aggregator, Line, secret
from hub.domain.errors import InvalidError


class AggregatorWay:
    """`session` is given back by whoever made it."""

    def __init__(self, line: Line, settings: Aggregator, session: aiohttp.ClientSession) -> None:
        self._line = line
        self._request = settings.send
        self._token = secret(settings.send.token_file)
        within = settings.answer_within_seconds
        self._timeout = aiohttp.ClientTimeout(total=within, sock_connect=within / 2)
        self._session = session
        self._window = asyncio.Semaphore(settings.window)

    def cut(self, text: str) -> list[Piece]:
        """As a way's: the aggregator cuts by itself."""
        if not text:
            raise InvalidError("a text message says something", "text")
        return [Piece(text)]

    async def submit(self, message: Outgoing, begins: Callable[[], Awaitable[None]]) -> str:
        """As a way's."""
        url, headers, body = asked(self._request, message, self._line.number, self._token)
        how = {"json": body} if self._request.form == "json" else {"data": body}
        try:
            async with self._window:
                await begins()
                sending = self._session.post(url, headers=headers, timeout=self._timeout, allow_redirects=False, **how)
                async with sending as answer:
                    return self._judged(answer.status, await answer.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotTakenError(f"the aggregator can't be reached: {error}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise UnclearError(f"the aggregator broke off: {error or 'no answer'}") from error

    def _judged(self, status: int, said: bytes) -> str:
        if status in self._request.later:
            raise NotTakenError(f"the aggregator answers {status}")
        if status >= 500:
            raise UnclearError(f"the aggregator answers {status}")
        if status >= 300:
            raise DeclinedError(f"the aggregator declines: {status} {said[:100].decode(errors='replace')}")
        try:
            return found(orjson.loads(said), self._request.numbered)
        except orjson.JSONDecodeError:
            return ""
