"""Texts that people put in force: published as facts, once, in order, never over somebody else's head."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from hub.domain.errors import ConflictError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.policies.book import Versioned
from hub.policies.reading import version_of
from hub.ports import Append, Clock, Committed, Journal, Recorded, Unit

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Published:
    """A text that was put in force. `published_at` None: nobody did, the hub started with it."""

    version: str
    text: str
    note: str = ""
    waiting: bool = False
    actor: str = ""
    published_at: datetime | None = None
    stream_version: int = 0
    """Place in the history, from 1."""


E = TypeVar("E", bound=Event)


class Kind(NamedTuple, Generic[E]):
    """A kind of policy: what it is called, the stream it is published in, and the fact that says so. `usable` raises
    PolicyError for a text in which its checker finds an error."""

    name: str
    stream: str
    fact: type[E]
    read: Callable[[E], Published]
    usable: Callable[[str], Versioned]


class PublishedTexts(Generic[E]):
    """One kind's history, and what is added to it. `starting` is the text in force as long as nothing was published."""

    def __init__(self, journal: Journal, clock: Clock, kind: Kind[E], starting: str) -> None:
        self._journal = journal
        self._clock = clock
        self._kind = kind
        self._starting = Published(version_of(starting), starting)

    async def publish(
        self, text: str, *, actor: str, command_id: str, expected_version: str = "", **told: Any
    ) -> list[Recorded]:
        """Put a text in force: what it led to, nothing where it was published last already. `told`: what else the fact
        says. Raises PolicyError with every mistake, and RefusedError where another version than the expected one is in
        force."""
        version, kind = self._kind.usable(text).version, self._kind
        for _ in range(ATTEMPTS):
            history = await self.history()
            in_force = history[-1] if history else self._starting
            if expected_version not in ("", in_force.version):
                raise RefusedError(
                    f"version {in_force.version} is in force, not {expected_version}: "
                    "see what changed, then publish against that one"
                )
            if history and in_force.version == version:
                return []
            now = self._clock.now()
            fields = {"at": now, "recorded_at": now, "causation": command_id, "actor": actor, **told}
            event = kind.fact(**fields | {"version": version, "text": text})
            [outcome] = await self._journal.commit([Unit([Append(kind.stream, in_force.stream_version, [event])])])
            if isinstance(outcome, Committed):
                return [Recorded(outcome.first, kind.stream, in_force.stream_version + 1, event)]
            if not isinstance(outcome, ConflictError):
                raise outcome
        raise ConflictError(kind.stream)

    async def publish_first(self, *, from_file: bool, command_id: str, **told: Any) -> None:
        """At a hub's start: what it starts with goes on record, so that every decision can be computed again. Once
        something was published, only a file whose text never was takes its place."""
        history = await self.history()
        if history and not (from_file and all(one.version != self._starting.version for one in history)):
            return
        note = "the file named in the settings" if from_file else "ships with the hub"
        await self.publish(self._starting.text, actor="operator:settings", command_id=command_id, note=note, **told)

    async def history(self) -> list[Published]:
        """Everything that was published, oldest first; a version may come more than once."""
        stream, fact = self._kind.stream, self._kind.fact
        recorded = (await self._journal.load([stream])).get(stream, [])
        return [self._published(one.event, one.version) for one in recorded if isinstance(one.event, fact)]

    async def in_force(self) -> Published:
        """What was published last; as long as nothing was, what the hub started with."""
        history = await self.history()
        return history[-1] if history else self._starting

    async def version(self, version: str) -> Published:
        """The newest publication of a version, or what the hub started with. Raises NotFoundError."""
        for published in [*reversed(await self.history()), self._starting]:
            if published.version == version:
                return published
        raise NotFoundError(f"there is no version {version!r} of the {self._kind.name}: the history lists them")

    def _published(self, event: E, stream_version: int) -> Published:
        read = self._kind.read(event)
        return Published(read.version, read.text, read.note, read.waiting, event.actor, event.at, stream_version)
