"""Personal fields are taken out of stored events for good, and nothing else of them changes."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hub.domain.cases.events import CaseKind, CaseNoted, CaseOpened, Severity
from hub.domain.contact import Attachment, Channel, Identifier, Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered, ProfileChanged
from hub.domain.event import Event
from hub.journal.codec import Codec
from hub.journal.errors import StoreError
from hub.journal.sqlite_erasing import scrub
from hub.journal.store import Store, open_store, personal_keys
from hub.ports import Append, Erasure, Recorded, Unit
from hub.settings import Settings
from tests.support.stores import OpenStore

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
ANN = "customer-ann"
TEXTS = ("subject", "text", "attachments")
LONG = "سلام، کارت من کجاست؟ " * 400


def contact(number: int, text: str = "where is my card") -> ContactReceived:
    return ContactReceived(
        **META, contact_id=f"c-{number}", channel=Channel.SMS, address="+98912", sender="shop",
        identifiers=(Identifier(kind="phone", value="+98912"),), thread="thread-1", purpose="service", service="cards",
        language="fa", subject="a card", text=text, attachments=(Attachment(uri="file:///card.png"),),
        standing=Standing(), pool="main",
    )  # fmt: skip


def written(store: Store, *events: Event, stream: str = ANN) -> list[Recorded]:
    after = len(store.load([stream])[stream])
    store.append([Unit([Append(stream, after, events)])])
    return store.load([stream])[stream][after:]


def sealed_of(store: Store, position: int) -> str:
    [row] = [one for one in store.read_stored(position - 1, 1) if one.position == position]
    return str(json.loads(row.state)["personal"])


class TestErasing:
    def test_the_texts_are_gone_and_all_else_stays(self, store: Store) -> None:
        [before, other] = written(store, contact(1), contact(2))
        assert store.erase([Erasure(before.position, TEXTS)]) == 1
        [after, untouched] = store.load([ANN])[ANN]
        assert isinstance(before.event, ContactReceived)
        expected = before.event.model_copy(update={"subject": "", "text": "", "attachments": ()})
        assert after == before._replace(event=expected)
        assert untouched == other

    def test_what_whoever_has_no_key_sees_does_not_change(self, store: Store) -> None:
        [one] = written(store, contact(1))
        [before] = store.read_stored(one.position - 1, 1)
        store.erase([Erasure(one.position, TEXTS)])
        [after] = store.read_stored(one.position - 1, 1)
        veiled = store.codec.decode_veiled
        assert veiled(ANN, after.topic, after.state) == veiled(ANN, before.topic, before.state)
        assert after.state != before.state
        assert after[:4] == before[:4]

    def test_what_holds_nothing_any_more_is_left_alone(self, store: Store) -> None:
        [one, none] = written(store, contact(1), CustomerRegistered(**META))
        erasures = [Erasure(one.position, TEXTS), Erasure(none.position, TEXTS), Erasure(none.position + 9, TEXTS)]
        assert store.erase(erasures, pretend=True) == 1
        assert store.erase(erasures) == 1
        [state] = [row.state for row in store.read_stored(one.position - 1, 1)]
        assert store.erase(erasures) == store.erase(erasures, pretend=True) == 0
        assert [row.state for row in store.read_stored(one.position - 1, 1)] == [state]

    def test_an_event_of_which_all_is_erased_is_as_that_of_a_forgotten_customer(self, store: Store) -> None:
        [noted] = written(store, CaseNoted(**META, case_id="case-ann-1", text="she is angry"))
        store.erase([Erasure(noted.position, ("text",))])
        assert sealed_of(store, noted.position) == ""
        assert store.load([ANN])[ANN][0].event == CaseNoted(**META, case_id="case-ann-1", text="")

    def test_of_a_forgotten_customer_nothing_can_be_erased(self, store_settings: Settings) -> None:
        keys = personal_keys(store_settings)
        with closing(open_store(store_settings, Codec(keys=keys))) as store:
            [one] = written(store, contact(1))
            keys.forget([ANN])
            assert store.erase([Erasure(one.position, TEXTS)]) == 0
            [after] = store.load([ANN])[ANN]
            assert isinstance(after.event, ContactReceived)
            assert after.event.text == ""

    def test_what_an_older_version_wrote_unsealed_is_erased_too(
        self, store_settings: Settings, open_another: OpenStore
    ) -> None:
        with closing(open_store(store_settings, Codec())) as older:
            [one] = written(older, contact(1))
        store = open_another()
        assert store.erase([Erasure(one.position, TEXTS)]) == 1
        [after] = store.load([ANN])[ANN]
        assert isinstance(after.event, ContactReceived)
        assert (after.event.text, after.event.attachments, after.event.address) == ("", (), "+98912")
        assert store.erase([Erasure(one.position, TEXTS)]) == 0

    def test_another_process_sees_it_at_once(self, store: Store, open_another: OpenStore) -> None:
        other = open_another()
        [one] = written(store, contact(1))
        assert other.load([ANN])[ANN] == [one]
        store.erase([Erasure(one.position, TEXTS)])
        assert other.load([ANN]) == store.load([ANN])
        assert [type(outcome).__name__ for outcome in other.append([Unit([Append(ANN, 1, [contact(2)])])])] == [
            "Committed"
        ]


class TestScanning:
    def test_events_of_some_classes_come_veiled_and_the_last_of_any(self, store: Store) -> None:
        opened = CaseOpened(
            **META, case_id="case-ann-1", kind=CaseKind.COMPLAINT, severity=Severity.NORMAL, subject="late"
        )
        all_of_them = written(store, contact(1), opened, contact(2), CustomerRegistered(**META))
        found = store.scan(all_of_them[0].position, all_of_them[-1].position + 50, (CaseOpened, ContactReceived))
        assert [(one.position, type(one.event)) for one in found] == [
            (one.position, type(one.event)) for one in all_of_them[1:]
        ]
        case, again = found[0].event, found[1].event
        assert isinstance(case, CaseOpened)
        assert isinstance(again, ContactReceived)
        assert (case.subject, again.text, again.recorded_at) == ("", "", NOON)
        assert store.scan(all_of_them[-1].position, all_of_them[-1].position + 50, (CaseOpened,)) == []

    def test_a_long_history_is_read_part_by_part(self, store: Store) -> None:
        events = written(store, *[contact(number) for number in range(5)])
        written(store, contact(9), stream="customer-bob")
        assert store.part(ANN, 0, 2) == events[:2]
        assert store.part(ANN, 2, 10) == events[2:]
        assert store.part(ANN, 5, 10) == []


@pytest.fixture
def on_disk(tmp_path: Path) -> Iterator[Store]:
    store = open_store(Settings(data_dir=tmp_path))
    yield store
    store.close()


def bytes_of(directory: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(directory.rglob("*")) if file.is_file())


@pytest.mark.parametrize("text", ["where is my card", LONG], ids=["short", "over several pages"])
@pytest.mark.parametrize("checkpointed", [False, True])
def test_no_byte_of_what_was_sealed_is_left(on_disk: Store, tmp_path: Path, text: str, checkpointed: bool) -> None:
    found = written(on_disk, *[contact(number, text) for number in range(300)])
    sealed = [sealed_of(on_disk, one.position) for one in found]
    file = tmp_path / "store" / "events.sqlite"
    if checkpointed:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    parts = [one[start : start + 64].encode() for one in sealed for start in range(40, len(one) - 64, 2_000)]
    there = bytes_of(tmp_path / "store")
    assert all(part in there for part in parts)
    half = found[::2]
    assert on_disk.erase([Erasure(one.position, TEXTS) for one in half]) == len(half)
    on_disk.scrub()
    left = bytes_of(tmp_path / "store")
    gone = [one for number, one in enumerate(sealed) if number % 2 == 0]
    for one in gone:
        assert not [start for start in range(40, len(one) - 64, 2_000) if one[start : start + 64].encode() in left]
    assert (tmp_path / "store" / "events.sqlite-wal").stat().st_size == 0
    kept = on_disk.load([ANN])[ANN][1::2]
    assert kept == found[1::2]
    assert sqlite3.connect(file).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_reader_that_never_ends_is_told(on_disk: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.journal.sqlite_erasing._TRUNCATIONS", 2)
    file = tmp_path / "store" / "events.sqlite"
    written(on_disk, contact(1))
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM stored_events").fetchall()
        written(on_disk, contact(2))
        with pytest.raises(StoreError, match="another process reads there all the time"):
            scrub(file)
    scrub(file)


def test_names_are_no_texts(on_disk: Store) -> None:
    [named] = written(on_disk, ProfileChanged(**META, name="Ann"))
    assert on_disk.erase([Erasure(named.position, TEXTS)], pretend=True) == 0
