"""The real adapter in a process of its own, beside a real hub."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def _toml(value: Any) -> str:
    """As TOML writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


class SmsProcess:
    """`hub channel run sms` with this table."""

    def __init__(self, data_dir: Path, told: dict[str, Any], environment: Mapping[str, str]) -> None:
        """`environment`: what the hub is found by, beside the directory."""
        self._file = data_dir.parent / "channels.toml"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
            **environment, "HUB_DATA_DIR": str(data_dir), "HUB_CHANNELS": str(self._file), "HUB_CONFIG": os.devnull,
        }  # fmt: skip
        self._file.write_text("[sms]\n" + "\n".join(f"{name} = {_toml(one)}" for name, one in told.items()) + "\n")
        self._log = data_dir.parent / "adapter.log"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.to_thread(
                subprocess.Popen, [sys.executable, "-m", "hub", "channel", "run", "sms"],
                env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

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
        return self._log.read_text()
