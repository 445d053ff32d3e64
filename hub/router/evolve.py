"""What each fact of the log changes in a pool's state, whether it was just decided or is read again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hub.domain.event import Event
from hub.domain.interaction import events as facts
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackReached,
    CallbackScheduled,
    ContactAttached,
    DeclinesForgotten,
    InteractionAbandoned,
    InteractionContinued,
    InteractionEnded,
    InteractionExpired,
    InteractionFlagged,
    InteractionHeld,
    InteractionInterrupted,
    InteractionMoved,
    InteractionOffered,
    InteractionParked,
    InteractionPrioritised,
    InteractionPulledBack,
    InteractionQueued,
    InteractionReopened,
    InteractionResumed,
    InteractionTransferred,
    InteractionUnparked,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    ParticipantJoined,
    ParticipantLeft,
    Phase,
    Placement,
    RequirementRelaxed,
    WrapUpCompleted,
)
from hub.router import evolve_agents, evolve_pool
from hub.router.placing import in_line, place, put_back_in_line, relax, take_out_of_line, unbind
from hub.router.policy import WrapUpRule
from hub.router.state import REMEMBERED, KnownAgent, Left, OpenInteraction, Pace, PoolState
from hub.router.timers import Due

_DAY = 86_400.0


def evolve(state: PoolState, stream: str, version: int, event: Event) -> None:
    """The state after one more fact of the log. Facts about interactions that are over, or of other pools, and of
    other kinds change nothing."""
    apply = _EVOLVE.get(type(event))
    if apply is not None:
        apply(state, stream, version, event)


def _queued(state: PoolState, stream: str, version: int, event: InteractionQueued) -> None:
    if event.pool != state.pool:
        return
    at = event.at.timestamp()
    since = at if event.since is None else event.since.timestamp()
    line = state.line(event, event, -1)
    interaction = OpenInteraction(stream, event, state.matcher.work(stream, since, line))
    interaction.version = version
    interaction.state = facts.evolve(interaction.state, event)
    state.interactions[stream] = interaction
    if event.contact_id:
        state.threads[interaction.thread] = stream
        state.contacts[event.contact_id] = stream
        state.left.pop((event.customer_id, event.channel), None)
    elif event.consult_of in state.interactions:
        parent = state.interactions[event.consult_of]
        parent.consults[stream] = None
        parent.consulted.add(stream)
    interaction.since = since
    place(state, interaction, event, is_new=True)


def _reopened(state: PoolState, stream: str, version: int, event: InteractionReopened) -> None:
    interaction = state.closed.pop(stream, None)
    if interaction is None:
        return
    thread = interaction.thread
    if state.closed_threads.get(thread) == stream:
        del state.closed_threads[thread]
    interaction.version = version
    interaction.state = facts.evolve(interaction.state, event)
    interaction.contacts = [event.contact_id]
    state.interactions[stream] = interaction
    state.threads[thread] = stream
    state.contacts[event.contact_id] = stream
    interaction.since, interaction.credit = (event.since or event.at).timestamp(), 0.0
    place(state, interaction, event)


def _moved(state: PoolState, interaction: OpenInteraction, event: InteractionMoved) -> None:
    take_out_of_line(state, interaction)
    place(state, interaction, event)


def _attached(state: PoolState, interaction: OpenInteraction, event: ContactAttached) -> None:
    interaction.contacts.append(event.contact_id)
    state.contacts[event.contact_id] = interaction.stream
    _touched(state, interaction, event)


def _relaxed(state: PoolState, interaction: OpenInteraction, event: RequirementRelaxed) -> None:
    relax(state, interaction, event.step, event.reason)


def _prioritised(state: PoolState, interaction: OpenInteraction, event: InteractionPrioritised) -> None:
    interaction.credit = event.credit_seconds
    line = interaction.work.line
    if event.priority is not None:
        line = state.matcher.line(
            line.queue, line.need, priority=event.priority, weight=line.weight, target=line.target
        )
    state.matcher.move(interaction.work, line, credit=event.credit_seconds)


def _offered(state: PoolState, interaction: OpenInteraction, event: InteractionOffered) -> None:
    agent = state.agent(event.agent_id)
    if in_line(interaction):
        take_out_of_line(state, interaction)
    agent.holds[interaction.stream] = interaction
    state.matcher.reserve(interaction.work, agent.seat, event.units)
    state.timers.set(event.expires_at.timestamp(), Due.OFFER, interaction.stream, event.offer_id)


def _accepted(state: PoolState, interaction: OpenInteraction, event: OfferAccepted) -> None:
    _answered(state, event)
    unbind(state, interaction)
    _forgive(state, interaction)
    state.matcher.clear_bars(interaction.work)
    if not interaction.queued.consult_of:
        _remember(state, interaction, event)
        state.left.pop((interaction.queued.customer_id, interaction.queued.channel), None)
    _touched(state, interaction, event)


def _answered(state: PoolState, event: OfferAccepted) -> None:
    """Also of interactions that are over and forgotten: recovery reads each agent's and each queue's last one."""
    agent = state.agent(event.agent_id)
    agent.answered = event.today
    state.matcher.counted(agent.seat, event.today)
    if event.queue:
        state.paces[event.queue] = Pace(event.pace_seconds, event.at.timestamp())


def _remember(state: PoolState, interaction: OpenInteraction, event: OfferAccepted) -> None:
    known, customer = state.last_agents, interaction.queued.customer_id
    known.pop(customer, None)
    known[customer] = (event.agent_id, event.at.timestamp())
    if len(known) > REMEMBERED:
        del known[next(iter(known))]


def _refused(state: PoolState, interaction: OpenInteraction, event: OfferDeclined | OfferTimedOut) -> None:
    _keep_from(state, interaction, event.agent_id)
    _rests(state, event)
    _waits_on(state, interaction, event)


def _rests(state: PoolState, event: OfferDeclined | OfferTimedOut) -> None:
    rules = state.policy.agents
    if isinstance(event, OfferTimedOut):
        seconds = rules.after_no_answer_seconds
    else:
        seconds = rules.after_busy_seconds if event.busy else rules.after_decline_seconds
    if seconds:
        state.matcher.rest(state.agent(event.agent_id).seat, event.at.timestamp() + seconds)


def _waits_on(
    state: PoolState, interaction: OpenInteraction, event: OfferDeclined | OfferTimedOut | OfferRescinded
) -> None:
    _let_go(state, interaction, event.agent_id)
    if interaction.state.phase is Phase.WAITING:
        put_back_in_line(state, interaction)


def _declines_forgotten(state: PoolState, interaction: OpenInteraction, event: DeclinesForgotten) -> None:
    for agent_id in interaction.barred:
        state.matcher.bar(state.agent(agent_id).seat, interaction.work, event.after.timestamp())
    _forgive(state, interaction)


def _forgive(state: PoolState, interaction: OpenInteraction) -> None:
    interaction.barred = set()
    state.refused.pop(interaction.stream, None)


def _abandoned(state: PoolState, interaction: OpenInteraction, event: InteractionAbandoned) -> None:
    if event.dropped:
        _may_come_back(state, interaction, "", event)
    _over(state, interaction, event)


def _expired(state: PoolState, interaction: OpenInteraction, event: InteractionExpired) -> None:
    _over(state, interaction, event)


def _touched(state: PoolState, interaction: OpenInteraction, event: Event) -> None:
    """Somebody wrote or spoke: silence is counted from here."""
    interaction.quiet_since = event.at.timestamp()
    channel = state.policy.channel(interaction.queued.channel)
    silence = channel.close_after_silence_seconds
    if silence is not None and channel.asynchronous:
        state.timers.set(interaction.quiet_since + silence, Due.SILENCE, interaction.stream, interaction.quiet_since)


def _interrupted(state: PoolState, interaction: OpenInteraction, event: InteractionInterrupted) -> None:
    agent = state.agent(event.agent_id)
    agent.interrupted[interaction.stream] = agent.holds.pop(interaction.stream)
    state.matcher.pause(interaction.work, agent.seat)


def _continued(state: PoolState, interaction: OpenInteraction, event: InteractionContinued) -> None:
    agent = state.agent(event.agent_id)
    agent.holds[interaction.stream] = agent.interrupted.pop(interaction.stream)
    state.matcher.resume(interaction.work, agent.seat)


def _transferred(state: PoolState, interaction: OpenInteraction, event: InteractionTransferred) -> None:
    _let_go(state, interaction, event.agent_id)
    _idle(state, event.agent_id, event)
    if event.warm:
        agent = state.agent(event.to_agent)
        agent.holds[interaction.stream] = interaction
        state.matcher.reserve(interaction.work, agent.seat)
        interaction.placement, interaction.placed = event, interaction.version
        _touched(state, interaction, event)
    else:
        place(state, interaction, event)
        _keep_from(state, interaction, event.agent_id)


def _pulled_back(state: PoolState, interaction: OpenInteraction, event: InteractionPulledBack) -> None:
    _let_go(state, interaction, event.agent_id)
    _idle(state, event.agent_id, event)
    place(state, interaction, _again(interaction, event))
    _keep_from(state, interaction, event.agent_id)


def _keep_from(state: PoolState, interaction: OpenInteraction, agent_id: str) -> None:
    """This agent is not asked about it as long as there are others: they would not, or had it."""
    interaction.barred.add(agent_id)
    state.refused[interaction.stream] = interaction
    state.matcher.bar(state.agent(agent_id).seat, interaction.work, float("inf"))


def _parked(state: PoolState, interaction: OpenInteraction, event: InteractionParked) -> None:
    _let_go(state, interaction, event.agent_id)
    _idle(state, event.agent_id, event)
    interaction.placed = interaction.version
    if event.until is not None:
        state.timers.set(event.until.timestamp(), Due.RETURN, interaction.stream, interaction.placed)
    _touched(state, interaction, event)


def _unparked(state: PoolState, interaction: OpenInteraction, event: InteractionUnparked) -> None:
    if not interaction.state.callback:
        interaction.since = event.at.timestamp()
    place(state, interaction, _again(interaction, event, event.known_agent, event.known_until))


def _again(
    interaction: OpenInteraction, event: Event, known_agent: str = "", known_until: datetime | None = None
) -> Placement:
    """The placement it had, from now on, and with another known agent or none."""
    known = {"known_agent": known_agent, "known_reason": "parked_by" if known_agent else "", "known_until": known_until}
    return interaction.placement.model_copy(update={"at": event.at, "since": None, **known})


def _callback(state: PoolState, interaction: OpenInteraction, event: CallbackScheduled) -> None:
    interaction.callback_of = event.address_of
    if event.due is not None:
        take_out_of_line(state, interaction)
        interaction.placed = interaction.version
        state.timers.set(event.due.timestamp(), Due.RETURN, interaction.stream, interaction.placed)


def _callback_missed(state: PoolState, interaction: OpenInteraction, event: CallbackMissed) -> None:
    _let_go(state, interaction, event.agent_id)
    _idle(state, event.agent_id, event)
    interaction.placed = interaction.version
    if event.retry_at is not None:
        state.timers.set(event.retry_at.timestamp(), Due.RETURN, interaction.stream, interaction.placed)


def _nothing_more(_: PoolState, interaction: OpenInteraction, event: Event) -> None:
    """Its own state has it already."""


def _ended(state: PoolState, interaction: OpenInteraction, event: InteractionEnded) -> None:
    """Nothing interrupts a wrap-up: what is paused goes on resting, what is not is not paused any more."""
    interaction.placed = interaction.version
    if event.ended_by == "dropped":
        _may_come_back(state, interaction, event.agent_id, event)
    agent = state.agent(event.agent_id)
    if interaction.stream in agent.holds and interaction.work.need.interruptible:
        _keep_at_it(state, interaction, agent)
    rules = state.rules_of(interaction.placement)
    if rules.wrap_up_rule is WrapUpRule.TIMED:
        due = event.at.timestamp() + rules.wrap_up_seconds
        state.timers.set(due, Due.WRAP_UP, interaction.stream, interaction.placed)


def _keep_at_it(state: PoolState, interaction: OpenInteraction, agent: KnownAgent) -> None:
    """The agent's room is booked for the same work again, as work that can't be paused."""
    matcher, work, turn = state.matcher, interaction.work, agent.seat.turn
    booked = agent.seat.held[work].units
    need = matcher.need({}, channel=work.need.channel, units=work.need.units)
    matcher.release(work, agent.seat)
    matcher.move(work, matcher.line(interaction.queue, need))
    matcher.reserve(work, agent.seat, booked)
    agent.seat.turn = turn


def _may_come_back(state: PoolState, interaction: OpenInteraction, agent_id: str, event: Event) -> None:
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


def _wrapped_up(state: PoolState, stream: str, version: int, event: WrapUpCompleted) -> None:
    """Also of an interaction that is over and forgotten: recovery reads each agent's last one, for their idle time."""
    interaction = state.interactions.get(stream)
    if interaction is not None:
        interaction.version = version
        interaction.state = facts.evolve(interaction.state, event)
        _let_go(state, interaction, event.agent_id)
        _over(state, interaction, event)
    _idle(state, event.agent_id, event)


def _idle(state: PoolState, agent_id: str, event: Event) -> None:
    agent = state.agents.get(agent_id)
    if agent is not None and event.at.timestamp() >= agent.seat.idle[0]:
        state.matcher.idle_since(agent.seat, event.at.timestamp())


def _let_go(state: PoolState, interaction: OpenInteraction, agent_id: str) -> None:
    agent = state.agent(agent_id)
    held = agent.holds.pop(interaction.stream, None) or agent.interrupted.pop(interaction.stream, None)
    if held is not None:
        state.matcher.release(interaction.work, agent.seat)
        if agent.interrupted:
            state.freed[agent.id] = agent


def _over(state: PoolState, interaction: OpenInteraction, event: Event) -> None:
    """Nobody has it and nobody waits for it; it is kept only where it may be reopened."""
    if in_line(interaction):
        take_out_of_line(state, interaction)
    unbind(state, interaction)
    _forgive(state, interaction)
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
        _keep_closed(state, interaction)


def _keep_closed(state: PoolState, interaction: OpenInteraction) -> None:
    longest = max(channel.reopen_within_days for channel in state.policy.channels.values()) * _DAY
    closed, threads = state.closed, state.closed_threads
    closed.pop(threads.get(interaction.thread, ""), None)
    closed[interaction.stream] = interaction
    threads[interaction.thread] = interaction.stream
    while (oldest := next(iter(closed.values()))).over_at < interaction.over_at - longest:
        del closed[oldest.stream], threads[oldest.thread]


def _freed(state: PoolState, event: Any) -> None:
    _idle(state, event.agent_id, event)


_OF_AGENTS: dict[type[Event], Callable[[PoolState, Any], None]] = {
    CallbackMissed: _freed,
    InteractionOffered: lambda state, event: state.matcher.took_turn(state.agent(event.agent_id).seat),
    InteractionParked: _freed,
    InteractionPulledBack: _freed,
    InteractionTransferred: _freed,
    OfferAccepted: _answered,
    OfferDeclined: _rests,
    OfferTimedOut: _rests,
}
"""What facts of work that is over and forgotten still say of its agents: recovery reads each agent's last."""


def _of_interaction(effect: Callable[[PoolState, OpenInteraction, Any], None]) -> Callable[..., None]:
    """A fact of an open interaction: its own state first, then its effect on agents and matching."""

    def apply(state: PoolState, stream: str, version: int, event: Event) -> None:
        interaction = state.interactions.get(stream)
        if interaction is not None:
            interaction.version = version
            interaction.state = facts.evolve(interaction.state, event)
            effect(state, interaction, event)
        elif (remembered := _OF_AGENTS.get(type(event))) is not None:
            remembered(state, event)

    return apply


_OF_INTERACTIONS: dict[type[Event], Callable[[PoolState, OpenInteraction, Any], None]] = {
    CallbackMissed: _callback_missed,
    CallbackReached: _touched,
    CallbackScheduled: _callback,
    ContactAttached: _attached,
    DeclinesForgotten: _declines_forgotten,
    InteractionAbandoned: _abandoned,
    InteractionContinued: _continued,
    InteractionEnded: _ended,
    InteractionExpired: _expired,
    InteractionFlagged: _nothing_more,
    InteractionHeld: _touched,
    InteractionInterrupted: _interrupted,
    InteractionMoved: _moved,
    InteractionOffered: _offered,
    InteractionParked: _parked,
    InteractionPrioritised: _prioritised,
    InteractionPulledBack: _pulled_back,
    InteractionResumed: _nothing_more,
    InteractionTransferred: _transferred,
    InteractionUnparked: _unparked,
    OfferAccepted: _accepted,
    OfferDeclined: _refused,
    OfferRescinded: _waits_on,
    OfferTimedOut: _refused,
    ParticipantJoined: _nothing_more,
    ParticipantLeft: _nothing_more,
    RequirementRelaxed: _relaxed,
}
_EVOLVE: dict[type[Event], Callable[..., None]] = {
    InteractionQueued: _queued,
    InteractionReopened: _reopened,
    WrapUpCompleted: _wrapped_up,
    **{fact: _of_interaction(effect) for fact, effect in _OF_INTERACTIONS.items()},
    **evolve_agents.EVOLVE,
    **evolve_pool.EVOLVE,
}
