"""The directory of an adapter: one process has it at a time, so that none sends what another has sent."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.bus.carriers import CarriedError
from hub.channels.ledger import Ledger

_NOTE = "home"


@contextmanager
def held(directory: Path, name: str) -> Iterator[None]:
    """It is this process's until this is left, or the process ends, however it ends. Raises CarriedError that names
    who has it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 100, 0).decode(errors="replace").strip() or "another process"
            raise CarriedError(f"adapter {name} runs already, with {directory}: stop {holder} first") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"pid {os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def home(ledger: Ledger) -> str:
    """What it is known by, for good: whoever comes from the same home has taken over from who is gone."""
    known = ledger.remembered(_NOTE)
    if not known:
        known = secrets.token_hex(8)
        ledger.remember(_NOTE, known)
    return known
