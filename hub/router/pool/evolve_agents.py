"""What facts of agents change in a pool's state."""

from collections.abc import Callable

from hub.domain.agent import events as facts
from hub.domain.agent.events import (
    AgentCapacityChanged,
    AgentChannelsClosed,
    AgentSignedOff,
    AgentSignedOn,
    AgentSkillsChanged,
    AgentState,
    AgentStateChanged,
)
from hub.domain.event import Event
from hub.router.pool.placing import bar_asker
from hub.router.pool.state import KnownAgent, PoolState


def _signed_on(state: PoolState, stream: str, version: int, event: AgentSignedOn) -> None:  # noqa: ARG001
    if event.pool != state.pool:
        return
    agent = state.agent(event.agent_id)
    _note(agent, version, event)
    equip(state, agent)
    _begin_anew(state, agent)
    matcher = state.matcher
    matcher.sign(agent.seat, True)
    matcher.set_closed(agent.seat, frozenset())
    matcher.idle_since(agent.seat, event.at.timestamp())
    matcher.set_ready(agent.seat, True)


def _changed(state: PoolState, stream: str, version: int, event: AgentStateChanged | AgentSignedOff) -> None:  # noqa: ARG001
    agent = state.agent(event.agent_id)
    _note(agent, version, event)
    now = agent.state.state
    if now is AgentState.SIGNED_OFF:
        _begin_anew(state, agent)
    state.matcher.sign(agent.seat, now not in (AgentState.SIGNED_OFF, AgentState.GONE))
    state.matcher.set_closed(agent.seat, frozenset(agent.state.closed))
    state.matcher.set_ready(agent.seat, now is AgentState.READY)


def _channels_closed(state: PoolState, stream: str, version: int, event: AgentChannelsClosed) -> None:  # noqa: ARG001
    agent = state.agent(event.agent_id)
    _note(agent, version, event)
    state.matcher.set_closed(agent.seat, frozenset(event.channels))


def _abilities(
    state: PoolState, stream: str, version: int, event: AgentSkillsChanged | AgentCapacityChanged  # noqa: ARG001
) -> None:  # fmt: skip
    agent = state.agent(event.agent_id)
    _note(agent, version, event)
    equip(state, agent)


def _planned(state: PoolState, stream: str, version: int, event: facts.ShiftsPlanned) -> None:  # noqa: ARG001
    """Nothing is decided on shifts; the agent has a plan."""
    _note(state.agent(event.agent_id), version, event)


def _begin_anew(state: PoolState, agent: KnownAgent) -> None:
    """What they refused is forgotten, and they are rested."""
    for stream in agent.seat.barred:
        refused = state.interactions.get(stream)
        if refused is not None:
            refused.barred.discard(agent.id)
            if not refused.barred:
                state.refused.pop(stream, None)
    state.matcher.forgive(agent.seat)
    if agent.seat.rest:
        state.matcher.rest(agent.seat, 0.0)
    for held in (*agent.holds.values(), *agent.interrupted.values()):
        for stream in held.consults:
            bar_asker(state, state.interactions[stream])


def _note(agent: KnownAgent, version: int, event: Event) -> None:
    agent.version = version
    agent.state = facts.evolve(agent.state, event)


def equip(state: PoolState, agent: KnownAgent) -> None:
    """Let matching know what the agent can do: their own word, then the policy's."""
    one = agent.state
    state.matcher.equip(
        agent.seat,
        one.skills,
        one.languages,
        one.attributes,
        one.capacity,
        ceilings={**state.policy.ceilings(), **one.ceilings},
        units=one.units,
    )
    if agent.interrupted:
        state.freed[agent.id] = agent


EVOLVE: dict[type[Event], Callable[..., None]] = {
    AgentSignedOn: _signed_on,
    AgentStateChanged: _changed,
    AgentSignedOff: _changed,
    AgentChannelsClosed: _channels_closed,
    AgentSkillsChanged: _abilities,
    AgentCapacityChanged: _abilities,
    facts.ShiftsPlanned: _planned,
}
