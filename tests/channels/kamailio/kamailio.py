"""A real Kamailio with the configuration that is shipped, and phones around it: skipped where there is none."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.children import die_with_parent
from tests.support.asterisk import Sipp, sipp, udp_ports

ROOT = Path(__file__).parents[3]
SCENARIOS = Path(__file__).with_name("sipp")
MODULES = Path("/usr/lib/x86_64-linux-gnu/kamailio/modules")
_START_SECONDS = 60


def missing() -> str:
    """Why there are no real calls; empty: there are."""
    if not (shutil.which("kamailio") and (MODULES / "nats.so").exists()):
        return "no kamailio with its module of NATS: .ci/peers"
    return "" if shutil.which("sipp") else "no sipp: .ci/peers"


class Kamailio:
    """In a folder of its own, on a port of the loopback; `local`: more of its local.cfg."""

    def __init__(self, folder: Path, nats_url: str, trunks: str, local: str) -> None:
        self.folder = folder
        [self.port] = udp_ports(1)
        shutil.copy(ROOT / "deploy/kamailio/kamailio.cfg", folder)
        lines = [
            '#!substdef "!EDGE_NAME!edge1!g"',
            f'#!substdef "!NATS_URL!{nats_url}!g"',
            f"#!define TRUNKS {trunks}",
            "#!define LOG_TO_STDERR yes",
            local,
            f"listen=udp:127.0.0.1:{self.port}",
        ]
        (folder / "local.cfg").write_text("\n".join(lines) + "\n")
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the first of its processes."""
        return self._process.pid if self._process else 0

    def log(self) -> str:
        """What it said."""
        return (self.folder / "kamailio.log").read_text(errors="replace")

    async def start(self) -> None:
        """Until it answers."""
        words = ["-DD", "-E", "-m", "128", "-M", "8", "-Y", self.folder, "-f", self.folder / "kamailio.cfg"]
        with (self.folder / "kamailio.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                "kamailio", *map(str, words), stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=die_with_parent(), start_new_session=True,
            )  # fmt: skip
        async with asyncio.timeout(_START_SECONDS):
            while not _listens(self.port):
                assert self._process.returncode is None, self.log()
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """With all its processes, in the middle of whatever they do."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()

    async def stop(self) -> None:
        """With all its processes."""
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(10):
                    await self._process.wait()
            except TimeoutError:
                await self.kill()


@asynccontextmanager
async def kamailio(nats_url: str, trunks: str = '"^127[.]"', local: str = "") -> AsyncIterator[Kamailio]:
    """While this is open."""
    if why := missing():
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="hub-kamailio-"))
    edge = Kamailio(folder, nats_url, trunks, local)
    try:
        await edge.start()
        yield edge
    finally:
        await edge.stop()
        shutil.rmtree(folder, ignore_errors=True)


@asynccontextmanager
async def phone(port: int, how: str = "answers", calls: int = 1) -> AsyncIterator[Sipp]:
    """An agent's."""
    async with sipp(str(SCENARIOS / f"edge_agent_{how}"), port=port, calls=calls) as one:
        yield one


@asynccontextmanager
async def customer(
    edge: Kamailio, how: str = "hangs_up", number: str = "+982188001", pause: float = 0.1, calls: int = 1
) -> AsyncIterator[Sipp]:
    """Somebody who calls, or many at once."""
    words = ["-s", "1000", "-key", "caller", number, "-r", str(min(calls * 10, 100)), f"127.0.0.1:{edge.port}"]
    scenario = str(SCENARIOS / f"edge_caller_{how}")
    async with sipp(scenario, *words, port=udp_ports(1)[0], pause=pause, calls=calls) as one:
        yield one


def _listens(port: int) -> bool:
    return f" 0100007F:{port:04X} " in Path("/proc/net/udp").read_text()
