"""How an agent gives a conversation to others, or lets them in: transfer, consultation, conference."""

from typing import Any

from hub.domain.errors import InvalidError, RefusedError
from hub.domain.event import Event
from hub.domain.interaction import decide as rules
from hub.domain.interaction.events import InteractionQueued
from hub.domain.interaction.state import Phase, transferred
from hub.domain.interaction.state import evolve as evolve_interaction
from hub.router.pool.commands import CompleteTransfer, Conference, Consult, Transfer
from hub.router.pool.decided import (
    by_policy,
    here,
    in_words,
    meant_for,
    meta,
    numbered,
    of,
    open_interaction,
    open_to_others,
    placement,
    require_queue,
    same_placement,
)
from hub.router.pool.state import Decided, OpenInteraction, PoolState

TRANSFERRED = "transferred"
"""Wrap-up code of a consultation whose agent has the conversation now."""


def transfer(state: PoolState, command: Transfer) -> list[Decided]:
    """Cold: it waits again with its age, in a queue or for one agent."""
    interaction = open_to_others(state, command.interaction_id)
    one = interaction.state
    if one.agent_id != command.agent_id and one.gave_up == transferred(
        command.agent_id, command.queue or interaction.queue, command.to_agent, False
    ):
        return []
    where = _where(state, interaction, command, "transferred by an agent")
    given = meta(command, interaction.stream)
    return of(
        interaction,
        rules.transfer(
            one, command.agent_id, to_agent=command.to_agent, placement=where,
            **in_words(interaction, command.reason), **given,
        ),
    )  # fmt: skip


def consult(state: PoolState, command: Consult) -> list[Decided]:
    """Advice is work of its own: queued, offered and ended like any other, while the conversation goes on."""
    interaction = open_to_others(state, command.interaction_id)
    if command.consult_id in interaction.consulted:
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
    if interaction.state.agent_id != command.agent_id and interaction.state.gave_up[:2] == ("warm", command.agent_id):
        return []
    advice = _advice(state, interaction, command.agent_id)
    consultant = advice.state.agent_id
    units = _room_for(state, advice, interaction)
    given = meta(command, interaction.stream)
    where = same_placement(state, interaction, ("", "", None), f"transferred to {consultant}, who was consulted")
    return [
        *finish_consult(state, advice, command, TRANSFERRED),
        *of(
            interaction,
            rules.transfer(
                interaction.state, command.agent_id, warm=True, to_agent=consultant, to_units=units,
                placement=where, **in_words(interaction, command.reason), **given,
            ),
        ),
    ]  # fmt: skip


def conference(state: PoolState, command: Conference) -> list[Decided]:
    """The consulted agent joins the conversation; their consultation holds their capacity until it ends."""
    interaction = open_interaction(state, command.interaction_id)
    advice = _advice(state, interaction, command.agent_id)
    given = meta(command, interaction.stream)
    return of(interaction, rules.join(interaction.state, advice.state.agent_id, "conference", **given))


def end_consults(
    state: PoolState, interaction: OpenInteraction, command: Any, *, goes_on: bool = False
) -> list[Decided]:
    """The conversation is over, waits again or has another agent: nobody needs the advice. Where the conversation
    `goes_on`, who was in it for advice leaves."""
    decided: list[Decided] = []
    leaving: list[Event] = []
    given = meta(command, interaction.stream)
    for stream in interaction.consults:
        advice = state.interactions[stream]
        decided += finish_consult(state, advice, command)
        if goes_on and (advice.state.agent_id, "conference") in interaction.state.participants:
            leaving += rules.leave(interaction.state, advice.state.agent_id, **given)
    return [*decided, *of(interaction, leaving)]


def finish_consult(state: PoolState, advice: OpenInteraction, command: Any, code: str = "") -> list[Decided]:
    """Advice is over, and so is what its agent asked of others; there is no work after it. Nobody waits for it
    either, where it was not accepted yet."""
    given, one = meta(command, advice.stream), advice.state
    nested = end_consults(state, advice, command)
    if one.phase not in (Phase.ACTIVE, Phase.WRAP_UP):
        return [*nested, *of(advice, rules.expire(one, "advice is not needed any more", **given))]
    ended = rules.end(one, one.agent_id, "policy", **given)
    over = one
    for event in ended:
        over = evolve_interaction(over, event)
    return [*nested, *of(advice, [*ended, *rules.complete_wrap_up(over, one.agent_id, code, **given)])]


def leave_conference(state: PoolState, advice: OpenInteraction, agent_id: str, command: Any) -> list[Decided]:
    """Whose consultation is over is in the conversation no longer."""
    parent = state.interactions.get(advice.queued.consult_of)
    if parent is None or (agent_id, "conference") not in parent.state.participants:
        return []
    return of(parent, rules.leave(parent.state, agent_id, **meta(command, parent.stream)))


def _room_for(state: PoolState, advice: OpenInteraction, interaction: OpenInteraction) -> int:
    """What the conversation takes of the consulted agent, as an offer of it would. It takes the place of the
    consultation, which may have cost something else: queued under another policy, or taken before the agent said
    otherwise."""
    seat = state.agent(advice.state.agent_id).seat
    units, held = seat.units_for(interaction.work.need), seat.held.get(advice.work)
    if units > seat.free + (held.units if held else 0):
        raise RefusedError(f"agent {seat.agent_id} has no room for {units} units now")
    return units


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
