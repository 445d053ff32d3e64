"""What every event store keeps, whichever database is below it."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn
from hub.domain.errors import ConflictError
from hub.journal.errors import NewerStoreError, StoreError
from hub.journal.format import FORMAT
from hub.journal.postgres import PostgresStore
from hub.journal.store import Store, migrate
from hub.journal.topics import topics_of
from hub.ports import Append, Committed, ContactRow, KnownContactError, Unit
from hub.settings import Settings
from tests.support.stores import NOON, OpenStore, contact, event, unit


def versions(store: Store, stream: str) -> list[int]:
    return [recorded.version for recorded in store.load([stream])[stream]]


class TestReadingAtPositions:
    def test_only_these_come_in_the_order_of_the_log(self, store: Store) -> None:
        store.append([unit("agent-1", events=3), unit("agent-2", events=2)])
        log = store.read(0, 10)
        assert store.at([log[3].position, log[0].position]) == [log[0], log[3]]

    def test_where_nothing_stands_nothing_comes(self, store: Store) -> None:
        store.append([unit("agent-1")])
        assert store.at([]) == []
        assert store.at([store.head() + 7]) == []


class TestAppending:
    def test_events_stand_in_their_streams_and_in_the_log(self, store: Store) -> None:
        appends = [Append("agent-1", 0, [event(1), event(2)]), Append("agent-2", 0, [event(3)])]
        [outcome] = store.append([Unit(appends)])
        log = store.read(0, 10)
        assert [(one.stream, one.version, one.event) for one in log] == [
            ("agent-1", 1, event(1)),
            ("agent-1", 2, event(2)),
            ("agent-2", 1, event(3)),
        ]
        assert outcome == Committed(log[0].position, log[-1].position)
        assert store.load(["agent-1"]) == {"agent-1": log[:2]}

    def test_positions_of_a_unit_follow_those_of_the_unit_before(self, store: Store) -> None:
        first, second = store.append([unit("agent-1", events=3), unit("agent-2", events=2)])
        assert isinstance(first, Committed)
        assert isinstance(second, Committed)
        assert first.last - first.first == 2
        assert second == Committed(first.last + 1, first.last + 2)

    def test_units_of_one_call_may_build_on_each_other(self, store: Store) -> None:
        outcomes = store.append([unit("agent-1", events=2), unit("agent-1", after=2), unit("agent-1", after=3)])
        assert all(isinstance(outcome, Committed) for outcome in outcomes)
        assert versions(store, "agent-1") == [1, 2, 3, 4]

    def test_nothing_to_write_is_no_error(self, store: Store) -> None:
        assert store.append([]) == []
        store.append([unit("agent-1")])
        assert store.append([Unit([])]) == [Committed(store.head() + 1, store.head())]

    def test_what_was_appended_is_there_for_another_process(self, store: Store, open_another: OpenStore) -> None:
        store.append([unit("agent-1", events=2, contacts=(contact("c-1"),))])
        other = open_another()
        assert versions(other, "agent-1") == [1, 2]
        assert other.contacts(["c-1"]) == {"c-1": contact("c-1")}

    @pytest.mark.parametrize("text", ["", "a\nb", "رضا", "nul\0nul", "'; DROP TABLE stored_events; --"])
    def test_any_text_may_be_a_contact_id_or_in_an_event(self, store: Store, text: str) -> None:
        strange = Unit([Append("agent-1", 0, [event(1, agent=text)])], [contact(text)])
        assert [type(outcome) for outcome in store.append([strange])] == [Committed]
        [recorded] = store.load(["agent-1"])["agent-1"]
        assert recorded.event == event(1, agent=text)
        assert store.contacts([text]) == {text: contact(text)}
        assert [type(outcome) for outcome in store.append([unit("agent-2", contacts=(contact(text),))])] == [
            KnownContactError
        ]


class TestConflicts:
    def test_the_second_writer_of_a_version_loses(self, store: Store, open_another: OpenStore) -> None:
        store.append([unit("agent-1", after=0)])
        [outcome] = open_another().append([unit("agent-1", after=0)])
        assert isinstance(outcome, ConflictError)
        assert outcome.stream == "agent-1"
        assert versions(store, "agent-1") == [1]

    @pytest.mark.parametrize("after", [1, 7])
    def test_what_was_decided_on_a_version_that_is_not_there_is_a_conflict(self, store: Store, after: int) -> None:
        [outcome] = store.append([unit("agent-1", after=after)])
        assert isinstance(outcome, ConflictError)
        assert store.head() == 0

    def test_a_stream_that_was_looked_at_must_not_have_moved_on(self, store: Store, open_another: OpenStore) -> None:
        def looking(after: int, stream: str) -> Unit:
            return Unit([Append("agent-1", after, []), Append(stream, 0, [event()])])

        store.append([unit("agent-1")])
        [outcome] = store.append([looking(1, "agent-2")])
        assert isinstance(outcome, Committed)
        open_another().append([unit("agent-1", after=1)])
        outcomes = store.append([looking(1, "agent-3"), looking(2, "agent-4"), unit("agent-1", after=2)])
        assert [type(one) for one in outcomes] == [ConflictError, Committed, Committed]
        assert [versions(store, f"agent-{number}") for number in (1, 3, 4)] == [[1, 2, 3], [], [1]]

    def test_a_stream_that_was_looked_at_may_be_written_to_by_what_follows(self, store: Store) -> None:
        looked = Unit([Append("agent-1", 0, []), Append("agent-2", 0, [event()])])
        outcomes = store.append([looked, unit("agent-1"), looked])
        assert [type(one) for one in outcomes] == [Committed, Committed, ConflictError]

    def test_a_gap_behind_an_earlier_unit_is_a_conflict(self, store: Store) -> None:
        outcomes = store.append([unit("agent-1"), unit("agent-1", after=2), unit("agent-2")])
        assert [type(outcome) for outcome in outcomes] == [Committed, ConflictError, Committed]
        assert versions(store, "agent-1") == [1]

    def test_a_unit_is_whole_or_not_there(self, store: Store) -> None:
        store.append([unit("agent-1")])
        both = Unit([Append("agent-2", 0, [event()]), Append("agent-1", 0, [event()])], [contact("c-1")])
        [outcome] = store.append([both])
        assert isinstance(outcome, ConflictError)
        assert versions(store, "agent-2") == []
        assert store.contacts(["c-1"]) == {}

    def test_the_others_of_a_call_are_written(self, store: Store) -> None:
        store.append([unit("agent-2")])
        outcomes = store.append([unit("agent-1"), unit("agent-2"), unit("agent-3")])
        assert [type(outcome) for outcome in outcomes] == [Committed, ConflictError, Committed]
        log = store.read(0, 10)
        assert [one.stream for one in log] == ["agent-2", "agent-1", "agent-3"]
        assert [outcomes[0].first, outcomes[2].last] == [log[1].position, log[2].position]

    def test_later_units_fail_where_they_touch_a_stream_of_a_failed_one(self, store: Store) -> None:
        store.append([unit("agent-1")])
        failing = Unit([Append("agent-1", 0, [event()]), Append("agent-2", 0, [event()])])
        outcomes = store.append([failing, unit("agent-2"), unit("agent-3"), unit("agent-1", after=1)])
        assert [type(outcome) for outcome in outcomes] == [ConflictError, ConflictError, Committed, ConflictError]

    def test_a_failure_spreads_along_the_units_it_fails(self, store: Store) -> None:
        store.append([unit("agent-1")])
        joining = Unit([Append("agent-1", 1, [event()]), Append("agent-2", 0, [event()])])
        outcomes = store.append([unit("agent-1"), joining, unit("agent-2")])
        assert [type(outcome) for outcome in outcomes] == [ConflictError, ConflictError, ConflictError]


class TestContacts:
    def test_a_known_contact_is_told_by_its_receipt(self, store: Store) -> None:
        store.append([unit("customer-1", contacts=(contact("c-1", "customer-1", b"first"),))])
        [outcome] = store.append([unit("customer-2", contacts=(contact("c-1", "customer-2", b"second"),))])
        assert isinstance(outcome, KnownContactError)
        assert outcome.row == ContactRow("c-1", "customer-1", b"first")
        assert versions(store, "customer-2") == []

    def test_a_repeat_in_the_same_call_is_told_too(self, store: Store) -> None:
        first = unit("customer-1", contacts=(contact("c-1", "customer-1"),))
        again = unit("customer-2", contacts=(contact("c-1", "customer-2"),))
        outcomes = store.append([first, again, unit("customer-3")])
        assert [type(outcome) for outcome in outcomes] == [Committed, KnownContactError, Committed]
        assert outcomes[1].row.stream == "customer-1"

    def test_a_known_contact_is_told_even_behind_a_failed_unit(self, store: Store) -> None:
        store.append([unit("customer-1", contacts=(contact("c-1"),))])
        outcomes = store.append([unit("customer-1"), unit("customer-1", after=1, contacts=(contact("c-1"),))])
        assert [type(outcome) for outcome in outcomes] == [ConflictError, KnownContactError]

    def test_only_recorded_ones_are_found(self, store: Store) -> None:
        store.append([unit("customer-1", contacts=(contact("c-1"), contact("c-2")))])
        assert store.contacts(["c-2", "c-3"]) == {"c-2": contact("c-2")}
        assert store.contacts([]) == {}


class TestStamp:
    def test_each_write_of_anybody_is_told_and_none_where_nobody_wrote(
        self, store: Store, open_another: OpenStore
    ) -> None:
        other = open_another()
        before = store.stamp()
        if before is None:
            assert isinstance(store, PostgresStore)
            return
        assert store.stamp() == before
        store.append([unit("agent-1")])
        after_ours = store.stamp()
        other.append([unit("agent-2")])
        after_theirs = store.stamp()
        assert len({before, after_ours, after_theirs}) == 3
        store.read(0, 10)
        assert store.stamp() == after_theirs

    def test_it_keeps_no_checkpoint_waiting(self, store_settings: Settings, store: Store) -> None:
        if store_settings.is_postgres:
            assert store.stamp() is None
            return
        store.stamp()
        store.append([unit("agent-1")])
        store.stamp()
        with closing(sqlite3.connect(store_settings.sqlite_path, timeout=0)) as connection:
            busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert busy == 0


class TestReading:
    def test_an_empty_store(self, store: Store) -> None:
        assert store.head() == 0
        assert store.read(0, 10) == []
        assert store.last("agent-1") is None
        assert store.load(["agent-1"]) == {"agent-1": []}
        assert store.load([]) == {}

    def test_the_log_from_a_position_on_and_no_more_than_asked_for(self, store: Store) -> None:
        store.append([unit("agent-1", events=5)])
        log = store.read(0, 10)
        assert store.read(log[1].position, 2) == log[2:4]
        assert store.read(log[-1].position, 10) == []
        assert store.head() == log[-1].position

    def test_stored_rows_are_the_log_undecoded(self, store: Store) -> None:
        store.append([unit("agent-1", events=2)])
        rows = store.read_stored(0, 10)
        assert [store.codec.recorded(row) for row in rows] == store.read(0, 10)
        assert {row.topic for row in rows} == {"AgentSignedOff/1"}
        assert isinstance(rows[0].state, bytes)

    def test_a_stream_from_a_version_on(self, store: Store) -> None:
        store.append([unit("agent-1", events=4), unit("agent-2", events=2)])
        found = store.load(["agent-1", "agent-2"], {"agent-1": 3})
        assert {stream: [one.version for one in events] for stream, events in found.items()} == {
            "agent-1": [4],
            "agent-2": [1, 2],
        }

    def test_only_events_of_some_classes_in_whatever_shape_they_were_written(self, store: Store) -> None:
        store.append([unit("agent-1", events=2)])
        on = AgentSignedOn(
            at=NOON, recorded_at=NOON, causation="c", actor="test", pool="main", agent_id="a", name="A", skills={},
            languages=(), capacity=100,
        )  # fmt: skip
        store.append([Unit([Append("agent-1", 2, [on]), Append("agent-2", 0, [event(), on])])])
        found = store.load_only(["agent-1", "agent-2", "agent-3", "agent-1"], (AgentSignedOn,))
        assert {stream: [one.version for one in events] for stream, events in found.items()} == {
            "agent-1": [3],
            "agent-2": [2],
            "agent-3": [],
        }
        assert found["agent-2"][0].event == on
        assert store.load_only(["agent-1"], (AgentSignedOff, AgentSignedOn)) == store.load(["agent-1"])
        assert store.load_only(["agent-1"], ()) == {"agent-1": []}
        assert topics_of((AgentSignedOn, AgentSignedOff)) == [
            "AgentSignedOn/1", "AgentSignedOn/2", "AgentSignedOff/1",
        ]  # fmt: skip

    def test_the_newest_event_of_a_stream(self, store: Store) -> None:
        store.append([unit("agent-1", events=3), unit("agent-2")])
        last = store.last("agent-1")
        assert last == store.load(["agent-1"])["agent-1"][-1]

    def test_reading_goes_on_while_another_writes(self, store: Store) -> None:
        stopping = threading.Event()

        def write() -> int:
            written = 0
            while not stopping.is_set():
                store.append([unit(f"agent-{written}")])
                written += 1
            return written

        with ThreadPoolExecutor(1) as pool:
            writing = pool.submit(write)
            try:
                heads = [store.head() for _ in range(50)]
            finally:
                stopping.set()
        assert heads == sorted(heads)
        assert len(store.read(0, 100_000)) == writing.result()


class TestSnapshots:
    def test_the_newest_one_is_kept(self, store: Store) -> None:
        assert store.load_snapshots(["agent-1"]) == {}
        store.save_snapshot("agent-1", 10, b"{}", "Agent/1")
        store.save_snapshot("agent-1", 20, b'{"a":1}', "Agent/2")
        store.save_snapshot("agent-2", 30, b"[]", "Agent/1")
        assert store.load_snapshots(["agent-1", "agent-3"]) == {"agent-1": (20, "Agent/2", b'{"a":1}')}

    def test_the_same_version_may_be_saved_again(self, store: Store) -> None:
        store.save_snapshot("agent-1", 10, b"old", "Agent/1")
        store.save_snapshot("agent-1", 10, b"new", "Agent/2")
        assert store.load_snapshots(["agent-1"]) == {"agent-1": (10, "Agent/2", b"new")}


class TestFormat:
    def test_migrating_again_changes_nothing(self, store: Store, store_settings: Settings) -> None:
        store.append([unit("agent-1")])
        assert migrate(store_settings) == FORMAT
        assert versions(store, "agent-1") == [1]

    def test_several_may_migrate_at_once(self, store_settings: Settings) -> None:
        with ThreadPoolExecutor(4) as pool:
            formats = list(pool.map(lambda _: migrate(store_settings), range(4)))
        assert formats == [FORMAT] * 4

    def test_a_store_of_a_newer_version_is_refused(self, store_settings: Settings, open_another: OpenStore) -> None:
        open_another()
        execute(store_settings, "UPDATE store_format SET version = 99")
        with pytest.raises(NewerStoreError, match=r"format 99.*newer version, run that one"):
            open_another()

    def test_an_event_of_a_newer_version_is_refused(self, store: Store, store_settings: Settings) -> None:
        store.append([unit("agent-1")])
        execute(store_settings, "UPDATE stored_events SET topic = 'AgentSignedOff/2'")
        with pytest.raises(NewerStoreError, match="agent-1 holds AgentSignedOff of schema version 2"):
            store.read(0, 10)

    def test_a_store_that_fails_says_which(self, store: Store, store_settings: Settings) -> None:
        execute(store_settings, "DROP TABLE contact_ids")
        with pytest.raises(StoreError, match=r"event store .*contact_ids"):
            store.append([unit("customer-1", contacts=(contact("c-1"),))])


def execute(settings: Settings, statement: str) -> None:
    """Run a statement behind the store's back."""
    if settings.is_postgres:
        with psycopg.connect(settings.store_url) as connection:
            connection.execute(statement)
        return
    with closing(sqlite3.connect(settings.sqlite_path)) as database, database:
        database.execute(statement)
