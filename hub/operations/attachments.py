"""The attachment store by hand, beside a hub, running or not."""

import asyncio

from hub.application.privacy.files_swept import Swept, sweep
from hub.channels.running import blobs
from hub.clock import WallClock
from hub.domain.errors import NotFoundError
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.store import open_store, personal_keys
from hub.operations.rejected import rejected_contacts
from hub.settings import Settings

_PAGE = 1_000


def sweep_attachments(settings: Settings, days: int, *, pretend: bool) -> Swept:
    """Remove files that nothing names and nobody brought for so many days. `pretend`: only count them."""
    if not (settings.data_dir / "keys").exists():
        raise NotFoundError(f"there is no hub in {settings.data_dir}: without its keys every file looks unused")

    async def run() -> Swept:
        journal = EventJournal(open_store(settings, Codec(keys=personal_keys(settings))))
        try:
            return await sweep(journal, _SetAside(settings), blobs(settings), WallClock(), days, pretend=pretend)
        finally:
            await journal.close()

    return asyncio.run(run())


class _SetAside:
    """Rejected contacts, on the running hub's bus or on its own for the moment."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def bodies(self) -> list[bytes]:
        """Of all of them."""
        found: list[bytes] = []
        async with rejected_contacts(self._settings) as rejected:
            after = 0
            while page := await rejected.list(_PAGE, after):
                found += [one.body for one in page]
                after = page[-1].sequence
        return found
