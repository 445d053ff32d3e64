"""All that is stored about a customer, beside a hub, running or not."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import BinaryIO, TypeVar

from hub.application.dossier.dossiers import Dossiers
from hub.application.export.as_json import as_json
from hub.application.export.as_markdown import as_markdown
from hub.application.export.export import Exports, Views
from hub.application.policies.paths import PathPolicies
from hub.clock import WallClock
from hub.domain.customer.normalise import speller
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import generations
from hub.operations.beside import with_journal
from hub.operations.readings import trace_reading
from hub.projections.views import open_views
from hub.settings import Settings

T = TypeVar("T")


def export_customer(settings: Settings, customer: str, out: BinaryIO, *, is_json: bool) -> None:
    """Write all of it, as JSON or for people to read. NotFoundError: there is no such customer."""

    async def write(journal: EventJournal, clock: WallClock) -> None:
        with closing(generations(settings)) as known:
            key = installation_key(settings)
            views: Views | None = _Views(settings) if settings.views_path.exists() else None
            policies, spell = PathPolicies(journal, clock), speller(settings.phone_region)
            dossiers = Dossiers(journal, clock, key, policies, views, known.lineage, spell)
            begun = await Exports(journal, clock, key, dossiers, views).begin(customer)
            await trace_reading(journal, clock, customer, "export")
            async for piece in as_json(begun) if is_json else as_markdown(begun):
                out.write(piece)

    with_journal(settings, write)


class _Views:
    """The read models."""

    def __init__(self, settings: Settings) -> None:
        self._path = settings.views_path

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Opened for each question."""

        def ask() -> T:
            with closing(open_views(self._path)) as views:
                return question(views)

        return await asyncio.to_thread(ask)
