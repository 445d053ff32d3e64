"""What paths can take now: what dealers told of theirs less the places that were taken since, and the agents who are
free."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from hub.application.deciding import append_decided, meta_of
from hub.application.paths.whole import Facts
from hub.domain.capacity.events import PATH_CAPACITY, PathCapacityTold, PathPlaceTaken, path_stream
from hub.domain.capacity.state import NO_PLACES, Places, fold
from hub.domain.contact import Channel, Direction
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.errors import InvalidError
from hub.paths.decision.question import Question
from hub.paths.gates.capacity import Capacity, Free
from hub.paths.propositions.model import Sender
from hub.ports import Append, Clock, Journal, Recorded

FreeAgents = Callable[[Channel], int | None]
"""How many agents could take somebody of this channel now; None: nobody knows."""
COUNTED_FOR = timedelta(seconds=1)
"""So long agents who were counted are not counted again."""
MOST_PLACES = 1_000_000
_Path = tuple[Channel, str]
_NO_PATHS: Mapping[_Path, tuple[int, Places]] = MappingProxyType({})


def nobody_knows(_: Channel) -> int | None:
    """Where no routing pool is."""
    return None


class Limits(NamedTuple):
    """What the paths of a question can take, and the facts that say so."""

    capacity: Capacity = MappingProxyType({})
    limited: Mapping[_Path, tuple[int, Places]] = _NO_PATHS
    """Those of which somebody told: versions of their streams, and their places."""

    def stream(self, channel: Channel, speaker: str) -> str:
        """Of a path; empty: nobody limits it."""
        return path_stream(channel, speaker) if (channel, speaker) in self.limited else ""

    @property
    def versions(self) -> dict[str, int]:
        """Of the streams, as they were read: who takes a place in between collides with whoever takes one after it."""
        return {path_stream(*path): version for path, (version, _) in self.limited.items()}

    def taken(self, event: PathDecided, slot_id: str, meta: Mapping[str, Any]) -> Facts:
        """A contact that is made now takes a place of its path, if that is limited; once."""
        asked, contact = event.asked, slot_id or event.decision_id
        if asked.direction is not Direction.OUTBOUND or event.outcome is not Outcome.NOW or not event.said:
            return []
        path = (event.said[0].channel, asked.speaker or asked.sender)
        if path not in self.limited or contact in self.limited[path][1].taken:
            return []
        return [(path_stream(*path), PathPlaceTaken(**meta, contact_id=contact, decision_id=event.decision_id))]


class Paths(Protocol):
    """Knows what paths can take."""

    async def read(self, question: Question) -> Limits:
        """Of the paths that a question names, as it is now."""

    def turn(self, question: Question) -> AbstractAsyncContextManager[object]:
        """Whoever may take a place of a limited path decides while nobody else here does."""


class Unlimited:
    """Where nobody limits any path, or it isn't known."""

    async def read(self, _: Question) -> Limits:
        """Nothing is limited."""
        return Limits()

    def turn(self, _: Question) -> AbstractAsyncContextManager[object]:
        """Nobody waits."""
        return nullcontext()


class PathCapacities:
    """`start` once, then let it `follow` the log: from it is known which paths are limited. How many places these have
    left is read from their own streams whenever it is asked, so that it is the same in all processes."""

    def __init__(self, journal: Journal, clock: Clock, agents: FreeAgents = nobody_knows) -> None:
        self._journal = journal
        self._clock = clock
        self._agents = agents
        self._limited: dict[_Path, tuple[int, Places]] = {}
        """As they were read last."""
        self._one_by_one = asyncio.Lock()
        self._counted: dict[Channel, tuple[datetime, int | None]] = {}

    async def start(self) -> None:
        """Read of which paths was told before."""
        self.follow((await self._journal.load([PATH_CAPACITY]))[PATH_CAPACITY])

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        for one in batch:
            if isinstance(one.event, PathCapacityTold):
                self._limited.setdefault((one.event.channel, one.event.speaker), (0, NO_PLACES))

    async def read(self, question: Question) -> Limits:
        """Of the paths that a question names. Who speaks for themselves takes what comes of it themselves."""
        speaker = _speaker(question)
        limited = await self._read([path for path in self._of(question) if path in self._limited])
        found: dict[_Path, Free] = {}
        for channel in question.channels:
            told = limited.get((channel, speaker))
            agents = self._free_agents(channel) if told is None and _answered_by_agents(question, channel) else None
            if told is not None:
                found[channel, speaker] = Free(told[1].left(question.slot_id), told[1].more_at)
            elif agents is not None:
                found[channel, speaker] = Free(agents)
        return Limits(found, limited)

    def turn(self, question: Question) -> AbstractAsyncContextManager[object]:
        """Those that may take a place of a limited path come one after the other: at once all but one of them would
        have to decide again, and again. Of other processes the streams keep them apart."""
        may_take = not question.they_came and any(path in self._limited for path in self._of(question))
        return self._one_by_one if may_take else nullcontext()

    async def tell(
        self, channel: Channel, speaker: str, places: int, more_at: datetime | None, *, actor: str, command_id: str
    ) -> list[Recorded]:
        """Who speaks there says how many more they can take; told again it begins anew. Raises InvalidError."""
        if not speaker.strip():
            raise InvalidError("say who speaks there", "speaker")
        if not 0 <= places <= MOST_PLACES:
            raise InvalidError(f"a path has 0 to {MOST_PLACES:,} places", "places")
        if more_at is not None and more_at <= self._clock.now():
            raise InvalidError("this moment is over: say when there will be more", "more_at")

        async def attempt() -> Sequence[Append]:
            streams = (PATH_CAPACITY, path_stream(channel, speaker.strip()))
            last = [(stream, await self._journal.last(stream)) for stream in streams]
            told = PathCapacityTold(
                **meta_of(self._clock, actor, command_id), channel=channel, speaker=speaker.strip(), places=places,
                more_at=more_at,
            )  # fmt: skip
            return [Append(stream, newest.version if newest else 0, [told]) for stream, newest in last]

        recorded = await append_decided(self._journal, attempt)
        self.follow(recorded)
        return recorded

    async def _read(self, paths: Sequence[_Path]) -> dict[_Path, tuple[int, Places]]:
        """Each is read on from where it was read last."""
        if not paths:
            return {}
        after = {path_stream(*path): self._limited[path][0] for path in paths}
        before = {path: self._limited[path] for path in paths}
        histories = await self._journal.load(list(after), after)
        found: dict[_Path, tuple[int, Places]] = {}
        for path, (version, places) in before.items():
            history = histories[path_stream(*path)]
            read = history[-1].version if history else version
            found[path] = (read, fold((one.event for one in history), places))
            self._limited[path] = max(self._limited[path], found[path], key=_version)
        return found

    def _of(self, question: Question) -> list[_Path]:
        return [(channel, _speaker(question)) for channel in question.channels]

    def _free_agents(self, channel: Channel) -> int | None:
        now, known = self._clock.now(), self._counted.get(channel)
        if known is None or not timedelta(0) <= now - known[0] < COUNTED_FOR:
            known = self._counted[channel] = (now, self._agents(channel))
        return known[1]


def _speaker(question: Question) -> str:
    return question.speaker or question.sender.value


def _version(read: tuple[int, Places]) -> int:
    return read[0]


def _answered_by_agents(question: Question, channel: Channel) -> bool:
    """A call that we make needs an agent: an agent who names themselves is there, as is whoever speaks with a customer
    who is here, and dealers have their own."""
    if question.they_came or channel is not Channel.PHONE or question.sender is Sender.DEALER:
        return False
    return question.sender is not Sender.AGENT or not question.speaker
