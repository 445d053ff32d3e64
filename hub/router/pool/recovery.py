"""A routing pool's state from the log: what is open as the projection has it, then whatever came since."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.log_windows import windows
from hub.ports import Journal, Recorded
from hub.router.pool.evolve import evolve
from hub.router.pool.state import PoolState

log = logging.getLogger(__name__)

TAIL_BATCH = 5_000
LONG = 100_000
"""Events whose reading is worth a line in the log."""


class Opened(NamedTuple):
    """The projection of open work: its position, the events of what is open, in log order; and of customers who were
    answered lately, the longest ago first: customer, agent, when (epoch seconds)."""

    position: int
    rows: Iterable[Recorded]
    last_agents: Iterable[tuple[str, str, float]] = ()


OpenWork = Callable[[], Awaitable[Opened]]


class Recovered(NamedTuple):
    """A pool as of a log position, and the contacts up to there that nobody has taken up yet."""

    state: PoolState
    pending: list[Recorded]


async def recover(journal: Journal, open_work: OpenWork, state: PoolState, *, consumed: int, head: int) -> Recovered:
    """The pool as of `head`, whose contacts had been taken up as far as `consumed`. `state`: one that knows nothing."""
    position, rows, last_agents = await open_work()
    for recorded in rows:
        evolve(state, recorded.stream, recorded.version, recorded.event)
    # What is open knows of answers that later ones, of what is over, have followed.
    state.last_agents = {customer: (agent, at) for customer, agent, at in last_agents}
    if head - min(position, consumed) > LONG:
        log.info(
            "pool %s looks through the log: %d events for contacts nobody took up, %d that the views don't hold yet",
            state.pool, max(0, position - consumed), max(0, head - position),
        )  # fmt: skip
    pending = await _not_taken_up(journal, state.pool, consumed, min(position, head))
    after = position
    while after < head:
        batch = await journal.read(after, TAIL_BATCH)
        for recorded in batch:
            if recorded.position > head:
                break
            evolve(state, recorded.stream, recorded.version, recorded.event)
            if recorded.position > consumed and is_of(state.pool, recorded.event):
                pending.append(recorded)
        if not batch:
            break
        after = batch[-1].position
    return Recovered(state, pending)


async def _not_taken_up(journal: Journal, pool: str, consumed: int, upto: int) -> list[Recorded]:
    """Contacts alone, of a part of the log that the projection holds: what customers' records brought, an import of
    millions among them, is passed by."""
    pending: list[Recorded] = []
    async for part in windows(journal, consumed, upto, (ContactReceived,)):
        pending += await journal.at([one.position for one in part if is_of(pool, one.event)])
    return pending


def is_of(pool: str, event: Event) -> bool:
    """Whether this is a contact for the pool to take up."""
    return isinstance(event, ContactReceived) and event.pool == pool
