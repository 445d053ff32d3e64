"""Who works on a store: so that two hubs never share a data directory and an import has the store for itself."""

import fcntl
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

from hub.journal.errors import StoreInUseError
from hub.settings import Settings


class RunningHub(NamedTuple):
    """The hub of a data directory, as it announced itself."""

    pid: int
    api_url: str
    nats_url: str


class StoreLock:
    """Held until closed, or until its process ends, however it ends."""

    def __init__(self, *releases: Callable[[], None]) -> None:
        self._releases = list(releases)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go. Closing again changes nothing."""
        while self._releases:
            self._releases.pop()()


def hold_store(settings: Settings, purpose: str, *, alone: bool) -> StoreLock:
    """Take the data directory, and on PostgreSQL the store: shared with other hubs, or alone. `purpose` tells others
    what runs here, such as `hub serve`. Raises StoreInUseError, which names the holder, without waiting."""
    release_directory = _hold_directory(settings, purpose)
    if not settings.is_postgres:
        return StoreLock(release_directory)
    from hub.journal.postgres_connections import hold_database  # noqa: PLC0415  (a SQLite hub never loads the driver)

    try:
        return StoreLock(release_directory, hold_database(settings.store_url, purpose, alone=alone))
    except BaseException:
        release_directory()
        raise


def holder(settings: Settings) -> str:
    """Who has the data directory for itself, such as `pid 7 (hub serve)`; empty if nobody. Looks at the kernel's list
    of locks, so that it is never in the way of a hub that starts."""
    file = settings.data_dir / "hub.lock"
    with suppress(OSError):
        inode = file.stat().st_ino
        for line in Path("/proc/locks").read_text().splitlines():
            fields = line.split()
            if "FLOCK" in fields and any(field.endswith(f":{inode}") for field in fields):
                return file.read_text(errors="replace").strip() or "another process"
    return ""


def running_hub(settings: Settings) -> RunningHub | None:
    """What `hub.json` says, if the process that wrote it holds the directory: a killed hub leaves its own behind, and
    its pid may be another's by now."""
    with suppress(OSError, ValueError, KeyError):
        told = json.loads((settings.data_dir / "hub.json").read_text())
        pid = int(told["pid"])
        if holder(settings).startswith(f"pid {pid} "):
            return RunningHub(pid, str(told["api_url"]).rstrip("/"), str(told["nats_url"]))
    return None


def _hold_directory(settings: Settings, purpose: str) -> Callable[[], None]:
    file = settings.data_dir / "hub.lock"
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another process"
        os.close(descriptor)
        raise StoreInUseError(
            f"{settings.data_dir} is in use by {holder}: stop that first, or set HUB_DATA_DIR to another directory"
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"pid {os.getpid()} ({purpose})\n".encode(), 0)
    return lambda: _release(descriptor)


def _release(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.close(descriptor)
