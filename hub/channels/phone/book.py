"""The calls that stand, in one file that grows: what an adapter that was killed needs to go on with them."""

import logging
from pathlib import Path

import orjson
from pydantic import TypeAdapter, ValidationError

from hub.channels.phone.call import Call

log = logging.getLogger(__name__)

_CALL = TypeAdapter(Call)
_OVER = "over"
_MOST = 16 * 1024 * 1024
"""Bytes of the file beyond which what is over is left out; then as many again may follow."""


class CallBook:
    """Written before what follows from a state is done. It outlives the process, as the calls do; what is lost with the
    machine is lost with its calls.

    A state is a line at the end of one file: a file for each call takes names from the disk's directory for every
    state, and everybody who speaks to the adapter waits for that."""

    def __init__(self, directory: Path, most: int = _MOST) -> None:
        self._file = directory / "calls.jsonl"
        self._most = most
        self._standing: dict[str, bytes] = {}
        self._size = 0
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def read(self) -> list[Call]:
        """All that are in it. What can't be read is put aside."""
        calls: dict[str, Call] = {}
        lines = self._file.read_bytes().split(b"\n") if self._file.exists() else []
        for line in filter(None, lines):
            try:
                _enter(line, calls)
            except (orjson.JSONDecodeError, ValidationError) as error:
                self._put_aside(line, error)
        self._standing = {call.thread: _line(call) for call in calls.values()}
        self._begin_anew()
        return list(calls.values())

    def write(self, call: Call) -> None:
        """As it stands now."""
        line = self._standing[call.thread] = _line(call)
        self._append(line)

    def remove(self, thread: str) -> None:
        """It is over, and the hub knows."""
        if self._standing.pop(thread, None) is not None:
            self._append(orjson.dumps({_OVER: thread}) + b"\n")

    def _append(self, line: bytes) -> None:
        if self._size + len(line) > self._most:
            self._begin_anew()
        with self._file.open("ab") as out:
            out.write(line)
        self._size += len(line)

    def _begin_anew(self) -> None:
        """With what stands."""
        part = self._file.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_bytes(b"".join(self._standing.values()))
        part.replace(self._file)
        self._size = min(self._file.stat().st_size, self._most // 2)

    def _put_aside(self, line: bytes, error: Exception) -> None:
        """The state before it stands: what follows from one that was cut off was not done."""
        log.error("a line of %s is no call that can go on: %s", self._file, error)
        with self._file.with_suffix(".unreadable").open("ab") as out:
            out.write(line + b"\n")


def _enter(line: bytes, calls: dict[str, Call]) -> None:
    told = orjson.loads(line)
    if isinstance(told, dict) and _OVER in told:
        calls.pop(str(told[_OVER]), None)
    else:
        call = _CALL.validate_json(line)
        calls[call.thread] = call


def _line(call: Call) -> bytes:
    return orjson.dumps(call) + b"\n"
