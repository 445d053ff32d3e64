"""Commands decided ahead of the store: what a batch of records is decided on is read once, and each record is decided
on what those before it led to, before any of it is written."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.domain.event import Event
from hub.ports import Append, Committed, ContactRow, Journal, Outcome, Recorded, Snapshot, Unit

STREAMS_KEPT = 20_000


@dataclass(slots=True)
class _Known:
    """A stream as it will be: its newest snapshot, if it was asked for by one, and the events since."""

    snapshot: Snapshot | None = None
    events: list[Recorded] = field(default_factory=list)

    @property
    def version(self) -> int:
        if self.events:
            return self.events[-1].version
        return self.snapshot.version if self.snapshot else 0


class Ahead:
    """A journal for commands: it answers from memory, and what is committed waits for `take`. Positions are not known
    yet: they are 0."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._whole: OrderedDict[str, _Known] = OrderedDict()
        self._recalled: OrderedDict[str, _Known] = OrderedDict()
        self._taken: dict[str, Append] = {}

    async def fill(self, streams: Sequence[str]) -> None:
        """Have the whole histories of these at hand."""
        missing = [stream for stream in dict.fromkeys(streams) if stream not in self._whole]
        if missing:
            for stream, events in (await self._journal.load(missing)).items():
                self._whole[stream] = _Known(None, events)
        _keep(self._whole, streams)

    async def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        """As of the log and of what was decided since."""
        await self.fill(streams)
        after = after or {}
        return {
            stream: [one for one in self._whole[stream].events if one.version > after.get(stream, 0)]
            for stream in streams
        }

    async def recall(self, streams: Sequence[str], topic: str) -> dict[str, tuple[Snapshot | None, list[Recorded]]]:
        """As of the log and of what was decided since."""
        missing = [stream for stream in dict.fromkeys(streams) if stream not in self._recalled]
        if missing:
            for stream, found in (await self._journal.recall(missing, topic)).items():
                self._recalled[stream] = _Known(*found)
        _keep(self._recalled, streams)
        return {stream: (self._recalled[stream].snapshot, self._recalled[stream].events) for stream in streams}

    async def commit(self, units: Sequence[Unit]) -> list[Outcome]:
        """What comes next is decided on these; `take` them, or `drop` them."""
        for unit in units:
            for stream, after, events in unit.appends:
                before = self._taken.get(stream)
                start, facts = (before.after, [*before.events, *events]) if before else (after, list(events))
                self._taken[stream] = Append(stream, start, facts)
                self._add(stream, after, events)
        return [Committed(0, -1) for _ in units]

    def take(self) -> list[Append]:
        """All that was decided since the last time."""
        taken, self._taken = list(self._taken.values()), {}
        return taken

    def drop(self) -> None:
        """What was decided since the last time is not to be."""
        for append in self.take():
            for known in (self._whole.get(append.stream), self._recalled.get(append.stream)):
                if known is not None:
                    known.events = [one for one in known.events if one.version <= append.after]

    def forget(self) -> None:
        """Others wrote to these streams: read them anew."""
        self._whole.clear()
        self._recalled.clear()
        self._taken = {}

    async def contacts(self, ids: Sequence[str]) -> dict[str, ContactRow]:
        return await self._journal.contacts(ids)

    def _add(self, stream: str, after: int, events: Sequence[Event]) -> None:
        numbered = [Recorded(0, stream, version, event) for version, event in enumerate(events, after + 1)]
        for known in (self._whole.get(stream), self._recalled.get(stream)):
            if known is not None:
                known.events = [*known.events, *numbered]


def _keep(known: OrderedDict[str, _Known], streams: Sequence[str]) -> None:
    for stream in streams:
        known.move_to_end(stream)
    while len(known) > max(STREAMS_KEPT, len(streams)):
        known.popitem(last=False)
