"""The list of customers who are in the books twice, page by page for whoever asks over HTTP. The search runs beside the
hub; what people have decided since is left out at once."""

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import combinations
from typing import Any, Protocol, TypeVar

import orjson

from hub.application.beside import ChildFailedError, told_by
from hub.application.linking.described import described
from hub.domain.customer.identity import Spell
from hub.domain.errors import HubError, InvalidError
from hub.ports import Clock, Journal
from hub.projections import links

log = logging.getLogger(__name__)

KEPT = 10_000
"""Rows of each list that are kept: the first."""
SECONDS = 3_600.0
"""Most that a search may take."""
PAIRS = 50
"""Of one contradiction: so many are told at once."""
PATIENCE = 20.0
"""Seconds that somebody waits for a search that is under way."""
T = TypeVar("T")
Row = dict[str, Any]
Search = Callable[[], Awaitable[Mapping[str, Any]]]
"""What `hub customers duplicates --json --ids` prints."""


class Views(Protocol):
    """The read models."""

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question."""
        ...


class SearchingError(HubError):
    """There is no list yet."""


@dataclass(frozen=True, slots=True)
class DuplicatePage:
    """A part of one list. `position`: up to where the log was searched, `count`: rows of the list then, `who`: what is
    known of the customers in these rows."""

    position: int
    searched_at: datetime
    customers: int
    count: int
    duplicates: Sequence[Row]
    who: Mapping[str, Any]
    after: str | None


@dataclass(frozen=True, slots=True)
class _Searched:
    at: datetime
    told: Mapping[str, Any]


class DuplicateList:
    """One search at a time, its result kept until somebody asks for a new one: ids, and nothing of who somebody is."""

    def __init__(
        self, journal: Journal, clock: Clock, views: Views, spell: Spell, search: Search, patience: float = PATIENCE
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._views = views
        self._spell = spell
        self._search = search
        self._patience = patience
        self._searched: _Searched | None = None
        self._searching: asyncio.Task[SearchingError | None] | None = None

    async def close(self) -> None:
        """Stop searching."""
        if self._searching is not None:
            self._searching.cancel()
            await asyncio.gather(self._searching, return_exceptions=True)

    async def page(self, what: str, limit: int, after: str, *, fresh: bool = False) -> DuplicatePage:
        """Of the list of this name, from where a page ended. `fresh`: of a new search. SearchingError: it is under way;
        InvalidError: the page before was of another search."""
        if fresh or self._searched is None:
            await self._look()
        searched = self._searched
        if searched is None:
            raise SearchingError("the log is being searched for duplicates: ask again in a while")
        told = searched.told
        rows: Sequence[Row] = told[what]
        start = self._place(after, told["position"])
        found, end = await self._views.read(lambda connection: _undecided(connection, rows, start, limit))
        return DuplicatePage(
            told["position"], searched.at, told["customers"], told["counts"][what], found,
            await self.who([one for row in found for one in _named(row)]),
            f"{told['position']}-{end}" if end < len(rows) else None,
        )  # fmt: skip

    async def _look(self) -> None:
        """Wait for a new search, not for ever."""
        if self._searching is None:
            self._searching = asyncio.create_task(self._run())
        done, _ = await asyncio.wait({self._searching}, timeout=self._patience)
        if not done:
            raise SearchingError("the log is being searched for duplicates: ask again in a while")
        [task] = done
        if failure := task.result():
            raise failure

    async def _run(self) -> SearchingError | None:
        """Why there is no new list; nobody may be waiting any more."""
        try:
            told = await self._search()
        except (TimeoutError, ChildFailedError, OSError) as error:
            log.error("the search for duplicates failed: %s", error)
            return SearchingError("the log could not be searched for duplicates: the hub's log says why")
        finally:
            self._searching = None
        self._searched = _Searched(self._clock.now(), told)
        return None

    def _place(self, after: str, position: int) -> int:
        if not after:
            return 0
        searched, _, place = after.partition("-")
        if not (searched.isdigit() and place.isdigit()):
            raise InvalidError(f"{after!r} is not where a page of duplicates ended", "after")
        if int(searched) != position:
            raise InvalidError("the log was searched anew since: begin with the first page", "after")
        return int(place)

    async def who(self, asked: Sequence[str]) -> dict[str, Any]:
        """What is known of these customers, by id."""
        found = await described(self._journal, list(dict.fromkeys(asked)), self._is_sound) if asked else {}
        return {
            customer: asdict(one) | {"identifiers": [each._asdict() for each in one.identifiers]}
            for customer, one in found.items()
        }

    def _is_sound(self, kind: str, value: str) -> bool:
        return self._spell(kind, value).is_valid


def search_beside(command: Sequence[str], environment: Mapping[str, str], seconds: float = SECONDS) -> Search:
    """The search as a child process; `command` prints it."""

    async def search() -> Mapping[str, Any]:
        told: dict[str, Any] = orjson.loads(await told_by(command, environment, seconds))
        return told

    return search


def _undecided(connection: sqlite3.Connection, rows: Sequence[Row], start: int, limit: int) -> tuple[list[Row], int]:
    """The next rows as they are by what people decided since, and where they end."""
    home = {one["customer_id"]: place for place, row in enumerate(rows) for one in row.get("streams", ())}
    found: list[Row] = []
    place = start
    while place < len(rows) and len(found) < limit:
        row = rows[place]
        found += _joined(connection, row, place, home) if "links" in row else _open_of(connection, row)
        place += 1
    return found, place


def _open_of(connection: sqlite3.Connection, row: Row) -> list[Row]:
    """The row, if it is to be decided still; of what contradicts, with the pairs of whom that is so."""
    customers = _customers(row)
    if not customers:
        return [row] if not row["stream"] or links.shared(connection, (row["stream"],)) else []
    pairs = [pair for pair in combinations(customers, 2) if _is_open(connection, *pair)]
    if not pairs:
        return []
    undecided = [{"one": one, "other": other} for one, other in pairs[:PAIRS]]
    return [{**row, "undecided": undecided} if "reason" in row else row]


def _joined(connection: sqlite3.Connection, row: Row, place: int, home: Mapping[str, int]) -> list[Row]:
    """The customers that the row's streams are now, as far as links join them; who is of several rows is told in the
    first. `home`: the row of a stream."""
    found = {}
    for stream in row["streams"]:
        whole = links.resolve(connection, stream["customer_id"])
        if len(whole.ids) > 1 and min(home[one] for one in whole.ids if one in home) == place:
            joints = [asdict(one) for one in links.standing_links(connection, whole.ids)]
            streams = [asdict(one) for one in whole.members]
            found[whole.canonical] = {"customer_id": whole.canonical, "streams": streams, "links": joints}
    return list(found.values())


def _customers(row: Row) -> Sequence[str]:
    """Those of whom it is to be said whether they are one."""
    if "one" in row:
        return row["one"], row["other"]
    return row["customers"] if "reason" in row else ()


def _named(row: Row) -> Sequence[str]:
    """All whom a row is about."""
    if "links" in row:
        return (row["customer_id"],)
    return _customers(row) or [one for one in (row["stream"], *row["customers"]) if one]


def _is_open(connection: sqlite3.Connection, one: str, other: str) -> bool:
    """Whether nobody has said yet that two are one customer, or two."""
    ours, theirs = links.resolve(connection, one).ids, set(links.resolve(connection, other).ids)
    if not theirs.isdisjoint(ours):
        return False
    return not any({kept.left, kept.right} & theirs for kept in links.kept_apart(connection, ours))
