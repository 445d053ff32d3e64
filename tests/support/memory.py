"""A journal in memory with the real one's promises, for tests of what stands on it."""

from collections.abc import Collection, Mapping, Sequence

from hub.domain.errors import ConflictError
from hub.domain.event import Event
from hub.journal.sealing import shape_of
from hub.ports import Committed, ContactRow, Erasure, Follower, KnownContactError, Outcome, Recorded, Snapshot, Unit


class MemoryJournal:
    """Implements `hub.ports.Journal`. `fail_next` commits raise as a broken store would."""

    def __init__(self) -> None:
        self.log: list[Recorded] = []
        self.rows: dict[str, ContactRow] = {}
        self.followers: list[Follower] = []
        self.fail_next = 0
        self.commits = 0
        self.loaded = 0
        self.scrubbed = 0
        self.snapshots: dict[str, Snapshot] = {}

    def version(self, stream: str) -> int:
        return max((recorded.version for recorded in self.log if recorded.stream == stream), default=0)

    async def commit(self, units: Sequence[Unit]) -> list[Outcome]:
        if self.fail_next:
            self.fail_next -= 1
            raise OSError("disk full")
        self.commits += 1
        start, failed, outcomes = len(self.log), set[str](), list[Outcome]()
        for unit in units:
            outcome = self._commit(unit, failed)
            if not isinstance(outcome, Committed):
                failed |= {append.stream for append in unit.appends if append.events}
            outcomes.append(outcome)
        if self.log[start:]:
            for follower in self.followers:
                follower(self.log[start:])
        return outcomes

    def _commit(self, unit: Unit, failed: set[str]) -> Outcome:
        for row in unit.contacts:
            if row.contact_id in self.rows:
                return KnownContactError(self.rows[row.contact_id])
        new: list[Recorded] = []
        for append in unit.appends:
            here = max([self.version(append.stream), *(one.version for one in new if one.stream == append.stream)])
            if append.stream in failed or here != append.after:
                return ConflictError(append.stream)
            for number, event in enumerate(append.events, append.after + 1):
                new.append(Recorded(len(self.log) + len(new) + 1, append.stream, number, event))
        self.log += new
        self.rows |= {row.contact_id: row for row in unit.contacts}
        return Committed(new[0].position, new[-1].position) if new else Committed(0, 0)

    async def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        after = after or {}
        self.loaded += len(streams)
        return {
            stream: [one for one in self.log if one.stream == stream and one.version > after.get(stream, 0)]
            for stream in streams
        }

    async def load_only(self, streams: Sequence[str], classes: Collection[type[Event]]) -> dict[str, list[Recorded]]:
        wanted = tuple(classes)
        return {
            stream: [one for one in self.log if one.stream == stream and type(one.event) in wanted]
            for stream in streams
        }

    async def recall(self, streams: Sequence[str], topic: str) -> dict[str, tuple[Snapshot | None, list[Recorded]]]:
        kept = {stream: one for stream in streams if (one := self.snapshots.get(stream)) and one.topic == topic}
        events = await self.load(streams, {stream: one.version for stream, one in kept.items()})
        return {stream: (kept.get(stream), events[stream]) for stream in streams}

    async def save_snapshot(self, stream: str, version: int, state: bytes, topic: str) -> None:
        self.snapshots[stream] = Snapshot(version, topic, state)

    async def has_unsealed(self, streams: Sequence[str]) -> bool:  # noqa: ARG002
        return False

    async def scan(self, after: int, upto: int, classes: Collection[type[Event]]) -> list[Recorded]:
        here = self.log[after:upto]
        return [one for one in here if type(one.event) in classes or one is here[-1]]

    async def part(self, stream: str, after: int, limit: int) -> list[Recorded]:
        return [one for one in self.log if one.stream == stream and one.version > after][:limit]

    async def erase(self, erasures: Sequence[Erasure], *, pretend: bool = False) -> int:
        found = 0
        for position, fields in erasures:
            one = self.log[position - 1]
            if any(getattr(one.event, name) for name in fields):
                found += 1
                shape = shape_of(type(one.event))
                assert shape is not None
                nothing = {name: shape.empty[name] for name in fields}
                empty = {name: tuple(value) if isinstance(value, list) else value for name, value in nothing.items()}
                if not pretend:
                    self.log[position - 1] = one._replace(event=one.event.model_copy(update=empty))
        return found

    async def scrub(self) -> None:
        self.scrubbed += 1

    async def drop_snapshots(self, streams: Sequence[str]) -> None:
        for stream in streams:
            self.snapshots.pop(stream, None)

    async def last(self, stream: str) -> Recorded | None:
        return next((one for one in reversed(self.log) if one.stream == stream), None)

    async def contacts(self, ids: Sequence[str]) -> dict[str, ContactRow]:
        return {one: self.rows[one] for one in ids if one in self.rows}

    async def read(self, after: int, limit: int) -> list[Recorded]:
        return self.log[after : after + limit]

    async def at(self, positions: Sequence[int]) -> list[Recorded]:
        wanted = set(positions)
        return [one for one in self.log if one.position in wanted]

    async def head(self) -> int:
        return len(self.log)
