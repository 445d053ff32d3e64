"""From a moment to a place in the log."""

from collections.abc import Callable
from datetime import datetime

from hub.ports import Journal


async def last_position(journal: Journal, head: int, is_before: Callable[[datetime], bool]) -> int:
    """A log position up to which everything was recorded at moments of which this holds. Found by halving: clocks go
    forward."""
    low, high = 0, head
    while low < high:
        middle = (low + high) // 2
        found = await journal.read(middle, 1)
        if found and found[0].position <= high and is_before(found[0].event.recorded_at):
            low = found[0].position
        else:
            high = middle
    return low
