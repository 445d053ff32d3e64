"""The edges: what the rules and the shell need from the world, without saying who provides it."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from hub.domain.event import Event


class Recorded(NamedTuple):
    """An event as it stands in the log."""

    position: int
    """Place in the order of all events, from 1, gaps allowed, never reused."""
    stream: str
    version: int
    """Place in its stream, from 1, without gaps."""
    event: Event


class Stored(NamedTuple):
    """An event as its bytes stand in the log: `topic` is `<class name>/<schema version>`, `state` its JSON."""

    position: int
    stream: str
    version: int
    topic: str
    state: bytes


class Append(NamedTuple):
    """Events to add to one stream. `after` is the version they were decided on, 0 for a new stream. Without events it
    says that this stream was looked at: the unit is written only where nobody has added to it since."""

    stream: str
    after: int
    events: Sequence[Event]


class ContactRow(NamedTuple):
    """The receipt of a contact, unique by id: what makes a repeat harmless."""

    contact_id: str
    stream: str
    body_hash: bytes


class Erasure(NamedTuple):
    """Which personal fields of the event at a position are to hold nothing any more."""

    position: int
    fields: tuple[str, ...]


class Snapshot(NamedTuple):
    """What a stream added up to at one of its versions. `topic` names the shape of `state`."""

    version: int
    topic: str
    state: bytes


@dataclass(frozen=True, slots=True)
class Unit:
    """What one command writes: all of it or nothing."""

    appends: Sequence[Append]
    contacts: Sequence[ContactRow] = ()


class Committed(NamedTuple):
    """A unit is durable. Its events have the positions first..last, in the order of its appends; a unit without
    events has last = first - 1."""

    first: int
    last: int


class KnownContactError(Exception):
    """A unit held a contact id that is recorded already; `row` is what was recorded."""

    def __init__(self, row: ContactRow) -> None:
        super().__init__(row.contact_id)
        self.row = row


Outcome = Committed | Exception
"""Of one unit: Committed, ConflictError (stream moved on) or KnownContactError. Nothing else is per unit."""


class Streams(Protocol):
    """What commands are decided on and written to: of a journal that which is about streams."""

    async def commit(self, units: Sequence[Unit]) -> list[Outcome]:
        """As a journal's."""
        ...

    async def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        """As a journal's."""
        ...

    async def recall(self, streams: Sequence[str], topic: str) -> dict[str, tuple[Snapshot | None, list[Recorded]]]:
        """As a journal's."""
        ...


class Histories(Streams, Protocol):
    """What is decided as of one place in the log, and written to: of a journal that which is about streams and that."""

    async def load_only(self, streams: Sequence[str], classes: Collection[type[Event]]) -> dict[str, list[Recorded]]:
        """As a journal's."""
        ...

    async def head(self) -> int:
        """As a journal's."""
        ...


class Journal(Protocol):
    """The event store, for asyncio. Writes of all callers are grouped into transactions, in order."""

    async def commit(self, units: Sequence[Unit]) -> list[Outcome]:
        """Write units in order, each atomic; answers after the transaction is durable, one outcome a unit.
        After a failed unit, later ones that touch one of its streams fail too (ConflictError): those of the same call,
        and those of calls made before the failure was told, as they may build on what was never written.
        Raises when the store itself fails: make the call again. If it was written in spite of that (the connection
        broke during the commit), the repeat says so: its contacts are known, its streams have moved on."""
        ...

    async def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        """All events of each stream, oldest first; an unknown stream has none. Of a stream named in `after` only
        those beyond that version."""
        ...

    async def load_only(self, streams: Sequence[str], classes: Collection[type[Event]]) -> dict[str, list[Recorded]]:
        """The events of these classes in each stream, oldest first. Those of other classes cost next to nothing."""
        ...

    async def recall(self, streams: Sequence[str], topic: str) -> dict[str, tuple[Snapshot | None, list[Recorded]]]:
        """For each stream its newest snapshot, if that has the shape `topic`, and the events since: all it adds up
        to."""
        ...

    async def save_snapshot(self, stream: str, version: int, state: bytes, topic: str) -> None:
        """Keep what a stream adds up to at `version`, in place of any older snapshot of it."""
        ...

    async def has_unsealed(self, streams: Sequence[str]) -> bool:
        """Whether something personal stands in the events of these streams for everybody to read: an older version of
        the hub wrote it."""
        ...

    async def scan(self, after: int, upto: int, classes: Collection[type[Event]]) -> list[Recorded]:
        """The events of these classes at positions after the first up to the second, and the last one there of
        whatever class, in the order of the log; personal fields are empty, for nobody who looks on."""
        ...

    async def part(self, stream: str, after: int, limit: int) -> list[Recorded]:
        """The first events of a stream beyond a version, at most so many: of a long history part by part."""
        ...

    async def erase(self, erasures: Sequence[Erasure], *, pretend: bool = False) -> int:
        """Take personal fields out of stored events, which stay what they are otherwise; how many held any. `pretend`:
        count them only. What was there is gone for good after `scrub`."""
        ...

    async def scrub(self) -> None:
        """Leave nothing of what was erased in the files of the store."""
        ...

    async def drop_snapshots(self, streams: Sequence[str]) -> None:
        """These streams have no snapshots any more."""
        ...

    async def last(self, stream: str) -> Recorded | None:
        """The newest event of a stream."""
        ...

    async def contacts(self, ids: Sequence[str]) -> dict[str, ContactRow]:
        """The receipts of those of these contact ids that are recorded."""
        ...

    async def read(self, after: int, limit: int) -> list[Recorded]:
        """The log from the first event after position `after`: complete and in order up to the last one returned,
        whoever writes meanwhile. At most `limit`; fewer means the end was reached."""
        ...

    async def at(self, positions: Sequence[int]) -> list[Recorded]:
        """The events at these positions of the log, in its order."""
        ...

    async def head(self) -> int:
        """Position of the newest event, 0 in an empty log."""
        ...


Follower = Callable[[Sequence[Recorded]], None]
"""Called on the loop with each batch of the log, in order, each event once; must not block."""


class Clock(Protocol):
    """Where time comes from."""

    speed: float
    """Seconds of the hub's time in one second of the wall's: 1 except in a replay."""

    def now(self) -> datetime:
        """The present, UTC."""
        ...

    def sleep(self, seconds: float) -> Awaitable[None]:
        """Wait that many seconds of the hub's time."""
        ...
