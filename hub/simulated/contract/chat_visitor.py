"""A visitor of a site that shows the chat, who speaks to its adapter as the widget does: for trials and tests."""

import asyncio
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp

ORIGIN = "https://www.example.org"
GENEROUS = {"messages_per_minute": 100_000, "connections_per_minute": 100_000}
"""Limits that no trial comes up to."""


def name_of(text: str) -> str:
    """As the widget calls a message."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@dataclass
class Visitor:
    """One tab that comes back whenever it is cut, with what it had. `closed`: by which codes it was cut."""

    http: aiohttp.ClientSession
    url: str
    origin: str = ORIGIN
    language: str = "en"
    identity: str = ""
    token: str = ""
    pass_: str = ""
    after: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)
    closed: list[int] = field(default_factory=list)
    _socket: aiohttp.ClientWebSocketResponse | None = None
    _running: "asyncio.Task[None] | None" = None

    def open(self) -> "Visitor":
        """The tab."""
        self._running = asyncio.create_task(self._run())
        return self

    async def close(self) -> None:
        """The tab; the chat goes on."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None
        if self._socket is not None:
            await self._socket.close()
            self._socket = None

    async def _run(self) -> None:
        while True:
            with suppress(aiohttp.ClientError, OSError, TimeoutError):
                await self._once()
            await asyncio.sleep(0.05)

    async def _once(self) -> None:
        async with self.http.ws_connect(self.url, origin=self.origin, heartbeat=10) as socket:
            hello = {"do": "hello", "visitor": self.token, "after": self.after, "language": self.language}
            await socket.send_json(hello | ({"identity": self.identity} if self.identity else {}))
            async for message in socket:
                self._take(json.loads(message.data))
                if self.frames[-1]["is"] == "welcome":
                    self._socket = socket
            self._socket = None
            self.closed.append(socket.close_code or 0)

    def _take(self, told: dict[str, Any]) -> None:
        self.frames.append(told)
        match told["is"]:
            case "welcome":
                self.token, self.pass_ = told.get("visitor", self.token), told["pass_"]
                if told.get("anew"):
                    self.after = 0
            case "line":
                line = told["line"]
                if line["seq"] > self.after:
                    self.after = line["seq"]
                    self.lines.append(line)
            case "state":
                self.state = told

    async def tell(self, **said: Any) -> None:
        """Whenever it is connected."""
        while True:
            if self._socket is not None and not self._socket.closed:
                with suppress(ConnectionError, RuntimeError):
                    return await self._socket.send_json(said)
            await asyncio.sleep(0.02)

    async def raw(self, text: str) -> None:
        """Whatever it is, once it is connected."""
        await self.until(lambda: self._socket)
        if self._socket is not None:
            await self._socket.send_str(text)

    async def until(self, holds: Callable[[], Any], seconds: float = 60) -> Any:
        """What this tells once it tells something. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not (found := holds()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return found

    def texts(self) -> list[str]:
        """Of all lines there are."""
        return [one.get("text", "") for one in self.lines]

    async def say(self, text: str, name: str = "", seconds: float = 60, **more: Any) -> str:
        """`accepted`, `later`, `refused` or `none`. Said again whenever the connection was cut meanwhile."""
        name = name or name_of(text)
        frames, socket = len(self.frames), None
        try:
            async with asyncio.timeout(seconds):
                while True:
                    if self._socket is not None and self._socket is not socket:
                        socket = self._socket
                        await self.tell(do="say", id=name, text=text, **more)
                    for told in self.frames[frames:]:
                        if told["is"] == "line" and told["line"].get("id") == name:
                            return "accepted"
                        if told["is"] in ("later", "refused") and told.get("id") == name:
                            return str(told["is"])
                    await asyncio.sleep(0.01)
        except TimeoutError:
            return "none"
