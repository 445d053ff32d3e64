"""The read model of links over a journal in memory, for tests of what asks it."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

from hub.journal.codec import Codec
from hub.ports import Stored
from hub.projections import links
from hub.projections.projection import Projection
from hub.projections.runner import Runner
from tests.support.memory import MemoryJournal

T = TypeVar("T")


class LinkViews:
    """The links of a journal in memory, or other read models, brought up to date for each question."""

    def __init__(self, journal: MemoryJournal, *projections: Projection) -> None:
        self._journal = journal
        self._projections = projections or (links.PROJECTION,)
        self._codec = Codec()

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question, as of the newest event."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        Runner(connection, self._projections, self._rows, self._codec.decode).run()
        try:
            return question(connection)
        finally:
            connection.close()

    def _rows(self, after: int, limit: int) -> Sequence[Stored]:
        found = [one for one in self._journal.log if one.position > after][:limit]
        return [Stored(*one[:3], *self._codec.encode(one.stream, one.event)) for one in found]
