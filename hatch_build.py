"""Keeps a wheel from being built without the web application, or with one that is older than its sources."""

import hashlib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STAMP = "sources.sha256"
"""Beside the built files: of which sources they are. `ui/stamp.ts` writes it in the same way."""
_NOT_SOURCES = ("node_modules", "openapi.json", "src/api/schema.d.ts")


def digest(ui: Path) -> str:
    """Of all sources of the application: SHA-256 of lines `path<NUL>SHA-256 of the file`, sorted by path."""
    lines = []
    for path in ui.rglob("*"):
        name = path.relative_to(ui).as_posix()
        if path.is_file() and not name.startswith(_NOT_SOURCES):
            lines.append(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n")
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def check(root: Path) -> None:
    """Raises RuntimeError where the build is missing or stale; the message says what to do."""
    stamp = root / "hub" / "web" / STAMP
    if not stamp.is_file():
        raise RuntimeError("the web application is not built: run `make ui` first")
    if stamp.read_text().strip() != digest(root / "ui"):
        raise RuntimeError("the web application is older than its sources in ui/: run `make ui` first")


class PagesBuilt(BuildHookInterface[Any]):
    """Looks before a wheel is made. An editable install takes the files where they are."""

    def initialize(self, version: str, _build_data: dict[str, Any]) -> None:
        """Called by hatchling."""
        if version != "editable":
            check(Path(self.root))
