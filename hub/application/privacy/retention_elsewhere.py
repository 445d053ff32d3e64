"""The kinds of personal data that retention does not find by the log: customers nobody heard of for long, files of
refused rows, and contacts that were set aside."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Protocol, TypeVar

from hub.application.customers.standing import events_of, whole_histories
from hub.application.privacy.forgetting import Forgetting
from hub.application.privacy.retention import Elsewhere, Pause
from hub.domain.errors import HubError
from hub.domain.retention.events import STREAM
from hub.domain.retention.kinds import CUSTOMERS, REJECTED_CONTACTS, REJECTS
from hub.domain.retention.rules import is_without_contact
from hub.ports import Clock, Journal
from hub.projections.quiet_customers import quiet

log = logging.getLogger(__name__)

PAGE = 100
"""Customers that are looked at between two pauses."""
T = TypeVar("T")


class Views(Protocol):
    """The read models."""

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question."""
        ...


class SetAside(Protocol):
    """Where contacts wait that could not be taken in."""

    async def drop(self, before: datetime, *, pretend: bool) -> int:
        """Remove those from before; how many."""
        ...


def elsewhere(
    journal: Journal, clock: Clock, forgetting: Forgetting, views: Views, imports: Path, set_aside: SetAside
) -> dict[str, Elsewhere]:
    """All of these kinds, by name."""
    return {
        CUSTOMERS: QuietCustomers(journal, clock, forgetting, views),
        REJECTS: RejectFiles(imports),
        REJECTED_CONTACTS: RejectedMessages(set_aside),
    }


class QuietCustomers:
    """Forgets customers of whom nothing was heard. The views say who may be one, the log who is."""

    def __init__(self, journal: Journal, clock: Clock, forgetting: Forgetting, views: Views) -> None:
        self._journal = journal
        self._clock = clock
        self._forgetting = forgetting
        self._views = views

    async def __call__(self, before: datetime, actor: str, pause: Pause, /, *, pretend: bool) -> int:
        """Counts customers, not their streams."""
        count, after = 0, 0
        seen = set[str]()
        while found := await self._views.read(partial(quiet, before=before, limit=PAGE, after=after)):
            for one in found:
                if one.id in seen:
                    continue
                members = await whole_histories(self._journal, [one.id])
                seen |= members.keys()
                if is_without_contact(events_of(members), before, self._clock.now()):
                    count += 1 if pretend else await self._forget(one.id, before, actor)
            after = found[-1].no
            await pause()
        return count

    async def _forget(self, customer: str, before: datetime, actor: str) -> int:
        reason = f"not heard of since {before:%Y-%m-%d}"
        try:
            await self._forgetting.forget(customer, reason, actor=actor, command_id=f"{STREAM} {CUSTOMERS}")
        except HubError as error:
            log.warning("a customer who is to be forgotten can't be: %s", error)
            return 0
        return 1


class RejectFiles:
    """Removes files of rows that imports refused."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def __call__(self, before: datetime, _actor: str, _pause: Pause, /, *, pretend: bool) -> int:
        """Counts files, by when they were written."""
        return await asyncio.to_thread(self._remove, before, pretend=pretend)

    def _remove(self, before: datetime, *, pretend: bool) -> int:
        found = [
            file
            for file in sorted(self._directory.glob("*.rejects.jsonl"))
            if datetime.fromtimestamp(file.stat().st_mtime, UTC) < before
        ]
        for file in () if pretend else found:
            file.unlink(missing_ok=True)
        return len(found)


class RejectedMessages:
    """Removes contacts that were set aside."""

    def __init__(self, set_aside: SetAside) -> None:
        self._set_aside = set_aside

    async def __call__(self, before: datetime, _actor: str, _pause: Pause, /, *, pretend: bool) -> int:
        """Counts messages."""
        return await self._set_aside.drop(before, pretend=pretend)
