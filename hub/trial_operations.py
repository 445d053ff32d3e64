"""What operators ask about a policy that is not in force: what it would have done, beside a running hub or without
one."""

import asyncio
from datetime import datetime
from pathlib import Path

from hub.application.policies import usable
from hub.application.trials import run_trial
from hub.domain.errors import NotFoundError
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.router.policy import PolicyError, load_policy
from hub.router.trial import Trial
from hub.settings import Settings


def try_policy_file(settings: Settings, file: Path, since: datetime | None, until: datetime | None) -> Trial:
    """The policy in a file on the log of this hub; nothing is written. Raises PolicyError naming every mistake."""
    try:
        tried = usable(file.read_text("utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(f"policy {file} can't be read: {error}") from None
    if not settings.is_postgres and not settings.sqlite_path.exists():
        raise NotFoundError(f"there is no event store in {settings.data_dir} yet: it is made at the first start")

    async def run() -> Trial:
        journal = EventJournal(open_store(settings))
        try:
            return await run_trial(journal, load_policy(settings.policy), tried, since=since, until=until)
        finally:
            await journal.close()

    return asyncio.run(run())
