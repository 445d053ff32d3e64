"""Files that no event names any more are removed: of who was forgotten, of what was kept long enough, and those that
were brought and never used."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Protocol

from hub.application.privacy.stored_files import FileStore
from hub.domain.contact import FILE_IN_STORE
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.journal.event_classes import EVENT_CLASSES
from hub.ports import Clock, Journal

SPAN = 5_000
"""Log positions that are looked through at once."""
LEAST_DAYS = 8
"""A contact that names a file may wait on the bus for a week."""
_NAMED = re.compile(re.escape(FILE_IN_STORE) + "([0-9a-f]{64})")


class SetAside(Protocol):
    """What could not be taken in, and names files too."""

    async def bodies(self) -> Iterable[bytes]:
        """All that is set aside."""
        ...


@dataclass(slots=True)
class Swept:
    """`kept`: files of that age that something names."""

    removed: int = 0
    bytes: int = 0
    kept: int = 0

    def as_json(self) -> dict[str, Any]:
        """By name."""
        return asdict(self)


async def sweep(
    journal: Journal, set_aside: SetAside, files: FileStore, clock: Clock, days: int, *, pretend: bool = False
) -> Swept:
    """Remove what was brought before so many days and is named by nothing. `pretend`: only count it. Raises
    InvalidError for fewer days than a file may be on its way, and any other HubError before anything is removed that
    it does not know enough of."""
    if days < LEAST_DAYS:
        raise InvalidError(f"a file may be on its way for a week: sweep what is {LEAST_DAYS} days old or older", "days")
    before = clock.now() - timedelta(days=days)
    named = await _by_events(journal)
    for body in await set_aside.bodies():
        named |= _hashes(body.decode(errors="replace"))
    done = Swept()
    async for some in files.put_before(before):
        for one in some:
            if bytes.fromhex(one.name[-64:]) in named:
                done.kept += 1
            elif pretend or await files.drop(one.name, before):
                done.removed += 1
                done.bytes += one.size
    return done


async def _by_events(journal: Journal) -> set[bytes]:
    classes = [one for one in EVENT_CLASSES if _holds_files(one)]
    found: set[bytes] = set()
    after, head = 0, await journal.head()
    while after < head:
        upto = min(after + SPAN, head)
        positions = [one.position for one in await journal.scan(after, upto, classes) if type(one.event) in classes]
        for one in await journal.at(positions) if positions else ():
            found |= _hashes(one.event.model_dump_json())
        after = upto
    return found


def _holds_files(kind: type[Event]) -> bool:
    """Whether a file can be named in it, at whatever depth."""
    return "Attachment" in json.dumps(kind.model_json_schema())


def _hashes(text: str) -> set[bytes]:
    return {bytes.fromhex(one) for one in _NAMED.findall(text)}
