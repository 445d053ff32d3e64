"""The calls that stand, each in a file: what an adapter that was killed needs to go on with them."""

import logging
import os
from hashlib import sha256
from pathlib import Path

import orjson
from pydantic import TypeAdapter, ValidationError

from hub.channels.phone.call import Call

log = logging.getLogger(__name__)

_CALL = TypeAdapter(Call)


class CallBook:
    """Written before what follows from a state is done. It outlives the process, as the calls do; what is lost with the
    machine is lost with its calls."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def read(self) -> list[Call]:
        """All that are in it. What can't be read is put aside."""
        calls = []
        for file in sorted(self._directory.glob("*.json")):
            try:
                calls.append(_CALL.validate_json(file.read_bytes()))
            except (OSError, ValidationError) as error:
                log.error("%s is no call that can go on: %s", file, error)
                file.replace(file.with_suffix(".unreadable"))
        return calls

    def write(self, call: Call) -> None:
        """As it stands now."""
        file = self._file(call.thread)
        part = file.with_suffix(".part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(orjson.dumps(call))
        part.replace(file)

    def remove(self, thread: str) -> None:
        """It is over, and the hub knows."""
        self._file(thread).unlink(missing_ok=True)

    def _file(self, thread: str) -> Path:
        return self._directory / f"{sha256(thread.encode()).hexdigest()[:32]}.json"
