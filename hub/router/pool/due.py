"""What happens because its time has come."""

from collections.abc import Callable
from typing import Any

from hub.domain.errors import HubError
from hub.domain.interaction import decide as rules
from hub.domain.interaction.events import RequirementRelaxed
from hub.domain.interaction.state import Phase
from hub.router.pool.commands import Command
from hub.router.pool.decided import by_policy, meant_for, of
from hub.router.pool.not_answering import not_answering
from hub.router.pool.placing import ENTRY_DELAY
from hub.router.pool.state import Decided, OpenInteraction, PoolState
from hub.router.pool.supervising import move_to
from hub.router.pool.timers import Due, Timer


def due_now(state: PoolState, timer: Timer, command: Command) -> list[Decided]:
    """What a timer that is up leads to."""
    interaction = state.interactions[timer.stream]
    try:
        return _HAPPENS[timer.due](state, interaction, timer, command)
    except HubError as error:
        # A fault of the hub: let somebody look at this one, and all others go on.
        given = by_policy(state, command, interaction.stream)
        return of(
            interaction, rules.flag(interaction.state, f"{timer.due.value} could not be carried out: {error}", **given)
        )


def _offer(state: PoolState, interaction: OpenInteraction, timer: Timer, command: Command) -> list[Decided]:
    """Unanswered (RONA): it is offered on, and the agent gets nothing more, of this channel or at all, until they say
    that they are ready."""
    offer = str(timer.mark)
    agent = state.agents[dict(interaction.state.open_offers)[offer]]
    given = by_policy(state, command, interaction.stream)
    timed_out = of(interaction, rules.time_out(interaction.state, offer, **given))
    reason = f"offer {offer} was not answered in time"
    return [*timed_out, *not_answering(state, agent, interaction, reason, command)]


def _entry(state: PoolState, interaction: OpenInteraction, _: Timer, command: Command) -> list[Decided]:
    given = by_policy(state, command, interaction.stream)
    return of(interaction, [RequirementRelaxed(step=interaction.step, reason=ENTRY_DELAY, **given)])


def _known_agent(state: PoolState, interaction: OpenInteraction, _: Timer, command: Command) -> list[Decided]:
    given = by_policy(state, command, interaction.stream)
    return of(interaction, [RequirementRelaxed(step=-1, reason="time", **given)])


def _step(state: PoolState, interaction: OpenInteraction, _: Timer, command: Command) -> list[Decided]:
    age = command.at.timestamp() - interaction.since
    reached = max(sum(step.after_seconds <= age for step in interaction.placement.steps) - 1, interaction.step + 1)
    given = by_policy(state, command, interaction.stream)
    return of(interaction, rules.relax(interaction.state, reached, "time", **given))


def _overflow(state: PoolState, interaction: OpenInteraction, _: Timer, command: Command) -> list[Decided]:
    overflow = state.rules_of(interaction.placement).overflow
    return [] if overflow is None else move_to(state, interaction, overflow.to, "overflow", command)


def _leave(state: PoolState, interaction: OpenInteraction, _: Timer, command: Command) -> list[Decided]:
    given = by_policy(state, command, interaction.stream)
    return of(interaction, rules.expire(interaction.state, "waited too long", **given))


def _wrap_up(state: PoolState, interaction: OpenInteraction, _: Timer, command: Command) -> list[Decided]:
    given = by_policy(state, command, interaction.stream)
    return of(interaction, rules.complete_wrap_up(interaction.state, interaction.state.agent_id, "", **given))


def _return(state: PoolState, interaction: OpenInteraction, _: Timer, command: Command) -> list[Decided]:
    given = by_policy(state, command, interaction.stream)
    one = interaction.state
    who, _reason, until = ("", "", None) if one.callback else meant_for(state, command, one.agent_id, "parked_by")
    return of(interaction, rules.unpark(one, "time", who, until, **given))


def _silence(state: PoolState, interaction: OpenInteraction, _: Timer, command: Command) -> list[Decided]:
    given = by_policy(state, command, interaction.stream)
    one = interaction.state
    if one.phase is Phase.ACTIVE:
        return of(interaction, rules.end(one, one.agent_id, "policy", **given))
    return of(interaction, rules.expire(one, "silence", **given))


_HAPPENS: dict[Due, Callable[[PoolState, OpenInteraction, Timer, Any], list[Decided]]] = {
    Due.OFFER: _offer,
    Due.ENTRY: _entry,
    Due.KNOWN_AGENT: _known_agent,
    Due.STEP: _step,
    Due.OVERFLOW: _overflow,
    Due.LEAVE: _leave,
    Due.WRAP_UP: _wrap_up,
    Due.RETURN: _return,
    Due.SILENCE: _silence,
}
