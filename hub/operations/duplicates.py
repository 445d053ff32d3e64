"""`hub customers duplicates`: who is in the books twice, beside a hub, running or not, told from the log alone."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from typing import Any

from hub.application.linking.described import Described, described
from hub.application.linking.duplicates import Found, Identifying, find_duplicates
from hub.application.privacy.readings import Readings, by_log
from hub.clock import WallClock
from hub.domain.customer.spelling.known import KnownSpellings
from hub.domain.errors import NotFoundError
from hub.domain.reading.rules import Reading
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import generations, open_store
from hub.settings import Settings

READ_AS = "duplicates"
"""What the trace of a reading says was shown."""


@dataclass(frozen=True, slots=True)
class ListedDuplicates:
    """What a search found, and who the customers are that the list names; empty: it was asked for without."""

    found: Found
    limit: int
    seconds: float
    who: Mapping[str, Described]

    def as_json(self) -> dict[str, Any]:
        """By name: of each list at most `limit`, and how many there are in all."""
        found, limit = self.found, self.limit
        lists = told(found)
        counts = {name: len(rows) for name, rows in lists.items()} | {"clusters": found.clusters_in_all}
        return {
            "position": found.position,
            "streams": found.streams,
            "customers": found.customers,
            "seconds": round(self.seconds, 1),
            "counts": counts,
            **{name: rows[:limit] for name, rows in lists.items()},
            "who": {
                customer: asdict(one) | {"identifiers": [each._asdict() for each in one.identifiers]}
                for customer, one in self.who.items()
            },
        }


def told(found: Found) -> dict[str, list[dict[str, Any]]]:
    """The lists, by name: ids, kinds and rules, and nothing of who somebody is."""
    return {
        "proposals": [one._asdict() for one in found.proposals],
        "conflicts": [asdict(one) for one in found.conflicts],
        "contradictions": [
            {"customers": one.streams, "kinds": sorted({link.rule for link in one.links}), "reason": one.reason}
            for one in found.contradictions
        ],
        "clusters": [
            {
                "customer_id": one.whole.customer_id,
                "streams": [asdict(member) for member in one.whole.members],
                "links": [asdict(link) for link in one.links],
            }
            for one in found.clusters
        ],
        "shared": [
            *({"kind": "", "stream": stream, "people": None, "customers": ()} for stream in found.known_shared),
            *(
                {"kind": one.kind, "stream": "", "people": one.people, "customers": one.streams[:10]}
                for one in found.shared
            ),
        ],
    }


def list_duplicates(
    settings: Settings, limit: int, *, names: bool, on_events: Callable[[int], None] = lambda _: None
) -> ListedDuplicates:
    """Search the whole log. With `names` a trace of reading is left for each customer that is told. NotFoundError:
    there is no store yet."""
    if not settings.is_postgres and not settings.sqlite_path.exists():
        raise NotFoundError(f"there is no event store in {settings.data_dir} yet: it is made at the first start")
    started = time.perf_counter()
    spell = KnownSpellings(region=settings.phone_region)
    with closing(generations(settings)) as forgotten:
        forgotten.renewed([])  # looks who was forgotten
        identifying = Identifying(installation_key(settings), spell, forgotten.current)
        with closing(open_store(settings)) as store:
            found = find_duplicates(store, identifying, limit, on_events)
    seconds = time.perf_counter() - started
    who = asyncio.run(_who(settings, found, limit, identifying)) if names else {}
    return ListedDuplicates(found, limit, seconds, who)


async def _who(settings: Settings, found: Found, limit: int, identifying: Identifying) -> dict[str, Described]:
    journal = EventJournal(open_store(settings))
    try:
        asked = [one for proposal in found.proposals[:limit] for one in (proposal.one, proposal.other)]
        asked += [one for conflict in found.contradictions[:limit] for one in conflict.streams]
        asked += [cluster.whole.customer_id for cluster in found.clusters[:limit]]
        clock = WallClock(settings.clock_start, settings.clock_speed)
        readings = Readings(journal, clock, by_log(journal))
        whose = await readings.whose(asked)
        await readings.record({customer: Reading("operator:cli", READ_AS) for customer in whose}, secrets.token_hex(16))
        return await described(journal, list(dict.fromkeys(asked)), identifying.is_sound)
    finally:
        await journal.close()
