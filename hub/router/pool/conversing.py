"""What agents and customers do with offers and conversations."""

from datetime import timedelta

from hub.domain.contact import Channel
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.interaction import decide as rules
from hub.domain.interaction.state import Phase
from hub.router.policy.fields import WrapUpRule
from hub.router.pool.commands import (
    Accept,
    CompleteWrapUp,
    CustomerLeft,
    Decline,
    End,
    Hold,
    MissCallback,
    Park,
    ReachCallback,
    RequestCallback,
    Resume,
    Unpark,
)
from hub.router.pool.decided import here, in_words, meant_for, meta, of, offered, open_interaction, open_to_others
from hub.router.pool.handing_on import end_consults, finish_consult, leave_conference
from hub.router.pool.pacing import answered
from hub.router.pool.state import Decided, OpenInteraction, PoolState


def accept(state: PoolState, command: Accept) -> list[Decided]:
    """The agent takes what they were offered."""
    interaction = offered(state, command.offer_id)
    agent = state.agents.get(command.agent_id)
    pace = answered(state.paces.get(interaction.queue), interaction.placement.at, command.at)
    return of(
        interaction,
        rules.accept(
            interaction.state,
            command.offer_id,
            command.agent_id,
            {"queue": interaction.queue, "today": (agent.answered if agent else 0) + 1, **pace.fields},
            **meta(command, interaction.stream),
        ),
    )


def decline(state: PoolState, command: Decline) -> list[Decided]:
    """The agent will not take it."""
    interaction = offered(state, command.offer_id)
    return of(
        interaction,
        rules.decline(
            interaction.state,
            command.offer_id,
            command.agent_id,
            busy=command.busy,
            **in_words(interaction, command.reason),
            **meta(command, interaction.stream),
        ),
    )


def hold(state: PoolState, command: Hold) -> list[Decided]:
    """The customer is put on hold."""
    interaction = open_to_others(state, command.interaction_id)
    return of(interaction, rules.hold(interaction.state, command.agent_id, **meta(command, interaction.stream)))


def resume(state: PoolState, command: Resume) -> list[Decided]:
    """The customer is taken off hold."""
    interaction = open_interaction(state, command.interaction_id)
    return of(interaction, rules.resume(interaction.state, command.agent_id, **meta(command, interaction.stream)))


def end(state: PoolState, command: End) -> list[Decided]:
    """The agent ends the conversation; or who asked for advice needs it no more."""
    interaction = open_interaction(state, command.interaction_id)
    parent = state.interactions.get(interaction.queued.consult_of)
    if parent is not None and parent.state.agent_id == command.agent_id:
        left = leave_conference(state, interaction, interaction.state.agent_id, command)
        return [*finish_consult(state, interaction, command), *left]
    return of(interaction, rules.end(interaction.state, command.agent_id, **meta(command, interaction.stream)))


def complete_wrap_up(state: PoolState, command: CompleteWrapUp) -> list[Decided]:
    """The agent has finished. Where the queue lists codes one of them is due, unless wrap-up is optional there."""
    interaction = open_interaction(state, command.interaction_id)
    queue = state.rules_of(interaction.placement)
    may_lack = queue.wrap_up_rule is not WrapUpRule.UNTIL_COMPLETED and not command.code
    if queue.wrap_up and command.code not in queue.wrap_up and not may_lack and not interaction.queued.consult_of:
        raise InvalidError(
            f"{command.code!r} is no wrap-up code of queue {interaction.queue}: use {', '.join(queue.wrap_up)}", "code"
        )
    return of(
        interaction,
        rules.complete_wrap_up(
            interaction.state, command.agent_id, command.code, **meta(command, interaction.stream)
        ),
    )  # fmt: skip


def park(state: PoolState, command: Park) -> list[Decided]:
    """The agent lays it aside; only on channels whose customers don't wait on a line."""
    interaction = open_interaction(state, command.interaction_id)
    channel = interaction.queued.channel.value
    if not state.policy.channel(channel).asynchronous:
        raise RefusedError(f"work of channel {channel} can't be parked, its customer is on the line: use hold")
    if command.until is not None and command.until <= command.at:
        raise InvalidError("the time to park until has passed already", "until")
    return of(
        interaction,
        rules.park(
            interaction.state,
            command.agent_id,
            command.until,
            **in_words(interaction, command.reason),
            **meta(command, interaction.stream),
        ),
    )


def unpark(state: PoolState, command: Unpark) -> list[Decided]:
    """An agent takes it up again: it comes to them as soon as they have room."""
    interaction = open_interaction(state, command.interaction_id)
    if interaction.state.phase is Phase.PARKED:
        here(state, command.agent_id)
    who, _, until = meant_for(state, command, command.agent_id, "parked_by")
    return of(interaction, rules.unpark(interaction.state, "agent", who, until, **meta(command, interaction.stream)))


def customer_left(state: PoolState, command: CustomerLeft) -> list[Decided]:
    """The customer hung up or went away. Who was called is on the phone: that they close the chat they came by says
    nothing."""
    interaction = on_thread(state, command.channel, command.thread)
    if interaction.state.called and command.channel != Channel.PHONE:
        return []
    return of(
        interaction, rules.customer_left(interaction.state, command.dropped, **meta(command, interaction.stream))
    )  # fmt: skip


def request_callback(state: PoolState, command: RequestCallback) -> list[Decided]:
    """The customer would rather be called."""
    interaction = on_thread(state, command.channel, command.thread)
    if state.rules_of(interaction.placement).callback is None:
        raise RefusedError(f"queue {interaction.queue} offers no callbacks: the policy has no `callback` for it")
    if command.due is not None and command.due <= command.at:
        raise InvalidError("the time to be called at has passed already", "due")
    given = meta(command, interaction.stream)
    return of(interaction, rules.schedule_callback(interaction.state, command.due, command.address_of, **given))


def reach_callback(state: PoolState, command: ReachCallback) -> list[Decided]:
    """The customer is on the line."""
    interaction = open_interaction(state, command.interaction_id)
    given = meta(command, interaction.stream)
    return of(interaction, rules.reach_callback(interaction.state, command.agent_id, **given))


def miss_callback(state: PoolState, command: MissCallback) -> list[Decided]:
    """The agent called and nobody answered: again later, as often as the policy says."""
    interaction = open_interaction(state, command.interaction_id)
    callback = state.rules_of(interaction.placement).callback
    again = None
    if callback is not None and interaction.state.attempts + 1 < callback.attempts:
        again = command.at + timedelta(seconds=callback.retry_seconds)
    given = meta(command, interaction.stream)
    missed = rules.miss_callback(interaction.state, command.agent_id, command.outcome, again, **given)
    return [*(end_consults(state, interaction, command) if missed else []), *of(interaction, missed)]


def on_thread(state: PoolState, channel: str, thread: str) -> OpenInteraction:
    """What is open there: by phone also what came by another channel, in the thread in which its customer is called.
    Raises NotFoundError."""
    stream = state.threads.get((channel, thread))
    if stream is not None:
        return state.interactions[stream]
    by_phone = state.interactions.get(thread) if channel == Channel.PHONE else None
    if by_phone is None or not by_phone.state.called:
        raise NotFoundError(f"no conversation is open on thread {thread!r} of {channel}")
    return by_phone
