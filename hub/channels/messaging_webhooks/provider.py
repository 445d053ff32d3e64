"""Asks a provider to send a message: what it answers tells whether it left, never will, may later, or nobody knows."""

from collections.abc import AsyncIterator

import aiohttp
import orjson

from hub.channels.messaging_webhooks.finding import Node, text
from hub.channels.messaging_webhooks.pace import Pace
from hub.channels.messaging_webhooks.render import request
from hub.channels.messaging_webhooks.settings import Account
from hub.domain.errors import HubError

_LONGEST_HOLD = 3600.0
_ANSWER = 256 * 1024


class NotTakenError(HubError):
    """It has surely not left, and may later."""


class DeclinedError(HubError):
    """It has surely not left, and never will."""


class UnclearError(HubError):
    """It may have left, or not: nobody knows."""


class Provider:
    """One account at a messenger. `session` is given back by whoever made it."""

    def __init__(self, account: Account, session: aiohttp.ClientSession) -> None:
        self._account = account
        self._send = account.mapping.send
        self._session = session
        self._pace = Pace(self._send.per_second, self._send.per_customer_per_second)
        within = self._send.answer_within_seconds
        self._timeout = aiohttp.ClientTimeout(total=within, sock_connect=within / 2)

    async def ready(self, to: str) -> None:
        """Returns when something may be sent to this customer. Raises NotTakenError where the provider holds it up."""
        if held := self._pace.held():
            raise NotTakenError(f"the provider takes nothing for {held:.0f} s")
        await self._pace.turn(to)

    async def submit(self, name: str, to: str, words: str) -> str:
        """What the provider calls it, once it has it; empty: nothing. Raises NotTakenError, DeclinedError and
        UnclearError."""
        stand_for = {**self._account.variables, "secret": self._account.token, "to": to, "text": words, "id": name}
        asked = request(self._send.url, self._send.headers, self._send.body, stand_for)
        try:
            async with self._session.post(
                asked.url, headers=asked.headers, json=asked.body, timeout=self._timeout, allow_redirects=False
            ) as answer:
                said = b"".join([piece async for piece in _pieces(answer.content)])
                return self._judged(answer.status, _json(said), answer.headers.get("Retry-After", ""))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotTakenError(f"the provider can't be reached: {type(error).__name__}") from error
        except aiohttp.InvalidURL as error:
            raise DeclinedError("send.url of the mapping is no address") from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise UnclearError(f"the provider broke off: {type(error).__name__}") from error

    def _judged(self, status: int, told: Node, retry_after: str) -> str:
        if status < 300:
            return text(told, self._send.id)
        reason = f"the provider answers {status} {text(told, self._send.reason)}".strip()[:180]
        is_later = status in self._send.later or text(told, self._send.code) in self._send.later_codes
        if is_later:
            self._pace.hold(_seconds(text(told, self._send.retry_after) or retry_after))
            raise NotTakenError(reason)
        if status >= 500:
            raise UnclearError(reason)
        raise DeclinedError(reason)


async def _pieces(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """So much of it as an answer could have."""
    left = _ANSWER
    async for piece in content.iter_chunked(_ANSWER):
        left -= len(piece)
        if left < 0:
            return
        yield piece


def _json(said: bytes) -> Node:
    try:
        return Node(orjson.loads(said))
    except orjson.JSONDecodeError:
        return Node({})


def _seconds(said: str) -> float:
    """1 where it says none that can be."""
    try:
        seconds = float(said)
    except ValueError:
        return 1.0
    return min(seconds, _LONGEST_HOLD) if seconds >= 0 else 1.0
