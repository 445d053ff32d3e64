"""Rows of the log as views take them: what no view reads is not decoded."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from hub.domain.event import Event
from hub.ports import Stored
from hub.projections.projection import Entry, Projection, milliseconds

Decode = Callable[[str, str, bytes], Event]
"""(stream, topic, state): the event."""
Glance = Callable[[str, bytes], tuple[type[Event], str] | None]
"""(topic, state): the class of an event and the text of `at`, without decoding the rest; None: that can't be told."""


class Entries:
    """Makes entries for these views."""

    def __init__(self, projections: Collection[Projection], decode: Decode, glance: Glance | None = None) -> None:
        self._decode = decode
        self._glance = glance
        self._read: set[str] = set()
        for projection in projections:
            if projection.reads is None:
                self._glance = None
            else:
                self._read |= {cls.__name__ for cls in projection.reads}
        self._is_read: dict[str, bool] = {}
        """By topic."""
        self._blanks: dict[type[Event], Event] = {}
        self._ms: dict[str, int] = {}
        """By text of a moment: facts that were decided together happened together."""

    def of(self, rows: Sequence[Stored], numbers: Sequence[int]) -> list[Entry]:
        """One a row, with the number of its stream."""
        self._ms = {}
        return [self._entry(row, no) for row, no in zip(rows, numbers, strict=True)]

    def _entry(self, row: Stored, no: int) -> Entry:
        position, stream, version, topic, state = row
        glance = self._glance
        if glance is not None and not self._reads(topic) and (seen := glance(topic, state)) is not None:
            cls, at = seen
            return Entry(position, stream, version, self._blank(cls), self._milliseconds(at), no)
        event = self._decode(stream, topic, state)
        return Entry(position, stream, version, event, milliseconds(event.at), no)

    def _reads(self, topic: str) -> bool:
        known = self._is_read.get(topic)
        if known is None:
            known = self._is_read[topic] = topic.partition("/")[0] in self._read
        return known

    def _blank(self, cls: type[Event]) -> Event:
        """An event of the class that says nothing: whoever asks it gets an AttributeError."""
        blank = self._blanks.get(cls)
        if blank is None:
            blank = self._blanks[cls] = cls.__new__(cls)
        return blank

    def _milliseconds(self, at: str) -> int:
        known = self._ms.get(at)
        if known is None:
            known = self._ms[at] = milliseconds(datetime.fromisoformat(at))
        return known
