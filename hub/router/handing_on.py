"""How an agent gives a conversation to others, or lets them in: transfer, consultation, conference."""

from typing import Any

from hub.domain.errors import InvalidError, RefusedError
from hub.domain.interaction import decide as rules
from hub.domain.interaction.events import InteractionQueued, Phase
from hub.domain.interaction.events import evolve as evolve_interaction
from hub.router.commands import CompleteTransfer, Conference, Consult, Transfer
from hub.router.decided import (
    by_policy,
    here,
    meant_for,
    meta,
    numbered,
    of,
    open_interaction,
    placement,
    require_queue,
    same_placement,
)
from hub.router.state import Decided, OpenInteraction, PoolState

TRANSFERRED = "transferred"
"""Wrap-up code of a consultation whose agent has the conversation now."""


def transfer(state: PoolState, command: Transfer) -> list[Decided]:
    """Cold: it waits again with its age, in a queue or for one agent."""
    interaction = open_interaction(state, command.interaction_id)
    where = _where(state, interaction, command, "transferred by an agent")
    given = meta(command, interaction.stream)
    return of(
        interaction,
        rules.transfer(
            interaction.state, command.agent_id, to_agent=command.to_agent, reason=command.reason, placement=where,
            **given,
        ),
    )  # fmt: skip


def consult(state: PoolState, command: Consult) -> list[Decided]:
    """Advice is work of its own: queued, offered and ended like any other, while the conversation goes on."""
    interaction = open_interaction(state, command.interaction_id)
    if command.consult_id in state.interactions:
        return []
    one = interaction.state
    if one.phase is not Phase.ACTIVE or one.agent_id != command.agent_id:
        raise RefusedError(f"agent {command.agent_id} can't ask for advice: they don't have this interaction")
    if command.to_agent == command.agent_id:
        raise InvalidError("nobody consults themselves: name another agent or a queue", "to_agent")
    where = _where(state, interaction, command, "advice asked for by an agent")
    queued = interaction.queued
    asked = InteractionQueued(
        **by_policy(state, command, command.consult_id),
        **where,
        pool=state.pool,
        contact_id="",
        customer_id=queued.customer_id,
        channel=queued.channel,
        thread="",
        service=queued.service,
        segment=queued.segment,
        value_tier=queued.value_tier,
        lifecycle_stage=queued.lifecycle_stage,
        language=queued.language,
        interrupts=queued.interrupts,
        consult_of=interaction.stream,
    )
    return numbered(command.consult_id, 0, [asked])


def complete_transfer(state: PoolState, command: CompleteTransfer) -> list[Decided]:
    """Warm: the consulted agent has the conversation, and the consultation is over."""
    interaction = open_interaction(state, command.interaction_id)
    advice = _advice(state, interaction, command.agent_id)
    consultant = advice.state.agent_id
    given = meta(command, interaction.stream)
    where = same_placement(state, interaction, ("", "", None), f"transferred to {consultant}, who was consulted")
    return [
        *_finish(advice, command, TRANSFERRED),
        *of(
            interaction,
            rules.transfer(
                interaction.state, command.agent_id, warm=True, to_agent=consultant, reason=command.reason,
                placement=where, **given,
            ),
        ),
    ]  # fmt: skip


def conference(state: PoolState, command: Conference) -> list[Decided]:
    """The consulted agent joins the conversation; their consultation holds their capacity until it ends."""
    interaction = open_interaction(state, command.interaction_id)
    advice = _advice(state, interaction, command.agent_id)
    given = meta(command, interaction.stream)
    return of(interaction, rules.join(interaction.state, advice.state.agent_id, "conference", **given))


def end_consults(state: PoolState, interaction: OpenInteraction, command: Any) -> list[Decided]:
    """The conversation is over or waits again: nobody needs the advice."""
    decided: list[Decided] = []
    for stream in list(interaction.consults):
        advice = state.interactions[stream]
        if advice.state.phase in (Phase.ACTIVE, Phase.WRAP_UP):
            decided += _finish(advice, command, "")
        else:
            decided += of(advice, rules.expire(advice.state, "advice is not needed any more", **meta(command, stream)))
    return decided


def _finish(advice: OpenInteraction, command: Any, code: str) -> list[Decided]:
    """Advice has no work after it."""
    given = meta(command, advice.stream)
    agent_id = advice.state.agent_id
    ended = rules.end(advice.state, agent_id, "policy", **given)
    state = advice.state
    for event in ended:
        state = evolve_interaction(state, event)
    return of(advice, [*ended, *rules.complete_wrap_up(state, agent_id, code, **given)])


def _advice(state: PoolState, interaction: OpenInteraction, agent_id: str) -> OpenInteraction:
    if interaction.state.phase is not Phase.ACTIVE or interaction.state.agent_id != agent_id:
        raise RefusedError(f"agent {agent_id} does not have this interaction")
    for stream in interaction.consults:
        if state.interactions[stream].state.phase is Phase.ACTIVE:
            return state.interactions[stream]
    raise RefusedError("nobody has accepted to advise yet: consult an agent or a queue first")


def _where(
    state: PoolState, interaction: OpenInteraction, command: Transfer | Consult, reason: str
) -> dict[str, Any]:  # fmt: skip
    """The placement a queue or an agent stands for. For an agent it stays in its queue, unless one is named too."""
    channel = interaction.queued.channel.value
    agent = ("", "", None)
    if command.to_agent:
        here(state, command.to_agent)
        agent = meant_for(state, command, command.to_agent, "direct")  # type: ignore[assignment]
    if command.queue:
        require_queue(state, command.queue)
        requirement = state.classifier.of_queue(command.queue, channel, f"{reason} to queue {command.queue}")
        return placement(state, requirement, agent=agent)
    if not command.to_agent:
        raise InvalidError("name a queue or an agent", "queue")
    return same_placement(state, interaction, agent, f"{reason} to {command.to_agent}")
