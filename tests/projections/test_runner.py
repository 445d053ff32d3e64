"""Each event counts once in each view, whatever the batches, crashes, rebuilds and versions."""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import NotFoundError
from hub.projections.projection import Entry, Projection
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from hub.projections.views import open_for_writing
from tests.projections.histories import CHANCE, LIVES, Log, World


def contents(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr) for (name,) in names}


def in_memory() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def run(log: Log, connection: sqlite3.Connection, batch: int = 10_000) -> Runner:
    runner = Runner(connection, all_projections(), log.read, log.decode, batch)
    runner.run()
    return runner


@pytest.fixture
def log() -> Log:
    return World(random.Random(2), Log(gap=3)).run(600)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = in_memory()
    yield connection
    connection.close()


@given(chance=CHANCE, steps=st.integers(1, 300), gap=st.integers(1, 3))
@LIVES
def test_any_batches_and_crashes_give_the_same_views(chance: random.Random, steps: int, gap: int) -> None:
    log = World(chance, Log(gap)).run(steps)
    whole, pieces = in_memory(), in_memory()
    run(log, whole)
    while Runner(pieces, all_projections(), log.read, log.decode, batch=chance.randint(1, 60)).step().events:
        crash = Runner(pieces, [*all_projections()[:-1], _failing(all_projections()[-1])], log.read, log.decode, 7)
        to_come = [row for row in log.read(crash.position, len(log.rows)) if not row.stream.startswith("pool-")]
        if chance.random() < 0.3 and to_come:
            with pytest.raises(ZeroDivisionError):
                crash.run()
    assert contents(whole) == contents(pieces)
    whole.close()
    pieces.close()


@pytest.mark.parametrize("name", [projection.name for projection in all_projections()])
def test_rebuild_gives_the_same_view(log: Log, connection: sqlite3.Connection, name: str) -> None:
    runner = run(log, connection)
    before = contents(connection)
    for table in next(one.tables for one in all_projections() if one.name == name):
        connection.execute(f"DELETE FROM {table}")
    assert contents(connection) != before
    assert runner.rebuild(name) == runner.position
    assert contents(connection) == before


def test_rebuilding_what_does_not_exist_names_what_does(log: Log, connection: sqlite3.Connection) -> None:
    with pytest.raises(NotFoundError, match=r"'nobody'.*interactions"):
        run(log, connection).rebuild("nobody")


def test_a_view_of_another_version_is_rebuilt_by_itself_while_the_others_go_on(
    log: Log, connection: sqlite3.Connection
) -> None:
    run(log, connection)
    before = contents(connection)
    newer = [replace(one, version="next") if one.name == "interactions" else one for one in all_projections()]
    runner = Runner(connection, newer, log.read, log.decode, 50)
    assert runner.positions() == {one.name: 0 if one.name == "interactions" else log.rows[-1].position for one in newer}
    World(random.Random(8), log).sign_on()
    runner.step()
    positions = runner.positions()
    assert positions["open_work"] == log.rows[-1].position > positions["interactions"] > 0
    runner.run()
    after = contents(connection)
    assert after["interactions"] == before["interactions"]
    assert set(runner.positions().values()) == {log.rows[-1].position}


def test_views_of_another_log_are_made_anew(log: Log, connection: sqlite3.Connection) -> None:
    run(log, connection)
    other = World(random.Random(9), Log(gap=2)).run(20)
    run(other, connection)
    fresh = in_memory()
    run(other, fresh)
    assert contents(connection) == contents(fresh)
    fresh.close()


def test_a_view_that_no_longer_exists_is_dropped(log: Log, connection: sqlite3.Connection) -> None:
    old = Projection("old", "1", ("old", "old_more"), "CREATE TABLE old (a); CREATE TABLE old_more (a)", _ignore)
    Runner(connection, [*all_projections(), old], log.read, log.decode)
    assert "old_more" in contents(connection)
    Runner(connection, all_projections(), log.read, log.decode)
    assert not {"old", "old_more"} & set(contents(connection))


def test_two_projectors_on_one_file_count_each_event_once(log: Log, tmp_path: Path) -> None:
    first, second = open_for_writing(tmp_path / "views.sqlite"), open_for_writing(tmp_path / "views.sqlite")
    one = Runner(first, all_projections(), log.read, log.decode, 40)
    # The other one commits the same batch between this one's read and its transaction.
    other = Runner(second, all_projections(), log.read, log.decode, 25)
    racing = Runner(first, all_projections(), _reading_after(log, other), log.decode, 40)
    racing.run()
    one.run()
    alone = in_memory()
    run(log, alone)
    assert contents(first) == contents(alone)
    for connection in (first, second, alone):
        connection.close()


def _reading_after(log: Log, other: Runner):  # type: ignore[no-untyped-def]
    def read(after: int, limit: int):  # type: ignore[no-untyped-def]
        rows = log.read(after, limit)
        other.step()
        return rows

    return read


def _failing(projection: Projection) -> Projection:
    def apply(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
        projection.apply(connection, entries)
        raise ZeroDivisionError

    return replace(projection, apply=apply, reads=None)


def _ignore(connection: sqlite3.Connection, entries: Sequence[Entry]) -> None:
    """A view that keeps nothing."""
