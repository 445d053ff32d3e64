"""A pool's own stream, in which each transaction of its owner writes: whom another owner followed collides there."""

from collections.abc import Sequence
from typing import Any

from hub.domain.errors import HubError
from hub.domain.ids import pool_stream
from hub.domain.pool.events import PoolCommitted, PoolTaken
from hub.ports import Append, Clock, Committed, Journal, Unit
from hub.router.pool.asked import Asked
from hub.router.pool.commands import as_tuple
from hub.router.pool.state import Decided


class PoolLostError(HubError):
    """Another process took the pool over: this one must decide nothing more."""

    def __init__(self, pool: str, epoch: int) -> None:
        super().__init__(
            f"routing pool {pool!r} was taken over by another process (epoch {epoch}): this one steps down"
        )


class Fence:
    """One owner's hold on it. Whoever writes there last owns the pool; an older owner's next transaction collides."""

    def __init__(self, journal: Journal, clock: Clock, pool: str) -> None:
        self.stream = pool_stream(pool)
        self.epoch = 0
        self._journal = journal
        self._clock = clock
        self._pool = pool
        self._version = 0

    async def take(self, actor: str) -> tuple[int, int]:
        """Become the owner. The log position up to which contacts are taken up, and that of this very fact. Raises
        PoolLostError where another one was quicker."""
        last = await self._journal.last(self.stream)
        if last and not isinstance(last.event, PoolTaken | PoolCommitted):
            raise HubError(
                f"stream {self.stream} ends with {type(last.event).__name__}, which no owner writes: "
                "restore the store from a backup"
            )
        fact = last.event if last else None
        consumed = fact.consumed if isinstance(fact, PoolTaken | PoolCommitted) else 0
        epoch = (fact.epoch if isinstance(fact, PoolTaken | PoolCommitted) else 0) + 1
        version = last.version if last else 0
        taken = PoolTaken(**self._meta("pool owner", actor), pool=self._pool, epoch=epoch, consumed=consumed)
        [outcome] = await self._journal.commit([Unit([Append(self.stream, version, [taken])])])
        if not isinstance(outcome, Committed):
            raise PoolLostError(self._pool, epoch)
        self.epoch, self._version = epoch, version + 1
        return consumed, outcome.last

    async def require_held(self) -> None:
        """Raises PoolLostError where another owner came."""
        last = await self._journal.last(self.stream)
        if last and isinstance(last.event, PoolTaken | PoolCommitted) and last.event.epoch > self.epoch:
            raise PoolLostError(self._pool, last.event.epoch)

    def unit(
        self, decided: Sequence[Decided], asked: Sequence[Asked], *, consumed: int, policy: str, actor: str
    ) -> Unit:
        """The next transaction: what was decided behind the fact that fences it, which also says what was asked."""
        committed = PoolCommitted(
            **self._meta(asked[0].command.id, actor),
            pool=self._pool,
            epoch=self.epoch,
            consumed=consumed,
            commands=tuple(as_tuple(one.command) for one in asked if not one.refused),
            policy=policy,
        )
        self._version += 1
        return Unit([Append(self.stream, self._version - 1, [committed]), *_runs(decided)])

    def _meta(self, causation: str, actor: str) -> dict[str, Any]:
        now = self._clock.now()
        return {"at": now, "recorded_at": now, "causation": causation, "actor": actor}


def _runs(decided: Sequence[Decided]) -> list[Append]:
    """The events in the order they were decided, neighbours of one stream together: the log must tell the story in
    the order it happened, or capacity would seem exceeded in between."""
    appends: list[Append] = []
    for stream, version, event in decided:
        if appends and appends[-1].stream == stream:
            appends[-1].events.append(event)  # type: ignore[attr-defined]
        else:
            appends.append(Append(stream, version - 1, [event]))
    return appends
