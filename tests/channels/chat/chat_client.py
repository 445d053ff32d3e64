"""The chat adapter in a process of its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


def toml(value: Any) -> str:
    """As TOML writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


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
