"""Mails to be read in tests: CPython's own, where the interpreter has them."""

import sysconfig
from datetime import UTC, datetime
from pathlib import Path

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
FOLDER = Path(sysconfig.get_paths()["stdlib"]) / "test" / "test_email" / "data"


def corpus() -> list[Path]:
    return sorted(FOLDER.glob("msg_*.txt"))


def mail(body: str = "Hello", **headers: str) -> bytes:
    """Header names with `_` for `-`; a `From`, `To` and `Message_ID` unless given."""
    told = {"From": "Ann <ann@example.com>", "To": "support@example.org", "Message_ID": "<m1@example.com>"} | headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in told.items() if value]
    return ("\r\n".join(lines) + "\r\n\r\n" + body.replace("\n", "\r\n")).encode("utf-8", "surrogateescape")
