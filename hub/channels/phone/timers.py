"""What a call waits for by the clock: each wait has a name, and a new one of that name takes the place of the old."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from hub.channels.phone.actions import SetTimer
from hub.channels.phone.happenings import TimeUp


class Timers:
    """Those of one call."""

    def __init__(self) -> None:
        self._running: dict[str, asyncio.TimerHandle] = {}

    def set(self, timer: SetTimer, now: datetime, up: Callable[[TimeUp], object]) -> None:
        """Have `up` called when it is over; one without seconds only ends what runs."""
        running = self._running.pop(timer.name, None)
        if running is not None:
            running.cancel()
        if timer.seconds is not None:
            wake = TimeUp(now, timer.name)
            self._running[timer.name] = asyncio.get_running_loop().call_later(timer.seconds, up, wake)

    def cancel(self) -> None:
        """All of them."""
        for running in self._running.values():
            running.cancel()
