"""Garbage collected in small pieces and often: left to itself the collector stops the loop for 50 ms and more, and a
start for an eighth of the time it takes.

Python starts a collection by how many containers were made less how many went. Where as many conversations end as begin
that number hardly grows: what lives on piles up unseen, until one collection looks at all of it at once.
"""

import gc
from collections.abc import Iterator, Sized
from contextlib import contextmanager

_EVENTS_A_LOOK = 200
"""Events between two looks at what is new: at most a millisecond each."""
_LOOKS_A_SECOND_LOOK = 5
"""Looks after which what the last ones left is looked at once more."""


@contextmanager
def importing() -> Iterator[None]:
    """What is imported meanwhile is there to stay: nobody looks for garbage in it, neither while it grows nor after."""
    is_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if is_looking:
            gc.enable()


class Collecting:
    """Told of each batch of events on the way, and looks at what became of the objects they brought."""

    def __init__(self) -> None:
        self._events = 0
        self._looks = 0

    def follow(self, batch: Sized) -> None:
        """So many events more."""
        self._events += len(batch)
        if self._events < _EVENTS_A_LOOK:
            return
        self._events = 0
        self._looks += 1
        gc.collect(int(self._looks % _LOOKS_A_SECOND_LOOK == 0))
