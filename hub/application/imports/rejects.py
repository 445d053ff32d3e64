"""Where refused rows go: a file beside the data that says, row by row, what was wrong."""

import json
import os
from contextlib import AbstractContextManager
from pathlib import Path

from hub.settings import Settings
from hub.tables.rows import Rejected


def rejects_file(settings: Settings, imported: Path) -> Path:
    """Where the refused rows of an imported file are written."""
    return settings.data_dir / "imports" / f"{imported.name}.rejects.jsonl"


class RejectsFile(AbstractContextManager["RejectsFile"]):
    """Refused rows as JSON lines, for their owner alone; no file where none was refused. A row is told by its line in
    the imported file, never repeated: who is in it may be forgotten later, and nobody would look here."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = 0

    def __enter__(self) -> "RejectsFile":
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.fchmod(descriptor, 0o600)
        self._file = os.fdopen(descriptor, "w", encoding="utf-8")
        return self

    def write(self, one: Rejected) -> None:
        """Add a row."""
        self._count += 1
        told = {"row": one.row, "field": one.field, "reason": one.reason}
        self._file.write(json.dumps(told, ensure_ascii=False) + "\n")

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if not self._count:
            self._path.unlink()
