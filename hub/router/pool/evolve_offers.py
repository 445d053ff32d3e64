"""What offers change in a pool's state: whose capacity work takes, who is asked no more, who rests."""

from hub.domain.event import Event
from hub.domain.interaction.events import (
    DeclinesForgotten,
    InteractionContinued,
    InteractionInterrupted,
    InteractionOffered,
    InteractionPulledBack,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
)
from hub.domain.interaction.state import Phase
from hub.router.pool.pacing import Pace
from hub.router.pool.placing import in_line, put_back_in_line, take_out_of_line, unbind
from hub.router.pool.state import REMEMBERED, OpenInteraction, PoolState
from hub.router.pool.timers import Due


def offered(state: PoolState, interaction: OpenInteraction, event: InteractionOffered) -> None:
    agent = state.agent(event.agent_id)
    if in_line(interaction):
        take_out_of_line(state, interaction)
    agent.holds[interaction.stream] = interaction
    state.matcher.reserve(interaction.work, agent.seat, event.units)
    state.timers.set(event.expires_at.timestamp(), Due.OFFER, interaction.stream, event.offer_id)


def accepted(state: PoolState, interaction: OpenInteraction, event: OfferAccepted) -> None:
    answered(state, event)
    unbind(state, interaction)
    forgive(state, interaction)
    state.matcher.clear_bars(interaction.work)
    if not interaction.queued.consult_of:
        remember(state, interaction, event)
        state.left.pop((interaction.queued.customer_id, interaction.queued.channel), None)
    touched(state, interaction, event)


def answered(state: PoolState, event: OfferAccepted) -> None:
    """Also of interactions that are over and forgotten: recovery reads each agent's and each queue's last one."""
    agent = state.agent(event.agent_id)
    agent.answered = event.today
    state.matcher.counted(agent.seat, event.today)
    if event.queue:
        since = event.burst_since or event.at
        state.paces[event.queue] = Pace(event.pace_seconds, event.gaps, since, event.burst, event.at)


def remember(state: PoolState, interaction: OpenInteraction, event: OfferAccepted) -> None:
    known, customer = state.last_agents, interaction.queued.customer_id
    known.pop(customer, None)
    known[customer] = (event.agent_id, event.at.timestamp())
    if len(known) > REMEMBERED:
        del known[next(iter(known))]


def refused(state: PoolState, interaction: OpenInteraction, event: OfferDeclined | OfferTimedOut) -> None:
    keep_from(state, interaction, event.agent_id)
    rests(state, event)
    waits_on(state, interaction, event)


def rests(state: PoolState, event: OfferDeclined | OfferTimedOut | InteractionPulledBack) -> None:
    """Whom a supervisor took work from does not."""
    rules = state.policy.agents
    match event:
        case InteractionPulledBack(missed=""):
            seconds = 0.0
        case OfferDeclined(busy=True) | InteractionPulledBack(missed="busy"):
            seconds = rules.after_busy_seconds
        case OfferDeclined():
            seconds = rules.after_decline_seconds
        case _:
            seconds = rules.after_no_answer_seconds
    if seconds:
        state.matcher.rest(state.agent(event.agent_id).seat, event.at.timestamp() + seconds)


def waits_on(
    state: PoolState, interaction: OpenInteraction, event: OfferDeclined | OfferTimedOut | OfferRescinded
) -> None:
    let_go(state, interaction, event.agent_id)
    if interaction.state.phase is Phase.WAITING:
        put_back_in_line(state, interaction)


def keep_from(state: PoolState, interaction: OpenInteraction, agent_id: str) -> None:
    """This agent is not asked about it as long as there are others: they would not, or had it."""
    interaction.barred.add(agent_id)
    state.refused[interaction.stream] = interaction
    state.matcher.bar(state.agent(agent_id).seat, interaction.work, float("inf"))


def declines_forgotten(state: PoolState, interaction: OpenInteraction, event: DeclinesForgotten) -> None:
    for agent_id in interaction.barred:
        state.matcher.bar(state.agent(agent_id).seat, interaction.work, event.after.timestamp())
    forgive(state, interaction)


def forgive(state: PoolState, interaction: OpenInteraction) -> None:
    interaction.barred = set()
    state.refused.pop(interaction.stream, None)


def interrupted(state: PoolState, interaction: OpenInteraction, event: InteractionInterrupted) -> None:
    agent = state.agent(event.agent_id)
    agent.interrupted[interaction.stream] = agent.holds.pop(interaction.stream)
    state.matcher.pause(interaction.work, agent.seat)


def continued(state: PoolState, interaction: OpenInteraction, event: InteractionContinued) -> None:
    agent = state.agent(event.agent_id)
    agent.holds[interaction.stream] = agent.interrupted.pop(interaction.stream)
    state.matcher.resume(interaction.work, agent.seat)


def touched(state: PoolState, interaction: OpenInteraction, event: Event) -> None:
    """Somebody wrote or spoke: silence is counted from here."""
    interaction.quiet_since = event.at.timestamp()
    channel = state.policy.channel(interaction.queued.channel)
    silence = channel.close_after_silence_seconds
    if silence is not None and channel.asynchronous:
        state.timers.set(interaction.quiet_since + silence, Due.SILENCE, interaction.stream, interaction.quiet_since)


def let_go(state: PoolState, interaction: OpenInteraction, agent_id: str) -> None:
    agent = state.agent(agent_id)
    held = agent.holds.pop(interaction.stream, None) or agent.interrupted.pop(interaction.stream, None)
    if held is not None:
        state.matcher.release(interaction.work, agent.seat)
        if agent.interrupted:
            state.freed[agent.id] = agent


def idle(state: PoolState, agent_id: str, event: Event) -> None:
    agent = state.agents.get(agent_id)
    if agent is not None and event.at.timestamp() >= agent.seat.idle[0]:
        state.matcher.idle_since(agent.seat, event.at.timestamp())
