"""Clocks whose time a test moves."""

from datetime import datetime, timedelta


class MovedClock:
    """Stands still until a test moves it, or somebody sleeps."""

    speed = 1.0

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
