"""Who works on a store: so that two hubs never share a data directory and an import has the store for itself."""

import fcntl
import os
from collections.abc import Callable
from typing import Self

from hub.journal.errors import StoreInUseError
from hub.settings import Settings


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
    from hub.journal.postgres import hold_database  # noqa: PLC0415  (a SQLite hub never loads the driver)

    try:
        return StoreLock(release_directory, hold_database(settings.store_url, purpose, alone=alone))
    except BaseException:
        release_directory()
        raise


def _hold_directory(settings: Settings, purpose: str) -> Callable[[], None]:
    file = settings.data_dir / "hub.lock"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
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
