"""What a read model is made of: its tables, its version, and how a batch of the log changes it."""

import sqlite3
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hub.domain.errors import HubError
from hub.domain.event import Event


class Entry(NamedTuple):
    """An event of the log, decoded once for all read models. Of a class that none of them reads it is blank."""

    position: int
    stream: str
    version: int
    event: Event
    at_ms: int
    """`event.at` as milliseconds since 1970, UTC: how all views keep times."""
    no: int
    """The number of its stream: the position of that one's first event."""


Apply = Callable[[sqlite3.Connection, Sequence[Entry]], None]
"""Changes a view's tables by a batch of the log, inside the transaction of the caller. Keeps nothing in memory
between batches, so that a transaction that failed, or another process, leaves nothing stale behind."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A read model. A `version` other than the one its tables were made with has it rebuilt at the next start."""

    name: str
    version: str
    tables: tuple[str, ...]
    ddl: str
    apply: Apply
    fill: Callable[[sqlite3.Connection], None] | None = None
    """Writes what the tables hold before the first event."""
    reads: frozenset[type[Event]] | None = None
    """Classes of events whose contents it looks at; None: of all."""
    heeds: frozenset[type[Event]] = frozenset()
    """Classes of which it counts only that one came: they may be blank."""
    counts_all: bool = False
    """Whether every event matters, if only as one more and for its time. Otherwise it is given those alone that it
    reads or heeds."""

    def share(self, entries: Sequence[Entry], kinds: Set[type[Event]]) -> Sequence[Entry]:
        """Those of a batch, which has events of these classes, that change it."""
        if self.counts_all or self.reads is None:
            return entries
        mine = (self.reads | self.heeds) & kinds
        if len(mine) == len(kinds):
            return entries
        return [entry for entry in entries if type(entry.event) in mine] if mine else ()


class BrokenViewError(HubError):
    """A view lacks what the log says it must have."""

    def __init__(self, projection: str, what: str) -> None:
        super().__init__(f"view {projection}: {what}; run 'hub projections rebuild {projection}'")


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """A moment as views keep it."""
    since = moment - EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def moment(ms: int) -> datetime:
    """The moment that a view kept as milliseconds, UTC."""
    return EPOCH + timedelta(milliseconds=ms)


def moment_or_none(ms: int | None) -> datetime | None:
    """Like `moment`, for what may not have happened yet."""
    return None if ms is None else moment(ms)
