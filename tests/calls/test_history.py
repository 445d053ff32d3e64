import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from pydantic import TypeAdapter

from hub.application.customer_cache import TOPIC, Known, fold
from hub.application.explaining.audit import audit
from hub.application.imports import history_writer
from hub.application.imports.history import ImportTotals, import_calls, import_history, tail
from hub.application.imports.history_writer import HistoryWriter, ImportFailedError
from hub.application.imports.rejects import rejects_file
from hub.calls.mapping import load_mapping
from hub.calls.reading import read_calls
from hub.domain.contact import Contact, Standing
from hub.domain.customer.events import ContactReceived, Customer, IdentifierObserved, SegmentChanged
from hub.domain.interaction.events import InteractionEnded, InteractionQueued, OfferAccepted
from hub.journal.errors import StoreInUseError
from hub.journal.lock import hold_store
from hub.journal.store import Store, open_store
from hub.ports import Append, Unit
from hub.settings import Settings
from tests.calls.logs import BANK, HUNG_UP, NO_QUEUE, REAL, ROOT, bank_log
from tests.support.stores import event

KEY = b"k" * 32
MAPPING = load_mapping(BANK)


class FixedClock:
    speed = 1.0

    def now(self) -> datetime:
        return datetime(2024, 5, 1, 12, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"an import sleeps {seconds} s")


class NoViews:
    """Notes how far the views had to come."""

    position = -1

    def wait_until(self, position: int) -> None:
        self.position = position


def take(store: Store, log: Path) -> ImportTotals:
    views = NoViews()
    totals = import_history(
        store, MAPPING, log, KEY, clock=FixedClock(), views=views, rejects=log.with_suffix(".rejects")
    )
    assert views.position == store.head()
    return totals


ROWS: tuple[dict[str, str], ...] = (
    {"customer_id": "4711", "priority": "2"},
    {**HUNG_UP},
    {"outcome": "PHANTOM"},
    {"vru_time": "-1"},
    {"customer_id": "4711", "priority": "2", "server": "NO_SERVER"},
    {**HUNG_UP, **NO_QUEUE, "customer_id": "4712"},
)
TOTALS = {
    "rows": 6, "skipped": 1, "rejected": 1, "contacts": 4, "customers": 3, "interactions": 4, "answered": 2,
    "abandoned": 2, "lost": 0, "duplicates": 0, "double_assigned": 0, "reconciled": True,
}  # fmt: skip


def without_speed(totals: ImportTotals) -> dict[str, object]:
    return {
        name: value for name, value in totals.as_json().items() if name not in ("seconds", "events_per_s", "events")
    }


def test_every_row_is_accounted_for(store, tmp_path):
    log = bank_log(tmp_path / "calls.tsv", *ROWS)
    totals = take(store, log)
    assert without_speed(totals) == TOTALS
    assert totals.ok
    assert totals.events == len([one for one in store.read(0, 1000) if not one.stream.startswith("pool-")])
    [rejected] = map(json.loads, log.with_suffix(".rejects").read_text().splitlines())
    assert (rejected["row"], rejected["field"], rejected["reason"]) == (5, "vru_time", "negative duration -1")
    assert rejected.keys() == {"row", "field", "reason"}


def test_facts_have_the_recorded_times_and_the_time_of_recording(store, tmp_path):
    take(store, bank_log(tmp_path / "calls.tsv", ROWS[0]))
    events = {type(one.event): one.event for one in store.read(0, 100)}
    assert {one.recorded_at for one in events.values()} == {FixedClock().now()}
    assert events[ContactReceived].at == datetime(1999, 3, 1, 8, 0, 0, tzinfo=UTC)
    assert events[InteractionQueued].at == datetime(1999, 3, 1, 8, 0, 10, tzinfo=UTC)
    assert events[OfferAccepted].at == datetime(1999, 3, 1, 8, 0, 40, tzinfo=UTC)
    assert events[InteractionEnded].at == datetime(1999, 3, 1, 8, 2, 40, tzinfo=UTC)
    queued = events[InteractionQueued]
    assert isinstance(queued, InteractionQueued)
    assert (queued.pool, queued.queue, queued.units) == ("history", "regular", 0)


def test_a_customer_who_comes_again_is_the_same_one(store, tmp_path):
    take(store, bank_log(tmp_path / "calls.tsv", *ROWS[:1] * 3))
    log = store.read(0, 100)
    assert len({one.stream for one in log if isinstance(one.event, ContactReceived)}) == 1
    assert sum(isinstance(one.event, IdentifierObserved) for one in log) == 1
    assert [one.event.value_tier for one in log if isinstance(one.event, SegmentChanged)] == ["high"]


def test_twice_adds_nothing(store, tmp_path):
    log = bank_log(tmp_path / "calls.tsv", *ROWS)
    take(store, log)
    head = store.head()
    again = take(store, log)
    assert store.head() == head
    assert without_speed(again) == {
        **dict.fromkeys(TOTALS, 0), "rows": 6, "skipped": 1, "rejected": 1, "duplicates": 4, "reconciled": True
    }  # fmt: skip
    assert (again.ok, again.events) == (True, 0)


def test_a_longer_log_adds_what_is_new(store, tmp_path):
    take(store, bank_log(tmp_path / "calls.tsv", *ROWS[:2]))
    totals = take(store, bank_log(tmp_path / "calls.tsv", *ROWS))
    assert (totals.contacts, totals.duplicates, totals.customers, totals.reconciled) == (2, 2, 1, True)


def test_one_id_with_two_contents_is_refused(store, tmp_path):
    log = bank_log(tmp_path / "calls.tsv", {"call_id": "7"}, {"call_id": "7", "server": "BERTA"}, {"call_id": "7"})
    totals = take(store, log)
    assert (totals.contacts, totals.rejected, totals.duplicates, totals.reconciled) == (1, 1, 1, True)
    [rejected] = map(json.loads, log.with_suffix(".rejects").read_text().splitlines())
    assert (rejected["row"], rejected["field"]) == (3, "contact_id")
    assert "recorded already, with other contents" in rejected["reason"]


def test_a_further_field_of_contacts_makes_no_row_another_one(store, tmp_path):
    class LongerContact(Contact):
        mood: str = ""

    calls = list(read_calls(bank_log(tmp_path / "calls.tsv", ROWS[0]), MAPPING))
    longer = [replace(call, contact=LongerContact(**call.contact.model_dump())) for call in calls]
    writer = HistoryWriter(store, KEY, FixedClock(), "import:test", "calls.tsv")
    assert writer.take(calls).duplicates == 0
    assert writer.take(longer).duplicates == 1


def test_a_customer_with_a_snapshot_is_taken_on_from_there(store, tmp_path):
    calls = list(read_calls(bank_log(tmp_path / "calls.tsv", ROWS[0], ROWS[0]), MAPPING))
    HistoryWriter(store, KEY, FixedClock(), "import:test", "calls.tsv").take(calls[:1])
    customer = next(one.stream for one in store.read(0, 100) if isinstance(one.event, ContactReceived))
    history = store.load([customer])[customer]
    known = fold(None, history)
    low = known.customer.declared._replace(value_tier="low")
    named = Known(known.version, replace(known.customer, standing=Standing(value_tier="low"), declared=low))
    store.save_snapshot(customer, named.version, TypeAdapter(Customer).dump_json(named.customer), TOPIC)
    HistoryWriter(store, KEY, FixedClock(), "import:test", "calls.tsv").take(calls[1:])
    news = store.load([customer], {customer: history[-1].version})[customer]
    assert [type(one.event) for one in news] == [SegmentChanged, ContactReceived]


def test_without_refused_rows_there_is_no_rejects_file(store, tmp_path):
    log = bank_log(tmp_path / "calls.tsv", ROWS[0])
    log.with_suffix(".rejects").write_text("of an earlier run")
    take(store, log)
    assert not log.with_suffix(".rejects").exists()


def test_another_writer_of_the_same_customer_is_waited_out(store, tmp_path):
    calls = list(read_calls(bank_log(tmp_path / "calls.tsv", ROWS[0], ROWS[0]), MAPPING))
    writer = HistoryWriter(store, KEY, FixedClock(), "import:test", "calls.tsv")
    writer.take(calls[:1])
    customer = next(one.stream for one in store.read(0, 100) if isinstance(one.event, ContactReceived))
    version = store.load([customer])[customer][-1].version
    store.append([Unit([Append(customer, version, [event()])])])
    assert writer.take(calls[1:]).duplicates == 0
    assert audit(tail(store, 0, store.head())).contacts == 2


def test_a_second_import_at_the_same_time_stops_the_first(store, tmp_path):
    calls = list(read_calls(bank_log(tmp_path / "calls.tsv", *ROWS[:2]), MAPPING))
    first = HistoryWriter(store, KEY, FixedClock(), "import:test", "calls.tsv")
    HistoryWriter(store, KEY, FixedClock(), "import:test", "calls.tsv").take(calls[:1])
    with pytest.raises(ImportFailedError, match="another import"):
        first.take(calls[1:])


CELL = st.one_of(
    st.text(max_size=8), st.sampled_from(["0", "1", "0:00:00", "10:00:00", "AGENT", "HANG", "PS", "990301"])
)
LINE = st.one_of(st.binary(max_size=60), st.lists(CELL, min_size=17, max_size=17).map("\t".join).map(
    lambda line: line.encode("utf-8", "surrogatepass")))  # fmt: skip


@hypothesis(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(garbage=st.lists(LINE, max_size=6), good=st.lists(st.sampled_from(ROWS), max_size=6))
def test_whatever_the_file_holds_it_reconciles(tmp_path_factory, garbage, good):
    directory = tmp_path_factory.mktemp("import")
    log = bank_log(directory / "calls.tsv", *good)
    log.write_bytes(log.read_bytes() + b"\n".join(garbage))
    store = open_store(Settings(data_dir=directory))
    try:
        first, second = take(store, log), take(store, log)
        assert first.ok
        assert second.ok
        assert (second.contacts, second.duplicates) == (0, first.contacts + first.duplicates)
    finally:
        store.close()


IMPORTER = """
    import sys
    from pathlib import Path
    from hub.application.imports.history_writer import HistoryWriter
    from hub.calls.mapping import load_mapping
    from hub.calls.reading import read_calls
    from hub.clock import WallClock
    from hub.journal.store import open_store
    from hub.settings import Settings

    mapping = load_mapping(Path(sys.argv[2]))
    writer = HistoryWriter(open_store(Settings(data_dir=sys.argv[1])), b"k" * 32, WallClock(), "import:test", "calls")
    for row in read_calls(Path(sys.argv[3]), mapping):
        writer.take([row])
        print(row.row, flush=True)
"""


@pytest.mark.acceptance
def test_killed_half_way_it_goes_on(tmp_path):
    log = bank_log(tmp_path / "calls.tsv", *ROWS * 500)
    for rows in (40, 150):
        command = [sys.executable, "-c", textwrap.dedent(IMPORTER), str(tmp_path), str(BANK), str(log)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as importer:
            assert importer.stdout is not None
            for _ in range(rows):
                assert importer.stdout.readline()
            os.kill(importer.pid, signal.SIGKILL)
    store = open_store(Settings(data_dir=tmp_path))
    totals = take(store, log)
    assert totals.duplicates > 0
    assert totals.contacts + totals.duplicates == 2_000
    assert totals.ok
    found = audit(tail(store, 0, store.head()))
    assert (found.contacts, found.interactions, found.answered, found.abandoned) == (2_000, 2_000, 1_000, 1_000)
    assert found.clean
    store.close()


@pytest.mark.skipif(not REAL.exists(), reason="the bank's log is not here")
def test_the_banks_two_weeks_twice(tmp_path):
    (tmp_path / "calls.tsv").write_bytes(REAL.read_bytes())
    store = open_store(Settings(data_dir=tmp_path))
    first, second = take(store, tmp_path / "calls.tsv"), take(store, tmp_path / "calls.tsv")
    store.close()
    assert without_speed(first) == {
        "rows": 17_456, "skipped": 143, "rejected": 16, "contacts": 17_297, "customers": 13_662,
        "interactions": 17_297, "answered": 14_389, "abandoned": 2_908, "lost": 0, "duplicates": 0,
        "double_assigned": 0, "reconciled": True,
    }  # fmt: skip
    assert (second.contacts, second.duplicates, second.events, second.ok) == (0, 17_297, 0, True)
    rejected = [json.loads(line) for line in (tmp_path / "calls.rejects").read_text().splitlines()]
    assert len(rejected) == 16
    assert {one["field"] for one in rejected} == {"vru_time"}


PROJECTOR = (sys.executable, "-m", "hub", "projector")


@pytest.mark.acceptance
def test_the_whole_import_holds_the_store_and_leaves_every_view_up_to_date(tmp_path):
    log = bank_log(tmp_path / "calls.tsv", *ROWS)
    settings = Settings(data_dir=tmp_path / "data")
    seen: list[int] = []
    totals = import_calls(settings, log, BANK, clock=FixedClock(), projector=PROJECTOR, on_bytes=seen.append)
    assert without_speed(totals) == TOTALS
    assert seen[-1] == log.stat().st_size
    assert rejects_file(settings, log).read_text().count("\n") == 1
    store = open_store(settings)
    head = store.head()
    store.close()
    with sqlite3.connect(settings.views_path) as views:
        positions = views.execute("SELECT name, position FROM projections").fetchall()
    views.close()
    assert len(positions) >= 5
    assert {position for _, position in positions} == {head}
    assert import_calls(settings, log, BANK, clock=FixedClock(), projector=PROJECTOR).duplicates == 4


def test_while_a_hub_runs_there_is_no_import(tmp_path):
    settings = Settings(data_dir=tmp_path)
    log = bank_log(tmp_path / "calls.tsv", *ROWS)
    with hold_store(settings, "hub serve", alone=False), pytest.raises(StoreInUseError, match="hub serve"):
        import_calls(settings, log, BANK, clock=FixedClock(), projector=PROJECTOR)
    assert not settings.sqlite_path.exists()


def test_calls_whose_plain_hash_an_older_version_recorded_are_left_alone(store, tmp_path, monkeypatch):
    log = bank_log(tmp_path / "calls.tsv", ROWS[0])
    with monkeypatch.context() as older:
        older.setattr(history_writer, "keyed", lambda _key, plain: plain)
        take(store, log)
    head = store.head()
    totals = take(store, log)
    assert (totals.duplicates, totals.contacts, store.head()) == (1, 0, head)
