"""The hub's clock seen from another process: which of our moments is which of its."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

_SAMPLES = 7

Probe = Callable[[], Awaitable[datetime]]
"""Asks the hub what time it is."""


class HubTime:
    """A running hub's time, at its speed, against the event loop's clock."""

    def __init__(self, moment: datetime, at: float, speed: float, loop_time: Callable[[], float]) -> None:
        self.speed = speed
        self._moment = moment
        self._at = at
        self._loop_time = loop_time

    def now(self) -> datetime:
        """What the hub's clock shows."""
        return self._moment + timedelta(seconds=(self._loop_time() - self._at) * self.speed)

    def loop_time_of(self, moment: datetime) -> float:
        """When that is, on the event loop's clock."""
        return self._at + (moment - self._moment).total_seconds() / self.speed

    async def sleep_until(self, moment: datetime) -> None:
        """Return at that moment, at once if it has passed. Absolute, so that delays never add up."""
        delay = self.loop_time_of(moment) - self._loop_time()
        if delay > 0:
            await asyncio.sleep(delay)


async def read_clock(probe: Probe, speed: float) -> HubTime:
    """Ask the hub several times, and believe the quickest answer: its time lies half-way of the question."""
    loop_time = asyncio.get_running_loop().time
    best: tuple[float, float, datetime] | None = None
    for _ in range(_SAMPLES):
        asked = loop_time()
        moment = await probe()
        answered = loop_time()
        if best is None or answered - asked < best[0]:
            best = answered - asked, (asked + answered) / 2, moment
    assert best is not None
    return HubTime(best[2], best[1], speed, loop_time)
