"""Where refused rows go: a file beside the data, row by row with what was wrong."""

import json
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path

from hub.settings import Settings
from hub.tables.rows import Rejected


def rejects_file(settings: Settings, imported: Path) -> Path:
    """Where the refused rows of an imported file are written."""
    return settings.data_dir / "imports" / f"{imported.name}.rejects.jsonl"


class RejectsFile(AbstractContextManager["RejectsFile"]):
    """Refused rows as JSON lines; no file where none was refused."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._count = 0

    def __enter__(self) -> "RejectsFile":
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = self._path.open("w", encoding="utf-8")
        return self

    def write(self, one: Rejected) -> None:
        """Add a row."""
        self._count += 1
        self._file.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if not self._count:
            self._path.unlink()
