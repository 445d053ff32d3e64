"""Other systems' records, taken in beside a hub that is not running."""

from collections.abc import Callable
from pathlib import Path

from hub.app import PROJECTOR
from hub.application.imports import history
from hub.application.imports.history import ImportTotals
from hub.application.imports.records import RecordTotals, import_records
from hub.clock import WallClock
from hub.settings import Settings


def import_file(
    settings: Settings, kind: str, file: Path, mapping_file: Path, on_bytes: Callable[[int], None] | None = None
) -> ImportTotals | RecordTotals:
    """Take in a recorded call log as history (`calls`), or records of one of KINDS. The store is this process's alone
    meanwhile."""
    clock = WallClock(settings.clock_start, settings.clock_speed)
    if kind == "calls":
        return history.import_calls(settings, file, mapping_file, clock=clock, projector=PROJECTOR, on_bytes=on_bytes)
    return import_records(settings, kind, file, mapping_file, clock=clock, projector=PROJECTOR, on_bytes=on_bytes)
