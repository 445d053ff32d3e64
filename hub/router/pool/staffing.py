"""What agents do with their own state, and what becomes of their work when they go."""

from hub.domain.agent import decide as rules
from hub.domain.agent.events import Agent, AgentState
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.ids import agent_stream
from hub.domain.interaction import decide as interaction_rules
from hub.domain.interaction.state import Phase
from hub.router.pool.commands import (
    AgentBack,
    AgentLocked,
    AgentMissing,
    AgentSilent,
    AgentUnlocked,
    ChangeCapacity,
    ChangeSkills,
    ChangeState,
    Command,
    PlanShifts,
    SignOff,
    SignOn,
)
from hub.router.pool.decided import AWAY_FROM_WORK, known_agent, meta, numbered, of
from hub.router.pool.state import Decided, KnownAgent, OpenInteraction, PoolState

DESKTOP_GONE = "the agent's desktop is gone"
LOCKED = "agent is locked"


def sign_on(state: PoolState, command: SignOn) -> list[Decided]:
    """The agent arrives."""
    agent_id = command.agent_id
    agent = state.agents.get(agent_id)
    _require_room(state, agent_id, command.capacity, command.ceilings)
    signed_on = rules.sign_on(
        agent.state if agent else Agent(),
        agent_id,
        pool=state.pool,
        name=command.name,
        skills=command.skills,
        languages=command.languages,
        capacity=command.capacity,
        attributes=command.attributes,
        ceilings=command.ceilings,
        units=command.units,
        **meta(command),
    )
    arrived = numbered(agent_stream(agent_id), agent.version if agent else 0, signed_on)
    return [*arrived, *_unflagged(agent, command)] if agent else arrived


def change_skills(state: PoolState, command: ChangeSkills) -> list[Decided]:
    """The agent can do other things."""
    agent = known_agent(state, command.agent_id)
    changed = rules.change_skills(
        agent.state, agent.id, skills=command.skills, languages=command.languages, attributes=command.attributes,
        **meta(command),
    )  # fmt: skip
    return of(agent, changed)


def change_capacity(state: PoolState, command: ChangeCapacity) -> list[Decided]:
    """The agent can do more or less at once."""
    agent = known_agent(state, command.agent_id)
    _require_room(state, agent.id, command.capacity, command.ceilings)
    changed = rules.change_capacity(
        agent.state, agent.id, capacity=command.capacity, ceilings=command.ceilings, units=command.units,
        **meta(command),
    )  # fmt: skip
    return of(agent, changed)


def change_state(state: PoolState, command: ChangeState) -> list[Decided]:
    """Ready or away, for a reason the policy knows."""
    agent = known_agent(state, command.agent_id)
    rules.require_own_choice(command.state)
    reasons = state.policy.agents.away_reasons
    if command.state is AgentState.AWAY and reasons and command.reason not in reasons:
        raise InvalidError(f"{command.reason!r} is no reason to be away: use {', '.join(reasons)}", "reason")
    changed = rules.change_state(agent.state, agent.id, command.state, command.reason, **meta(command))
    here_again = [*of(agent, changed), *_unflagged(agent, command)]
    if not changed or command.state is AgentState.READY:
        return here_again
    return [*take_offers_back(agent, f"agent is {command.state.value}", command), *here_again]


def plan_shifts(state: PoolState, command: PlanShifts) -> list[Decided]:
    """What the agent is to do; nothing is routed by it."""
    agent = state.agents.get(command.agent_id)
    planned = rules.plan_shifts(
        agent.state if agent else Agent(), command.agent_id, command.start, command.end, command.shifts,
        **meta(command),
    )  # fmt: skip
    return numbered(agent_stream(command.agent_id), agent.version if agent else 0, planned)


def silent(state: PoolState, command: AgentSilent) -> list[Decided]:
    """Nobody knows whether they are there: what was only offered to them goes on to others."""
    agent = known_agent(state, command.agent_id)
    if agent.state.state in AWAY_FROM_WORK:
        return []
    gone = rules.change_state(agent.state, agent.id, AgentState.GONE, DESKTOP_GONE, **meta(command))
    return [*take_offers_back(agent, DESKTOP_GONE, command), *of(agent, gone)]


def missing(state: PoolState, command: AgentMissing) -> list[Decided]:
    """They are not back: a supervisor should look at what they were handling."""
    agent = known_agent(state, command.agent_id)
    if agent.state.state is not AgentState.GONE:
        return []
    decided: list[Decided] = []
    for held in _handled(agent):
        decided += of(held, interaction_rules.flag(held.state, DESKTOP_GONE, **meta(command, held.stream)))
    return decided


def back(state: PoolState, command: AgentBack) -> list[Decided]:
    """They are here again, in the state in which they were, and go on with what they handled."""
    agent = known_agent(state, command.agent_id)
    came_back = of(agent, rules.come_back(agent.state, agent.id, "the agent's desktop is back", **meta(command)))
    return [*came_back, *_unflagged(agent, command)]


def locked(state: PoolState, command: AgentLocked) -> list[Decided]:
    """Nobody would see an offer: what was only offered to them goes on to others. What they handle stays theirs."""
    agent = known_agent(state, command.agent_id)
    away = rules.lock(agent.state, agent.id, **meta(command))
    return [*take_offers_back(agent, LOCKED, command), *of(agent, away)] if away else []


def unlocked(state: PoolState, command: AgentUnlocked) -> list[Decided]:
    """They are in the state in which they were."""
    agent = known_agent(state, command.agent_id)
    return of(agent, rules.unlock(agent.state, agent.id, "the agent's screens are open", **meta(command)))


def sign_off(state: PoolState, command: SignOff) -> list[Decided]:
    """Offers go to somebody else; who still has a conversation or a wrap-up can't leave it behind, unless a
    supervisor signs them off: then conversations wait again, and wrap-ups are over."""
    agent = known_agent(state, command.agent_id)
    handled = _handled(agent)
    if handled and not command.forced:
        kept = ", ".join(held.stream for held in handled)
        raise RefusedError(f"agent {agent.id} can't sign off yet: first end and wrap up {kept}")
    decided = take_offers_back(agent, "agent signed off", command)
    for held in handled:
        given = meta(command, held.stream)
        if held.state.phase is Phase.ACTIVE:
            decided += of(held, interaction_rules.pull_back(held.state, "agent was signed off", **given))
        else:
            decided += of(held, interaction_rules.complete_wrap_up(held.state, agent.id, "", **given))
    return [*decided, *of(agent, rules.sign_off(agent.state, agent.id, command.reason, **meta(command)))]


def take_offers_back(
    agent: KnownAgent, reason: str, command: Command, but: OpenInteraction | None = None, channel: str = ""
) -> list[Decided]:
    """What is only offered to them goes to others; all, or what is of one channel."""
    decided: list[Decided] = []
    for held in agent.holds.values():
        if held is not but and channel in ("", held.queued.channel):
            given = meta(command, held.stream)
            decided += of(held, interaction_rules.rescind(held.state, reason, agent.id, **given))
    return decided


def _unflagged(agent: KnownAgent, command: Command) -> list[Decided]:
    """Their desktop is back: nobody else need look at what they are handling."""
    decided: list[Decided] = []
    for held in _handled(agent):
        decided += of(held, interaction_rules.unflag(held.state, DESKTOP_GONE, **meta(command, held.stream)))
    return decided


def _handled(agent: KnownAgent) -> list[OpenInteraction]:
    """What they are on, or wrap up."""
    return [
        held
        for held in (*agent.holds.values(), *agent.interrupted.values())
        if held.state.phase in (Phase.ACTIVE, Phase.WRAP_UP) and held.state.agent_id == agent.id
    ]


def _require_room(state: PoolState, agent_id: str, capacity: int, ceilings: dict[str, int]) -> None:
    agent = state.agents.get(agent_id)
    if agent is None:
        return
    held = agent.seat.capacity - agent.seat.free
    if capacity < held:
        raise RefusedError(f"agent {agent_id} holds work of {held} units: finish it before signing on with less")
    for channel, most in ceilings.items():
        has = sum(one.queued.channel == channel for one in (*agent.holds.values(), *agent.interrupted.values()))
        if has > most:
            raise RefusedError(f"agent {agent_id} holds {has} pieces of work of channel {channel}, more than {most}")
