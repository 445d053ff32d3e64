"""A real Asterisk on loopback, and phones (sipp) that call it or are called; skipped where they can't be had."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from devservers.ports import free_ports
from hub.channels.phone.actions import Request, hang_up
from hub.channels.phone.ari import Ari, ari
from hub.channels.phone.settings import PhoneSettings
from hub.children import die_with_parent
from hub.simulated.pbx import SCENARIOS as DEMO

REPOSITORY = Path(__file__).parents[2]
RUN = REPOSITORY / "deploy/asterisk/run.py"
SCENARIOS = (REPOSITORY / "tests/channels/phone/sipp", DEMO)
"""The second: those that the demo plays too."""
ROOT = Path(os.environ.get("ASTERISK_ROOT", Path.home() / ".cache/contact-path-manager/asterisk"))
AGENTS = ("ann", "bob", "cid")
IN_BROWSERS = ("kim", "lee", "sam")
"""Agents whose phones are pages."""
VOICE = bytes(range(0, 128, 4)) * 2000
"""Eight seconds of noise as telephones speak (8 kHz, mu-law)."""
_START_SECONDS = 60.0
_HANG_UP_SECONDS = 20.0
_SAID = 32_000
"""Bytes of two seconds' speech."""
_FIRST_VOICE_PORT = 28_000
"""Below those that the machine gives to whoever asks for any."""


def missing() -> str:
    """Why calls can't be tested here; empty: they can."""
    if not (ROOT / "usr/sbin/asterisk").exists():
        return f"no Asterisk in {ROOT}: deploy/asterisk/install brings one"
    return "" if shutil.which("sipp") else "no sipp: apt-get install sip-tester"


class Asterisk:
    """Runs until it is stopped; its calls come from and go to phones on loopback."""

    def __init__(self, directory: Path, fallback_seconds: int = 2) -> None:
        self.directory = directory
        [self.http] = free_ports(1)
        self.sip, self.trunk, *agents = udp_ports(2 + len(AGENTS))
        self.agents = dict(zip(AGENTS, agents, strict=True))
        phones = [f"--agent={name}=sip:{name}@127.0.0.1:{port}" for name, port in self.agents.items()]
        phones += [f"--agent={name}=browser" for name in IN_BROWSERS]
        command = [
            sys.executable, str(RUN), str(directory), f"--sip-port={self.sip}", f"--http-port={self.http}",
            f"--rtp-start={_FIRST_VOICE_PORT}", f"--trunk=sip:trunk@127.0.0.1:{self.trunk}",
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

    @asynccontextmanager
    async def ari(self) -> AsyncIterator[Ari]:
        """To ask it what stands."""
        async with ari(PhoneSettings.model_validate(self.settings())) as pbx:
            yield pbx

    async def hang_up(self, endpoint: str = "", number: str = "") -> None:
        """Every line of this endpoint, or of this customer, without either every line, until it is gone."""
        async with self.ari() as pbx, asyncio.timeout(_HANG_UP_SECONDS):
            while lines := await _lines(pbx, endpoint, number):
                for line in lines:
                    await pbx.ask(hang_up(line["id"]))
                await asyncio.sleep(0.05)

    async def hung_up_by(self, endpoint: str = "", number: str = "") -> None:
        """Who is on this phone, or who calls from this number, hangs up once they are on the line with the adapter:
        they hear a key that tells them to."""
        async with self.ari() as pbx, asyncio.timeout(60):
            while not (lines := await _lines(pbx, endpoint, number)) or lines[0]["state"] != "Up":
                await asyncio.sleep(0.05)
            assert await pbx.ask(Request("POST", f"/channels/{lines[0]['id']}/dtmf", {"dtmf": "0"})) < 400
            while lines[0]["id"] in {one["id"] for one in await pbx.get("/channels")}:
                await asyncio.sleep(0.05)

    async def speaks(self, endpoint: str) -> None:
        """Until somebody has picked up this phone."""
        async with self.ari() as pbx, asyncio.timeout(60):
            while not [one for one in await _lines(pbx, endpoint, "") if one["state"] == "Up"]:
                await asyncio.sleep(0.05)

    async def bridges(self, kind: str, count: int) -> None:
        """Until so many are in the bridge whose name begins so."""
        end = time.monotonic() + 60
        async with self.ari() as pbx:
            while _filled(found := await _bridges(pbx), kind) != [count]:
                assert time.monotonic() < end, f"not {count} in a bridge {kind}: {found}"
                await asyncio.sleep(0.05)

    async def has_recorded(self, folder: str) -> None:
        """Until there is some speech in a recording there: of its own messages (`fallback`), of conversations."""
        spool = self.directory / "spool" / folder
        async with asyncio.timeout(60):
            while not [one for one in spool.iterdir() if one.stat().st_size > _SAID]:
                await asyncio.sleep(0.05)

    async def has_itself(self, number: str) -> None:
        """Until the call of this customer is in its own queue."""
        async with self.ari() as pbx, asyncio.timeout(60):
            while not [one for one in await _lines(pbx, "", number) if one["dialplan"]["context"] == "fallback"]:
                await asyncio.sleep(0.05)

    async def move_phones(self) -> None:
        """To ports that nobody has called yet. Asterisk says again for half a minute what no phone has answered: one
        that comes to an old port would take it for a call of its own."""
        old = {"trunk": self.trunk, **self.agents}
        new = dict(zip(old, udp_ports(len(old)), strict=True))
        for file in (self.directory / "etc/pjsip.conf", self.directory / "etc/pjsip_agents.conf"):
            text = file.read_text()
            for name, port in old.items():
                text = text.replace(f"sip:{name}@127.0.0.1:{port}", f"sip:{name}@127.0.0.1:{new[name]}")
            file.write_text(text)
        self.trunk, self.agents = new.pop("trunk"), new
        async with self.ari() as pbx:
            assert await pbx.ask(Request("PUT", "/asterisk/modules/res_pjsip.so")) < 400

    @property
    def recorded(self) -> int:
        """Bytes of its records."""
        records = self.directory / "log/cdr-custom/hub.csv"
        return records.stat().st_size if records.exists() else 0

    def forget(self) -> None:
        """What it did on its own: whoever reads its records from their beginning was not there."""
        (self.directory / "log/cdr-custom/hub.csv").unlink(missing_ok=True)
        for folder in ("fallback", "recording"):
            for recording in (self.directory / "spool" / folder).iterdir():
                recording.unlink()

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end:
            if "Asterisk Ready" in (self.directory / "out").read_text(errors="replace"):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError((self.directory / "out").read_text(errors="replace"))


@pytest.fixture(scope="session")
def asterisk_of_all() -> Iterator[Asterisk]:
    """One for all tests: it takes seconds to start."""
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


@pytest.fixture
async def asterisk(asterisk_of_all: Asterisk) -> AsyncIterator[Asterisk]:
    """With nobody on the line, before and after: the next test's adapter would take them for its own."""
    asterisk_of_all.forget()
    await asterisk_of_all.move_phones()
    yield asterisk_of_all
    await asterisk_of_all.hang_up()


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

    async def ready(self, port: int) -> None:
        """Until it can be called."""
        local = f" 0100007F:{port:04X} "
        async with asyncio.timeout(30):
            while self.running and local not in Path("/proc/net/udp").read_text():  # noqa: ASYNC240
                await asyncio.sleep(0.01)

    async def put_away(self) -> None:
        """Take no call any more, and answer what those that stand are told."""
        if self.running:
            self._process.send_signal(signal.SIGUSR1)
            with suppress(TimeoutError):
                await self.over(_HANG_UP_SECONDS)

    async def stop(self) -> None:
        if self.running:
            self._process.kill()
            await self._process.wait()
        shutil.rmtree(self._directory, ignore_errors=True)


@asynccontextmanager
async def sipp(scenario: str, *more: str | int, port: int, calls: int = 1, pause: float = 0) -> AsyncIterator[Sipp]:
    """A phone at this port that lives by the scenario."""
    directory = Path(tempfile.mkdtemp(prefix="hub-sipp-"))
    [media] = udp_ports(1)
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
        await phone.ready(port)
        yield phone
    finally:
        await phone.stop()


@asynccontextmanager
async def caller(
    asterisk: Asterisk, scenario: str = "caller_stays", *more: str | int, number: str = "+982188001", pause: float = 0
) -> AsyncIterator[Sipp]:
    """A customer who calls."""
    [port] = udp_ports(1)
    words = ["-s", "1000", "-key", "caller", number, *more, f"127.0.0.1:{asterisk.sip}"]
    async with sipp(scenario, *words, port=port, pause=pause) as phone:
        yield phone


@asynccontextmanager
async def agent(
    asterisk: Asterisk, name: str, scenario: str = "agent_answers", pause: float = 0, calls: int = 1
) -> AsyncIterator[Sipp]:
    """An agent's phone, ready to ring. It is put away when the end of its call is answered."""
    async with sipp(scenario, port=asterisk.agents[name], pause=pause, calls=calls) as phone:
        try:
            yield phone
        finally:
            await asterisk.hang_up(name)
            await phone.put_away()


async def _lines(pbx: Ari, endpoint: str, number: str) -> list[dict[str, Any]]:
    return [one for one in await pbx.get("/channels") if _is_of(one, endpoint, number)]


async def _bridges(pbx: Ari) -> list[tuple[str, int]]:
    return [(one["id"], len(one["channels"])) for one in await pbx.get("/bridges")]


def _filled(bridges: list[tuple[str, int]], kind: str) -> list[int]:
    return [many for one, many in bridges if one.startswith(kind) and many]


def _is_of(channel: Mapping[str, Any], endpoint: str, number: str) -> bool:
    """By its name, `PJSIP/ann-00000003`, and who is on it."""
    whose = channel["name"].removeprefix("PJSIP/").rpartition("-")[0]
    if number:
        return (whose, channel["caller"]["number"]) == ("trunk", number)
    return endpoint in ("", whose)


def _scenario(name: str) -> Path:
    return next(file for folder in SCENARIOS if (file := folder / f"{name}.xml").exists())


def udp_ports(count: int) -> list[int]:
    """Different ports of the loopback that nobody has now."""
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in sockets]
