"""Takes a recorded call log in as history: at full speed, each row once, however often and wherever it was stopped."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from hub.application.explaining.audit import Audit, audit
from hub.application.imports.bulk import at_full_speed, batches
from hub.application.imports.history_writer import HistoryWriter, Taken
from hub.application.imports.rejects import RejectsFile, rejects_file
from hub.calls.mapping import Mapping, load_mapping
from hub.calls.reading import read_calls
from hub.domain.customer.identity import Renewed
from hub.domain.customer.normalise import DEFAULT_REGION
from hub.journal.keys import installation_key
from hub.journal.lock import hold_store
from hub.journal.store import Store, generations, open_store
from hub.ports import Clock, Recorded
from hub.projections.process import BlockingProjector
from hub.settings import Settings

BATCH_ROWS = 1_000
TAIL_BATCH = 5_000


class ViewsFollower(Protocol):
    """Brings the read models along, beside the import."""

    def wait_until(self, position: int) -> None:
        """Return when every view shows the log up to this position. Raises HubError if that can't be."""
        ...


@dataclass(frozen=True, slots=True)
class ImportTotals:
    """What one run did: read from the file (rows, skipped, rejected, duplicates), and counted in the log afterwards."""

    rows: int
    skipped: int
    rejected: int
    contacts: int
    customers: int
    interactions: int
    answered: int
    abandoned: int
    lost: int
    duplicates: int
    """Rows that were recorded already."""
    double_assigned: int
    events: int
    seconds: float
    """Until everything was stored and shown in every view."""
    events_per_s: float
    reconciled: bool
    """rows = skipped + rejected + contacts + duplicates, and contacts = interactions = answered + abandoned + lost."""

    @property
    def ok(self) -> bool:
        """Every row is accounted for and nothing is wrong."""
        return self.reconciled and not self.lost and not self.double_assigned

    def as_json(self) -> dict[str, int | float | bool]:
        """The totals by name."""
        return asdict(self)


def import_history(
    store: Store,
    mapping: Mapping,
    path: Path,
    key: bytes,
    *,
    clock: Clock,
    views: ViewsFollower,
    rejects: Path,
    on_bytes: Callable[[int], None] | None = None,
    renewed: Renewed = lambda homes: homes,
    region: str = DEFAULT_REGION,
) -> ImportTotals:
    """Take in every call of the file that is not recorded yet. The caller holds the store for itself; `views` follow
    it already. Refused rows are written to `rejects` as JSON lines, which is removed when there are none."""
    started = time.perf_counter()
    importer = HistoryWriter(store, key, clock, f"import:{mapping.name}", path.name, renewed, region)
    before = store.head()
    counted = _Counted()
    with at_full_speed(), RejectsFile(rejects) as refused:
        for batch in batches(read_calls(path, mapping, on_bytes), BATCH_ROWS):
            counted.add(importer.take(batch), refused)
        head = store.head()
        found = audit(tail(store, before, head))
    views.wait_until(head)
    return _totals(counted, found, time.perf_counter() - started)


def import_calls(
    settings: Settings,
    calls: Path,
    mapping_file: Path,
    *,
    clock: Clock,
    projector: Sequence[str],
    on_bytes: Callable[[int], None] | None = None,
) -> ImportTotals:
    """The whole of `hub import`: take the store for this process alone, run the projector beside it (`projector` is
    its command), import, and wait until every view shows it. Raises HubError, StoreInUseError while a hub runs."""
    mapping = load_mapping(mapping_file)
    with (
        hold_store(settings, "hub import", alone=True),
        closing(open_store(settings)) as store,
        closing(generations(settings)) as forgotten,
        BlockingProjector(projector, settings.environment()) as views,
    ):
        return import_history(
            store,
            mapping,
            calls,
            installation_key(settings),
            clock=clock,
            views=views,
            rejects=rejects_file(settings, calls),
            on_bytes=on_bytes,
            renewed=forgotten.renewed,
            region=settings.phone_region,
        )


def tail(store: Store, after: int, until: int) -> Iterator[Recorded]:
    """The log from the first event after `after` up to `until`."""
    while after < until:
        rows = store.read(after, TAIL_BATCH)
        if not rows:
            return
        yield from (row for row in rows if row.position <= until)
        after = rows[-1].position


@dataclass(slots=True)
class _Counted:
    rows: int = 0
    skipped: int = 0
    rejected: int = 0
    duplicates: int = 0

    def add(self, taken: Taken, refused: RejectsFile) -> None:
        self.rows += taken.rows
        self.skipped += taken.skipped
        self.duplicates += taken.duplicates
        self.rejected += len(taken.rejected)
        for one in taken.rejected:
            refused.write(one)


def _totals(counted: _Counted, found: Audit, seconds: float) -> ImportTotals:
    rows_add_up = counted.rows == counted.skipped + counted.rejected + found.contacts + counted.duplicates
    outcomes_add_up = found.contacts == found.interactions == found.answered + found.abandoned + found.lost
    return ImportTotals(
        rows=counted.rows,
        skipped=counted.skipped,
        rejected=counted.rejected,
        contacts=found.contacts,
        customers=found.customers,
        interactions=found.interactions,
        answered=found.answered,
        abandoned=found.abandoned,
        lost=found.lost,
        duplicates=counted.duplicates,
        double_assigned=found.double_assigned,
        events=found.events,
        seconds=round(seconds, 3),
        events_per_s=round(found.events / seconds, 1),
        reconciled=rows_add_up and outcomes_add_up and not (found.duplicates or found.contradictions),
    )
