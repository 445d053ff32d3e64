"""The read models of one customer as they were: made anew, in memory, from what the customer's own streams and their
interactions held at a moment."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from hub.application.dossier.facts import CustomerFacts
from hub.application.imports.bulk import batches
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.event import Event
from hub.domain.ids import interaction_id
from hub.ports import Journal, Recorded, Stored
from hub.projections import customers, interactions
from hub.projections.runner import Runner

CONTACTS = (ContactReceived, ContactSent)
INTERACTIONS = 2_000
"""Contacts, the newest ones, whose interactions are looked at: what is older has long been over."""
AT_ONCE = 100
"""Interactions that are read at once: others read in between."""
T = TypeVar("T")


class Then:
    """Read models in memory. Questions are asked on a thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question."""
        async with self._turn:
            return await asyncio.to_thread(question, self._connection)

    def close(self) -> None:
        """Give the memory back."""
        self._connection.close()


async def then(journal: Journal, key: bytes, facts: CustomerFacts, at: datetime | None) -> Then:
    """The customer's read models at that moment; None: now."""
    contacts = [one for one in await _recorded(journal, facts.members, CONTACTS) if _is_known(one, at)]
    came = [one.event.contact_id for one in contacts if isinstance(one.event, ContactReceived)][-INTERACTIONS:]
    streams = list(dict.fromkeys(interaction_id(key, contact) for contact in came))
    done: list[Recorded] = []
    for part in batches(streams, AT_ONCE):
        work = await journal.load(part)
        done += [one for history in work.values() for one in history if _is_known(one, at)]
    return Then(await asyncio.to_thread(_projected, sorted([*facts.history, *contacts, *done])))


async def _recorded(journal: Journal, streams: Mapping[str, object], classes: Sequence[type[Event]]) -> list[Recorded]:
    found = await journal.load_only(list(streams), classes)
    return sorted(one for history in found.values() for one in history)


def _is_known(recorded: Recorded, at: datetime | None) -> bool:
    return at is None or recorded.event.recorded_at <= at


def _projected(history: Sequence[Recorded]) -> sqlite3.Connection:
    """These events in the read models that tell of customers and their interactions. The events are at hand: what
    stands for their bytes is their place among them."""
    rows = [Stored(one.position, one.stream, one.version, "", b"%d" % place) for place, one in enumerate(history)]
    starts = {row.position: place for place, row in enumerate(rows, 1)}

    def read(after: int, limit: int) -> Sequence[Stored]:
        start = starts.get(after, 0)
        return rows[start : start + limit]

    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    projections = [customers.PROJECTION, interactions.PROJECTION]
    Runner(connection, projections, read, lambda _stream, _topic, state: history[int(state)].event).run()
    return connection
