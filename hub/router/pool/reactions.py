"""What follows at once from what has just happened: steps nobody can meet, declines by all, wrap-ups that are none."""

from collections.abc import Callable, Iterable
from datetime import timedelta

from hub.domain.agent.events import AgentSignedOff, AgentSignedOn, AgentSkillsChanged, AgentState, AgentStateChanged
from hub.domain.event import Event
from hub.domain.interaction import decide as rules
from hub.domain.interaction.events import (
    CallbackMissed,
    ContactAttached,
    InteractionAbandoned,
    InteractionEnded,
    InteractionExpired,
    InteractionMoved,
    InteractionParked,
    InteractionPulledBack,
    InteractionQueued,
    InteractionReopened,
    InteractionTransferred,
    InteractionUnparked,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    RequirementRelaxed,
)
from hub.domain.interaction.state import Phase
from hub.router.policy.fields import WrapUpRule
from hub.router.pool.commands import Command, TakeUp
from hub.router.pool.decided import AWAY_FROM_WORK, by_policy, meant_for, of
from hub.router.pool.handing_on import end_consults, leave_conference
from hub.router.pool.state import Decided, OpenInteraction, PoolState
from hub.router.pool.supervising import drained_to, move_to

NOBODY = "nobody signed on"

React = Callable[[PoolState, Decided, Command], list[Decided]]


def _waits(state: PoolState, one: Decided, command: Command) -> list[Decided]:
    """Steps, and agents waited for, that are not there are skipped at once."""
    interaction = state.interactions.get(one.stream)
    if interaction is None or interaction.state.phase is not Phase.WAITING:
        return []
    return (
        _drained(state, interaction, command)
        or [*_agent_not_here(state, interaction, command), *_nobody_meets(state, interaction, command)]
        or _refused_by_all(state, [interaction], command)
    )


def _drained(state: PoolState, interaction: OpenInteraction, command: Command) -> list[Decided]:
    """What comes to a queue that is drained goes on to where that leads."""
    queue = drained_to(state, interaction.queue)
    return [] if queue == interaction.queue else move_to(state, interaction, queue, "drained", command)


def _agent_not_here(state: PoolState, interaction: OpenInteraction, command: Command) -> list[Decided]:
    seat = interaction.work.bound
    if seat is None or seat.signed_on:
        return []
    given = by_policy(state, command, interaction.stream)
    return of(interaction, [RequirementRelaxed(step=-1, reason=NOBODY, **given)])


def _nobody_meets(state: PoolState, interaction: OpenInteraction, command: Command) -> list[Decided]:
    """The first step from the present one on that somebody who is signed on can meet; else the last."""
    steps = interaction.placement.steps
    if interaction.step + 1 >= len(steps) or state.matcher.somebody(interaction.work.need):
        return []
    step = interaction.step + 1
    while step + 1 < len(steps):
        line = state.line(interaction.queued, interaction.placement, step)
        if state.matcher.somebody(line.need):
            break
        step += 1
    bound_first = interaction.work.bound is not None and not interaction.work.bound.signed_on
    given = by_policy(state, command, interaction.stream)
    relaxed = RequirementRelaxed(step=step, reason=NOBODY, **given)
    return [Decided(interaction.stream, interaction.version + 1 + bound_first, relaxed)]


def _refused(state: PoolState, one: Decided, command: Command) -> list[Decided]:
    """The agent it was meant for won't: then anybody may. All who fit won't: a supervisor is told, and they are asked
    again after a while."""
    interaction = state.interactions.get(one.stream)
    if interaction is None or interaction.state.phase is not Phase.WAITING:
        return []
    event = one.event
    assert isinstance(event, OfferDeclined | OfferTimedOut)
    if interaction.work.bound is not None and interaction.work.bound.agent_id == event.agent_id:
        given = by_policy(state, command, interaction.stream)
        return of(interaction, [RequirementRelaxed(step=-1, reason="declined", **given)])
    return _waits(state, one, command)


def _refused_by_all(state: PoolState, works: Iterable[OpenInteraction], command: Command) -> list[Decided]:
    decided: list[Decided] = []
    after = command.at + timedelta(seconds=state.policy.decline_backoff_seconds)
    for interaction in works:
        is_refused = interaction.barred and interaction.state.phase is Phase.WAITING
        if is_refused and _nobody_else_may(state, interaction, command.at.timestamp()):
            given = by_policy(state, command, interaction.stream)
            forgotten = rules.forget_declines(interaction.state, after, **given)
            flagged = rules.flag(interaction.state, "nobody else who fits would take it", **given)
            decided += of(interaction, [*forgotten, *flagged])
    return decided


def _nobody_else_may(state: PoolState, interaction: OpenInteraction, now: float) -> bool:
    """Whether all who may have it have refused it: who fits, or the one agent it waits for."""
    seat = interaction.work.bound
    if seat is None:
        return state.matcher.refused_by_all(interaction.work, now)
    return seat.signed_on and seat.barred.get(interaction.stream, 0.0) > now


def _agent_left(state: PoolState, one: Decided, command: Command) -> list[Decided]:
    """Somebody is not there any more, or can do less: what waited for them waits for others."""
    event = one.event
    assert isinstance(event, AgentSignedOn | AgentSignedOff | AgentStateChanged | AgentSkillsChanged)
    if isinstance(event, AgentStateChanged) and event.state is not AgentState.GONE:
        return []
    agent = state.agents[event.agent_id]
    decided: list[Decided] = []
    if agent.state.state in AWAY_FROM_WORK:
        for interaction in list(agent.bound.values()):
            if interaction.state.phase is Phase.WAITING:
                decided += _agent_not_here(state, interaction, command)
    for need, works in state.stepped.items():
        if not state.matcher.somebody(need):
            for interaction in works.values():
                if interaction.state.phase is Phase.WAITING and interaction.stream not in agent.bound:
                    decided += _nobody_meets(state, interaction, command)
    touched = {stream for stream, _, _ in decided}
    return [
        *decided,
        *_refused_by_all(state, [one for one in state.refused.values() if one.stream not in touched], command),
    ]


def _attached(state: PoolState, one: Decided, command: Command) -> list[Decided]:
    """The customer answers what was parked: it waits again, first for the agent who parked it. That they are on
    holiday is no answer."""
    interaction = state.interactions.get(one.stream)
    if isinstance(command, TakeUp) and command.contact.auto:
        return []
    if interaction is None or interaction.state.phase is not Phase.PARKED or interaction.state.callback:
        return []
    given = by_policy(state, command, interaction.stream)
    who, _, until = meant_for(state, command, interaction.state.agent_id, "parked_by")
    return of(interaction, rules.unpark(interaction.state, "customer", who, until, **given))


def _ended(state: PoolState, one: Decided, command: Command) -> list[Decided]:
    """Nobody needs advice any more; where there is no wrap-up it is over."""
    interaction = state.interactions.get(one.stream)
    if interaction is None or interaction.state.phase is not Phase.WRAP_UP:
        return []
    decided = [*_consult_given_up(state, one, command), *_over(state, one, command)]
    if state.rules_of(interaction.placement).wrap_up_rule is WrapUpRule.NONE or interaction.queued.consult_of:
        given = by_policy(state, command, interaction.stream)
        agent_id = interaction.state.agent_id
        decided += of(interaction, rules.complete_wrap_up(interaction.state, agent_id, "", **given))
    return decided


def _over(state: PoolState, one: Decided, command: Command) -> list[Decided]:
    interaction = state.interactions.get(one.stream)
    if interaction is None or not interaction.consults:
        return []
    return end_consults(state, interaction, command, goes_on=interaction.state.phase is Phase.ACTIVE)


def _consult_given_up(state: PoolState, one: Decided, command: Command) -> list[Decided]:
    """Who was asked for advice and has the consultation no longer is out of the conversation."""
    interaction = state.interactions.get(one.stream)
    if interaction is None or not interaction.queued.consult_of:
        return []
    return leave_conference(state, interaction, one.event.agent_id, command)  # type: ignore[attr-defined]


def _laid_aside(state: PoolState, one: Decided, command: Command) -> list[Decided]:
    return [*_consult_given_up(state, one, command), *_over(state, one, command)]


def _given_up(state: PoolState, one: Decided, command: Command) -> list[Decided]:
    return [*_laid_aside(state, one, command), *_waits(state, one, command)]


REACTIONS: dict[type[Event], React] = {
    InteractionQueued: _waits,
    InteractionMoved: _waits,
    InteractionReopened: _waits,
    InteractionUnparked: _waits,
    InteractionTransferred: _given_up,
    InteractionPulledBack: _given_up,
    InteractionParked: _laid_aside,
    CallbackMissed: _laid_aside,
    InteractionEnded: _ended,
    InteractionAbandoned: _over,
    InteractionExpired: _over,
    ContactAttached: _attached,
    OfferDeclined: _refused,
    OfferTimedOut: _refused,
    OfferRescinded: _waits,
    RequirementRelaxed: _waits,
    AgentSignedOn: _agent_left,
    AgentSignedOff: _agent_left,
    AgentStateChanged: _agent_left,
    AgentSkillsChanged: _agent_left,
}
"""By the fact they follow."""
