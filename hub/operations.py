"""What operators ask for beside a hub, running or not: import, keys, rejected contacts, read models."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from hub.app import PROJECTOR
from hub.application import history
from hub.application.access import AccessKeys
from hub.application.history import ImportTotals
from hub.bus.connection import connect
from hub.bus.rejected import RejectedContacts
from hub.bus.server import bus_server
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.errors import HubError, NotFoundError
from hub.journal.glance import log_head
from hub.journal.journal import EventJournal
from hub.journal.lock import hold_store, running_hub
from hub.journal.store import open_store
from hub.logs import configure
from hub.projections.metrics_fold import Threshold
from hub.projections.process import serve
from hub.projections.projection import Projection
from hub.projections.registry import all_projections
from hub.projections.runner import Runner, positions_of
from hub.projections.views import open_for_writing, open_views
from hub.router.policy import load_policy
from hub.settings import Settings

T = TypeVar("T")


class ViewsFileError(HubError):
    """The read models' file can't be read."""


def import_calls(
    settings: Settings, calls: Path, mapping_file: Path, on_bytes: Callable[[int], None] | None = None
) -> ImportTotals:
    """Take a recorded call log in as history. The store is this process's alone meanwhile."""
    clock = WallClock(settings.clock_start, settings.clock_speed)
    return history.import_calls(settings, calls, mapping_file, clock=clock, projector=PROJECTOR, on_bytes=on_bytes)


def run_projector(settings: Settings) -> None:
    """The projector child's whole life."""
    configure(settings)
    store = open_store(settings)
    try:
        serve(store.read_stored, store.codec.decode, settings.views_path, _projections(settings))
    finally:
        store.close()


def _projections(settings: Settings) -> list[Projection]:
    """The read models with the intervals of the settings and the targets of the policy."""
    thresholds = {
        name: Threshold(queue.service_level.seconds, queue.short_abandon_seconds)
        for name, queue in load_policy(settings.policy).queues.items()
    }
    return all_projections(settings.metrics_interval_seconds, thresholds)


def projection_positions(settings: Settings) -> dict[str, Any]:
    """How far each read model is, and the log. Changes nothing. NotFoundError: there are none yet;
    ViewsFileError: they can't be read."""
    if not settings.views_path.exists():
        raise NotFoundError(f"there are no read models in {settings.data_dir} yet: they are made at the first start")
    try:
        with closing(open_views(settings.views_path)) as views:
            return {**positions_of(views), "log": log_head(settings)}
    except sqlite3.Error as error:
        file = settings.views_path
        raise ViewsFileError(f"{file}: {error}; stop the hub, remove the file, start: it is made anew") from error


def rebuild_projection(settings: Settings, name: str) -> int:
    """Make a read model anew from the log; the position it shows then. StoreInUseError while a hub runs here."""
    # The data directory is this process's alone either way; another hub on the same database has views of its own.
    with (
        hold_store(settings, "hub projections rebuild", alone=False),
        closing(open_store(settings)) as store,
        closing(open_for_writing(settings.views_path)) as views,
    ):
        return Runner(views, _projections(settings), store.read_stored, store.codec.decode).rebuild(name)


def issue_key(settings: Settings, role: Role, name: str, agent_id: str) -> dict[str, Any]:
    """A new API key: `key_id` and, this once, its `token`."""
    return asdict(_with_keys(settings, lambda keys: keys.issue(role, name, agent_id)))


def list_keys(settings: Settings) -> list[dict[str, Any]]:
    """Every key that was ever made, without its hash."""
    found = _with_keys(settings, lambda keys: keys.list())
    return [{name: value for name, value in asdict(key).items() if name != "sha256"} for key in found]


def revoke_key(settings: Settings, key_id: str) -> None:
    """A key is good no longer."""
    _with_keys(settings, lambda keys: keys.revoke(key_id))


def _with_keys(settings: Settings, ask: Callable[[AccessKeys], Awaitable[T]]) -> T:
    async def run() -> T:
        journal = EventJournal(open_store(settings))
        try:
            return await ask(AccessKeys(journal, WallClock(settings.clock_start, settings.clock_speed)))
        finally:
            await journal.close()

    return asyncio.run(run())


def list_rejected(settings: Settings, limit: int) -> list[dict[str, Any]]:
    """Messages that were set aside, oldest first, the raw bytes as text."""
    found = _with_rejected(settings, lambda rejected: rejected.list(limit))
    return [{**asdict(one), "body": one.body.decode(errors="backslashreplace")} for one in found]


def retry_rejected(settings: Settings, sequences: tuple[int, ...] | None) -> int:
    """Put these back, or all (None); how many."""

    async def retry(rejected: RejectedContacts) -> int:
        if sequences is None:
            return await rejected.retry("all")
        return sum([await rejected.retry(sequence) for sequence in sequences])

    return _with_rejected(settings, retry)


def _with_rejected(settings: Settings, ask: Callable[[RejectedContacts], Awaitable[T]]) -> T:
    """On the running hub's bus; where none runs, on its own for the moment."""

    async def run() -> T:
        hub = running_hub(settings)
        url = settings.nats_url or (hub.nats_url if hub else "")
        async with bus_server(url, settings.data_dir / "nats") as address:
            bus = await connect(address, "hub rejected")
            try:
                return await ask(RejectedContacts(bus, replicas=settings.nats_replicas))
            finally:
                await bus.close()

    return asyncio.run(run())
