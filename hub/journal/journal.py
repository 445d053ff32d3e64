"""The event store for asyncio: one thread writes whatever waits in one transaction, another reads."""

import asyncio
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from queue import Empty, SimpleQueue
from typing import NamedTuple, TypeVar

from hub.domain.errors import ConflictError
from hub.domain.event import Event
from hub.journal.batch import recorded_of, written_by
from hub.journal.errors import StoreError
from hub.journal.store import Store
from hub.ports import ContactRow, Erasure, Outcome, Recorded, Snapshot, Unit

GROUP_EVENTS = 2_000
"""Events from which on no further call joins a transaction: bounds how long the first one waits."""

T = TypeVar("T")
HandOver = Callable[[Sequence[Recorded]], None]
"""Called on the loop with the events of each of this process's transactions, in order, after its commit."""


class _Call(NamedTuple):
    units: Sequence[Unit]
    answer: asyncio.Future[list[Outcome]]
    told: int
    """Number of the last failure that whoever calls could know of."""


class _Answer(NamedTuple):
    call: _Call
    outcomes: list[Outcome] | Exception


class EventJournal:
    """Implements `hub.ports.Journal` on one store. Make it on the loop that uses it; it closes the store."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._loop = asyncio.get_running_loop()
        self._waiting: SimpleQueue[_Call | None] = SimpleQueue()
        self._reader = ThreadPoolExecutor(1, "journal-reader")
        self._followers: list[HandOver] = []
        self._closed = False
        self._told = 0
        self._failed = _FailedStreams()
        self._writer = threading.Thread(target=self._write, name="journal-writer", daemon=True)
        self._writer.start()

    async def commit(self, units: Sequence[Unit]) -> list[Outcome]:
        if self._closed:
            raise StoreError("the journal is closed: the hub is stopping")
        if not units:
            return []
        answer: asyncio.Future[list[Outcome]] = self._loop.create_future()
        self._waiting.put(_Call(units, answer, self._told))
        return await answer

    async def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        return await self._read(lambda: self.store.load(streams, after))

    async def load_only(self, streams: Sequence[str], classes: Collection[type[Event]]) -> dict[str, list[Recorded]]:
        return await self._read(lambda: self.store.load_only(streams, classes))

    async def last(self, stream: str) -> Recorded | None:
        return await self._read(lambda: self.store.last(stream))

    async def contacts(self, ids: Sequence[str]) -> dict[str, ContactRow]:
        return await self._read(lambda: self.store.contacts(ids))

    async def read(self, after: int, limit: int) -> list[Recorded]:
        return await self._read(lambda: self.store.read(after, limit))

    async def at(self, positions: Sequence[int]) -> list[Recorded]:
        return await self._read(lambda: self.store.at(positions))

    async def head(self) -> int:
        return await self._read(self.store.head)

    def stamp(self) -> int | None:
        """As the store's: another number after each write of anybody."""
        return self.store.stamp()

    async def recall(self, streams: Sequence[str], topic: str) -> dict[str, tuple[Snapshot | None, list[Recorded]]]:
        return await self._read(lambda: self._recall(streams, topic))

    def _recall(self, streams: Sequence[str], topic: str) -> dict[str, tuple[Snapshot | None, list[Recorded]]]:
        found = self.store.load_snapshots(streams)
        kept = {stream: snapshot for stream, snapshot in found.items() if snapshot.topic == topic}
        events = self.store.load(streams, {stream: snapshot.version for stream, snapshot in kept.items()})
        return {stream: (kept.get(stream), events[stream]) for stream in streams}

    async def save_snapshot(self, stream: str, version: int, state: bytes, topic: str) -> None:
        await self._read(lambda: self.store.save_snapshot(stream, version, state, topic))

    async def has_unsealed(self, streams: Sequence[str]) -> bool:
        return await self._read(lambda: self.store.has_unsealed(streams))

    async def scan(self, after: int, upto: int, classes: Collection[type[Event]]) -> list[Recorded]:
        return await self._read(lambda: self.store.scan(after, upto, classes))

    async def part(self, stream: str, after: int, limit: int) -> list[Recorded]:
        return await self._read(lambda: self.store.part(stream, after, limit))

    async def erase(self, erasures: Sequence[Erasure], *, pretend: bool = False) -> int:
        return await self._read(lambda: self.store.erase(erasures, pretend=pretend))

    async def scrub(self) -> None:
        await self._read(self.store.scrub)

    async def drop_snapshots(self, streams: Sequence[str]) -> None:
        await self._read(lambda: self.store.drop_snapshots(streams))

    def hand_over(self, follower: HandOver) -> Callable[[], None]:
        """Have every later transaction of this journal handed to `follower`; returns how to stop it. Other
        processes' events are not among them: `LogTail` joins both."""
        self._followers.append(follower)
        return lambda: self._followers.remove(follower)

    async def close(self) -> None:
        """Write what waits, then give everything back."""
        if self._closed:
            return
        self._closed = True
        self._waiting.put(None)
        await self._loop.run_in_executor(None, self._writer.join)
        await self._read(lambda: None)
        self._reader.shutdown()
        self.store.close()

    async def _read(self, question: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(self._reader, question)

    def _write(self) -> None:
        while (calls := self._next_calls()) is not None:
            answers, transactions = self._commit(calls)
            self._loop.call_soon_threadsafe(self._tell, answers, transactions, self._failed.count)

    def _next_calls(self) -> list[_Call] | None:
        """Everything that waits, at least one call, up to a transaction's size; None: closed and nothing left."""
        first = self._waiting.get()
        if first is None:
            return None
        calls, events = [first], _events(first)
        while events < GROUP_EVENTS:
            try:
                following = self._waiting.get_nowait()
            except Empty:
                break
            if following is None:
                self._waiting.put(None)
                break
            calls.append(following)
            events += _events(following)
        return calls

    def _commit(self, calls: list[_Call]) -> tuple[list[_Answer], list[list[Recorded]]]:
        """One transaction. Where something in it can't be stored at all, one a call: only the culprit's call fails."""
        try:
            return self._append(calls)
        except StoreError as error:
            return self._refused(calls, error), []
        except Exception as error:
            if len(calls) == 1:
                return self._refused(calls, error), []
        answers: list[_Answer] = []
        transactions: list[list[Recorded]] = []
        for call in calls:
            answered, written = self._commit([call])
            answers += answered
            transactions += written
        return answers, transactions

    def _append(self, calls: list[_Call]) -> tuple[list[_Answer], list[list[Recorded]]]:
        self._failed.forget(calls[0].told)
        units = [unit for call in calls for unit in call.units]
        refused = self._failed.refuse([(unit, call.told) for call in calls for unit in call.units])
        sound = [unit for unit, problem in zip(units, refused, strict=True) if problem is None] if refused else units
        written = iter(self.store.append(sound))
        outcomes = [problem or next(written) for problem in refused] if refused else list(written)
        for unit, outcome in zip(units, outcomes, strict=True):
            if isinstance(outcome, Exception):
                self._failed.add(unit)
        rest = iter(outcomes)
        answers = [_Answer(call, list(islice(rest, len(call.units)))) for call in calls]
        return answers, [recorded_of(units, outcomes)] if self._followers else []

    def _refused(self, calls: list[_Call], error: Exception) -> list[_Answer]:
        for call in calls:
            for unit in call.units:
                self._failed.add(unit)
        return [_Answer(call, error) for call in calls]

    def _tell(self, answers: list[_Answer], transactions: list[list[Recorded]], told: int) -> None:
        """On the loop: answer the callers, hand the events over. Runs to its end before any caller goes on."""
        self._told = told
        for (_, answer, _), outcomes in answers:
            if answer.done():
                continue
            if isinstance(outcomes, Exception):
                answer.set_exception(outcomes)
            else:
                answer.set_result(outcomes)
        for recorded in filter(None, transactions):
            for follower in tuple(self._followers):
                follower(recorded)


class _FailedStreams:
    """Streams of units that failed, until their callers know: what was decided on top of such a unit must fail too,
    or it would stand behind events it never saw."""

    def __init__(self) -> None:
        self.count = 0
        self._numbers: dict[str, int] = {}

    def add(self, unit: Unit) -> None:
        """This unit failed."""
        self.count += 1
        for stream in written_by(unit):
            self._numbers[stream] = self.count

    def refuse(self, units: list[tuple[Unit, int]]) -> list[ConflictError | None]:
        """Of each (unit, number of the last failure its caller knew of): why it must fail. Empty: none has to."""
        if not self._numbers:
            return []
        return [self._refuse(unit, told) for unit, told in units]

    def forget(self, told: int) -> None:
        """All callers from here on know of the failures up to this one."""
        if self._numbers:
            self._numbers = {stream: number for stream, number in self._numbers.items() if number > told}

    def _refuse(self, unit: Unit, told: int) -> ConflictError | None:
        for append in unit.appends:
            if self._numbers.get(append.stream, 0) > told:
                self.add(unit)
                return ConflictError(append.stream)
        return None


def _events(call: _Call) -> int:
    return sum(len(append.events) for unit in call.units for append in unit.appends)
