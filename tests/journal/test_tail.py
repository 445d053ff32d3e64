"""Followers get the whole log: in order, each event once, whoever writes and however they fall behind."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest

from hub.journal.errors import StoreError
from hub.journal.journal import EventJournal
from hub.journal.store import Store, open_store
from hub.journal.tail import KEPT_BATCHES, LogTail
from hub.ports import Recorded
from hub.settings import Settings
from tests.support.stores import OpenStore, unit

IN_TIME = 10.0


@pytest.fixture
async def journal(store: Store) -> AsyncIterator[EventJournal]:
    made = EventJournal(store)
    yield made
    await made.close()


@pytest.fixture
async def tail(journal: EventJournal) -> AsyncIterator[LogTail]:
    made = LogTail(journal, poll_seconds=0.01)
    yield made
    await made.close()


class Notes:
    """A follower that keeps what it was given."""

    def __init__(self) -> None:
        self.batches: list[Sequence[Recorded]] = []

    def __call__(self, batch: Sequence[Recorded]) -> None:
        self.batches.append(batch)

    @property
    def events(self) -> list[Recorded]:
        return [recorded for batch in self.batches for recorded in batch]

    async def reach(self, count: int) -> list[Recorded]:
        await until(lambda: len(self.events) >= count)
        return self.events


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(IN_TIME):
        while not reached():
            await asyncio.sleep(0.005)


async def test_what_was_there_before_and_what_comes(journal: EventJournal, tail: LogTail, store: Store) -> None:
    await journal.commit([unit("agent-1", events=3)])
    notes = Notes()
    tail.follow(0, notes)
    await journal.commit([unit("agent-2")])
    await notes.reach(4)
    await journal.commit([unit("agent-3")])
    assert await notes.reach(5) == store.read(0, 100)


async def test_from_a_position_on(journal: EventJournal, tail: LogTail, store: Store) -> None:
    await journal.commit([unit("agent-1", events=5)])
    after = store.read(0, 2)[-1].position
    notes = Notes()
    tail.follow(after, notes)
    assert await notes.reach(3) == store.read(after, 100)


async def test_own_commits_come_without_reading_them_back(journal: EventJournal, tail: LogTail) -> None:
    notes = Notes()
    following = tail.follow(0, notes)
    await journal.commit([unit("agent-1")])
    await notes.reach(1)
    await until(lambda: following.position == notes.events[-1].position)
    [outcome] = await journal.commit([unit("agent-2")])
    assert notes.events[-1].position == outcome.last  # already here when the commit is answered


async def test_what_other_processes_write_comes_too(
    journal: EventJournal, tail: LogTail, open_another: OpenStore, store: Store
) -> None:
    notes = Notes()
    tail.follow(0, notes)
    other = open_another()
    for number in range(20):
        other.append([unit(f"agent-{number}")])
        await journal.commit([unit(f"customer-{number}")])
    assert await notes.reach(40) == store.read(0, 100)


async def test_a_gap_in_the_positions_is_no_loss(
    journal: EventJournal, tail: LogTail, open_another: OpenStore, store: Store
) -> None:
    notes = Notes()
    tail.follow(0, notes)
    other = open_another()
    for number in range(5):
        await journal.commit([unit(f"agent-{number}")])
        other.append([unit(f"agent-{number}")])  # fails: on PostgreSQL its positions are never used
    assert await notes.reach(5) == store.read(0, 100)


async def test_a_follower_far_behind_catches_up_while_others_write(
    journal: EventJournal, tail: LogTail, store: Store
) -> None:
    await journal.commit([unit("agent-1", events=3_000)])
    notes = Notes()
    tail.follow(0, notes)
    for number in range(KEPT_BATCHES + 50):
        await journal.commit([unit(f"customer-{number}")])
    assert await notes.reach(3_000 + KEPT_BATCHES + 50) == store.read(0, 10_000)


async def test_a_closed_follower_gets_nothing_more(journal: EventJournal, tail: LogTail) -> None:
    notes = Notes()
    following = tail.follow(0, notes)
    await journal.commit([unit("agent-1")])
    await notes.reach(1)
    following.close()
    await journal.commit([unit("agent-2")])
    await asyncio.sleep(0.05)
    assert len(notes.events) == 1
    await following.ended()


async def test_a_follower_that_fails_is_stopped_and_tells_why(journal: EventJournal, tail: LogTail) -> None:
    def failing(batch: Sequence[Recorded]) -> None:
        raise ZeroDivisionError

    notes = Notes()
    following = tail.follow(0, failing)
    tail.follow(0, notes)
    [outcome] = await journal.commit([unit("agent-1")])
    with pytest.raises(ZeroDivisionError):
        await following.ended()
    await notes.reach(1)
    assert following.position == outcome.last


class Asked:
    """A store that counts how often it is asked for its end, and can be made to fail when it is."""

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self.heads = 0
        self.failing = False

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def head(self) -> int:
        self.heads += 1
        if self.failing:
            raise StoreError("the disk is away")
        return self.inner.head()


@pytest.fixture
def file(tmp_path: Path) -> Settings:
    """Of a store in a file: a server is asked each time."""
    return Settings(data_dir=tmp_path)


@pytest.fixture
def asked(file: Settings) -> Asked:
    return Asked(open_store(file))


@pytest.fixture
def another(file: Settings) -> Iterator[Store]:
    with closing(open_store(file)) as other:
        yield other


class TestLooking:
    async def test_a_store_nobody_writes_to_is_left_alone(self, asked: Asked, another: Store) -> None:
        journal = EventJournal(cast("Store", asked))
        tail, notes = LogTail(journal, poll_seconds=0.001), Notes()
        tail.follow(0, notes)
        await until(lambda: asked.heads > 0)
        before = asked.heads
        await asyncio.sleep(0.05)
        assert asked.heads == before
        another.append([unit("agent-1")])
        await notes.reach(1)
        assert asked.heads == before + 1
        await tail.close()
        await journal.close()

    async def test_what_could_not_be_looked_at_is_looked_at_again(self, asked: Asked, another: Store) -> None:
        journal = EventJournal(cast("Store", asked))
        tail, notes = LogTail(journal, poll_seconds=0.001), Notes()
        tail.follow(0, notes)
        await until(lambda: asked.heads > 0)
        asked.failing, before = True, asked.heads
        another.append([unit("agent-1")])
        await until(lambda: asked.heads > before + 1)
        asked.failing = False
        await notes.reach(1)
        await tail.close()
        await journal.close()
