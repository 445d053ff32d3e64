"""What agents and supervisors did of their own accord, done again at the same times."""

from collections.abc import Callable, Sequence
from typing import Any

from hub.domain.agent.events import (
    AgentCapacityChanged,
    AgentSignedOff,
    AgentSignedOn,
    AgentSkillsChanged,
    AgentState,
    AgentStateChanged,
)
from hub.domain.event import Event
from hub.domain.interaction.state import Phase
from hub.domain.pool.events import PolicyAdopted, QueueIntakeChanged
from hub.router.pool import commands as ask
from hub.router.pool.state import KnownAgent, PoolState

Do = Callable[..., Sequence[Event]]

REPEATED: tuple[type[Event], ...] = (
    AgentSignedOn,
    AgentSignedOff,
    AgentSkillsChanged,
    AgentCapacityChanged,
    AgentStateChanged,
    QueueIntakeChanged,
    PolicyAdopted,
)
"""Facts that come from people, or from how agents were found to behave, not from what they were offered."""


class Shifts:
    """Agents who are in a conversation when they leave in the record leave when it is over. Who missed an offer in the
    record is away for as long as they were not answering."""

    def __init__(self, state: PoolState, do: Do) -> None:
        self._state = state
        self._do = do
        self._leaving: dict[str, None] = {}

    def repeat(self, event: Event) -> None:
        """One of REPEATED, at its time."""
        match event:
            case AgentSignedOn() if event.pool == self._state.pool:
                self._sign_on(event)
            case QueueIntakeChanged() if event.pool == self._state.pool:
                given = {"queue": event.queue, "intake": event.intake, "to": event.to, "reason": event.reason}
                self._do(ask.SetIntake, event.actor, **given)
            case PolicyAdopted() if event.pool == self._state.pool:
                self._do(ask.AdoptPolicy, event.actor, version=event.version, text="", waiting=event.waiting)
            case AgentSignedOff() | AgentSkillsChanged() | AgentCapacityChanged() | AgentStateChanged():
                agent = self._state.agents.get(event.agent_id)
                if agent is not None:
                    self._change(agent, event)

    def leave(self) -> None:
        """Who was to leave and has finished, leaves."""
        for agent_id in [one for one in self._leaving if not _is_at_work(self._state.agents[one])]:
            if self._leaving.pop(agent_id, self) is not self:
                self._do(ask.SignOff, _own(agent_id), agent_id=agent_id)

    def _sign_on(self, event: AgentSignedOn) -> None:
        self._leaving.pop(event.agent_id, None)
        names = ("agent_id", "name", "skills", "languages", "capacity", "attributes", "ceilings", "units")
        self._do(ask.SignOn, _own(event.agent_id), **{name: getattr(event, name) for name in names})

    def _change(self, agent: KnownAgent, event: Event) -> None:
        given: dict[str, Any] = {"actor": _own(agent.id), "agent_id": agent.id}
        match event:
            case AgentSignedOff() if _is_at_work(agent):
                self._leaving[agent.id] = None
                self._turn(agent, AgentState.AWAY, "")
            case AgentSignedOff():
                self._do(ask.SignOff, **given, reason=event.reason)
            case AgentSkillsChanged():
                given |= {"skills": event.skills, "languages": event.languages, "attributes": event.attributes}
                self._do(ask.ChangeSkills, **given)
            case AgentCapacityChanged():
                given |= {"capacity": event.capacity, "ceilings": event.ceilings, "units": event.units}
                self._do(ask.ChangeCapacity, **given)
            case AgentStateChanged(state=AgentState.GONE):
                self._do(ask.AgentSilent, "hub", agent_id=agent.id)
            case AgentStateChanged():
                self._turn(agent, event.state, event.reason)

    def _turn(self, agent: KnownAgent, new: AgentState, reason: str) -> None:
        if agent.state.state is AgentState.SIGNED_OFF or (agent.id in self._leaving and new is AgentState.READY):
            return
        if agent.state.state is AgentState.GONE:
            self._do(ask.AgentBack, "hub", agent_id=agent.id)
        if new is not AgentState.READY:
            new, known = AgentState.AWAY, self._state.policy.agents.away_reasons
            reason = reason if reason in known or not known else known[0]
        self._do(ask.ChangeState, _own(agent.id), agent_id=agent.id, state=new, reason=reason)


def _is_at_work(agent: KnownAgent) -> bool:
    return any(
        held.state.phase in (Phase.ACTIVE, Phase.WRAP_UP) and held.state.agent_id == agent.id
        for held in (*agent.holds.values(), *agent.interrupted.values())
    )


def _own(agent_id: str) -> str:
    return f"agent:{agent_id}"
