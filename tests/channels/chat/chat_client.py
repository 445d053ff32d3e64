"""The chat adapter in a process of its own, and visitors who speak to it as the widget does."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

ORIGIN = "https://www.example.org"
GENEROUS = {"messages_per_minute": 100_000, "connections_per_minute": 100_000}


def toml(value: Any) -> str:
    """As TOML writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def name_of(text: str) -> str:
    """As the widget calls a message."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


class ChatAdapter:
    """`hub channel run chat` with this table."""

    def __init__(self, data_dir: Path, told: dict[str, Any], environment: Mapping[str, str]) -> None:
        self.port = told["port"]
        self._file = data_dir.parent / "channels.toml"
        self._file.write_text("[chat]\n" + "\n".join(f"{name} = {toml(one)}" for name, one in told.items()) + "\n")
        own = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
        here = {"HUB_DATA_DIR": str(data_dir), "HUB_CHANNELS": str(self._file), "HUB_CONFIG": os.devnull}
        self._environment = {**own, **here, **environment}
        self._log = data_dir.parent / "adapter.log"
        self.process: subprocess.Popen[bytes] | None = None

    async def start(self) -> int:
        with self._log.open("ab") as log:
            self.process = await asyncio.to_thread(
                subprocess.Popen, [sys.executable, "-m", "hub", "channel", "run", "chat"],
                env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        for _ in range(1200):
            assert self.process.poll() is None, self._log.read_text()
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            return self.process.pid
        raise AssertionError(self._log.read_text())

    async def kill(self, number: int = signal.SIGKILL) -> None:
        if self.process is not None:
            os.kill(self.process.pid, number)
            await asyncio.to_thread(self.process.wait)
            self.process = None


@dataclass
class Visitor:
    """One tab that comes back whenever it is cut, with what it had."""

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
        self._running = asyncio.create_task(self._run())
        return self

    async def close(self) -> None:
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
        await self.until(lambda: self._socket)
        assert self._socket is not None
        await self._socket.send_str(text)

    async def until(self, holds: Any, seconds: float = 60) -> Any:
        async with asyncio.timeout(seconds):
            while not (found := holds()):
                await asyncio.sleep(0.01)
        return found

    def texts(self) -> list[str]:
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
