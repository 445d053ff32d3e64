"""The journal on asyncio: calls grouped into transactions, answered after them, handed over in order."""

import asyncio
import threading
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest

from hub.domain.errors import ConflictError
from hub.domain.event import Event
from hub.journal.codec import Codec
from hub.journal.errors import StoredEventError, StoreError
from hub.journal.journal import EventJournal
from hub.journal.store import Snapshot, Store
from hub.ports import Append, Committed, ContactRow, KnownContactError, Outcome, Recorded, Stored, Unit
from tests.support.stores import NOON, contact, event, unit


class GatedStore:
    """A store whose appends wait until they are let through, and can be made to fail; reads go straight on."""

    def __init__(self, inner: Store) -> None:
        self.codec: Codec = inner.codec
        self.inner = inner
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        self.appended: list[int] = []
        self.failing: Exception | None = None

    def append(self, units: Sequence[Unit]) -> list[Outcome]:
        self.entered.set()
        self.open.wait()
        if self.failing is not None:
            raise self.failing
        self.appended.append(len(units))
        return self.inner.append(units)

    def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        return self.inner.load(streams, after)

    def last(self, stream: str) -> Recorded | None:
        return self.inner.last(stream)

    def contacts(self, ids: Sequence[str]) -> dict[str, ContactRow]:
        return self.inner.contacts(ids)

    def read(self, after: int, limit: int) -> list[Recorded]:
        return self.inner.read(after, limit)

    def read_stored(self, after: int, limit: int) -> list[Stored]:
        return self.inner.read_stored(after, limit)

    def head(self) -> int:
        return self.inner.head()

    def save_snapshot(self, stream: str, version: int, state: bytes, topic: str) -> None:
        self.inner.save_snapshot(stream, version, state, topic)

    def load_snapshots(self, streams: Sequence[str]) -> dict[str, Snapshot]:
        return self.inner.load_snapshots(streams)

    def close(self) -> None:
        self.inner.close()

    async def hold(self, journal: EventJournal) -> asyncio.Task[list[Outcome]]:
        """Have one transaction in the store that does not end: everything else waits behind it."""
        self.entered.clear()
        self.open.clear()
        first = asyncio.create_task(journal.commit([unit("held")]))
        await asyncio.to_thread(self.entered.wait)
        return first


@pytest.fixture
def gated(store: Store) -> GatedStore:
    return GatedStore(store)


@pytest.fixture
async def journal(gated: GatedStore) -> AsyncIterator[EventJournal]:
    made = EventJournal(gated)
    yield made
    gated.open.set()
    await made.close()


class TestCommitting:
    async def test_what_waits_goes_into_one_transaction(self, journal: EventJournal, gated: GatedStore) -> None:
        held = await gated.hold(journal)
        waiting = [asyncio.create_task(journal.commit([unit(f"agent-{n}")])) for n in range(50)]
        await asyncio.sleep(0)
        gated.open.set()
        outcomes = await asyncio.gather(held, *waiting)
        assert gated.appended == [1, 50]
        positions = [outcome.first for [outcome] in outcomes if isinstance(outcome, Committed)]
        assert positions == list(range(positions[0], positions[0] + 51))

    async def test_each_call_gets_its_own_outcomes(self, journal: EventJournal, gated: GatedStore) -> None:
        held = await gated.hold(journal)
        calls = [
            journal.commit([unit("agent-1"), unit("agent-2")]),
            journal.commit([unit("agent-3"), unit("agent-2")]),
            journal.commit([unit("customer-1", contacts=(contact("c-1"),))]),
            journal.commit([unit("customer-2", contacts=(contact("c-1"),))]),
        ]
        waiting = asyncio.gather(*calls)
        await asyncio.sleep(0)
        gated.open.set()
        await held
        kinds = [[type(outcome) for outcome in outcomes] for outcomes in await waiting]
        assert kinds == [[Committed, Committed], [Committed, ConflictError], [Committed], [KnownContactError]]

    async def test_it_is_durable_before_the_caller_hears(self, journal: EventJournal, store: Store) -> None:
        [outcome] = await journal.commit([unit("agent-1")])
        assert isinstance(outcome, Committed)
        assert store.head() == outcome.last

    async def test_no_units_no_transaction(self, journal: EventJournal, gated: GatedStore) -> None:
        assert await journal.commit([]) == []
        assert gated.appended == []

    async def test_a_caller_who_gives_up_harms_nobody(self, journal: EventJournal, gated: GatedStore) -> None:
        held = await gated.hold(journal)
        impatient = asyncio.create_task(journal.commit([unit("agent-1")]))
        patient = asyncio.create_task(journal.commit([unit("agent-2")]))
        await asyncio.sleep(0)
        impatient.cancel()
        gated.open.set()
        await held
        assert [type(outcome) for outcome in await patient] == [Committed]


class TestBuildingOnWhatFails:
    async def test_a_call_made_before_the_failure_was_told_fails_too(
        self, journal: EventJournal, gated: GatedStore, store: Store
    ) -> None:
        await journal.commit([unit("agent-1", contacts=(contact("c-1"),))])
        held = await gated.hold(journal)
        repeat = asyncio.create_task(journal.commit([unit("agent-1", after=1, contacts=(contact("c-1"),))]))
        builds_on_it = asyncio.create_task(journal.commit([unit("agent-1", after=2)]))
        other = asyncio.create_task(journal.commit([unit("agent-2")]))
        await asyncio.sleep(0)
        gated.open.set()
        await held
        kinds = [type(outcome) for [outcome] in await asyncio.gather(repeat, builds_on_it, other)]
        assert kinds == [KnownContactError, ConflictError, Committed]
        assert [one.version for one in store.load(["agent-1"])["agent-1"]] == [1]

    async def test_in_a_later_transaction_too(self, journal: EventJournal, gated: GatedStore, store: Store) -> None:
        """Another process was first: the version the second call builds on is there, but is not what it built on."""
        gated.entered.clear()
        gated.open.clear()
        loses = asyncio.create_task(journal.commit([unit("agent-1", after=0)]))
        await asyncio.to_thread(gated.entered.wait)
        builds_on_it = asyncio.create_task(journal.commit([unit("agent-1", after=1)]))
        await asyncio.sleep(0)
        store.append([unit("agent-1", after=0)])
        gated.open.set()
        kinds = [type(outcome) for [outcome] in await asyncio.gather(loses, builds_on_it)]
        assert kinds == [ConflictError, ConflictError]
        assert [one.version for one in store.load(["agent-1"])["agent-1"]] == [1]

    async def test_who_has_heard_of_the_failure_may_write_again(self, journal: EventJournal) -> None:
        await journal.commit([unit("agent-1")])
        [failed] = await journal.commit([unit("agent-1")])
        assert isinstance(failed, ConflictError)
        [again] = await journal.commit([unit("agent-1", after=1)])
        assert isinstance(again, Committed)


class TestFailing:
    async def test_a_store_that_fails_is_told_to_all_who_wait(self, journal: EventJournal, gated: GatedStore) -> None:
        gated.failing = StoreError("disk full")
        results = await asyncio.gather(
            *(journal.commit([unit(f"agent-{n}")]) for n in range(3)), return_exceptions=True
        )
        assert [str(result) for result in results] == ["disk full"] * 3
        gated.failing = None
        [outcome] = await journal.commit([unit("agent-1")])
        assert isinstance(outcome, Committed)

    async def test_what_cannot_be_stored_fails_alone(self, journal: EventJournal, gated: GatedStore) -> None:
        class Unlisted(Event):
            pass

        broken = Unit([Append("agent-9", 0, [Unlisted(at=NOON, recorded_at=NOON, causation="", actor="")])])
        held = await gated.hold(journal)
        calls = [journal.commit([unit("agent-1")]), journal.commit([broken]), journal.commit([unit("agent-2")])]
        waiting = asyncio.gather(*calls, return_exceptions=True)
        await asyncio.sleep(0)
        gated.open.set()
        await held
        first, culprit, last = await waiting
        assert isinstance(culprit, StoredEventError)
        assert [type(one) for one in (first[0], last[0])] == [Committed, Committed]

    async def test_after_closing_nothing_is_taken(self, store: Store) -> None:
        journal = EventJournal(store)
        pending = asyncio.create_task(journal.commit([unit("agent-1")]))
        await asyncio.sleep(0)
        await journal.close()
        assert [type(outcome) for outcome in await pending] == [Committed]
        with pytest.raises(StoreError, match="closed"):
            await journal.commit([unit("agent-2")])


class TestHandOver:
    async def test_each_transaction_is_handed_over_as_it_stands_in_the_log(
        self, journal: EventJournal, store: Store
    ) -> None:
        got: list[Sequence[Recorded]] = []
        stop = journal.hand_over(got.append)
        await journal.commit([unit("agent-1", events=2), unit("agent-2")])
        await journal.commit([unit("agent-1"), unit("agent-3")])
        await journal.commit([unit("agent-1")])
        stop()
        await journal.commit([unit("agent-4")])
        assert [list(batch) for batch in got] == [store.read(0, 3), store.read(3, 1)]

    async def test_reading_through_the_journal_is_reading_the_store(self, journal: EventJournal, store: Store) -> None:
        await journal.commit([unit("agent-1", events=3, contacts=(contact("c-1"),))])
        assert await journal.load(["agent-1"], {"agent-1": 1}) == store.load(["agent-1"], {"agent-1": 1})
        assert await journal.last("agent-1") == store.last("agent-1")
        assert await journal.read(0, 10) == store.read(0, 10)
        assert await journal.contacts(["c-1"]) == {"c-1": contact("c-1")}
        assert await journal.head() == store.head()
        assert (await journal.load(["agent-1"]))["agent-1"][0].event == event(1)
