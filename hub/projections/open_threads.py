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
from hub.projections.rows import key_of, numbers, write

TABLE = "customers_open_threads"
DDL = f"""
CREATE TABLE {TABLE} (
    no INTEGER PRIMARY KEY, interaction TEXT NOT NULL, position INTEGER NOT NULL, customer TEXT NOT NULL,
    channel TEXT NOT NULL, thread TEXT NOT NULL, customer_key INTEGER NOT NULL
);
CREATE INDEX {TABLE}_of_customer ON {TABLE} (customer_key)
"""


class Thread(NamedTuple):
    """Where a customer and the company talk."""

    customer: str
    channel: str
    thread: str


class OpenThreads:
    """What a batch needs to know of the open interactions, and what it changes of them."""

    def __init__(self, connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        self._open: dict[Thread, dict[int, tuple[int, str]]] = {}
        self._threads: dict[int, Thread] = {}
        over = {entry.no for entry in entries if type(entry.event) in _OVER}
        written_to = {key_of(entry.stream) for entry in entries if type(entry.event) is ContactSent}
        for column, values in (("no", over), ("customer_key", written_to)):
            if values:
                rows = connection.execute(
                    f"SELECT no, interaction, position, customer, channel, thread FROM {TABLE}"
                    f" WHERE {column} IN (SELECT value FROM json_each(?))",
                    (numbers(values),),
                )
                for no, interaction, position, *thread in rows:
                    self._add(no, interaction, position, Thread(*thread))
        self._stored = set(self._threads)
        self._renewed: set[int] = set()

    def queued(self, entry: Entry, event: InteractionQueued) -> None:
        """An interaction is open. What was recorded elsewhere is over: nothing is sent on it any more."""
        if event.pool != HISTORY_POOL:
            self._add(
                entry.no, entry.stream, entry.position, Thread(event.customer_id, event.channel.value, event.thread)
            )

    def reopened(self, entry: Entry, thread: Thread) -> None:
        """An interaction that was over is open again."""
        self._add(entry.no, entry.stream, entry.position, thread)
        self._renewed.add(entry.no)

    def over(self, entry: Entry) -> None:
        """It is not open any more."""
        thread = self._threads.pop(entry.no, None)
        if thread is not None:
            del self._open[thread][entry.no]

    def of(self, thread: Thread) -> str:
        """The interaction that was queued last of those open there, empty if there is none."""
        found = self._open.get(thread)
        return max(found.values())[1] if found else ""

    def write(self, connection: sqlite3.Connection) -> None:
        """Bring the table to what the batch led to."""
        connection.executemany(
            f"DELETE FROM {TABLE} WHERE no = ?", [(one,) for one in self._stored - self._threads.keys()]
        )
        fresh = [
            (no, thread, *self._open[thread][no])
            for no, thread in self._threads.items()
            if no not in self._stored or no in self._renewed
        ]
        write(
            connection,
            f"INSERT OR REPLACE INTO {TABLE} VALUES",
            [
                (no, interaction, position, *thread, key_of(thread.customer))
                for no, thread, position, interaction in fresh
            ],
        )

    def _add(self, no: int, interaction: str, position: int, thread: Thread) -> None:
        self._threads[no] = thread
        self._open.setdefault(thread, {})[no] = (position, interaction)


_OVER = (InteractionAbandoned, InteractionExpired, InteractionReopened, WrapUpCompleted)
"""What makes it matter whether an interaction is known to be open."""
