"""An adapter that comes with the hub, in a process of its own as in the field: for trials and tests."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hub.children import die_with_parent
from hub.simulated.contract.driver import DriverError

_TRIES = 1200
_PAUSE = 0.05


class AdapterProcess:
    """`hub channel run NAME` with this table. `environment`: what the hub is found by, beside the data directory.
    Table and log lie beside that. `port`: where it is reached; of one that is not, `says`: what it logs once its wire
    is open."""

    def __init__(
        self, name: str, data_dir: Path, table: Mapping[str, Any], port: int, environment: Mapping[str, str],
        says: str = "",
    ) -> None:  # fmt: skip
        self._says = says
        self._said = 0
        self.port = port
        self._name = name
        self._file = data_dir.parent / "channels.toml"
        self._log = data_dir.parent / "adapter.log"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
            **environment, "HUB_DATA_DIR": str(data_dir), "HUB_CHANNELS": str(self._file), "HUB_CONFIG": os.devnull,
        }  # fmt: skip
        self._file.write_text(f"[{name}]\n" + "".join(f"{key} = {toml(one)}\n" for key, one in table.items()))
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """0 while there is none."""
        return self._process.pid if self._process is not None else 0

    async def start(self) -> int:
        """Its process id, once its wire is open. Raises DriverError."""
        self._said = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "hub", "channel", "run", self._name), env=self._environment,
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=die_with_parent(),
            )  # fmt: skip
        await self.reachable()
        return self.pid

    async def reachable(self) -> None:
        """Returns when its wire is open. Raises DriverError where it ended, or does not open it."""
        for _ in range(_TRIES):
            if self._process is not None and self._process.returncode is not None:
                break
            if await self._is_open():
                return
            await asyncio.sleep(_PAUSE)
        raise DriverError(f"the adapter {self._name} does not open its wire. It said: {self.log()[-2000:]}")

    async def _is_open(self) -> bool:
        if self._says:
            return self._says.encode() in self._log.read_bytes()[self._said :]
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True

    async def stop(self, number: int = signal.SIGTERM) -> int:
        """End it; its exit code."""
        if self._process is None:
            return 0
        process, self._process = self._process, None
        with suppress(ProcessLookupError):
            process.send_signal(number)
        return await process.wait()

    async def kill(self) -> None:
        """As `kill -9` does."""
        await self.stop(signal.SIGKILL)

    def log(self) -> str:
        """All that it said."""
        return self._log.read_text()


def toml(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(name)} = {toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)
