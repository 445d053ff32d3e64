"""How fast the journal writes beside a raw insert of the same rows, and beside the library as it comes."""

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from eventsourcing.persistence import ApplicationRecorder, DatetimeAsISO, EventStore, JSONTranscoder, Mapper
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import dict_row

from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered, IdentifierObserved
from hub.domain.event import Event
from hub.domain.interaction.events import InteractionEnded, InteractionOffered, InteractionQueued, OfferAccepted
from hub.journal.batch import prepare
from hub.journal.codec import Codec
from hub.journal.store import open_store
from hub.ports import Append, Committed, ContactRow, Unit
from hub.settings import Settings

BATCHES = (1, 10, 100, 1000)
TURN_SECONDS = 0.03
NOON = datetime(2024, 5, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def call(number: int) -> tuple[Unit, Append]:
    """What one call leaves: a unit of five events in two streams with a receipt, and two more events for later."""
    customer, interaction = f"customer-{number:032x}", f"interaction-{number:032x}"
    contact_id, offer = f"call-{number:016}", f"offer-{number:032x}-1"
    common = {"at": NOON, "recorded_at": NOON, "causation": contact_id, "actor": "adapter:phone"}
    routed = {**common, "correlation": interaction, "actor": "policy:default-1"}
    received = ContactReceived(
        **common, contact_id=contact_id, channel=Channel.PHONE, address="+982188776655", sender="contact-centre",
        thread=contact_id, purpose="service", service="accounts", language="fa", subject="", text="",
        standing=Standing(), pool="main",
    )  # fmt: skip
    queued = InteractionQueued(
        **routed, pool="main", queue="accounts", contact_id=contact_id, customer_id=customer, channel=Channel.PHONE,
        thread=contact_id, service="accounts", priority=5, skills={"accounts": 2}, languages=("fa",), units=100,
        policy="default-1", reasons=("service accounts",),
    )  # fmt: skip
    offered = InteractionOffered(
        **routed, offer_id=offer, agent_id="agent-17", expires_at=NOON, units=100, policy="default-1",
        reasons=("longest idle",),
    )  # fmt: skip
    facts: list[Event] = [
        CustomerRegistered(**common),
        IdentifierObserved(**common, kind="phone", value="+982188776655", verified=False),
        received,
    ]
    talk: list[Event] = [
        OfferAccepted(**routed, offer_id=offer, agent_id="agent-17"),
        InteractionEnded(**routed, agent_id="agent-17", ended_by="customer"),
    ]
    first = Unit(
        [Append(customer, 0, facts), Append(interaction, 0, [queued, offered])],
        [ContactRow(contact_id, customer, b"h" * 32)],
    )
    return first, Append(interaction, 2, talk)


def batches(size: int, numbers: Iterator[int]) -> Iterator[list[Unit]]:
    """Units of `size` events in all: calls that come, and calls of the batch before that are answered and end.
    A batch smaller than a call is one call's events cut to that size."""
    running: list[Append] = []
    while True:
        ended, units = running, []
        running = []
        room = size - sum(len(append.events) for append in ended)
        while room > 0:
            unit, later = call(next(numbers))
            facts, _ = unit.appends
            if room < 5:
                units.append(Unit([Append(facts.stream, 0, facts.events[-room:])], unit.contacts))
                break
            units.append(unit)
            running.append(later)
            room -= 5
        yield [*units, *(Unit([append]) for append in ended)]


class Raw:
    """Rows made beforehand, inserted into the same tables with their indexes: the ceiling."""

    def __init__(self) -> None:
        self._codec = Codec()

    def ready(self, units: list[Unit]) -> Any:
        batch = prepare(self._codec, units)
        assert batch is not None
        return batch


class RawSqlite(Raw):
    def __init__(self, directory: Path) -> None:
        super().__init__()
        open_store(Settings(data_dir=directory)).close()
        self._connection = sqlite3.connect(Settings(data_dir=directory).sqlite_path, isolation_level=None)
        for pragma in ("synchronous=FULL", "wal_autocheckpoint=0", "cache_size=-65536"):
            self._connection.execute(f"PRAGMA {pragma}")

    def write(self, batch: Any) -> None:
        run = self._connection
        run.execute("BEGIN IMMEDIATE")
        run.executemany("INSERT INTO stored_events VALUES (?,?,?,?)", batch.events)
        run.executemany("INSERT INTO contact_ids VALUES (?,?,?)", batch.contacts)
        run.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class RawPostgres(Raw):
    def __init__(self, url: str) -> None:
        super().__init__()
        open_store(Settings(store_url=url)).close()
        self._connection = psycopg.connect(url, autocommit=True)

    def ready(self, units: list[Unit]) -> Any:
        batch = super().ready(units)
        contacts = [(row.contact_id.encode(), *row[1:]) for row in batch.contacts]
        return columns(batch.events, 4), columns(contacts, 3)

    def write(self, batch: Any) -> None:
        events, contacts = batch
        run = self._connection
        run.execute("BEGIN")
        run.execute(
            "INSERT INTO stored_events (originator_id, originator_version, topic, state) "
            "SELECT * FROM unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[])",
            events,
            prepare=True,
        )
        run.execute(
            "INSERT INTO contact_ids SELECT * FROM unnest(%b::bytea[], %b::text[], %b::bytea[])", contacts, prepare=True
        )
        run.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class OurJournal:
    """The journal's store: events to bytes, checks, rows and receipts in one transaction."""

    def __init__(self, settings: Settings) -> None:
        self._store = open_store(settings)

    def ready(self, units: list[Unit]) -> Any:
        return units

    def write(self, units: Any) -> None:
        outcomes = self._store.append(units)
        assert all(isinstance(outcome, Committed) for outcome in outcomes)

    def close(self) -> None:
        self._store.close()


PIPELINED = 200
"""Events the library gets at once on PostgreSQL: it sends them through psycopg's pipeline, where a message longer than
the socket's buffer (some 600 events) can leave server and client waiting for each other for ever."""


class LibraryEvent:
    """An event as the library wants one: its fields are its attributes."""

    def __init__(self, stream: str, version: int, fields: dict[str, Any]) -> None:
        self.__dict__.update(originator_id=stream, originator_version=version, **fields)


class Library:
    """The library's event store as it comes: its JSON transcoder, mapper and recorder. A receipt, which must be unique
    by contact id, is the first event of a stream of its own there."""

    def __init__(self, recorder: ApplicationRecorder, close: Callable[[], None], most: int = 1_000) -> None:
        recorder.create_table()  # type: ignore[attr-defined]
        transcoder = JSONTranscoder()
        transcoder.register(DatetimeAsISO())
        self._store: EventStore[str] = EventStore(Mapper(transcoder), recorder)
        self._most = most
        self.close = close

    @classmethod
    def sqlite(cls, directory: Path) -> "Library":
        datastore = SQLiteDatastore(str(directory / "library.sqlite"), originator_id_type="text")
        return cls(SQLiteApplicationRecorder(datastore), datastore.close)

    @classmethod
    def postgres(cls, url: str) -> "Library":
        datastore = PostgresDatastore("", "", "", "", "", originator_id_type="text")
        datastore.pool.kwargs = {**conninfo_to_dict(url), "row_factory": dict_row}
        return cls(PostgresApplicationRecorder(datastore), datastore.close, PIPELINED)

    def ready(self, units: list[Unit]) -> Any:
        events = [
            LibraryEvent(append.stream, append.after + offset + 1, event.model_dump())
            for unit in units
            for append in unit.appends
            for offset, event in enumerate(append.events)
        ]
        receipts = [row for unit in units for row in unit.contacts]
        return events + [
            LibraryEvent(f"contact-{row.contact_id}", 1, {"stream": row.stream, "body_hash": row.body_hash.hex()})
            for row in receipts
        ]

    def write(self, events: Any) -> None:
        for start in range(0, len(events), self._most):
            self._store.put(events[start : start + self._most])


@dataclass
class Run:
    """One way, its batches, and what it has done so far."""

    way: Any
    source: Iterator[list[Unit]]
    seconds: float = 0.0
    events: int = 0

    def go_on(self) -> None:
        """Write for some hundredths of a second. Making the events, and what `ready` does, is not counted."""
        until = self.seconds + TURN_SECONDS
        while self.seconds < until:
            units = next(self.source)
            ready = self.way.ready(units)
            started = time.perf_counter()
            self.way.write(ready)
            self.seconds += time.perf_counter() - started
            self.events += sum(len(append.events) for unit in units for append in unit.appends)


def compare(make: dict[str, Callable[[], Any]], seconds: float) -> list[dict[str, float]]:
    """A row of rates for each size of batch. The ways write in turns of hundredths of a second, each to a store of its
    own, so that the machine's moods fall on all alike; each writes for `seconds` at every size."""
    table = []
    with ExitStack() as stack:
        ways = {name: stack.enter_context(closing(maker())) for name, maker in make.items()}
        numbers = itertools.count(1)
        for size in BATCHES:
            runs = {name: Run(way, batches(size, numbers)) for name, way in ways.items()}
            while any(run.seconds < seconds for run in runs.values()):
                for run in runs.values():
                    run.go_on()
            rates = {name: run.events / run.seconds for name, run in runs.items()}
            ratios = {f"journal/{other}": round(rates["journal"] / rates[other], 2) for other in ("raw", "library")}
            table.append({"batch": size, **{name: round(rate) for name, rate in rates.items()}, **ratios})
    return table


def sqlite_ways(directory: Path) -> dict[str, Callable[[], Any]]:
    """The three ways on files below `directory`."""
    number = itertools.count()

    def fresh() -> Path:
        made = directory / str(next(number))
        made.mkdir()
        return made

    return {
        "raw": lambda: RawSqlite(fresh()),
        "journal": lambda: OurJournal(Settings(data_dir=fresh())),
        "library": lambda: Library.sqlite(fresh()),
    }


def postgres_ways(create_database: Callable[[], str]) -> dict[str, Callable[[], Any]]:
    """The three ways on databases of their own."""
    return {
        "raw": lambda: RawPostgres(create_database()),
        "journal": lambda: OurJournal(Settings(store_url=create_database())),
        "library": lambda: Library.postgres(create_database()),
    }


def columns(rows: list[Any], width: int) -> list[list[Any]]:
    """Rows turned into columns."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
