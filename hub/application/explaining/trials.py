"""Another policy on the same log: read from the store, lived through in memory, written nowhere."""

from datetime import datetime

from hub.application.explaining.decisions import MarkBefore
from hub.application.explaining.log_times import last_position
from hub.domain.errors import InvalidError
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.ports import Journal
from hub.router.policy.book import routing_book
from hub.router.policy.parsing import Policy
from hub.router.pool.state import PoolState
from hub.router.trial.compare import SEED, Trial, try_policy
from hub.router.trial.recording import Recording

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
    mark_before: MarkBefore = lambda _: None,
) -> Trial:
    """What the policy would have done with the customers who came from `since` on and before `until`. `starting`: what
    was in force before the first policy on record; `mark_before` shortens the way to `since`. Raises InvalidError for
    times the wrong way round, and UnknownHandleTimeError."""
    if since is not None and until is not None and until <= since:
        raise InvalidError(f"the stretch from {since} can't end at {until}", "to")
    book = routing_book(starting, tried)
    texts = [starting.text, tried.text]
    for one in (await journal.load([ROUTING])).get(ROUTING, []):
        if isinstance(one.event, PolicyPublished):
            book.add(one.event.version, one.event.text)
            texts.append(one.event.text)
    states = [PoolState(starting, pool, book) for _ in range(2)]
    recording = Recording(states, since, until)
    # A mark does not tell customers' last agents: where a policy may ask for them, all of the log is needed.
    is_told_by_marks = not any("known_agent" in text for text in texts)
    await _read(journal, recording, since, mark_before if is_told_by_marks else lambda _: None)
    return try_policy(recording, book, tried, seed)


async def _read(journal: Journal, recording: Recording, since: datetime | None, mark_before: MarkBefore) -> None:
    at, head = 0, await journal.head()
    mark = None
    if since is not None:
        mark = mark_before(await last_position(journal, head, lambda moment: moment < since))
    if mark is not None:
        at = mark[0]
        for recorded in await journal.at(mark[1]):
            recording.take(recorded)
    while at < head:
        batch = await journal.read(at, min(BATCH, head - at))
        for recorded in batch:
            if recorded.position > head or not recording.take(recorded):
                return
        if not batch:
            return
        at = batch[-1].position
