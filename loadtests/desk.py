"""Agents inside the hub's process: they see offers in the log and ask the pool, with no wire between."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from heapq import heappop, heappush
from typing import Any

from hub.domain.agent.events import AgentState
from hub.domain.errors import HubError
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
        self._later = _Later(self._act)

    async def sign_on(self, agents: Iterable[tuple[str, dict[str, int]]]) -> None:
        """These agents (id, skills) are ready for work when this returns."""
        await asyncio.gather(
            *(
                self._execute(
                    SignOn(
                        **self._meta(f"agent:{name}"),
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
        for recorded in batch:
            self._follow(recorded.stream, recorded.event, now)

    def _follow(self, stream: str, event: object, now: int) -> None:
        match event:
            case InteractionQueued():
                self._talks[stream], self._wrap_ups[stream] = self._handle(event.contact_id)
            case InteractionOffered():
                self.observed.received[event.offer_id] = now
                self._after(0, Accept, event.agent_id, {"offer_id": event.offer_id})
            case OfferAccepted():
                self._after(self._talks[stream], End, event.agent_id, {"interaction_id": stream})
            case InteractionEnded():
                wrapped_up = {"interaction_id": stream, "code": "resolved"}
                self._after(self._wrap_ups[stream], CompleteWrapUp, event.agent_id, wrapped_up)
            case OfferTimedOut():
                self._after(0, ChangeState, event.agent_id, {"state": AgentState.READY, "reason": "back again"})
            case WrapUpCompleted() | InteractionAbandoned():
                self._talks.pop(stream, None)
                self._wrap_ups.pop(stream, None)
                self.over += 1
                if self.over == self._expected:
                    self.all_over.set()

    def _after(self, seconds: float, kind: Any, agent: str, arguments: dict[str, Any]) -> None:
        if seconds > 0:
            self._later.add(seconds, (kind, agent, arguments))
        else:
            self._act(kind, agent, arguments)

    def _act(self, kind: Any, agent: str, arguments: dict[str, Any]) -> None:
        if kind is CompleteWrapUp:
            self.observed.finished[arguments["interaction_id"]] = time.monotonic_ns()
        task = asyncio.ensure_future(self._ask(kind(**self._meta(f"agent:{agent}"), agent_id=agent, **arguments)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, command: Command) -> object:
        try:
            return await self._execute(command)
        except HubError:
            return None  # The offer timed out meanwhile: the log says so, and the audit counts what is lost.

    def _meta(self, actor: str) -> dict[str, Any]:
        self._commands += 1
        return {"at": self._clock.now(), "id": f"desk-{self._commands}", "actor": actor}


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
