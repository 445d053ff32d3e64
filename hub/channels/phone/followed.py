"""A file that another program appends to and somebody rotates: how far it was read, and what came since."""

import logging
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

log = logging.getLogger(__name__)

_NAMED_BY = 4096
"""Bytes, at most, of the first line that tells one file from its successor."""


class Position(NamedTuple):
    """So many bytes of the file that begins so; `begins` is empty where that was not noted."""

    read: int = 0
    begins: str = ""

    @classmethod
    def noted(cls, text: str) -> "Position":
        """From how it was written down."""
        read, _, begins = (text or "").partition(" ")
        return cls(int(read or 0), begins)

    def __str__(self) -> str:
        return f"{self.read} {self.begins}".rstrip()


class Unread(NamedTuple):
    """Whole lines, and where it goes on after them."""

    lines: bytes
    then: Position


def unread(file: Path, known: Position) -> Unread:
    """What came since. The file may be another by now, even one that is longer already: then the rest of the old one is
    read, where it lies beside it unpacked, and the new one from its beginning. Raises OSError."""
    begins = _begins(file)
    if known.begins in ("", begins) and _length(file) >= known.read:
        lines = _lines(file, known.read)
        return Unread(lines, Position(known.read + len(lines), begins))
    rest = _rest(file, known)
    if not begins:
        return Unread(rest, known._replace(read=known.read + len(rest)))
    lines = _lines(file, 0)
    return Unread(rest + lines, Position(len(lines), begins))


def _begins(file: Path) -> str:
    """Empty: it has no line."""
    if not file.exists():
        return ""
    with file.open("rb") as opened:
        first = opened.readline(_NAMED_BY)
    return sha256(first).hexdigest()[:32] if first.endswith(b"\n") or len(first) == _NAMED_BY else ""


def _length(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _lines(file: Path, begin: int) -> bytes:
    if not file.exists():
        return b""
    with file.open("rb") as opened:
        opened.seek(begin)
        whole, end, _ = opened.read().rpartition(b"\n")
    return whole + end


def _rest(file: Path, known: Position) -> bytes:
    """Of the file that was known, from its new name, which is the old one with something after it."""
    if not known.begins:
        return b""
    for other in sorted(file.parent.iterdir()):
        if other.name.startswith(file.name) and other != file:
            try:
                if _begins(other) == known.begins:
                    return _lines(other, known.read)
            except OSError as error:
                log.warning("%s may be the rest of %s, and can't be read: %s", other, file, error)
    return b""
