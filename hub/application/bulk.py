"""What every import of many rows does: rows in batches, and a collector that does not look for cycles among them."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows in their order, `size` at a time."""
    rows = iter(rows)
    while batch := list(islice(rows, size)):
        yield batch


@contextmanager
def quiet_collector() -> Iterator[None]:
    """Batches hold no cycles: looking for them among so many live events takes a quarter of the time."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
