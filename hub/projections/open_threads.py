"""Which interaction is open on a customer's thread, so that what we send there is shown as part of it.

It belongs to the view of customers and is kept from the log like all of that: another view may be ahead or behind while
one of them is rebuilt, and the same log must always give the same tables."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from hub.domain.customer.decide import HISTORY_POOL
from hub.domain.customer.events import ContactSent
from hub.domain.interaction.events import (
    InteractionAbandoned,
    InteractionExpired,
    InteractionQueued,
    InteractionReopened,
    WrapUpCompleted,
)
from hub.projections.projection import Entry
from hub.projections.views import among

TABLE = "customers_open_threads"
DDL = f"""
CREATE TABLE {TABLE} (
    interaction TEXT PRIMARY KEY, position INTEGER NOT NULL, customer TEXT NOT NULL, channel TEXT NOT NULL,
    thread TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX {TABLE}_of_customer ON {TABLE} (customer)
"""


class Thread(NamedTuple):
    """Where a customer and the company talk."""

    customer: str
    channel: str
    thread: str


class OpenThreads:
    """What a batch needs to know of the open interactions, and what it changes of them."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        self._open: dict[Thread, dict[str, int]] = {}
        self._threads: dict[str, Thread] = {}
        over = {entry.stream for entry in entries if type(entry.event) in _OVER}
        written_to = {entry.stream for entry in entries if type(entry.event) is ContactSent}
        for column, values in (("interaction", over), ("customer", written_to)):
            if values:
                rows = connection.execute(
                    f"SELECT interaction, position, customer, channel, thread FROM {TABLE}"
                    f" WHERE {column} IN (SELECT value FROM json_each(?))",
                    (among(values),),
                )
                for interaction, position, *thread in rows:
                    self._add(interaction, position, Thread(*thread))
        self._stored = set(self._threads)
        self._renewed: set[str] = set()

    def queued(self, entry: Entry, event: InteractionQueued) -> None:
        """An interaction is open. What was recorded elsewhere is over: nothing is sent on it any more."""
        if event.pool != HISTORY_POOL:
            self._add(entry.stream, entry.position, Thread(event.customer_id, event.channel.value, event.thread))

    def reopened(self, entry: Entry, thread: Thread) -> None:
        """An interaction that was over is open again."""
        self._add(entry.stream, entry.position, thread)
        self._renewed.add(entry.stream)

    def over(self, entry: Entry) -> None:
        """It is not open any more."""
        thread = self._threads.pop(entry.stream, None)
        if thread is not None:
            del self._open[thread][entry.stream]

    def of(self, thread: Thread) -> str:
        """The interaction that was queued last of those open there, empty if there is none."""
        found = self._open.get(thread)
        return max(found, key=found.__getitem__) if found else ""

    def write(self, connection: sqlite3.Connection) -> None:
        """Bring the table to what the batch led to."""
        connection.executemany(
            f"DELETE FROM {TABLE} WHERE interaction = ?", [(one,) for one in self._stored - self._threads.keys()]
        )
        connection.executemany(
            f"INSERT OR REPLACE INTO {TABLE} VALUES (?, ?, ?, ?, ?)",
            [
                (one, self._open[thread][one], *thread)
                for one, thread in self._threads.items()
                if one not in self._stored or one in self._renewed
            ],
        )

    def _add(self, interaction: str, position: int, thread: Thread) -> None:
        self._threads[interaction] = thread
        self._open.setdefault(thread, {})[interaction] = position


_OVER = (InteractionAbandoned, InteractionExpired, InteractionReopened, WrapUpCompleted)
"""What makes it matter whether an interaction is known to be open."""
