"""The real adapter in a process of its own, beside a real hub."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from hub.settings import Settings


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def toml(value: Any) -> str:
    """As TOML writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


class MailAdapter:
    """`hub channel run email` with this table."""

    def __init__(self, settings: Settings, told: dict[str, Any], port: int = 0) -> None:
        self.port = port
        self._settings = settings
        self._file = settings.data_dir.parent / "channels.toml"
        self._file.write_text("[email]\n" + "\n".join(f"{name} = {toml(one)}" for name, one in told.items()) + "\n")
        self._log = settings.data_dir.parent / "adapter.log"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        environment = self._settings.model_copy(update={"channels": self._file}).environment()
        with self._log.open("ab") as log:
            self._process = await asyncio.to_thread(
                subprocess.Popen, [sys.executable, "-m", "hub", "channel", "run", "email"],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        await self.reachable()

    async def reachable(self) -> None:
        """Its server answers."""
        for _ in range(400):
            if self._process is not None and self._process.poll() is not None:
                raise AssertionError(self.log())
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return
        raise AssertionError(self.log())

    async def stop(self, number: int = signal.SIGTERM) -> None:
        if self._process is not None:
            os.kill(self._process.pid, number)
            await asyncio.to_thread(self._process.wait)
            self._process = None

    async def kill(self) -> None:
        await self.stop(signal.SIGKILL)

    def log(self) -> str:
        return Path(self._log).read_text()
