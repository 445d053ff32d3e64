"""A real Asterisk on loopback, and phones (sipp) that call it or are called; skipped where they can't be had."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devservers.ports import free_ports
from hub.children import die_with_parent
from hub.simulated.pbx import SCENARIOS as DEMO

REPOSITORY = Path(__file__).parents[2]
RUN = REPOSITORY / "deploy/asterisk/run.py"
SCENARIOS = (REPOSITORY / "tests/channels/phone/sipp", DEMO)
"""The second: those that the demo plays too."""
ROOT = Path(os.environ.get("ASTERISK_ROOT", Path.home() / ".cache/contact-path-manager/asterisk"))
AGENTS = ("ann", "bob", "cid")
VOICE = bytes(range(0, 128, 4)) * 2000
"""Eight seconds of noise as telephones speak (8 kHz, mu-law)."""


def missing() -> str:
    """Why calls can't be tested here; empty: they can."""
    if not (ROOT / "usr/sbin/asterisk").exists():
        return f"no Asterisk in {ROOT}: deploy/asterisk/install brings one"
    return "" if shutil.which("sipp") else "no sipp: apt-get install sip-tester"


class Asterisk:
    """Runs until it is stopped; its calls come from and go to phones on loopback."""

    def __init__(self, directory: Path, fallback_seconds: int = 2) -> None:
        self.directory = directory
        self.http, self.sip, self.trunk, *agents = free_ports(3 + len(AGENTS))
        self.agents = dict(zip(AGENTS, agents, strict=True))
        phones = [f"--agent={name}=sip:{name}@127.0.0.1:{port}" for name, port in self.agents.items()]
        command = [
            sys.executable, str(RUN), str(directory), f"--sip-port={self.sip}", f"--http-port={self.http}",
            "--rtp-start=34000", f"--trunk=sip:127.0.0.1:{self.trunk}",
            f"--fallback-seconds={fallback_seconds}", *phones,
        ]  # fmt: skip
        with (directory / "out").open("wb") as out:
            self._process = subprocess.Popen(command, stdout=out, stderr=out, preexec_fn=die_with_parent())  # noqa: PLW1509
        self._wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    def settings(self) -> dict[str, object]:
        """The table `[phone]` for it."""
        return {
            "ari_url": f"http://127.0.0.1:{self.http}/ari",
            "ari_password_file": str(self.directory / "ari-password"),
            "cdr_file": str(self.directory / "log/cdr-custom/hub.csv"),
            "fallback_recordings": str(self.directory / "spool/fallback"),
        }

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _wait(self) -> None:
        for _ in range(200):
            if "Asterisk Ready" in (self.directory / "out").read_text(errors="replace"):
                return
            if self._process.poll() is not None:
                break
            asyncio.run(asyncio.sleep(0.05))
        raise RuntimeError((self.directory / "out").read_text(errors="replace"))


@pytest.fixture(scope="module")
def asterisk() -> Iterator[Asterisk]:
    """One for all tests of a file."""
    if why := missing():
        pytest.skip(why)
    directory = Path(tempfile.mkdtemp(prefix="hub-asterisk-"))
    try:
        server = Asterisk(directory)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)


class Sipp:
    """One running sipp: a phone, or many."""

    def __init__(self, process: asyncio.subprocess.Process, directory: Path) -> None:
        self._process = process
        self._directory = directory

    async def over(self, seconds: float = 30) -> int:
        """0: every call went as its scenario says."""
        async with asyncio.timeout(seconds):
            return await self._process.wait()

    @property
    def running(self) -> bool:
        return self._process.returncode is None

    async def stop(self) -> None:
        if self.running:
            self._process.kill()
            await self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)


@asynccontextmanager
async def sipp(scenario: str, *more: str | int, port: int, calls: int = 1, pause: float = 0) -> AsyncIterator[Sipp]:
    """A phone at this port that lives by the scenario."""
    directory = Path(tempfile.mkdtemp(prefix="hub-sipp-"))
    (media,) = free_ports(1)
    command: Sequence[str] = [
        "sipp", "-sf", str(_scenario(scenario)), "-i", "127.0.0.1", "-p", str(port), "-mp", str(media),
        "-m", str(calls), "-d", str(round(pause * 1000)), "-nostdin", "-trace_err", *map(str, more),
    ]  # fmt: skip
    (directory / "voice.ul").write_bytes(VOICE)
    with (directory / "out").open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=directory, stdout=out, stderr=out, preexec_fn=die_with_parent()
        )
    phone = Sipp(process, directory)
    try:
        yield phone
    finally:
        await phone.stop()


@asynccontextmanager
async def caller(
    asterisk: Asterisk, scenario: str = "caller_stays", *more: str | int, number: str = "+982188001", pause: float = 0
) -> AsyncIterator[Sipp]:
    """A customer who calls."""
    port = udp_port()
    words = ["-s", "1000", "-key", "caller", number, *more, f"127.0.0.1:{asterisk.sip}"]
    async with sipp(scenario, *words, port=port, pause=pause) as phone:
        yield phone


@asynccontextmanager
async def agent(
    asterisk: Asterisk, name: str, scenario: str = "agent_stays", pause: float = 0, calls: int = 1
) -> AsyncIterator[Sipp]:
    """An agent's phone, ready to ring."""
    async with sipp(scenario, port=asterisk.agents[name], pause=pause, calls=calls) as phone:
        await asyncio.sleep(0.2)
        yield phone


def _scenario(name: str) -> Path:
    return next(file for folder in SCENARIOS if (file := folder / f"{name}.xml").exists())


def udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
