"""What a command led to that has a name for good, found again in the log: who repeats it, after the hub was killed too,
is told the same, and nothing is done twice."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from hub.domain.errors import InvalidError
from hub.domain.pool.events import PoolCommitted
from hub.ports import Recorded

NAMED = "once-"
"""What such names begin with: `once-<who and key>-<command>`."""
RECENT = 200
"""Events of its stream among which a command is looked for: who repeats one does so soon."""
BESIDE = 128
"""Events before and behind it in which the others of its transaction lie."""


class Log(Protocol):
    """Of a journal what is read here."""

    async def last(self, stream: str) -> Recorded | None:
        """As a journal's."""
        ...

    async def load(self, streams: Sequence[str], after: Mapping[str, int] | None = None) -> dict[str, list[Recorded]]:
        """As a journal's."""
        ...

    async def read(self, after: int, limit: int) -> list[Recorded]:
        """As a journal's."""
        ...


def request_of(name: str) -> str:
    """What the name says of who asked and under which key, whatever the command."""
    return "-".join(name.split("-")[:2])


async def carried_out(log: Log, name: str, stream: str) -> list[Recorded]:
    """All that the command of this name led to, in order, on whichever streams; empty: it wrote nothing to `stream`, or
    has no name for good. Raises InvalidError where its key was sent with another command."""
    last = await log.last(stream) if stream and name.startswith(NAMED) else None
    if last is None:
        return []
    history = (await log.load([stream], {stream: max(0, last.version - RECENT)})).get(stream, [])
    own = [one for one in history if request_of(one.event.causation) == request_of(name)]
    if not own:
        return []
    if any(one.event.causation not in (name, request_of(name)) for one in own):
        raise InvalidError("this key was sent with another command: each command has its own", "Idempotency-Key")
    near = await log.read(max(0, own[0].position - BESIDE), 2 * BESIDE)
    cause = own[0].event.causation
    return [one for one in near if one.event.causation == cause and not isinstance(one.event, PoolCommitted)]
