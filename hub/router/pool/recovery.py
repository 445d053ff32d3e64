"""A routing pool's state from the log: what is open as the projection has it, then whatever came since."""

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.ports import Journal, Recorded
from hub.router.pool.evolve import evolve
from hub.router.pool.state import PoolState

TAIL_BATCH = 5_000


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
    pending: list[Recorded] = []
    after = min(position, consumed)
    while after < head:
        batch = await journal.read(after, TAIL_BATCH)
        for recorded in batch:
            if recorded.position > head:
                break
            if recorded.position > position:
                evolve(state, recorded.stream, recorded.version, recorded.event)
            if recorded.position > consumed and is_of(state.pool, recorded.event):
                pending.append(recorded)
        if not batch:
            break
        after = batch[-1].position
    return Recovered(state, pending)


def is_of(pool: str, event: Event) -> bool:
    """Whether this is a contact for the pool to take up."""
    return isinstance(event, ContactReceived) and event.pool == pool
