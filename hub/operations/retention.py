"""Retention by hand, beside a hub, running or not."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from typing import TypeVar

from hub.application.policies.paths import PathPolicies
from hub.application.privacy.forgetting import Forgetting
from hub.application.privacy.retention import Applied, Retention
from hub.application.privacy.retention_elsewhere import elsewhere
from hub.clock import WallClock
from hub.domain.errors import NotFoundError
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.store import open_store, personal_keys
from hub.operations.rejected import rejected_contacts
from hub.projections.views import open_views
from hub.settings import Settings

T = TypeVar("T")


def apply_retention(settings: Settings, *, pretend: bool) -> list[Applied]:
    """Take out what is kept no longer by the path policy in force. `pretend`: only count it."""

    async def run() -> list[Applied]:
        keys = personal_keys(settings)
        journal = EventJournal(open_store(settings, Codec(keys=keys)))
        try:
            clock = WallClock(settings.clock_start, settings.clock_speed)
            forgetting = Forgetting(journal, clock, keys)
            imports = settings.data_dir / "imports"
            others = elsewhere(journal, clock, forgetting, _Views(settings), imports, _SetAside(settings))
            retention = Retention(journal, clock, PathPolicies(journal, clock), others)
            return await retention.apply("operator:cli", pretend=pretend)
        finally:
            await journal.close()

    return asyncio.run(run())


class _Views:
    """The read models, opened where they are asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """NotFoundError: there are none yet."""
        if not self._settings.views_path.exists():
            raise NotFoundError(f"there are no read models in {self._settings.data_dir} yet: start the hub once")

        def ask() -> T:
            with closing(open_views(self._settings.views_path)) as views:
                return question(views)

        return await asyncio.to_thread(ask)


class _SetAside:
    """Rejected contacts, on the running hub's bus or on its own for the moment."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def drop(self, before: datetime, *, pretend: bool) -> int:
        async with rejected_contacts(self._settings) as rejected:
            return await rejected.drop(before, pretend=pretend)
