"""Urgent work takes the place of what may wait, and that goes on when there is room for it again."""

from hub.domain.interaction import decide as rules
from hub.domain.interaction.state import Phase
from hub.router.matching.agents import Need
from hub.router.pool.commands import Command
from hub.router.pool.decided import by_policy, of
from hub.router.pool.state import Decided, KnownAgent, PoolState

URGENT = "more urgent work came"
"""The reason for which an offer that was not answered yet is taken back for other work."""


def make_room(state: PoolState, agent: KnownAgent, need: Need, urgent: str, command: Command) -> list[Decided]:
    """What the agent is on is paused for the urgent interaction; what they are only asked to take goes to others."""
    decided: list[Decided] = []
    for work in state.matcher.to_pause(agent.seat, need):
        other = state.interactions[work.id]
        given = by_policy(state, command, other.stream)
        if other.state.phase is Phase.OFFERED:
            decided += of(other, rules.rescind(other.state, URGENT, agent.id, **given))
        else:
            decided += of(other, rules.interrupt(other.state, agent.id, urgent, **given))
    return decided


def go_on(state: PoolState, agent: KnownAgent, command: Command) -> list[Decided]:
    """The agent goes on with what was interrupted, as far as there is room. What ended meanwhile rests until it is
    wrapped up."""
    decided: list[Decided] = []
    for work in state.matcher.to_resume(agent.seat):
        interaction = state.interactions[work.id]
        if interaction.state.interrupted:
            given = by_policy(state, command, interaction.stream)
            decided += of(interaction, rules.continue_(interaction.state, agent.id, **given))
    return decided


def is_wanted(state: PoolState, agent: KnownAgent, now: float) -> bool:
    """Whether something that would interrupt the agent again waits for them."""
    work = state.matcher.waiting.best_for(agent.seat, now) if agent.seat.is_open else None
    return work is not None and work.need.interrupts
