"""What every event store offers, whichever database is below it. Synchronous: threads are the caller's affair."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from hub.domain.event import Event
from hub.journal.codec import Codec
from hub.journal.format import FORMAT
from hub.journal.generations import Generations
from hub.journal.glance import holds_sealed_events
from hub.journal.keys import installation_key, key_is_lost
from hub.journal.personal_keys import PersonalKeys
from hub.ports import ContactRow, Erasure, Outcome, Recorded, Snapshot, Stored, Unit
from hub.settings import Settings


class Store(Protocol):
    """An open event store. One thread may append while another reads."""

    codec: Codec

    def append(self, units: Sequence[Unit]) -> list[Outcome]:
        """Write units in order in one transaction, each unit whole or not at all; one outcome a unit, durable on
        return. After a failed unit every later one that touches one of its streams fails too (ConflictError).
        Raises StoreError when the store fails."""
        ...

    def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        """The events of each stream, oldest first; those of a stream in `after` from beyond that version on."""
        ...

    def load_only(self, streams: Sequence[str], classes: Collection[type[Event]]) -> dict[str, list[Recorded]]:
        """The events of these classes in each stream, oldest first; the others are not decoded."""
        ...

    def last(self, stream: str) -> Recorded | None:
        """The newest event of a stream."""
        ...

    def contacts(self, ids: Sequence[str]) -> dict[str, ContactRow]:
        """The receipts of those of these contact ids that are recorded."""
        ...

    def read(self, after: int, limit: int) -> list[Recorded]:
        """The log from the first event after position `after`: complete and in order, whoever writes meanwhile."""
        ...

    def read_stored(self, after: int, limit: int) -> list[Stored]:
        """The same, not decoded."""
        ...

    def at(self, positions: Sequence[int]) -> list[Recorded]:
        """The events at these positions of the log, in its order."""
        ...

    def head(self) -> int:
        """Position of the newest event, 0 in an empty log."""
        ...

    def stamp(self) -> int | None:
        """Another number after each write, whichever process has written, told at once and without a thread; None: it
        can't be told, ask for the head."""
        ...

    def has_unsealed(self, streams: Sequence[str]) -> bool:
        """Whether something personal stands in the events of these streams as it is."""
        ...

    def save_snapshot(self, stream: str, version: int, state: bytes, topic: str) -> None:
        """Keep what a stream adds up to at `version`, in place of any older snapshot of it."""
        ...

    def scan(self, after: int, upto: int, classes: Collection[type[Event]]) -> list[Recorded]:
        """The events of these classes at positions after the first up to the second, and the last one there of
        whatever class, in the order of the log; personal fields are empty."""
        ...

    def part(self, stream: str, after: int, limit: int) -> list[Recorded]:
        """The first events of a stream beyond a version, at most so many."""
        ...

    def erase(self, erasures: Sequence[Erasure], *, pretend: bool = False) -> int:
        """Take personal fields out of stored events in one transaction; how many held any. `pretend`: only count."""
        ...

    def scrub(self) -> None:
        """Leave nothing of what was erased in the files of the store, as far as the database is ours to order about."""
        ...

    def drop_snapshots(self, streams: Sequence[str]) -> None:
        """These streams have no snapshots any more."""
        ...

    def load_snapshots(self, streams: Sequence[str]) -> dict[str, Snapshot]:
        """The snapshots of those of these streams that have one."""
        ...

    def close(self) -> None:
        """Give back connections and threads. The store can't be used afterwards."""
        ...


def open_store(settings: Settings, codec: Codec | None = None) -> Store:
    """The store these settings name, its tables made where it is new, and the installation's key before its first
    event. Refuses one of a newer version."""
    if codec is None and not key_is_lost(settings):
        installation_key(settings)
    codec = codec or Codec(keys=personal_keys(settings))
    if settings.is_postgres:
        from hub.journal.postgres import PostgresStore  # noqa: PLC0415  (a SQLite hub never loads the driver)

        return PostgresStore(settings.store_url, codec)
    from hub.journal.sqlite import SqliteStore  # noqa: PLC0415

    return SqliteStore(settings.sqlite_path, codec)


def personal_keys(settings: Settings) -> PersonalKeys:
    """The customers' own keys of this installation."""
    return PersonalKeys(
        settings.data_dir / "keys", lambda: installation_key(settings), lambda: holds_sealed_events(settings)
    )


def generations(settings: Settings) -> Generations:
    """Who was forgotten in this installation."""
    return Generations(personal_keys(settings).file, installation_key(settings))


def migrate(settings: Settings) -> int:
    """Make the store's tables, or bring them to this version's format; returns the format. Any number of processes
    may do it at once, any number of times."""
    open_store(settings).close()
    return FORMAT
