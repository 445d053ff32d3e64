"""The real adapter in a process of its own, beside a real hub."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


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

    def __init__(self, data_dir: Path, told: dict[str, Any], port: int, environment: Mapping[str, str]) -> None:
        """`environment`: what the hub is found by, beside the directory."""
        self.port = port
        self._file = data_dir.parent / "channels.toml"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
            **environment, "HUB_DATA_DIR": str(data_dir), "HUB_CHANNELS": str(self._file), "HUB_CONFIG": os.devnull,
        }  # fmt: skip
        self._file.write_text("[email]\n" + "\n".join(f"{name} = {toml(one)}" for name, one in told.items()) + "\n")
        self._log = data_dir.parent / "adapter.log"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.to_thread(
                subprocess.Popen, [sys.executable, "-m", "hub", "channel", "run", "email"],
                env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
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

    @property
    def pid(self) -> int:
        return self._process.pid if self._process is not None else 0

    async def kill(self) -> None:
        await self.stop(signal.SIGKILL)

    def log(self) -> str:
        return Path(self._log).read_text()
