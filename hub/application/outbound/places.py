"""Where everybody stands who waits in a queue, for announcements: read off the pool's own order."""

from hub.application.outbound.telling import Place
from hub.router.pool.state import PoolState

MOST = 2_000
"""In longer queues nobody is told a place: sorting them would hold up offers, and nobody waits for place 2,001."""


def places_in(state: PoolState, queue: str, now: float, most: int = MOST) -> dict[str, Place]:
    """The place of each interaction that waits there, from 1, in the order in which they go; nobody's where more than
    `most` wait. `now` is in epoch seconds."""
    if not 0 < state.waiting_in.get(queue, 0) <= most:
        return {}
    waiting = state.matcher.waiting
    works = [entry[3] for line in waiting.lines_of(queue) for entry in line.entries()]
    works.sort(key=lambda work: waiting.key(work, now))
    pace = state.paces.get(queue)
    seconds = None if pace is None else pace.told
    return {
        work.id: Place(number, None if seconds is None else number * seconds) for number, work in enumerate(works, 1)
    }
