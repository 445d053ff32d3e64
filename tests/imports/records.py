"""Imports of records without views: a store, a mapping, a file."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub.application.imports.kinds import source_of
from hub.application.imports.records import BATCH_ROWS, take_records
from hub.application.imports.writer import Counts
from hub.domain.event import Event
from hub.journal.store import generations, open_store
from hub.settings import Settings

ROOT = Path(__file__).parents[2]
MAPPINGS = ROOT / "examples" / "mappings"
KEY = b"k" * 32


class FixedClock:
    speed = 1.0

    def now(self) -> datetime:
        return datetime(2026, 5, 1, 12, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"an import sleeps {seconds} s")


class Centre:
    """A data directory into which files are imported one after the other."""

    def __init__(self, directory: Path, batch_rows: int = BATCH_ROWS) -> None:
        self.batch_rows = batch_rows
        self.directory = directory
        self.settings = Settings(data_dir=directory / "data")
        self.rejects = directory / "rejects.jsonl"

    def take(self, kind: str, mapping: str, *lines: str) -> Counts:
        file = self.directory / "file.csv"
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with closing(generations(self.settings)) as forgotten:
            return asyncio.run(
                take_records(
                    open_store(self.settings), source_of(kind, MAPPINGS / mapping), file, KEY,
                    clock=FixedClock(), rejects=self.rejects, forgotten=forgotten, batch_rows=self.batch_rows,
                )
            )  # fmt: skip

    def events(self) -> list[Event]:
        with closing(open_store(self.settings)) as store:
            return [one.event for one in store.read(0, 100_000)]

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events()]

    def refused(self) -> Sequence[tuple[int, str, str]]:
        if not self.rejects.exists():
            return []
        told: list[dict[str, Any]] = [json.loads(line) for line in self.rejects.read_text("utf-8").splitlines()]
        return [(one["row"], one["field"], one["reason"]) for one in told]


def told(counts: Counts) -> dict[str, int]:
    """What is not 0, the events apart."""
    return {name: value for name, value in asdict(counts).items() if value and name != "events"}
