"""`hub paths campaign`: many customers decided on at once, beside a hub, running or not."""

import csv
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from hub.application.imports.bulk import batches
from hub.application.imports.rejects import RejectsFile, rejects_file
from hub.application.paths.bulk import Campaign, Entry, Refusal, Row, Tally, check_campaign
from hub.application.paths.capacities import PathCapacities
from hub.application.paths.in_force import Responses
from hub.application.policies.paths import PathPolicies
from hub.clock import WallClock
from hub.domain.errors import InvalidError, RefusedError
from hub.journal.journal import EventJournal
from hub.operations.beside import with_journal
from hub.operations.campaign_lists import members_of, rows_of
from hub.operations.campaign_workers import Task, Workers, came
from hub.operations.responses import responses_now
from hub.paths.decision.rules import rules_of
from hub.settings import Settings
from hub.tables.rows import Rejected

BATCH = 250
"""Customers that are read, and written, at once: a hub that runs waits for one such transaction at most."""
ACTOR = "operator:cli"


@dataclass(frozen=True, slots=True)
class CampaignTotals:
    """What one run came to."""

    campaign: str
    dry_run: bool
    tally: Tally
    seconds: float
    rejects: Path | None
    """Where the refused rows are, if there are any."""

    def as_json(self) -> dict[str, Any]:
        """By name."""
        tally = self.tally
        return {
            "campaign": self.campaign,
            "dry_run": self.dry_run,
            "rows": tally.decided + tally.refused,
            "decided": tally.decided,
            "of_them_before": tally.repeats,
            "refused": tally.refused,
            "outcomes": dict(tally.outcomes),
            "channels": dict(tally.channels),
            "reasons": {outcome: dict(reasons.most_common()) for outcome, reasons in tally.reasons.items()},
            "seconds": round(self.seconds, 1),
            "rows_per_s": round((tally.decided + tally.refused) / self.seconds, 1) if self.seconds else 0.0,
            "rejects": str(self.rejects) if self.rejects else "",
        }


def run_campaign(
    settings: Settings,
    campaign: Campaign,
    *,
    file: Path | None = None,
    segment: str = "",
    dry_run: bool = False,
    processes: int = 2,
    out: Path | None = None,
    on_rows: Callable[[int], None] = lambda _: None,
) -> CampaignTotals:
    """Decide of each customer of a file, or of a segment. `out`: a file for what was decided. Raises HubError for what
    can't be asked, before anything is decided, and CampaignStoppedError."""
    if (file is None) == (not segment):
        raise InvalidError("name a file of customers or a segment, one of them", "file")
    started = time.perf_counter()
    responses = with_journal(settings, lambda journal, clock: _ready(settings, journal, clock, campaign))
    named = _numbered(settings, segment) if file is None else _of_file(file)
    tally, rejects = Tally(), rejects_file(settings, Path(f"campaign {campaign.name.replace('/', '_')}"))
    task = Task(settings, campaign, responses, ACTOR, dry_run, tells_each=out is not None)
    with ExitStack() as parts:
        refused = parts.enter_context(RejectsFile(rejects))
        told = parts.enter_context(DecidedFile(out)) if out is not None else None
        workers = parts.enter_context(Workers(task, processes))
        bad: list[Refusal] = []
        answers = workers.answers(batches(_good(named, bad), BATCH))
        for batch in chain(answers, (came(part, tells_each=False) for part in (bad,))):
            tally.include(batch.tally)
            for one in batch.refused:
                refused.write(Rejected(one.row, one.field, one.reason, ""))
            if told is not None:
                told.write(batch.decided)
            on_rows(batch.rows)
    seconds = time.perf_counter() - started
    return CampaignTotals(campaign.name, dry_run, tally, seconds, rejects if tally.refused else None)


async def _ready(settings: Settings, journal: EventJournal, clock: WallClock, campaign: Campaign) -> Responses:
    """What all workers go by; raises HubError where nothing could be said to anybody, or where somebody told how many
    its path can take: processes side by side can't keep to that."""
    check_campaign(campaign, rules_of(await PathPolicies(journal, clock).policy()), clock.now())
    capacities = PathCapacities(journal, clock)
    await capacities.start()
    for (channel, speaker), free in (await capacities.read(campaign.question(clock.now()))).capacity.items():
        raise RefusedError(
            f"{speaker} has {free.places} places on {channel}: ask for each customer with POST /v1/path-decisions"
        )
    return await responses_now(settings, journal)


def _numbered(settings: Settings, segment: str) -> list[Row | Refusal]:
    found = with_journal(settings, lambda journal, _: members_of(journal, segment))
    return [Row(number, stream) for number, stream in enumerate(found, 1)]


def _of_file(file: Path) -> Iterator[Row | Refusal]:
    """Of a file that can be read to its end: else nothing is decided."""
    for _ in rows_of(file):
        pass
    return rows_of(file)


def _good(named: Iterable[Row | Refusal], bad: list[Refusal]) -> Iterator[Row]:
    """Those that can be asked about; the others are left in `bad`."""
    for one in named:
        if isinstance(one, Refusal):
            bad.append(one)
        else:
            yield one


class DecidedFile:
    """What was decided as CSV, for the program that makes the contacts."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> "DecidedFile":
        self._file = self._path.open("w", encoding="utf-8", newline="")
        self._lines = csv.writer(self._file)
        self._lines.writerow(
            ("row", "customer_id", "decision_id", "outcome", "at", "channel", "point", "propositions", "why")
        )
        return self

    def write(self, entries: Iterable[Entry]) -> None:
        """Add a row for each."""
        for entry in entries:
            self._lines.writerow((
                entry.row.number, entry.customer_id, entry.decision_id, entry.outcome.value,
                entry.at.isoformat() if entry.at else "", entry.channel, entry.point, " ".join(entry.propositions),
                " ".join(entry.why),
            ))  # fmt: skip

    def __exit__(self, *_: object) -> None:
        self._file.close()
