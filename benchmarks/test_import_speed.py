"""History import with every projection, beside the straightforward design: one aggregate, one save an event."""

import sys
import time
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from pytest_benchmark.fixture import BenchmarkFixture

from hub.application.imports.history import import_calls
from hub.calls.generator import generate_calls
from hub.calls.mapping import load_mapping
from hub.calls.reading import read_calls
from hub.calls.recorded_call import RecordedCall
from hub.clock import WallClock
from hub.settings import Settings

ROOT = Path(__file__).parents[1]
MAPPING = ROOT / "examples" / "mappings" / "bank_calls.toml"
REAL = ROOT / ".." / "shared" / "data" / "bank_calls_1999-02_01-14.tsv"
PROJECTOR = (sys.executable, "-m", "hub", "projector")
STRAIGHTFORWARD_CALLS = 500


class Call(Aggregate):
    """A call as the library's tutorial would write it: each fact an event, each event saved."""

    @event("Queued")
    def __init__(self, contact_id: str, service: str, at: str) -> None:
        self.contact_id, self.service, self.at = contact_id, service, at

    @event("Abandoned")
    def abandon(self, at: str) -> None:
        self.at, self.phase = at, "abandoned"

    @event("Accepted")
    def accept(self, agent: str, at: str) -> None:
        self.at, self.agent, self.phase = at, agent, "active"

    @event("Ended")
    def end(self, at: str) -> None:
        self.at, self.phase = at, "completed"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    log = tmp_path_factory.mktemp("calls") / "generated.tsv"
    generate_calls(log, days=42, start=date(1999, 2, 1), seed=1)
    return log


def test_import_of_a_generated_log(benchmark: BenchmarkFixture, tmp_path: Path, generated: Path) -> None:
    measure(benchmark, tmp_path, generated)


@pytest.mark.skipif(not REAL.exists(), reason="the bank's log is not here")
def test_import_of_the_banks_two_weeks(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    measure(benchmark, tmp_path, REAL)


def measure(benchmark: BenchmarkFixture, directory: Path, log: Path) -> None:
    settings = Settings(data_dir=directory)
    totals = benchmark.pedantic(
        import_calls, args=(settings, log, MAPPING), kwargs={"clock": WallClock(), "projector": PROJECTOR}
    )
    assert totals.ok
    plain = straightforward(directory, log)
    found: dict[str, Any] = {
        "events": totals.events,
        "seconds": totals.seconds,
        "events/s": round(totals.events_per_s),
        "straightforward events/s": round(plain),
        "ratio": round(totals.events_per_s / plain, 1),
    }
    benchmark.extra_info.update(found)
    print(f"\n{log.name}: " + ", ".join(f"{name} {value:,}" for name, value in found.items()))


def straightforward(directory: Path, log: Path) -> float:
    """Events a second of the library as it comes, on SQLite, without any projection."""
    app: Application[Any] = Application(
        env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(directory / "straightforward.sqlite")}
    )
    saved, started = 0, time.perf_counter()
    for call in islice(calls_of(log), STRAIGHTFORWARD_CALLS):
        one = Call(contact_id=call.contact_id, service=call.service, at=call.queued_at.isoformat())
        app.save(one)
        saved += 1
        ended = call.ended_at.isoformat()
        if not call.answered_at:
            one.abandon(ended)
        else:
            one.accept(call.agent, call.answered_at.isoformat())
            app.save(one)
            one.end(ended)
            saved += 1
        app.save(one)
        saved += 1
    rate = saved / (time.perf_counter() - started)
    app.close()
    return rate


def calls_of(log: Path) -> Iterator[RecordedCall]:
    return (row for row in read_calls(log, load_mapping(MAPPING)) if isinstance(row, RecordedCall))
