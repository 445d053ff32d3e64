"""The whole of an import of records: the store for this process alone, the views beside it, and what it came to."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from hub.application.imports.bulk import at_full_speed, batches
from hub.application.imports.kinds import Source, Tools, source_of
from hub.application.imports.rejects import RejectsFile, rejects_file
from hub.application.imports.writer import Counts, RecordWriter
from hub.domain.customer.normalise import DEFAULT_REGION, speller
from hub.domain.customer.spelling.known import KnownSpellings
from hub.journal.glance import log_head
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.lock import hold_store
from hub.journal.store import Store, generations, open_store
from hub.ports import Clock
from hub.projections.process import BlockingProjector
from hub.settings import Settings
from hub.tables.reading import read_table

BATCH_ROWS = 1_000


class Generations(Protocol):
    """Who was forgotten."""

    def renewed(self, homes: Any) -> Any: ...
    def lineage(self, stream: str) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class RecordTotals:
    """What one run did."""

    kind: str
    rows: int
    skipped: int
    rejected: int
    taken: int
    """Rows that brought something new."""
    unchanged: int
    """Rows that said only what was known."""
    duplicates: int
    """Rows that were taken before."""
    events: int
    seconds: float
    """Until everything was stored."""
    rows_per_s: float
    seconds_shown: float
    """Until every view showed it too."""
    reconciled: bool
    """rows = skipped + rejected + taken + unchanged + duplicates."""

    @property
    def ok(self) -> bool:
        """Every row is accounted for."""
        return self.reconciled

    def as_json(self) -> dict[str, int | float | bool | str]:
        """The totals by name."""
        return asdict(self)


async def take_records(
    store: Store,
    source: Source,
    path: Path,
    key: bytes,
    *,
    clock: Clock,
    rejects: Path,
    forgotten: Generations,
    on_bytes: Callable[[int], None] | None = None,
    batch_rows: int = BATCH_ROWS,
    region: str = DEFAULT_REGION,
) -> Counts:
    """Take in every row of the file that was not taken before. The caller holds the store for itself; it is closed
    afterwards. Refused rows are written to `rejects` as JSON lines, which is removed when there are none."""
    journal = EventJournal(store)
    spell = speller(region) if source.named_once else KnownSpellings(region)
    tools = Tools(journal, clock, key, spell, forgotten.renewed, forgotten.lineage)
    writer: RecordWriter[Any] = RecordWriter(
        journal, key, source.kind, source.mapping.name, source.decider(tools), source.columns
    )
    try:
        with at_full_speed(), RejectsFile(rejects) as refused:
            for batch in batches(read_table(path, source.mapping, source.parser(spell), on_bytes), batch_rows):
                await writer.take(batch)
                _write_down(writer, refused)
            await writer.finish()
            _write_down(writer, refused)
    finally:
        await journal.close()
    return writer.counts


def import_records(
    settings: Settings,
    kind: str,
    file: Path,
    mapping_file: Path,
    *,
    clock: Clock,
    projector: Sequence[str],
    on_bytes: Callable[[int], None] | None = None,
) -> RecordTotals:
    """The whole of `hub import --kind`: take the store for this process alone, run the projector beside it (`projector`
    is its command), import, and wait until every view shows it. Raises HubError, StoreInUseError while a hub runs."""
    source = source_of(kind, mapping_file)
    with (
        hold_store(settings, "hub import", alone=True),
        closing(generations(settings)) as forgotten,
        BlockingProjector(projector, settings.environment()) as views,
    ):
        started = time.perf_counter()
        key = installation_key(settings)
        rejects = rejects_file(settings, file)
        counts = asyncio.run(
            take_records(
                open_store(settings), source, file, key,
                clock=clock, rejects=rejects, forgotten=forgotten, on_bytes=on_bytes, region=settings.phone_region,
            )
        )  # fmt: skip
        stored = time.perf_counter() - started
        views.wait_until(log_head(settings))
        return totals(kind, counts, stored, time.perf_counter() - started)


def totals(kind: str, counts: Counts, stored: float, shown: float) -> RecordTotals:
    """What a run came to, given how long it took until all was stored, and until all was shown."""
    told = asdict(counts)
    accounted = counts.skipped + counts.rejected + counts.taken + counts.unchanged + counts.duplicates
    return RecordTotals(
        kind=kind,
        **told,
        seconds=round(stored, 3),
        rows_per_s=round(counts.rows / stored, 1),
        seconds_shown=round(shown, 3),
        reconciled=counts.rows == accounted,
    )


def _write_down(writer: RecordWriter[Any], refused: RejectsFile) -> None:
    for one in sorted(writer.rejected, key=lambda rejected: rejected.row):
        refused.write(one)
    writer.rejected.clear()
