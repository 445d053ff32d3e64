"""Writes records: each in a unit of its own with its receipt, many units in one transaction, and the next batch is
decided while the last is being written."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import orjson

from hub.domain.errors import ConflictError, HubError, InvalidError
from hub.domain.ids import derive, keyed_hash
from hub.ports import Append, Committed, ContactRow, Journal, KnownContactError, Outcome, Unit
from hub.tables.rows import Rejected, Skipped

ATTEMPTS = 5


class ImportStoppedError(HubError):
    """The import could not go on; what it had written stays, and running it again goes on from there."""


class Record(Protocol):
    """One row."""

    @property
    def row(self) -> int: ...
    @property
    def raw(self) -> str: ...
    @property
    def told(self) -> tuple[object, ...]: ...


R = TypeVar("R", bound=Record)
R_contra = TypeVar("R_contra", bound=Record, contravariant=True)


class Decided(NamedTuple):
    """What a record leads to: in which stream it belongs, and what is added to which."""

    stream: str
    appends: Sequence[Append]


class RefusedRecordError(HubError):
    """A record that contradicts what is known. `field`: the mapping's field or kind of identifier that is to blame."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


class Decider(Protocol[R_contra]):
    """The rules of one kind of records."""

    own_field: str
    """The mapping's field with the id that a record has for ever; empty: there is none."""

    def own_id(self, record: R_contra, /) -> str:
        """The id it has for ever; empty: a record is the same as another if it says the same."""
        ...

    async def prepare(self, batch: Sequence[tuple[R_contra, str]], /) -> None:
        """These records, each with the id it causes facts under, are about to be decided."""
        ...

    async def decide(self, record: R_contra, causation: str, /) -> Decided:
        """What is new of it, decided on all that was decided before. Raises HubError where it is refused: then nothing
        of it was decided."""
        ...

    def forget(self) -> None:
        """What was decided has not been written: read anew."""
        ...


@dataclass(slots=True)
class Counts:
    """Of rows: `taken` brought something new, `unchanged` said only what was known, `duplicates` were taken before."""

    rows: int = 0
    skipped: int = 0
    taken: int = 0
    unchanged: int = 0
    duplicates: int = 0
    rejected: int = 0
    events: int = 0


@dataclass(slots=True)
class _Batch(Generic[R]):
    """Records that were decided, and what became of each but those in `units`."""

    units: list[tuple[R, Unit]] = field(default_factory=list)
    refused: list[tuple[R, Rejected]] = field(default_factory=list)
    repeated: list[R] = field(default_factory=list)


class _Receipts:
    """The receipts of records, which tell nothing of what is in them to who has not the installation's key."""

    def __init__(self, key: bytes, kind: str, source: str) -> None:
        self._key = key
        self._names = ("import", kind, source)

    def of(self, own_id: str, told: tuple[object, ...]) -> tuple[str, bytes]:
        """Id and hash of a record."""
        said = keyed_hash(self._key, orjson.dumps(told, option=orjson.OPT_NON_STR_KEYS))
        return "import-" + derive(self._key, *self._names, own_id or said.hex()), said


class RecordWriter(Generic[R]):
    """Takes batches of rows; `finish` when there are no more. `columns`: which column a field comes from."""

    def __init__(self, journal: Journal, key: bytes, kind: str, source: str, decider: Decider[R], columns: Any) -> None:
        self._journal = journal
        self._decider = decider
        self._columns = columns
        self._receipts = _Receipts(key, kind, source)
        self._writing: tuple[_Batch[R], asyncio.Future[list[Outcome]]] | None = None
        self._fresh: dict[str, bytes] = {}
        self._again: list[R] = []
        self._attempts = Counter[int]()
        self.counts = Counts()
        self.rejected: list[Rejected] = []
        """Refused rows; whoever has written them down clears it."""

    async def take(self, rows: Sequence[R | Rejected | Skipped]) -> None:
        """Decide these, and have them written. Raises ImportStoppedError where others write to the same customers all
        the time."""
        self.counts.rows += len(rows)
        self.counts.skipped += sum(isinstance(row, Skipped) for row in rows)
        refused = [row for row in rows if isinstance(row, Rejected)]
        self._refuse(refused)
        records = [row for row in rows if not isinstance(row, Rejected | Skipped)]
        again, self._again = self._again, []
        await self._go_on([*again, *records])

    async def finish(self) -> None:
        """Return when all is written."""
        await self._go_on([])
        while self._again:
            again, self._again = self._again, []
            await self._go_on(again)
            await self._go_on([])

    async def _go_on(self, records: Sequence[R]) -> None:
        """Decide these while the batch before is being written."""
        before, self._writing = self._writing, None
        fresh_before = set(self._fresh)
        batch = await self._decide(records)
        written = self._journal.commit([unit for _, unit in batch.units])
        writing = asyncio.ensure_future(written)
        if before is not None and not await self._settle(*before, doubtful=False):
            # What was decided on top of it may be wrong: also what was refused.
            await self._settle(batch, writing, doubtful=True)
            self._fresh = {}
            return
        for receipt in fresh_before:
            del self._fresh[receipt]
        if records:
            self._writing = batch, writing
        else:
            await writing

    async def _decide(self, records: Sequence[R]) -> _Batch[R]:
        batch: _Batch[R] = _Batch()
        receipts = [self._receipts.of(self._decider.own_id(record), record.told) for record in records]
        known = {one: row.body_hash for one, row in (await self._journal.contacts([r for r, _ in receipts])).items()}
        known |= self._fresh
        told = [(record, *receipt) for record, receipt in zip(records, receipts, strict=True)]
        await self._decider.prepare([(record, receipt) for record, receipt, _ in told if receipt not in known])
        for record, receipt, said in told:
            before = known.get(receipt)
            if before == said:
                batch.repeated.append(record)
            elif before is not None:
                reason = "is recorded already, with other contents"
                batch.refused.append((record, self._rejected(record, self._decider.own_field, reason)))
            elif (unit := await self._unit(batch, record, receipt, said)) is not None:
                known[receipt] = self._fresh[receipt] = said
                batch.units.append((record, unit))
        return batch

    async def _unit(self, batch: _Batch[R], record: R, receipt: str, said: bytes) -> Unit | None:
        """What a record leads to; None: it is refused."""
        try:
            stream, appends = await self._decider.decide(record, receipt)
        except HubError as error:
            batch.refused.append((record, self._rejected(record, _field_of(error), str(error))))
            return None
        return Unit(appends, (ContactRow(receipt, stream, said),))

    async def _settle(self, batch: _Batch[R], writing: asyncio.Future[list[Outcome]], *, doubtful: bool) -> bool:
        """Count what was written; whether all was. What was not is decided again."""
        failed: list[R] = []
        for (record, _), outcome in zip(batch.units, await writing, strict=True):
            if isinstance(outcome, Committed):
                events = outcome.last - outcome.first + 1
                self.counts.events += events
                self.counts.taken += bool(events)
                self.counts.unchanged += not events
            elif isinstance(outcome, ConflictError | KnownContactError):
                failed.append(record)
            else:
                raise outcome
        if doubtful:
            failed += [record for record, _ in batch.refused] + batch.repeated
        else:
            self._refuse([rejected for _, rejected in batch.refused])
            self.counts.duplicates += len(batch.repeated)
        if failed:
            self._decide_again(failed)
        return not failed

    def _decide_again(self, failed: Sequence[R]) -> None:
        self._decider.forget()
        self._attempts.update(record.row for record in failed)
        if max(self._attempts[record.row] for record in failed) > ATTEMPTS:
            raise ImportStoppedError(
                "another process writes to the same customers again and again: stop it, then import"
            )
        self._again = sorted([*self._again, *failed], key=lambda record: record.row)

    def _refuse(self, rejected: Sequence[Rejected]) -> None:
        self.counts.rejected += len(rejected)
        self.rejected += rejected

    def _rejected(self, record: R, name: str, reason: str) -> Rejected:
        return Rejected(record.row, self._columns.get(name, name), reason, record.raw)


def _field_of(error: HubError) -> str:
    return error.field if isinstance(error, InvalidError | RefusedRecordError) else ""
