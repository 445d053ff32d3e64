"""Views are the same whether what none of them reads is decoded or not."""

import random
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.customer.events import ContactReceived, CustomerRegistered, ProfileChanged
from hub.domain.event import Event
from hub.journal.event_classes import EVENT_CLASSES
from hub.projections.entries import Entries
from hub.projections.projection import Entry, Projection
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from tests.projections.histories import CHANCE, LIVES, Log, World

GOLDEN = Path(__file__).parent.parent / "golden"


class WatchedLog(Log):
    """A log that knows which classes were decoded."""

    def __init__(self) -> None:
        super().__init__()
        self.decoded: set[str] = set()

    def decode(self, stream: str, topic: str, state: bytes) -> Event:
        self.decoded.add(topic.partition("/")[0])
        return super().decode(stream, topic, state)


def views(log: Log, batch: int, *, glance: bool) -> dict[str, list[object]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        seen = log.codec.glance if glance else None
        Runner(connection, all_projections(), log.read, log.decode, batch, seen).run()
        tables = [table for one in all_projections() for table in one.tables]
        return {table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in tables}


@given(chance=CHANCE, steps=st.integers(1, 200), batch=st.integers(1, 50))
@LIVES
def test_views_do_not_depend_on_it(chance: random.Random, steps: int, batch: int) -> None:
    log = WatchedLog()
    World(chance, log).run(steps)
    assert views(log, batch, glance=True) == views(log, batch, glance=False)


def test_what_no_view_reads_is_not_decoded() -> None:
    log = WatchedLog()
    World(random.Random(7), log).run(400)
    views(log, 50, glance=True)
    stored = {row.topic.partition("/")[0] for row in log.rows}
    read = {cls.__name__ for one in all_projections() for cls in one.reads or ()}
    assert log.decoded == stored & read
    assert {ProfileChanged.__name__, CustomerRegistered.__name__} <= stored - read


def test_every_view_says_what_it_reads() -> None:
    classes = set(EVENT_CLASSES)
    for one in all_projections():
        assert one.reads, one.name
        assert one.reads | one.heeds <= classes, one.name


@pytest.mark.parametrize(
    "kind", [cls for cls in EVENT_CLASSES if (GOLDEN / f"{cls.__name__}.{cls.SCHEMA}.json").exists()]
)
def test_a_view_takes_a_blank_of_whatever_it_does_not_read(kind: type[Event]) -> None:
    for one in all_projections():
        if kind in (one.reads or ()):
            continue
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            Runner(connection, [one], lambda _after, _limit: [], Log().decode)
            blank = kind.__new__(kind)
            for stream in ("customer-1", "interaction-1", "agent-1", "routing-1", "policy-1"):
                one.apply(connection, [Entry(1, stream, 1, blank, 0, 1)])


def test_a_batch_without_anything_for_a_view_is_not_given_to_it() -> None:
    given: list[int] = []

    def told(_: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        given.extend(entry.position for entry in entries)

    def run(
        reads: Collection[type[Event]], heeds: Collection[type[Event]] = (), *, counts_all: bool = False
    ) -> list[int]:
        given.clear()
        one = Projection("one", "1", (), "", told, None, frozenset(reads), frozenset(heeds), counts_all)
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            runner = Runner(connection, [one], log.read, log.decode, 1, log.codec.glance)
            assert runner.run() == log.rows[-1].position
        return list(given)

    log = World(random.Random(3)).run(60)
    kinds = {CustomerRegistered, ContactReceived}
    mine = [row.position for row in log.rows if row.topic.partition("/")[0] in {kind.__name__ for kind in kinds}]
    assert mine
    assert run(kinds) == run([ContactReceived], [CustomerRegistered]) == mine
    assert run((), counts_all=True) == [row.position for row in log.rows]


def test_who_asks_a_blank_hears_of_it() -> None:
    log = World(random.Random(3)).run(60)
    [row] = [row for row in log.rows if row.topic.startswith("CustomerRegistered")][:1]
    nothing = Projection("nothing", "1", (), "", lambda _connection, _entries: None, reads=frozenset())
    [entry] = Entries([nothing], log.decode, log.codec.glance).of([row], [1])
    decoded = Entries([nothing], log.decode).of([row], [1])[0]
    assert type(entry.event) is type(decoded.event)
    assert entry.at_ms == decoded.at_ms
    with pytest.raises(AttributeError):
        _ = entry.event.actor
