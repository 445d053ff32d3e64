"""A hub as a child process: started, awaited, started again when it dies, and never left behind."""

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

import aiohttp
import orjson

from hub.children import die_with_parent
from hub.domain.errors import HubError
from hub.settings import Settings

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.02
_START_SECONDS = 120.0
_STOP_SECONDS = 20.0
_NOT_HANDED_OUT = range(20_000, 32_000)
_RESTART_DELAYS = (0.0, 0.2, 0.5, 1.0, 2.0, 4.0)


class HubStartError(HubError):
    """The hub's process did not come up; the message ends with what it wrote last."""


class Address(NamedTuple):
    """Where a running hub is reached."""

    api_url: str
    nats_url: str


class HubProcess:
    """One hub in a process group of its own, so that Ctrl-C in the terminal reaches its parent alone, which then
    stops everything in order. The kernel kills it if the parent dies. Its output goes to `hub.log` in its data
    directory. `on_restart(times)` is called each time it was started again. `command`: Python's arguments."""

    def __init__(
        self,
        settings: Settings,
        *,
        on_restart: Callable[[int], None] = lambda _: None,
        command: Sequence[str] = ("-m", "hub", "serve"),
    ) -> None:
        self._command = command
        self.data_dir = settings.data_dir.resolve()
        self._settings = settings.model_copy(
            update={"data_dir": self.data_dir, "api_port": free_port(settings.api_host, settings.api_port)}
        )
        self._on_restart = on_restart
        self._process: asyncio.subprocess.Process | None = None
        self._address: Address | None = None
        self._stopping = False
        self.restarts = 0

    @property
    def settings(self) -> Settings:
        """What the process runs with: the data directory absolute, the port a free one."""
        return self._settings

    @property
    def address(self) -> Address:
        """Where it is reached; stays the same while it is being started again."""
        if self._address is None:
            raise HubStartError("the hub has not been started")
        return self._address

    def api_url(self) -> str:
        """Base of the HTTP API, without a slash at its end."""
        return self.address.api_url

    @property
    def pid(self) -> int:
        """The hub's process id, 0 while there is none."""
        return self._process.pid if self._process and self._process.returncode is None else 0

    async def start(self) -> Address:
        """Start it and wait until it is ready for work. Before anybody knows its address, somebody else may take its
        port: then it gets another one."""
        try:
            return await self._launch()
        except HubStartError:
            host, port = self._settings.api_host, self._settings.api_port
            if self._address is not None or self._stopping or (other := free_port(host, port)) == port:
                raise
            self._settings = self._settings.model_copy(update={"api_port": other})
            return await self._launch()

    async def _launch(self) -> Address:
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._stopping = False
        with (self.data_dir / "hub.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._settings.environment(),
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        try:
            async with asyncio.timeout(_START_SECONDS):
                self._address = await self._ready(self._process)
        except TimeoutError:
            await self._end(self._process, patience=0)
            raise HubStartError(f"the hub was not ready within {_START_SECONDS:.0f} s{self._last_words()}") from None
        return self._address

    async def ended(self) -> int:
        """Wait until the process ends by itself; its exit code."""
        if self._process is None:
            raise HubStartError("the hub has not been started")
        return await self._process.wait()

    async def watch(self) -> None:
        """Start it again whenever it dies, until `stop`. Raises HubStartError if it will not come up."""
        while not self._stopping:
            process = self._process
            if process is None:
                raise HubStartError("the hub has not been started")
            await process.wait()
            if self._stopping:
                return
            await self._end(process, patience=0)
            await self._start_again()
            self.restarts += 1
            log.warning("the hub's process died (code %s): started it again", process.returncode)
            self._on_restart(self.restarts)

    async def stop(self) -> None:
        """End it and wait until it is gone: first politely, after a while by force. Safe to call twice."""
        self._stopping = True
        if self._process is not None:
            await self._end(self._process, patience=_STOP_SECONDS)

    async def _start_again(self) -> None:
        problem: HubStartError | None = None
        for delay in _RESTART_DELAYS:
            await asyncio.sleep(delay)
            if self._stopping:
                return
            try:
                await self.start()
            except HubStartError as error:
                problem = error
            else:
                return
        raise problem or HubStartError("the hub could not be started again")

    async def _ready(self, process: asyncio.subprocess.Process) -> Address:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while True:
                if process.returncode is not None:
                    raise HubStartError(f"the hub ended at once, code {process.returncode}{self._last_words()}")
                address = self._named_by(process.pid)
                if address is not None and await _answers(session, address):
                    return address
                await asyncio.sleep(_POLL_SECONDS)

    def _named_by(self, pid: int) -> Address | None:
        """What `hub.json` says, if this very process wrote it: a killed one leaves its own behind."""
        with suppress(OSError, ValueError, KeyError):
            told = orjson.loads((self.data_dir / "hub.json").read_bytes())
            if told["pid"] == pid:
                return Address(told["api_url"].rstrip("/"), told["nats_url"])
        return None

    async def _end(self, process: asyncio.subprocess.Process, patience: float) -> None:
        """End the process and whatever is left of its group."""
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM if patience else signal.SIGKILL)
            with suppress(TimeoutError):
                async with asyncio.timeout(patience or None):
                    await process.wait()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

    def _last_words(self) -> str:
        with suppress(OSError):
            lines = (self.data_dir / "hub.log").read_text(errors="replace").strip().splitlines()
            return ". Its last words:\n  " + "\n  ".join(lines[-15:])
        return ""


async def create_key(settings: Settings, role: str, name: str) -> str:
    """A new API key of this hub, running or not, as its owner would make one on the command line."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub", "keys", "create", "--role", role, "--name", name, "--json"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=settings.environment(),
        start_new_session=True,
        preexec_fn=die_with_parent(),
    )
    out, complaint = await process.communicate()
    if process.returncode != 0:
        raise HubStartError(f"no API key could be made: {complaint.decode(errors='replace').strip()}")
    return str(orjson.loads(out)["token"])


def free_port(host: str, wanted: int) -> int:
    """The wanted port if nobody listens there, else one that is free: kept for every restart. It is none of those that
    the system hands out, or it might be anybody's before it is used."""
    others = secrets.SystemRandom().sample(_NOT_HANDED_OUT, 20)
    for port in (*([wanted] if wanted else []), *others, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind((host, port))
                return int(probe.getsockname()[1])
    raise HubStartError(f"no port can be opened on {host}: set HUB_API_HOST to an address of this machine")


def free_ports(host: str, count: int) -> list[int]:
    """Different ones."""
    with ExitStack() as probes:
        found = [probes.enter_context(socket.create_server((host, 0))) for _ in range(count)]
        return [int(one.getsockname()[1]) for one in found]


def keep(file: Path, content: dict[str, object]) -> None:
    """Write a small JSON file that only its owner may read, whole or not at all."""
    keep_private(file, orjson.dumps(content))


def keep_private(file: Path, content: bytes) -> None:
    """The same of any bytes."""
    draft = file.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    draft.replace(file)


async def _answers(session: aiohttp.ClientSession, address: Address) -> bool:
    try:
        async with session.get(f"{address.api_url}/readyz") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
