"""How agents spent a stretch of time: with work, or ready without any; from facts alone."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    InteractionContinued,
    InteractionInterrupted,
    InteractionOffered,
    InteractionParked,
    InteractionPulledBack,
    InteractionTransferred,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.router.pool.state import PoolState
from hub.router.trial.stories import NOTHING

_TAKES = (InteractionOffered, InteractionContinued)
_GIVES_UP = (
    CallbackMissed,
    InteractionInterrupted,
    InteractionParked,
    InteractionPulledBack,
    InteractionTransferred,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    WrapUpCompleted,
)


@dataclass(slots=True)
class _Agent:
    last: datetime
    ready: bool = False
    hands: dict[str, str] = field(default_factory=dict)
    """Interactions they are offered, talk about or wrap up, and the queue of each."""


class Clocks:
    """From `start` to `end`. Two things at once count once; in the time of queues once for each queue. Work that
    outlasts the sign-off counts."""

    def __init__(self, start: datetime, end: datetime, pool: str, queue_of: Callable[[str], str]) -> None:
        self.busy = NOTHING
        self.available = NOTHING
        self.of_queue: dict[str, timedelta] = defaultdict(lambda: NOTHING)
        self._start = start
        self._end = end
        self._pool = pool
        self._queue_of = queue_of
        self._agents: dict[str, _Agent] = {}

    def begin(self, state: PoolState) -> None:
        """What agents were at when it began."""
        for name, known in state.agents.items():
            agent = self._agents[name] = _Agent(self._start, known.state.state is AgentState.READY)
            agent.hands = {stream: self._queue_of(stream) for stream in known.holds}

    def follow(self, stream: str, event: Event) -> None:
        """One more fact."""
        if isinstance(event, AgentSignedOn) and event.pool == self._pool:
            self._at(event.agent_id, event.at).ready = True
        elif isinstance(event, AgentStateChanged) and event.agent_id in self._agents:
            self._at(event.agent_id, event.at).ready = event.state is AgentState.READY
        elif isinstance(event, AgentSignedOff) and event.agent_id in self._agents:
            self._at(event.agent_id, event.at).ready = False
        elif isinstance(event, _TAKES):
            self._take(event.agent_id, stream, event)
        elif isinstance(event, _GIVES_UP):
            self._at(event.agent_id, event.at).hands.pop(stream, None)
            if isinstance(event, InteractionTransferred) and event.warm:
                self._take(event.to_agent, stream, event)

    def stop(self) -> None:
        """Count up to the end."""
        for name in self._agents:
            self._at(name, self._end)

    def _take(self, agent_id: str, stream: str, event: Any) -> None:
        self._at(agent_id, event.at).hands[stream] = self._queue_of(stream)

    def _at(self, agent_id: str, moment: datetime) -> _Agent:
        agent = self._agents.get(agent_id)
        if agent is None:
            agent = self._agents[agent_id] = _Agent(self._start)
        passed = min(moment, self._end) - agent.last
        if passed > NOTHING:
            if agent.hands:
                self.busy += passed
                for queue in set(agent.hands.values()):
                    self.of_queue[queue] += passed
            elif agent.ready:
                self.available += passed
            agent.last += passed
        return agent
