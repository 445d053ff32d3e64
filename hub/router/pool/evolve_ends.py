"""What the end of work changes in a pool's state: whose capacity is free, who may come back, what may be reopened."""

from hub.domain.event import Event
from hub.domain.interaction.events import InteractionAbandoned, InteractionEnded, InteractionExpired, WrapUpCompleted
from hub.domain.interaction.state import evolve as evolve_interaction
from hub.router.policy.parsing import WrapUpRule
from hub.router.pool.evolve_offers import forgive, idle, let_go
from hub.router.pool.placing import in_line, take_out_of_line, unbind
from hub.router.pool.state import KnownAgent, Left, OpenInteraction, PoolState
from hub.router.pool.timers import Due

_DAY = 86_400.0


def ended(state: PoolState, interaction: OpenInteraction, event: InteractionEnded) -> None:
    """Nothing interrupts a wrap-up: what is paused goes on resting, what is not is not paused any more."""
    interaction.placed = interaction.version
    if event.ended_by == "dropped":
        may_come_back(state, interaction, event.agent_id, event)
    agent = state.agent(event.agent_id)
    if interaction.stream in agent.holds and interaction.work.need.interruptible:
        keep_at_it(state, interaction, agent)
    rules = state.rules_of(interaction.placement)
    if rules.wrap_up_rule is WrapUpRule.TIMED:
        due = event.at.timestamp() + rules.wrap_up_seconds
        state.timers.set(due, Due.WRAP_UP, interaction.stream, interaction.placed)


def keep_at_it(state: PoolState, interaction: OpenInteraction, agent: KnownAgent) -> None:
    """The agent's room is booked for the same work again, as work that can't be paused."""
    matcher, work, turn = state.matcher, interaction.work, agent.seat.turn
    booked = agent.seat.held[work].units
    need = matcher.need({}, channel=work.need.channel, units=work.need.units)
    matcher.release(work, agent.seat)
    matcher.move(work, matcher.line(interaction.queue, need))
    matcher.reserve(work, agent.seat, booked)
    agent.seat.turn = turn


def wrapped_up(state: PoolState, stream: str, version: int, event: WrapUpCompleted) -> None:
    """Also of an interaction that is over and forgotten: recovery reads each agent's last one, for their idle time."""
    interaction = state.interactions.get(stream)
    if interaction is not None:
        interaction.version = version
        interaction.state = evolve_interaction(interaction.state, event)
        let_go(state, interaction, event.agent_id)
        over(state, interaction, event)
    idle(state, event.agent_id, event)


def abandoned(state: PoolState, interaction: OpenInteraction, event: InteractionAbandoned) -> None:
    if event.dropped:
        may_come_back(state, interaction, "", event)
    over(state, interaction, event)


def expired(state: PoolState, interaction: OpenInteraction, event: InteractionExpired) -> None:
    over(state, interaction, event)


def may_come_back(state: PoolState, interaction: OpenInteraction, agent_id: str, event: Event) -> None:
    if not state.rules_of(interaction.placement).reentry_seconds or interaction.queued.consult_of:
        return
    at = event.at.timestamp()
    longest = max(queue.reentry_seconds for queue in state.policy.queues.values())
    while state.left:
        oldest = next(iter(state.left))
        if state.left[oldest].at >= at - longest:
            break
        del state.left[oldest]
    key = interaction.queued.customer_id, interaction.queued.channel
    state.left.pop(key, None)
    state.left[key] = Left(interaction.queue, interaction.since, agent_id, at)


def over(state: PoolState, interaction: OpenInteraction, event: Event) -> None:
    """Nobody has it and nobody waits for it; it is kept only where it may be reopened."""
    if in_line(interaction):
        take_out_of_line(state, interaction)
    unbind(state, interaction)
    forgive(state, interaction)
    state.matcher.clear_bars(interaction.work)
    del state.interactions[interaction.stream]
    for contact_id in interaction.contacts:
        state.contacts.pop(contact_id, None)
    if state.threads.get(interaction.thread) == interaction.stream:
        del state.threads[interaction.thread]
    parent = state.interactions.get(interaction.queued.consult_of)
    if parent is not None:
        parent.consults.pop(interaction.stream, None)
    interaction.over_at = event.at.timestamp()
    may_reopen = interaction.state.answered and not interaction.queued.consult_of
    if may_reopen and state.policy.channel(interaction.queued.channel).reopen_within_days:
        keep_closed(state, interaction)


def keep_closed(state: PoolState, interaction: OpenInteraction) -> None:
    longest = max(channel.reopen_within_days for channel in state.policy.channels.values()) * _DAY
    closed, threads = state.closed, state.closed_threads
    closed.pop(threads.get(interaction.thread, ""), None)
    closed[interaction.stream] = interaction
    threads[interaction.thread] = interaction.stream
    while (oldest := next(iter(closed.values()))).over_at < interaction.over_at - longest:
        del closed[oldest.stream], threads[oldest.thread]
