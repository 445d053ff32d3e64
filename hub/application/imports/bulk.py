"""What every import of many rows does: rows in batches, no looking for cycles among them, and threads that take turns
often."""

import gc
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

T = TypeVar("T")
SWITCH_INTERVAL_SECONDS = 0.0005
"""How soon the thread that decides gives way to the one that writes, which lets go at each statement."""


def batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows in their order, `size` at a time."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch


@contextmanager
def at_full_speed() -> Iterator[None]:
    """Batches hold no cycles: looking for them among so many live events takes a quarter of the time. And the writing
    thread waits for its turn no longer than it works."""
    before, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    sys.setswitchinterval(SWITCH_INTERVAL_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.set_threshold(*before)
        gc.unfreeze()
