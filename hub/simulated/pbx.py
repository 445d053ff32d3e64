"""Real calls for the demo, where Asterisk and sipp are: an Asterisk of its own, agents' phones, customers who call."""

import asyncio
import csv
import logging
import os
import shutil
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from hub.children import die_with_parent
from hub.domain.errors import HubError
from hub.simulated.population import SERVICES
from hub.simulated.process import free_port

log = logging.getLogger(__name__)

SCENARIOS = Path(__file__).with_name("sipp")
"""How phones behave: what sipp plays."""
WISH = "DEMO_CALLS"
"""The variable that chooses: `real`, `simulated`; without it, real ones where they can be had."""
_RUN = Path(__file__).parents[2] / "deploy/asterisk/run.py"
_ROOT = ".cache/contact-path-manager/asterisk"
_LOOPBACK = "127.0.0.1"
_START_SECONDS = 30.0
_FIRST_VOICE_PORT = 24_000
_PICK_UP_SECONDS = 1.0
_MANY = 1_000_000
_TAKEN_IN_SECONDS = 8.0
"""What Asterisk did on its own is told to the hub within this time."""


class PbxError(HubError):
    """Real calls were asked for, and can't be made."""


def why_not(environ: Mapping[str, str] = os.environ) -> str:
    """Why the demo's calls are simulated ones; empty: they are real. Raises PbxError."""
    wish = environ.get(WISH, "")
    if wish not in ("", "real", "simulated"):
        raise PbxError(f"{WISH} is {wish!r}: write real or simulated, or leave it out")
    root = Path(environ.get("ASTERISK_ROOT", Path.home() / _ROOT))
    found = [
        (_RUN.exists(), f"there is no {_RUN}"),
        ((root / "usr/sbin/asterisk").exists(), f"there is no Asterisk in {root}: deploy/asterisk/install brings one"),
        (shutil.which("sipp") is not None, "there is no sipp: apt-get install sip-tester"),
    ]
    missing = next((said for there, said in found if not there), "")
    if wish == "real" and missing:
        raise PbxError(f"{WISH} is real, but {missing}")
    return f"{WISH} is simulated" if wish == "simulated" else missing


class Pbx:
    """Asterisk in a folder, and phones around it, each a process that ends with this one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._records = folder / "log/cdr-custom/hub.csv"
        self._known = self._unique_ids()
        self._http, self._sip, self._desks = free_port(_LOOPBACK, 0), _udp_port(), _udp_port()
        self._phones = set[asyncio.subprocess.Process]()
        self._asterisk: asyncio.subprocess.Process | None = None
        self._on_the_line = 0
        self._over_at = 0.0

    def table(self) -> str:
        """`[phone]` of channels.toml: a number for each service; whom they refuse leaves no message."""
        lines = ", ".join(f'{service} = {{ service = "{service}" }}' for service in SERVICES)
        return f"""[phone]
ari_url = "http://{_LOOPBACK}:{self._http}/ari"
ari_password_file = "{self._folder}/ari-password"
cdr_file = "{self._records}"
agent_endpoint = "PJSIP/desk/sip:{{agent}}@{_LOOPBACK}:{self._desks}"
voicemail = {{ reasons = [] }}
lines = {{ {lines} }}
"""

    async def start(self) -> None:
        """Until calls can be made. Raises PbxError."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        out = self._folder / "out"
        arguments = [
            str(_RUN), str(self._folder), f"--sip-port={self._sip}", f"--http-port={self._http}",
            f"--rtp-start={_FIRST_VOICE_PORT}", "--fallback-seconds=10",
            f"--agent=desk=sip:desk@{_LOOPBACK}:{self._desks}",
        ]  # fmt: skip
        with out.open("wb") as told:
            self._asterisk = await _process(sys.executable, *arguments, out=told.fileno(), folder=self._folder)
        try:
            async with asyncio.timeout(_START_SECONDS):
                while b"Asterisk Ready" not in out.read_bytes():
                    if self._asterisk.returncode is not None:
                        break
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pass
        if b"Asterisk Ready" not in out.read_bytes():
            raise PbxError(f"Asterisk did not start: see {out}, or set {WISH}=simulated")
        self._phones.add(await self._sipp("agent_stays", self._desks, _PICK_UP_SECONDS, _MANY))

    async def stop(self) -> None:
        """Nothing of it is left but its folder."""
        for process in (*self._phones, *([self._asterisk] if self._asterisk else [])):
            await _end(process)
        self._phones.clear()

    async def call(self, number: str, service: str, seconds: float) -> None:
        """A customer calls, and hangs up after so many seconds if nobody has before them."""
        self._on_the_line += 1
        phone = await self._sipp(
            *("caller_hangs_up", _udp_port(), seconds, 1),
            *("-s", service, "-key", "caller", number, f"{_LOOPBACK}:{self._sip}"),
        )
        self._phones.add(phone)
        try:
            await phone.wait()
        finally:
            await _end(phone)
            self._phones.discard(phone)
            self._on_the_line -= 1
            self._over_at = asyncio.get_running_loop().time()

    @property
    def busy(self) -> bool:
        """Whether somebody is on the line, or a call that Asterisk took on its own may not be told to the hub yet."""
        ago = asyncio.get_running_loop().time() - self._over_at
        return bool(self._on_the_line) or (ago < _TAKEN_IN_SECONDS and self._took_some_itself())

    def calls(self) -> frozenset[str]:
        """Those of this run that are over, by Asterisk's own records and names."""
        return self._unique_ids() - self._known

    def _took_some_itself(self) -> bool:
        return any(row[-1] for row in self._rows() if row[0] not in self._known)

    def _unique_ids(self) -> frozenset[str]:
        return frozenset(row[0] for row in self._rows())

    def _rows(self) -> list[list[str]]:
        if not self._records.exists():
            return []
        with self._records.open(encoding="utf-8", errors="replace", newline="") as records:
            return [row for row in csv.reader(records) if len(row) > 3 and row[3] in SERVICES]

    async def _sipp(
        self, scenario: str, port: int, seconds: float, calls: int, *more: str
    ) -> asyncio.subprocess.Process:
        return await _process(
            *("sipp", "-sf", str(SCENARIOS / f"{scenario}.xml"), "-i", _LOOPBACK, "-p", str(port)),
            *("-mp", str(_udp_port()), "-m", str(calls), "-d", str(round(seconds * 1000)), "-nostdin", *more),
            folder=self._folder,
        )


async def _process(*words: str, folder: Path, out: int = asyncio.subprocess.DEVNULL) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *words, cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out,
        start_new_session=True, preexec_fn=die_with_parent(),
    )  # fmt: skip


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


def _udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])
