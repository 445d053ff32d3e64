"""Agents inside the hub's process: they see offers in the log and ask the pool, with no wire between."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
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
from hub.router.commands import Accept, ChangeState, Command, CompleteWrapUp, End, SignOn
from loadtests.contacts import SERVICES
from loadtests.observed import Observed

Execute = Callable[[Command], Awaitable[object]]
HandleTime = Callable[[str], tuple[float, float]]


class Desk:
    """All agents of a run. They accept at once, talk and wrap up for as long as `handle` says of the contact, and
    come back when they missed an offer. `on_log` is a follower of the log."""

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
        self._contacts: dict[str, str] = {}
        self._tasks: set[asyncio.Task[object]] = set()

    async def sign_on(self, agents: int) -> None:
        """Agents who can do everything, ready for work when this returns."""
        skills = {service: 1 + number % 5 for number, service in enumerate(SERVICES)}
        names = [f"a{number}" for number in range(agents)]
        profile = {"skills": skills, "languages": ("en",)}
        await asyncio.gather(
            *(
                self._execute(SignOn(**self._meta(f"agent:{name}"), agent_id=name, name=f"Agent {name}", **profile))
                for name in names
            )
        )

    def on_log(self, batch: Sequence[Recorded]) -> None:
        """Do what each event asks of an agent."""
        now = time.monotonic_ns()
        for recorded in batch:
            self._follow(recorded.stream, recorded.event, now)

    def _follow(self, stream: str, event: object, now: int) -> None:
        match event:
            case InteractionQueued():
                self._contacts[stream] = event.contact_id
            case InteractionOffered():
                self.observed.received[event.offer_id] = now
                self._after(0, Accept, event.agent_id, {"offer_id": event.offer_id})
            case OfferAccepted():
                talk, _ = self._handle(self._contacts[stream])
                self._after(talk, End, event.agent_id, {"interaction_id": stream})
            case InteractionEnded():
                _, wrap = self._handle(self._contacts[stream])
                self._after(wrap, CompleteWrapUp, event.agent_id, {"interaction_id": stream, "code": "resolved"})
            case OfferTimedOut():
                self._after(0, ChangeState, event.agent_id, {"state": AgentState.READY, "reason": "back again"})
            case WrapUpCompleted() | InteractionAbandoned():
                self._contacts.pop(stream, None)
                self.over += 1
                if self.over == self._expected:
                    self.all_over.set()

    def _after(self, seconds: float, kind: Any, agent: str, arguments: dict[str, Any]) -> None:
        if seconds > 0:
            asyncio.get_running_loop().call_later(seconds, self._act, kind, agent, arguments)
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
