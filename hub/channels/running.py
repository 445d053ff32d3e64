"""One adapter in a process of its own, or beside others: found in channels.toml, linked, and run until told to stop."""

import asyncio
import gc
import logging
import os
import signal
import tomllib
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import uvloop

from hub.bus.connection import BusError
from hub.bus.seeds import Seeds
from hub.channels.attachments import Attachments, Blobs
from hub.channels.blobs import FolderBlobs, S3Blobs
from hub.channels.bus_link import BusLink, bus_link
from hub.channels.home import held, home
from hub.channels.late_link import GoingAlone, LateLink
from hub.channels.ledger import Ledger
from hub.channels.registry import Place, kind
from hub.clock import WallClock
from hub.domain.errors import HubError, NotFoundError
from hub.journal.keys import private_key
from hub.journal.lock import running_hub
from hub.logs import configure
from hub.settings import Settings, SettingsError

log = logging.getLogger(__name__)

_TOLD_AGAIN_SECONDS = 1.0
_TOLD_SO_OFTEN = 15
FILE = "channels.toml"
"""Where it is looked for when no setting names it."""


def channel_tables(settings: Settings) -> Mapping[str, Mapping[str, Any]]:
    """The adapters' tables, by name; none where there is no such file. Raises SettingsError."""
    file = settings.channels or Path(FILE)
    if settings.channels is None and not file.exists():
        return {}
    try:
        tables = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from None
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise SettingsError(f"{file}: {name} stands outside of any table: each adapter has one, such as [email]")
    return tables


def blobs(settings: Settings) -> Blobs:
    """Where attachments lie by these settings."""
    url = settings.attachments_url
    return S3Blobs(url) if url else FolderBlobs(settings.data_dir / "attachments")


def attachments(settings: Settings) -> Attachments:
    """The attachment store by these settings."""
    key = private_key(settings.data_dir / "keys" / "attachments.key")
    return Attachments(blobs(settings), key, largest=settings.attachment_bytes)


def bus_seeds(settings: Settings) -> Seeds:
    """Where adapters have the keys of their bus users."""
    return Seeds(settings.data_dir / "keys" / "bus", settings.bus_seed)


@asynccontextmanager
async def adapter(settings: Settings, name: str, nats_url: str = "") -> AsyncIterator["asyncio.Task[None]"]:
    """The adapter, running; gone when this is left. `nats_url` empty: the one that is set, else that of the hub that
    runs here. Raises SettingsError, NotFoundError, BusError; CarriedError where another process does its work. One that
    goes on alone needs no bus to start."""
    made = kind(name)
    directory = settings.data_dir / "channels" / name
    with ExitStack() as stack:
        stack.enter_context(held(directory, name))
        ledger = Ledger(directory / "ledger.sqlite")
        stack.callback(ledger.close)
        clock = WallClock()
        ledger.forget_old(clock.now())
        goes_alone = getattr(made, "GOES_ALONE", False)
        url = nats_url or ("" if goes_alone else _nats_url(settings))
        seed = bus_seeds(settings).kept(name)
        place = Place(directory, ledger, attachments(settings), clock, settings.phone_region, url, seed)
        ready = made.make(channel_tables(settings).get(name, {}), place)

        @asynccontextmanager
        async def linked() -> AsyncIterator[BusLink]:
            async with bus_link(url or _nats_url(settings), name, made.CHANNEL, bus_seeds(settings)) as link:
                takes_new, since = getattr(ready, "takes_new", True), clock.now().isoformat()
                leases = await link.claim(home(ledger), takes_new=takes_new, since=since, troubles=place.unreached.told)
                try:
                    yield link
                finally:
                    await leases.give_back()

        if goes_alone:
            async with _running(name, GoingAlone(ready, linked).run(LateLink(name, made.CHANNEL))) as task:
                yield task
        else:
            async with linked() as link, _running(name, ready.run(link)) as task:
                yield task


@asynccontextmanager
async def _running(name: str, work: Coroutine[Any, Any, None]) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(_plainly(work), name=f"adapter {name}")
    try:
        yield task
    finally:
        await _end(task)


async def _plainly(work: Coroutine[Any, Any, None]) -> None:
    """What breaks in one of its tasks is told as it is."""
    try:
        await work
    except ExceptionGroup as group:
        found: Exception = group.subgroup(HubError) or group
        while isinstance(found, ExceptionGroup) and len(found.exceptions) == 1:
            found = found.exceptions[0]
        raise found from group


async def _end(task: "asyncio.Task[None]") -> None:
    """Told more than once: a library that waits with a time limit may lose what it is told (Python before 3.12). Who
    does not end all the same is left: without its link and ledger it can do nothing more."""
    for _ in range(_TOLD_SO_OFTEN):
        task.cancel()
        await asyncio.wait({task}, timeout=_TOLD_AGAIN_SECONDS)
        if task.done():
            return
    log.error("%s does not end: it is left behind", task.get_name())


def run_adapter(settings: Settings, name: str) -> int:
    """Run it until SIGINT or SIGTERM; the exit code."""
    configure(settings)
    return uvloop.run(_run(settings, name))


async def _run(settings: Settings, name: str) -> int:
    kind(name)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with adapter(settings, name) as task:
        log.info("adapter %s runs", name, extra={"pid": os.getpid()})
        gc.collect()
        gc.freeze()  # a look at all that was imported would hold every conversation up
        waiting = asyncio.create_task(stopping.wait())
        await asyncio.wait({waiting, task}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            task.result()
            raise BusError(f"adapter {name} ended by itself")
    return 0


def _nats_url(settings: Settings) -> str:
    """The one that is set, else that of the hub that runs on this data directory."""
    hub = running_hub(settings)
    url = settings.nats_url or (hub.nats_url if hub else "")
    if not url:
        raise NotFoundError(
            f"no hub runs on {settings.data_dir}: start `hub serve` first, or name its NATS in HUB_NATS_URL"
        )
    return url
