"""Who is at their desk: hears signs of life from agents' desktops, and tells the pool when they stop and come back."""

import asyncio
import heapq
import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn
from hub.domain.errors import HubError, InvalidError, NotFoundError, RefusedError
from hub.ports import Clock, Recorded
from hub.router.pool.commands import AgentBack, AgentMissing, AgentSilent, Command

log = logging.getLogger(__name__)

ACTOR = "policy:presence"
LONGEST_WAIT_SECONDS = 5.0
"""Between two looks, on the wall's clock: what the policy allows may have changed meanwhile."""
RETRY_SECONDS = 1.0
LOOKS = 1_000
"""Agents looked at, or told of, before others get their turn."""
KEEP_SECONDS = 10.0
"""Between two times that the list of the watched is written down, on the wall's clock."""


class Limits(NamedTuple):
    """How long a desktop may be silent, in seconds."""

    heartbeat: float
    """Then its agent gets no more work."""
    grace: float
    """After so much more, somebody must look after what they were handling."""


class Step(Enum):
    """What is known of a watched agent."""

    THERE = 0
    SILENT = 1
    MISSING = 2


@dataclass(slots=True)
class _Watched:
    heard: float
    """When the last sign of life came, or when it counts from."""
    step: Step = Step.THERE
    look_at: float | None = None
    """When it is looked at next; entries in the order of looks that say otherwise are void. None: not at all, they are
    missing already, or a stream of theirs is open."""


class Presence:
    """The rules, without a clock or I/O: `now` is in seconds of any one clock.

    An agent is watched from their first sign of life on (a heartbeat, or a stream of their own desktop) until they sign
    off. As long as a stream is open they are there.
    """

    def __init__(self) -> None:
        self._watched: dict[str, _Watched] = {}
        self._streams: Counter[str] = Counter()
        self._due: list[tuple[float, str]] = []

    @property
    def watched(self) -> list[str]:
        """Everybody who is."""
        return list(self._watched)

    def expect(self, agents: Iterable[str], now: float, grace: float) -> None:
        """These were watched before a restart: they get a full grace to be heard of again."""
        for agent in agents:
            if agent not in self._watched:
                self._watched[agent] = known = _Watched(now + grace)
                self._look(agent, known, now)

    def heard(self, agent: str, now: float) -> bool:
        """A sign of life. True: they were away, or are heard of for the first time, so that the pool should know."""
        known = self._watched.get(agent)
        if known is None:
            self._watched[agent] = known = _Watched(now)
            self._look(agent, known, now)
            return True
        known.heard = max(known.heard, now)
        was_away, known.step = known.step is not Step.THERE, Step.THERE
        if was_away:
            self._look(agent, known, now)
        return was_away

    def opened(self, agent: str, now: float) -> bool:
        """A stream of theirs stands. True as with `heard`."""
        self._streams[agent] += 1
        return self.heard(agent, now)

    def closed(self, agent: str, now: float) -> None:
        """One of their streams ended: from now on it counts how long nothing is heard."""
        self._streams[agent] -= 1
        if self._streams[agent] <= 0:
            del self._streams[agent]
        known = self._watched.get(agent)
        if known is not None:
            self.heard(agent, now)
            if known.look_at is None:
                self._look(agent, known, now)

    def signed_on(self, agent: str, now: float) -> None:
        """Somebody whose desktop is open already is watched again."""
        if self._streams[agent] > 0:
            self.heard(agent, now)

    def signed_off(self, agent: str) -> None:
        """Nobody waits for them any more."""
        self._watched.pop(agent, None)

    def due(self, now: float, limits: Limits, most: int = LOOKS) -> list[tuple[str, Step]]:
        """Who has become silent or missing by now, each step once; looks at `most` agents, the rest is still due."""
        found: list[tuple[str, Step]] = []
        later: list[tuple[str, _Watched, float]] = []
        while self._due and self._due[0][0] <= now and len(later) < most:
            at, agent = heapq.heappop(self._due)
            known = self._watched.get(agent)
            if known is None or known.look_at != at:
                continue
            known.look_at = None
            if agent in self._streams:
                continue
            found += _steps(agent, known, now, limits)
            if known.step is not Step.MISSING:
                allowed = limits.heartbeat + (limits.grace if known.step is Step.SILENT else 0.0)
                later.append((agent, known, known.heard + allowed))
        for agent, known, at in later:
            self._look(agent, known, at)
        return found

    def next_due(self) -> float | None:
        """When to look again; None: nobody is watched."""
        return self._due[0][0] if self._due else None

    def _look(self, agent: str, known: _Watched, at: float) -> None:
        known.look_at = at
        heapq.heappush(self._due, (at, agent))


def _steps(agent: str, known: _Watched, now: float, limits: Limits) -> Iterator[tuple[str, Step]]:
    """What has become of a watched agent since they were last looked at."""
    silent = now - known.heard
    if known.step is Step.THERE and silent >= limits.heartbeat:
        known.step = Step.SILENT
        yield agent, Step.SILENT
    if known.step is Step.SILENT and silent >= limits.heartbeat + limits.grace:
        known.step = Step.MISSING
        yield agent, Step.MISSING


class PresencePool(Protocol):
    """What the watch needs of the routing pool."""

    async def execute(self, command: Command) -> Sequence[object]: ...


class PresenceWatch:
    """The shell: `heard`, `opened` and `closed` from the API, `follow` from the log, `run` beside them.

    `limits` is asked anew at each look. With a `file`, who is watched outlives a restart of the hub.
    """

    def __init__(
        self,
        pool: PresencePool,
        clock: Clock,
        limits: Callable[[], Limits],
        new_id: Callable[[], str],
        file: Path | None = None,
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._limits = limits
        self._new_id = new_id
        self._file = file
        self._presence = Presence()
        self._ask: list[Command] = []
        self._wake = asyncio.Event()
        self._kept: frozenset[str] = frozenset()
        now = self._now()
        self._presence.expect(watched_before(file) if file else (), now, limits().grace)

    def heard(self, agent_id: str) -> None:
        """A heartbeat."""
        self._note(agent_id, self._presence.heard(agent_id, self._now()))

    def opened(self, agent_id: str) -> None:
        """A stream of the agent's desktop stands."""
        self._note(agent_id, self._presence.opened(agent_id, self._now()))

    def closed(self, agent_id: str) -> None:
        """It ended."""
        self._presence.closed(agent_id, self._now())

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on: who signs off is watched no longer."""
        for recorded in batch:
            event: Any = recorded.event
            if type(event) is AgentSignedOff:
                self._presence.signed_off(event.agent_id)
            elif type(event) is AgentSignedOn:
                self._presence.signed_on(event.agent_id, self._now())

    async def run(self) -> None:
        """Tell the pool, for ever."""
        kept_at = -KEEP_SECONDS
        while True:
            at = self._clock.now()
            for agent_id, step in self._presence.due(at.timestamp(), self._limits()):
                log.info("agent %s: desktop %s", agent_id, step.name.lower())
                kind = AgentSilent if step is Step.SILENT else AgentMissing
                self._ask.append(kind(at, self._new_id(), ACTOR, agent_id))
            told = await self._tell()
            moment = asyncio.get_running_loop().time()
            if self._file and moment - kept_at >= KEEP_SECONDS:
                kept_at = moment
                await self._keep(self._file)
            if told:
                await self._pause()
            else:
                await asyncio.sleep(RETRY_SECONDS)

    async def _tell(self) -> bool:
        """Ask the pool for all that is to tell, in order; False: some of it must be asked again."""
        asked, self._ask = self._ask[:LOOKS], self._ask[LOOKS:]
        failed = []
        for command, outcome in zip(
            asked, await asyncio.gather(*map(self._pool.execute, asked), return_exceptions=True), strict=True
        ):
            if isinstance(outcome, NotFoundError | RefusedError | InvalidError):
                continue  # not signed on: nothing to take out of routing
            if isinstance(outcome, HubError):
                failed.append(command)
            elif isinstance(outcome, BaseException):
                raise outcome
        self._ask = failed + self._ask
        return not failed

    async def _pause(self) -> None:
        if self._ask:
            return
        self._wake.clear()
        due = self._presence.next_due()
        seconds = LONGEST_WAIT_SECONDS
        if due is not None:
            seconds = min(seconds, max(0.05, (due - self._now()) / self._clock.speed))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _keep(self, file: Path) -> None:
        watched = frozenset(self._presence.watched)
        if watched != self._kept:
            try:
                await asyncio.to_thread(keep_watched, file, watched)
                self._kept = watched
            except OSError as error:
                log.warning("who is watched can't be written down in %s, trying on: %s", file, error)

    def _note(self, agent_id: str, is_news: bool) -> None:
        if is_news:
            self._ask.append(AgentBack(self._clock.now(), self._new_id(), ACTOR, agent_id))
            self._wake.set()

    def _now(self) -> float:
        return self._clock.now().timestamp()


def watched_before(file: Path) -> list[str]:
    """Who was watched when this was written; nobody where there is no such file, or it can't be read."""
    try:
        told = json.loads(file.read_text())
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        log.warning("%s can't be read: agents whose desktop is gone already are not noticed: %s", file, error)
        return []
    return [one for one in told if isinstance(one, str)] if isinstance(told, list) else []


def keep_watched(file: Path, agents: Iterable[str]) -> None:
    """Write down who is watched, whole or not at all."""
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps(sorted(agents)))
    draft.replace(file)
