"""A NATS server of the hub's own, for who has none: a child process that lives and dies with the hub."""

import asyncio
import fcntl
import logging
import os
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from hub.bus.connection import BusError
from hub.bus.listening import HOST, binary, free_port, is_free, server_name
from hub.bus.seeds import Seeds
from hub.bus.server_files import KEY_VARIABLE, ServerFiles
from hub.bus.users import ADAPTERS, HUB_USER, KAMAILIO_USER, users_block
from hub.children import die_with_parent

log = logging.getLogger(__name__)

_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_RESTART_DELAYS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)


class PortTakenError(BusError):
    """Somebody else listens on the port."""


class EmbeddedNats:
    """A nats-server with JetStream on a loopback port. Everything it writes is in `directory`, its port and the
    hub's password (mode 600) too: after a restart it is found at the same address, if that is still free. Adapters have
    `seeds` of their own, in the directory `bus` beside the key file.

    What JetStream keeps is encrypted: messages hold what customers wrote. The key is made at the first start, in
    `key_file` (mode 600), by default `jetstream.key` in the directory `keys` beside this one; what was written with
    another key is left alone: it does not start.

    `sync_always`: each message is on disk before it is acked, for senders that can't repeat.
    `patience`: seconds to wait for a predecessor in the same directory whose hub was just killed.
    `on_restart(times)` is called after the child died and was started again.
    Start it from the main thread: the kernel kills the child when the thread that started it ends.
    """

    def __init__(
        self,
        directory: Path,
        *,
        key_file: Path | None = None,
        sync_always: bool = False,
        on_restart: Callable[[int], None] | None = None,
        patience: float = 10.0,
    ) -> None:
        self._directory = directory.resolve()
        self._key_file = key_file or self._directory.parent / "keys" / "jetstream.key"
        self._files = ServerFiles(self._directory, self._key_file)
        self.seeds = Seeds(self._key_file.parent / "bus")
        self._sync_always = sync_always
        self._on_restart = on_restart
        self._patience = patience
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._lock = -1
        self._token = ""
        self._key = ""
        self._port = 0
        self._stopping = False
        self.restarts = 0

    @property
    def url(self) -> str:
        """Where the hub connects, its credentials included; stays the same as long as this object runs."""
        return f"nats://{HUB_USER}:{self._token}@{HOST}:{self._port}"

    @property
    def pid(self) -> int:
        """The child's process id, 0 while there is none."""
        return self._process.pid if self._process and self._process.returncode is None else 0

    async def start(self) -> str:
        """Start it and wait until it answers; the url. Raises BusError that says what to do."""
        self._stopping = False
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = await self._locked()
        try:
            self._token = self._files.token()
            self._key = self._files.key()
            await self._launch_on_some_port()
        except BaseException:
            await self.stop()
            raise
        self._files.keep("port", str(self._port))
        self._watcher = asyncio.create_task(self._watch(), name="nats-server")
        return self.url

    async def stop(self) -> None:
        """End it and wait until it is gone. Safe to call twice."""
        self._stopping = True
        if self._watcher is not None:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
            self._watcher = None
        await self._end_child()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    async def _locked(self) -> int:
        """The directory's lock. The child inherits it, so a server whose hub was just killed still holds it."""
        handle = os.open(self._directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        deadline = asyncio.get_running_loop().time() + self._patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if asyncio.get_running_loop().time() < deadline:
                    await asyncio.sleep(0.02)
                    continue
                os.close(handle)
                raise BusError(
                    f"{self._directory} is in use by another nats-server: stop the hub that runs there, "
                    "or give this one another data directory"
                ) from None
            return handle

    async def _launch_on_some_port(self) -> None:
        """On the port it had before, if that is free; else on another."""
        kept = self._files.kept("port")
        ports = [int(kept)] if kept.isdigit() else []
        for port in (*ports, 0, 0, 0):
            self._port = port if port and is_free(port) else free_port()
            with suppress(PortTakenError):
                await self._launch()
                return
        raise BusError(f"no free port was found on {HOST} for nats-server")

    async def _launch(self) -> None:
        """Start the child on `self._port` and wait until it answers there."""
        name = f"hub-{secrets.token_hex(4)}"
        config = self._files.configuration(name, self._port, self._users(), sync_always=self._sync_always)
        log_file = self._directory / "nats-server.log"
        seen = log_file.stat().st_size if log_file.exists() else 0
        with (self._directory / "nats-server.err").open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                binary(),
                "-c",
                str(config),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                env={**os.environ, KEY_VARIABLE: f"key-{self._key}"},  # digits alone would be taken for a number
                pass_fds=(self._lock,),
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        try:
            async with asyncio.timeout(_START_SECONDS):
                while await server_name(self._port) != name:
                    if self._process.returncode is not None:
                        raise self._failure(seen)
                    await asyncio.sleep(0.01)
        except TimeoutError:
            await self._end_child()
            raise BusError(f"nats-server did not answer within {_START_SECONDS:.0f} s: see {log_file}") from None

    def _users(self) -> str:
        keys = {user.name: self.seeds.public_key(user.name) for user in ADAPTERS}
        return users_block(keys, f'"{self._token}"', f'"{self.seeds.password(KAMAILIO_USER)}"')

    def _failure(self, seen: int) -> BusError:
        said = self._files.last_words(seen)
        kind = PortTakenError if "address already in use" in said else BusError
        return kind(f"nats-server ended at once. It said:\n{said.strip() or '(nothing)'}")

    async def _watch(self) -> None:
        """Start the child again, on the same port, whenever it dies."""
        while self._process is not None:
            code = await self._process.wait()
            log.warning("nats-server ended (code %s): starting it again", code, extra={"port": self._port})
            await self._launch_again()
            self.restarts += 1
            log.info("nats-server runs again", extra={"port": self._port, "pid": self.pid})
            if self._on_restart is not None:
                self._on_restart(self.restarts)

    async def _launch_again(self) -> None:
        attempt = 0
        while True:
            await asyncio.sleep(_RESTART_DELAYS[min(attempt, len(_RESTART_DELAYS) - 1)])
            attempt += 1
            try:
                await self._launch()
            except (BusError, OSError) as error:
                log.error("nats-server did not come back (try %d): %s", attempt, error)
            else:
                return

    async def _end_child(self) -> None:
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(_STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                with suppress(ProcessLookupError):
                    process.kill()
        await process.wait()
        self._process = None


@asynccontextmanager
async def bus_server(url: str, directory: Path, *, sync_always: bool = False) -> AsyncIterator[str]:
    """The url of the NATS to use: the given one, else that of an embedded server that runs meanwhile."""
    if url:
        yield url
        return
    server = EmbeddedNats(directory, sync_always=sync_always)
    try:
        yield await server.start()
    finally:
        await server.stop()
