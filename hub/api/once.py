"""A command that is sent again because its answer got lost is answered as it was: `Idempotency-Key` names it. The name
goes into the log with what a repeat would do twice, so that it is not done again after a restart either."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from hub.api.callers import NAMED
from hub.api.errors import problem
from hub.api.shortcut import body
from hub.carried_out import NAMED as NAME
from hub.domain.errors import InvalidError

KEPT_SECONDS = 600.0
KEPT = 10_000
"""Answers, at most, and for so long."""
LONGEST_ANSWER = 100_000
"""Bytes of an answer that is kept; after a longer one the command is done again."""
LONGEST_KEY = 200
HEADER = b"idempotency-key"
_JSON = b"application/json"
_SEEN = "hub.once"

Answer = Callable[[Scope, Receive, Send], Awaitable[None]]
Who = Callable[[Scope], Awaitable[str]]
"""The name of the credential that asks; empty: it takes none. Raises where it is not good."""


@dataclass(slots=True)
class _Kept:
    """A command under way, or its answer."""

    same: bytes
    since: float
    messages: list[Message] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    length: int = 0

    @property
    def is_final(self) -> bool:
        """Whether it would be answered the same again: not what failed through the hub, nor what was too long."""
        return bool(self.messages) and self.messages[0]["status"] < 500 and self.length <= LONGEST_ANSWER


def asks_once(scope: Scope) -> bytes:
    """The key of a command; empty: it has none, only reads, or brings a file. What comes here comes no second time."""
    if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS") or _SEEN in scope:
        return b""
    headers = dict(scope["headers"])
    key: bytes = headers.get(HEADER, b"")
    return key if headers.get(b"content-type", _JSON).startswith(_JSON) else b""


class Once:
    """Remembers, in this process, what commands were answered: `answer` does one, `who` says who asks."""

    def __init__(self, answer: Answer, who: Who, clock: Callable[[], float] = monotonic) -> None:
        self._answer, self._who, self._clock = answer, who, clock
        self._kept: OrderedDict[tuple[str, bytes], _Kept] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a command that has a key."""
        key = asks_once(scope)
        scope[_SEEN] = True
        try:
            if len(key) > LONGEST_KEY:
                raise InvalidError(f"a key has {LONGEST_KEY} characters at most", "Idempotency-Key")
            who = await self._who(scope)
            sent = await body(receive)
            same = _fingerprint(scope, sent)
            scope[NAMED] = _name(who, key, same) if who else ""
            before = await self._before((who, key), same) if who else None
        except Exception as error:
            await problem(error)(scope, receive, send)
            return
        if before is not None:
            for message in before.messages:
                await send(message)
            return
        if who:
            await self._do((who, key), same, scope, _again(sent), send)
        else:
            await self._answer(scope, _again(sent), send)

    async def _before(self, key: tuple[str, bytes], same: bytes) -> _Kept | None:
        """The answer there is; None: it is to be done."""
        while (kept := self._kept.get(key)) is not None and self._clock() - kept.since < KEPT_SECONDS:
            if kept.same != same:
                raise InvalidError(
                    "this key was sent with another command: each command has its own", "Idempotency-Key"
                )
            await kept.done.wait()
            if self._kept.get(key) is kept:
                return kept
        return None

    async def _do(self, key: tuple[str, bytes], same: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        kept = self._kept[key] = _Kept(same, self._clock())

        async def note(message: Message) -> None:
            kept.length += len(message.get("body", b""))
            kept.messages.append(message)
            await send(message)

        try:
            await self._answer(scope, receive, note)
        finally:
            if not kept.is_final:
                self._kept.pop(key, None)
            kept.done.set()
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def _fingerprint(scope: Scope, sent: bytes) -> bytes:
    parts = (scope["method"].encode(), scope["path"].encode(), scope.get("query_string", b""), sent)
    return hashlib.sha256(b"\0".join(parts)).digest()


def _name(who: str, key: bytes, same: bytes) -> str:
    """What the command is called in the log: the same after a restart, and nobody else's. Its end tells whether it is
    the command that came under this key before."""
    return f"{NAME}{hashlib.sha256(who.encode() + bytes(1) + key).hexdigest()[:32]}-{same.hex()[:16]}"


def _again(sent: bytes) -> Receive:
    messages: list[Any] = [{"type": "http.request", "body": sent, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive
