"""A large file of customers, read and parsed by a process beside the one that decides and writes: machines have more
than one processor."""

import marshal
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import orjson

from hub.application.bulk import batches
from hub.application.imports.kinds import Source, source_of
from hub.application.imports.writer import ImportStoppedError
from hub.children import die_with_parent
from hub.domain.contact import Declared, Identifier
from hub.domain.customer.normalise import speller
from hub.domain.errors import HubError
from hub.records.customers import CustomerRecord
from hub.tables.mapping_file import MappingError
from hub.tables.reading import TableError, read_table
from hub.tables.rows import Rejected, Skipped

WORTH_BYTES = 4_000_000
"""From this size of a file on a process is worth its start."""
_ROWS = 500
"""Of one message."""
_OUT = 1
_LENGTH = struct.Struct("<I")
_FAILED: Mapping[str, type[HubError]] = {one.__name__: one for one in (TableError, MappingError)}
Row = CustomerRecord | Rejected | Skipped
_Told = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the process is to read."""

    mapping_file: str
    file: str
    region: str


def is_worth_it(source: Source, file: Path) -> bool:
    """Whether rows come faster so."""
    with suppress(OSError):  # why the file can't be read is told by whoever reads it
        return source.kind == "customers" and file.stat().st_size >= WORTH_BYTES and (os.cpu_count() or 1) > 1
    return False


def rows_read_apart(source: Source, file: Path, region: str, on_bytes: Callable[[int], None] | None) -> Iterator[Row]:
    """What `read_table` gives, and its errors. ImportStoppedError: the process ended before its time."""
    asked = _Asked(str(source.mapping_file), str(file), region)
    process = subprocess.Popen(
        (sys.executable, "-m", __name__, orjson.dumps(asdict(asked)).decode()),
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent(),  # noqa: PLW1509 - calls prctl and nothing that a thread could hold
    )
    assert process.stdout is not None
    try:
        while (message := _received(process.stdout)) is not None:
            match message:
                case "rows", told, read:
                    yield from map(_row, told)
                    if on_bytes:
                        on_bytes(read)
                case "failed", name, why:
                    raise _FAILED[name](why)
                case ("end",):
                    return
        raise ImportStoppedError(
            f"the process that reads {file} ended with code {process.wait()}: see its message above; running the"
            " import again goes on from here"
        )
    finally:
        process.stdout.close()
        process.wait()


def _received(pipe: IO[bytes]) -> Any:
    """The next message; None: there are no more."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    body = pipe.read(length)
    return None if len(body) < length else marshal.loads(body)


def _send(*message: Any) -> None:
    body = marshal.dumps(message)
    rest = memoryview(_LENGTH.pack(len(body)) + body)
    while rest:
        rest = rest[os.write(_OUT, rest) :]


def _told(row: Row) -> _Told:
    """A row without its classes, which take longer to send than to make."""
    match row:
        case CustomerRecord():
            declared = row.declared
            return (
                row.row,
                [(one.kind, one.value, one.verified) for one in row.identifiers],
                (declared.name, declared.segment, declared.value_tier, declared.lifecycle_stage),
                row.profile,
                row.changed_at and row.changed_at.isoformat(),
                row.raw,
            )
        case Rejected():
            return row.row, row.field, row.reason, row.raw
        case Skipped():
            return row.row, row.reason


def _row(told: _Told) -> Row:
    """The same, back."""
    if len(told) == 2:
        return Skipped(*told)
    if len(told) == 4:
        return Rejected(*told)
    row, named, (name, segment, tier, stage), profile, changed_at, raw = told
    return CustomerRecord(
        row,
        tuple([Identifier(kind=kind, value=value, verified=verified) for kind, value, verified in named]),
        Declared(name=name, segment=segment, value_tier=tier, lifecycle_stage=stage),
        profile,
        changed_at and datetime.fromisoformat(changed_at),
        raw,
    )


def _read(asked: _Asked) -> None:
    """The whole life of the process."""
    read = 0

    def on_bytes(now: int) -> None:
        nonlocal read
        read = now

    try:
        source = source_of("customers", Path(asked.mapping_file))
        rows = read_table(Path(asked.file), source.mapping, source.parser(speller(asked.region)), on_bytes)
        for batch in batches(rows, _ROWS):
            _send("rows", [_told(row) for row in batch], read)
        _send("end")
    except tuple(_FAILED.values()) as error:
        _send("failed", type(error).__name__, str(error))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a signal to the whole group: whoever asked ends first
    with suppress(BrokenPipeError):  # they need no more
        _read(_Asked(**orjson.loads(sys.argv[1])))
