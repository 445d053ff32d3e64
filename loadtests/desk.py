"""Agents inside the hub's process: they see offers in the log and ask the pool, with no wire between."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from heapq import heappop, heappush
from typing import Any

from hub.domain.agent.events import AgentState
from hub.domain.errors import HubError
from hub.domain.event import Event
from hub.domain.interaction.events import (
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.ports import Clock, Recorded
from hub.router.pool.commands import Accept, ChangeState, Command, CompleteWrapUp, End, SignOn
from loadtests.observed import Observed

Execute = Callable[[Command], Awaitable[object]]
HandleTime = Callable[[str], tuple[float, float]]


class Desk:
    """All agents of a run. They accept at once, talk and wrap up for as long as `handle` says of the contact, and
    come back when they missed an offer. `on_log` is a follower of the log. `close` it at the end."""

    def __init__(self, execute: Execute, clock: Clock, handle: HandleTime, expected: int) -> None:
        self.observed = Observed()
        self.all_over = asyncio.Event()
        """Set when `expected` interactions are over."""
        self.over = 0
        """Interactions that were completed or abandoned."""
        self._expected = expected
        self._execute = execute
        self._clock = clock
        self._handle = handle
        self._commands = 0
        self._wrap_ups: dict[str, float] = {}
        """How long each open interaction will be wrapped up, in seconds."""
        self._talks: dict[str, float] = {}
        self._tasks: set[asyncio.Task[object]] = set()
        self._loop = asyncio.get_running_loop()
        self._later = _Later(self._act)

    async def sign_on(self, agents: Iterable[tuple[str, dict[str, int]]]) -> None:
        """These agents (id, skills) are ready for work when this returns."""
        at = self._clock.now()
        await asyncio.gather(
            *(
                self._execute(
                    SignOn(
                        at,
                        f"desk-sign-on-{name}",
                        f"agent:{name}",
                        agent_id=name,
                        name=f"Agent {name}",
                        skills=skills,
                        languages=("en",),
                    )
                )
                for name, skills in agents
            )
        )

    def close(self) -> None:
        """Nobody does anything more."""
        self._later.close()

    def on_log(self, batch: Sequence[Recorded]) -> None:
        """Do what each event asks of an agent."""
        now = time.monotonic_ns()
        for _, stream, _, event in batch:
            does = _DOES.get(type(event))
            if does is not None:
                does(self, stream, event, now)

    def _queued(self, stream: str, event: InteractionQueued, _: int) -> None:
        self._talks[stream], self._wrap_ups[stream] = self._handle(event.contact_id)

    def _offered(self, _: str, event: InteractionOffered, now: int) -> None:
        self.observed.received[event.offer_id] = now
        self._act(Accept, event.agent_id, event.offer_id)

    def _accepted(self, stream: str, event: OfferAccepted, _: int) -> None:
        self._after(self._talks[stream], End, event.agent_id, stream)

    def _ended(self, stream: str, event: InteractionEnded, _: int) -> None:
        self._after(self._wrap_ups[stream], CompleteWrapUp, event.agent_id, stream, "resolved")

    def _missed(self, _: str, event: OfferTimedOut, __: int) -> None:
        self._act(ChangeState, event.agent_id, AgentState.READY, "back again")

    def _over(self, stream: str, _: WrapUpCompleted | InteractionAbandoned, __: int) -> None:
        self._talks.pop(stream, None)
        self._wrap_ups.pop(stream, None)
        self.over += 1
        if self.over == self._expected:
            self.all_over.set()

    def _after(self, seconds: float, *what: Any) -> None:
        if seconds > 0:
            self._later.add(seconds, what)
        else:
            self._act(*what)

    def _act(self, kind: Any, agent: str, *arguments: Any) -> None:
        """The agent asks for this, about what the arguments name."""
        if kind is CompleteWrapUp:
            self.observed.finished[arguments[0]] = time.monotonic_ns()
        self._commands += 1
        command = kind(self._clock.now(), f"desk-{self._commands}", f"agent:{agent}", agent, *arguments)
        task = self._loop.create_task(self._ask(command))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, command: Command) -> object:
        try:
            return await self._execute(command)
        except HubError:
            return None  # The offer timed out meanwhile: the log says so, and the audit counts what is lost.


_DOES: dict[type[Event], Callable[[Desk, str, Any, int], None]] = {
    InteractionQueued: Desk._queued,
    InteractionOffered: Desk._offered,
    OfferAccepted: Desk._accepted,
    InteractionEnded: Desk._ended,
    OfferTimedOut: Desk._missed,
    WrapUpCompleted: Desk._over,
    InteractionAbandoned: Desk._over,
}
"""What each event asks of an agent; matching on pydantic classes would cost as much as what is measured."""


class _Later:
    """Calls `act` with what was added, when its time has come: tens of thousands wait in one heap, behind one timer
    of the loop, so that what they cost the hub's process does not grow with their number."""

    def __init__(self, act: Callable[..., None]) -> None:
        self._act = act
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[float, int, tuple[Any, ...]]] = []
        self._number = 0
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0

    def add(self, seconds: float, what: tuple[Any, ...]) -> None:
        due = self._loop.time() + seconds
        self._number += 1
        heappush(self._waiting, (due, self._number, what))
        if self._timer is None or due < self._due:
            self._set()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _set(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._due = self._waiting[0][0]
        self._timer = self._loop.call_at(self._due, self._come)

    def _come(self) -> None:
        self._timer = None
        now = self._loop.time()
        while self._waiting and self._waiting[0][0] <= now:
            self._act(*heappop(self._waiting)[2])
        if self._waiting and self._timer is None:
            self._set()
