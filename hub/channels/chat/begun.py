"""Messages on their way to the hub, as they were told first: what is sent again is the same to the last letter.

A file beside the book: a line is written to it when a message goes out, and one more when that is over. Nothing waits
for the disk: it is there after every end of the process, and after most of the machine's.
"""

import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import orjson

from hub.channels.ledger import LedgerError
from hub.domain.contact import Contact

MOST = 10_000
"""Messages that the hub does not confirm; of more, the oldest are forgotten."""
_LONGEST = 1 << 20
"""Bytes of messages that are over, until the file is written anew without them."""


class _First(NamedTuple):
    body: str
    at: float


class Begun:
    """One adapter's. Raises LedgerError."""

    def __init__(self, file: Path, most: int = MOST) -> None:
        self._path = file
        self._most = most
        self._first = _read(file)
        self._file = -1
        self._size = self._largest = 0
        self._anew()

    def begin(self, visitor: str, name: str, contact: Contact) -> Contact:
        """A message is about to be told to the hub: as it was told first, if it was."""
        first = self._first.get((visitor, name))
        if first is not None:
            return Contact.model_validate_json(first.body)
        new = _First(contact.model_dump_json(), contact.occurred_at.timestamp())
        self._append([visitor, name, *new])
        self._first[visitor, name] = new
        if len(self._first) > self._most:
            self.done(*next(iter(self._first)))
        return contact

    def has(self, visitor: str, name: str) -> bool:
        """Whether it was told, and the hub has not said yet what became of it."""
        return (visitor, name) in self._first

    def done(self, visitor: str, name: str) -> None:
        """It is over: the hub has it, or never takes it."""
        if self._first.pop((visitor, name), None) is None:
            return
        self._append([visitor, name])
        if self._size > self._largest:
            self._anew()

    def forget_old(self, before: datetime) -> None:
        """Drop what the hub did not confirm for so long, and the words of all that is over."""
        self._first = {key: one for key, one in self._first.items() if one.at >= before.timestamp()}
        self._anew()

    def close(self) -> None:
        """Give the file back."""
        os.close(self._file)

    def _append(self, row: list[object]) -> None:
        self._size += _write(self._file, self._path, row)

    def _anew(self) -> None:
        beside = self._path.with_suffix(".new")
        try:
            new = os.open(beside, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                size = sum(_write(new, beside, [*key, *one]) for key, one in self._first.items())
                beside.replace(self._path)
            except BaseException:
                os.close(new)
                raise
        except OSError as error:
            raise LedgerError(f"{self._path}: {error.strerror}") from error
        before, self._file = self._file, new
        self._size, self._largest = size, size + _LONGEST
        if before >= 0:
            os.close(before)


def _write(file: int, path: Path, row: list[object]) -> int:
    line = b"\n" + orjson.dumps(row)
    try:
        written = os.write(file, line)
    except OSError as error:
        raise LedgerError(f"{path}: {error.strerror}") from error
    if written < len(line):
        raise LedgerError(f"{path}: the disk is full")
    return written


def _read(file: Path) -> dict[tuple[str, str], _First]:
    """What is on its way by this file. A line that was cut off is none."""
    first: dict[tuple[str, str], _First] = {}
    with suppress(FileNotFoundError):
        for line in file.read_bytes().splitlines():
            with suppress(orjson.JSONDecodeError):
                visitor, name, *rest = orjson.loads(line)
                if rest:
                    first[visitor, name] = _First(*rest)
                else:
                    first.pop((visitor, name), None)
    return first
