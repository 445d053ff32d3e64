"""A callback that an agent promised becomes work when its time has come, and is offered like a customer's own wish."""

from hub.domain.contact import Channel
from hub.domain.interaction.events import CallbackScheduled, InteractionQueued
from hub.router.policy.classify import Traits
from hub.router.pool.commands import OpenCallback
from hub.router.pool.decided import by_policy, meant_for, numbered, placement
from hub.router.pool.state import Decided, PoolState
from hub.router.pool.supervising import drained_to

PROMISED = "promised"
"""Why the agent who is to call is asked first."""


def open_callback(state: PoolState, command: OpenCallback) -> list[Decided]:
    """It waits in the queue it was promised for (where that is gone, in that of such calls), first for who is to call.
    Nothing where it does already."""
    if command.interaction_id in state.interactions or command.callback_id in state.contacts:
        return []
    asks = state.classifier.of_queue(_queue(state, command), Channel.PHONE.value, "a callback that an agent promised")
    agent = meant_for(state, command, command.for_agent, PROMISED) if command.for_agent else ("", "", None)
    given = by_policy(state, command, command.interaction_id)
    queued = InteractionQueued(
        **given,
        **placement(state, asks, agent=agent, since=command.at),
        pool=state.pool,
        contact_id=command.callback_id,
        customer_id=command.customer_id,
        channel=Channel.PHONE,
        thread=command.callback_id,
        service=command.service,
        segment=command.segment,
        value_tier=command.value_tier,
        lifecycle_stage=command.lifecycle_stage,
        language=command.language,
        interruptible=asks.interruptible,
        interrupts=asks.interrupts,
    )
    scheduled = CallbackScheduled(**given, address_of=command.callback_id)
    return numbered(command.interaction_id, 0, [queued, scheduled])


def _queue(state: PoolState, command: OpenCallback) -> str:
    if command.queue in state.policy.queues:
        return drained_to(state, command.queue)
    stands = (command.segment, command.value_tier, command.lifecycle_stage)
    traits = Traits(*stands, Channel.PHONE.value, command.service, command.language)
    return drained_to(state, state.classifier.classify_traits(traits).queue)
