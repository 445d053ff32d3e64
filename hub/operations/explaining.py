"""What operators ask about decisions: why, and whether they come out the same; beside a running hub or without one."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from hub.application.explaining.decisions import Decisions, Mark, Verification
from hub.domain.errors import NotFoundError
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.projections.open_work_marks import mark_before
from hub.projections.views import open_views
from hub.router.explaining.explain import SHOWN
from hub.router.policy.parsing import load_policy
from hub.settings import Settings

T = TypeVar("T")


def explain_interaction(settings: Settings, interaction_id: str, *, everybody: bool = False) -> dict[str, Any]:
    """Every decision on an interaction, taken again from the log; of the candidates the first so many, or all of them.
    Raises NotFoundError."""
    shown = None if everybody else SHOWN
    return _with_decisions(settings, lambda decisions: decisions.of(interaction_id, shown))


def check_decisions(settings: Settings, after: int = 0, upto: int | None = None) -> Verification:
    """Take every decision of the log in (after, upto] again."""
    return _with_decisions(settings, lambda decisions: decisions.verify(after, upto))


def _with_decisions(settings: Settings, ask: Callable[[Decisions], Awaitable[T]]) -> T:
    """The store is opened as it is, and nothing is written; marks come from the views, where there are any."""
    if not settings.is_postgres and not settings.sqlite_path.exists():
        raise NotFoundError(f"there is no event store in {settings.data_dir} yet: it is made at the first start")

    async def run() -> T:
        journal = EventJournal(open_store(settings))
        try:
            with _Marks(settings) as marks:
                return await ask(Decisions(journal, load_policy(settings.policy), marks.before))
        finally:
            await journal.close()

    return asyncio.run(run())


class _Marks:
    """Marks of the views; none where there are no views: the log is then read from its beginning."""

    def __init__(self, settings: Settings) -> None:
        self._views: sqlite3.Connection | None = None
        if settings.views_path.exists():
            with suppress(sqlite3.Error):
                self._views = open_views(settings.views_path)

    def __enter__(self) -> "_Marks":
        return self

    def __exit__(self, *_: object) -> None:
        if self._views is not None:
            self._views.close()

    def before(self, position: int) -> Mark | None:
        """See `mark_before`."""
        if self._views is None:
            return None
        try:
            return mark_before(self._views, position)
        except sqlite3.OperationalError:  # Views of an older shape, not made anew yet.
            return None
