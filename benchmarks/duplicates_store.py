"""What `hub customers duplicates` costs on a store of many: `python -m benchmarks.duplicates_store [CUSTOMERS]`.

The population of `duplicates_scale`, each customer with what it brought as facts, encrypted, in a SQLite store; then
the search in a process of its own."""

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import orjson

from benchmarks.duplicates_scale import Population
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved, ProfileChanged
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.event import Event
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.paths.duplicates.record import Record
from hub.ports import Append, Unit
from hub.settings import Settings

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
AT_ONCE = 5_000
COMMAND = (sys.executable, "-m", "hub", "customers", "duplicates", "--json", "--ids", "--limit", "10000")


def events(number: int, record: Record) -> Iterator[Event]:
    common = {"at": NOON, "recorded_at": NOON, "causation": f"c-{number}", "actor": "import:made-up"}
    yield CustomerRegistered(**common)
    for one in record.identifiers:
        yield IdentifierObserved(**common, kind=one.kind, value=one.value, verified=one.verified)
    if name := " ".join(filter(None, (record.given_name, record.family_name))):
        yield ProfileChanged(**common, name=name)
    for field in ("birth_date", "street", "house", "place", "postcode"):
        if value := getattr(record, field):
            yield ProfileFieldChanged(**common, field=field, value=value)


async def write(settings: Settings, customers: int) -> int:
    journal, written = EventJournal(open_store(settings)), 0
    records = enumerate(Population(customers))
    while batch := list(islice(records, AT_ONCE)):
        units = [Unit([Append(record.stream, 0, list(events(number, record)))]) for number, record in batch]
        written += sum(len(unit.appends[0].events) for unit in units)
        await journal.commit(units)
    await journal.close()
    return written


def main() -> None:
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as directory:
        settings = Settings(data_dir=Path(directory))
        started = time.perf_counter()
        written = asyncio.run(write(settings, customers))
        print(
            f"{customers:,} customers, {written:,} events written in {time.perf_counter() - started:.0f} s", flush=True
        )
        started = time.perf_counter()
        got = subprocess.run(COMMAND, env=settings.environment(), stdout=subprocess.PIPE, check=True)
        told, used = orjson.loads(got.stdout), resource.getrusage(resource.RUSAGE_CHILDREN)
        print(f"searched in {time.perf_counter() - started:.0f} s ({used.ru_utime + used.ru_stime:.0f} s of CPU),"
              f" at most {used.ru_maxrss / 1024:,.0f} MiB: {told['counts']}")  # fmt: skip


if __name__ == "__main__":
    main()
