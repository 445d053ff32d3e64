"""Who guesses waits: attempts that failed lately are counted by login and by address, for all processes together."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from hub.domain.access.throttle import OF_ADDRESS, OF_LOGIN, Patience, wait
from hub.ports import Clock

_MILLISECOND = timedelta(milliseconds=1)


class NotedAttempt(Protocol):
    """An attempt that counts, and when those before it were."""

    @property
    def number(self) -> int: ...
    @property
    def before_ms(self) -> list[int]: ...


class Table(Protocol):
    """Where they are kept: as hub.journal.attempts."""

    async def lately(self, name: str, since_ms: int) -> list[int]: ...
    async def note(self, name: str, now_ms: int, since_ms: int) -> NotedAttempt: ...
    async def take_back(self, number: int) -> None: ...
    async def forget(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """One that is under way, and counts as failed until it is known to be good."""

    login: str
    address: str
    numbers: tuple[int, ...]


class Failures:
    """Counts attempts before it is known how they end, so that many at once count as many."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    async def begin(self, login: str, address: str) -> Attempt | float:
        """An attempt for this login from this address; or the seconds until the next one is taken."""
        now = self._clock.now()
        named = ((f"login {login}", OF_LOGIN), (f"address {address}", OF_ADDRESS))
        for name, patience in named:
            if pause := self._pause(await self._table.lately(name, _ms(now - patience.window)), patience, now):
                return pause
        noted = [await self._table.note(name, _ms(now), _ms(now - patience.window)) for name, patience in named]
        pauses = [self._pause(one.before_ms, patience, now) for one, (_, patience) in zip(noted, named, strict=True)]
        if any(pauses):
            for one in noted:
                await self._table.take_back(one.number)
            return max(pauses)
        return Attempt(login, address, tuple(one.number for one in noted))

    async def was_good(self, attempt: Attempt) -> None:
        """They are who they said: what failed for their login before is forgotten, what failed from the address not."""
        await self._table.forget(f"login {attempt.login}")
        await self._table.take_back(attempt.numbers[1])

    def _pause(self, failed_ms: list[int], patience: Patience, now: datetime) -> float:
        failed = [datetime.fromtimestamp(one / 1000, UTC) for one in failed_ms]
        return wait(failed, patience, now).total_seconds() / self._clock.speed


def _ms(at: datetime) -> int:
    return (at - datetime.fromtimestamp(0, UTC)) // _MILLISECOND
