"""What operators ask about a policy that is not in force: what it would have done, beside a running hub or without
one."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from hub.application.explaining.decisions import Mark, MarkBefore
from hub.application.explaining.trials import run_trial
from hub.application.policies.routing import usable
from hub.domain.errors import NotFoundError
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.projections.open_work_marks import mark_before
from hub.projections.views import open_views
from hub.router.policy.parsing import PolicyError, load_policy
from hub.router.trial.compare import Trial
from hub.settings import Settings


def try_policy_file(settings: Settings, file: Path, since: datetime | None, until: datetime | None) -> Trial:
    """The policy in a file on the log of this hub; nothing is written. Raises PolicyError naming every mistake."""
    try:
        tried = usable(file.read_text("utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"policy {file} can't be read: {error}") from None
    if not settings.is_postgres and not settings.sqlite_path.exists():
        raise NotFoundError(f"there is no event store in {settings.data_dir} yet: it is made at the first start")

    async def run(marks: MarkBefore) -> Trial:
        journal = EventJournal(open_store(settings))
        starting = load_policy(settings.policy)
        try:
            return await run_trial(journal, starting, tried, since=since, until=until, mark_before=marks)
        finally:
            await journal.close()

    with _marks(settings) as marks:
        return asyncio.run(run(marks))


@contextmanager
def _marks(settings: Settings) -> Iterator[MarkBefore]:
    """Where the pool can be taken up from, as the views say; nowhere without views: then from the log's beginning."""
    with ExitStack() as stack:
        views = None
        if settings.views_path.exists():
            with suppress(sqlite3.Error):
                views = stack.enter_context(closing(open_views(settings.views_path)))

        def before(position: int) -> Mark | None:
            with suppress(sqlite3.OperationalError):  # Views of an older shape, not made anew yet.
                return mark_before(views, position) if views is not None else None
            return None

        yield before
