"""Another policy on the same log: read from the store, lived through in memory, written nowhere."""

from datetime import datetime

from hub.domain.errors import InvalidError
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.ports import Journal
from hub.router.policies import PolicyBook
from hub.router.policy import Policy
from hub.router.state import PoolState
from hub.router.trial import SEED, Trial, try_policy
from hub.router.trial_recording import Recording

BATCH = 5_000


async def run_trial(
    journal: Journal,
    starting: Policy,
    tried: Policy,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    seed: int = SEED,
    pool: str = "main",
) -> Trial:
    """What the policy would have done with the customers who came from `since` on and before `until`. `starting`: what
    was in force before the first policy on record. Raises InvalidError for times the wrong way round, and
    UnknownHandleTimeError."""
    if since is not None and until is not None and until <= since:
        raise InvalidError(f"the stretch from {since} can't end at {until}", "to")
    book = PolicyBook(starting, tried)
    for one in (await journal.load([ROUTING])).get(ROUTING, []):
        if isinstance(one.event, PolicyPublished):
            book.add(one.event.version, one.event.text)
    states = [PoolState(starting, pool, book) for _ in range(2)]
    recording = Recording(states, since, until)
    await _read(journal, recording)
    return try_policy(recording, book, tried, seed)


async def _read(journal: Journal, recording: Recording) -> None:
    at, head = 0, await journal.head()
    while at < head:
        batch = await journal.read(at, min(BATCH, head - at))
        for recorded in batch:
            if recorded.position > head or not recording.take(recorded):
                return
        if not batch:
            return
        at = batch[-1].position
