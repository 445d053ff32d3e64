"""The hub's time: the wall's, or for a replay a recorded day's, running faster."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class WallClock:
    """Time that starts at `start` (now, if None) and runs `speed` times as fast as the wall's."""

    def __init__(self, start: datetime | None = None, speed: float = 1.0) -> None:
        self.speed = speed
        self._scaled = start is not None or speed != 1.0
        self._start = start or datetime.now(UTC)
        self._zero = time.monotonic()

    def now(self) -> datetime:
        """The present, UTC."""
        if not self._scaled:
            return datetime.now(UTC)
        return self._start + timedelta(seconds=(time.monotonic() - self._zero) * self.speed)

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds of this clock's time."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)


_HEARD_LATE = timedelta(seconds=1)
"""At most, of the other clock's time at speed 1."""


class ToldClock:
    """Another process's clock: what it `told`, and what has passed since."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._told, self._at = datetime.now(UTC), time.monotonic()

    def told(self, now: datetime) -> None:
        """It is this time there, or a little later, where that was heard late."""
        if not timedelta(0) <= self.now() - now <= _HEARD_LATE * self.speed:
            self._told, self._at = now, time.monotonic()

    def now(self) -> datetime:
        """The present there, UTC."""
        return self._told + timedelta(seconds=(time.monotonic() - self._at) * self.speed)

    async def sleep(self, seconds: float) -> None:
        """Wait that many seconds of that clock's time."""
        await asyncio.sleep(max(0.0, seconds) / self.speed)
