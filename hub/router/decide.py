"""What a command makes happen in a routing pool: the rules of interaction and agent, then whatever matches."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from hub.domain.agent import decide as agent_rules
from hub.domain.agent.events import Agent, AgentState
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.ids import agent_stream, interaction_of_offer, offer_id
from hub.domain.interaction import decide as interaction_rules
from hub.domain.interaction.events import ContactAttached, InteractionOffered, InteractionQueued, Phase
from hub.router.agents import Seat
from hub.router.commands import (
    Accept,
    ChangeState,
    Command,
    CompleteWrapUp,
    CustomerLeft,
    Decline,
    End,
    SignOff,
    SignOn,
    TakeUp,
    Tick,
)
from hub.router.explanation import offer_reasons
from hub.router.state import Decided, KnownAgent, OpenInteraction, PoolState, evolve, pop_due
from hub.router.waiting import Work


def handle(state: PoolState, command: Command) -> list[Decided]:
    """The events a command leads to, in the order they happen; `state` has them in already. Nothing for a repeat.
    A refused command changes nothing and raises HubError. An offer stays open until a Tick finds its time up."""
    now = command.at.timestamp()
    decided: list[Decided] = []
    if isinstance(command, Tick):
        while (due := pop_due(state, now)) is not None:
            decided += _evolved(state, _time_out(state, due, command))
    else:
        decided += _evolved(state, _DECIDE[type(command)](state, command))
    next_match = state.matcher.next
    while (match := next_match(now)) is not None:
        decided += _evolved(state, _offer(state, *match, command, now))
    return decided


def _evolved(state: PoolState, decided: list[Decided]) -> list[Decided]:
    for stream, version, event in decided:
        evolve(state, stream, version, event)
    return decided


def _offer(state: PoolState, work: Work, seat: Seat, command: Command, now: float) -> list[Decided]:
    interaction = state.interactions[work.id]
    timeout = timedelta(seconds=state.policy.queue(work.line.queue).offer_timeout_seconds)
    offered = InteractionOffered(
        at=command.at,
        recorded_at=command.at,
        causation=command.id,
        correlation=work.id,
        actor=state.actor,
        offer_id=offer_id(work.id, interaction.state.offers + 1),
        agent_id=seat.agent_id,
        expires_at=command.at + timeout,
        units=work.need.units,
        policy=state.policy.version,
        reasons=offer_reasons(work, seat, now),
    )
    return _of(interaction, [offered])


def _time_out(state: PoolState, interaction: OpenInteraction, command: Command) -> list[Decided]:
    """Unanswered (RONA): it is offered on, and the agent gets nothing more until they say that they are ready."""
    agent = state.agents[interaction.state.agent_id]
    offer = interaction.state.offer_id
    meta = _meta(command, interaction.stream)
    reason = f"offer {offer} was not answered in time"
    return [
        *_of(interaction, interaction_rules.time_out(interaction.state, offer, **meta)),
        *_of(
            agent, agent_rules.change_state(agent.state, agent.id, AgentState.NOT_ANSWERING, reason, **meta)
        ),
        *_rescind_offers(agent, "agent is not answering", command, but=interaction),
    ]  # fmt: skip


def _take_up(state: PoolState, command: TakeUp) -> list[Decided]:
    """A contact joins what is open on its thread, or is new work. In wrap-up nobody would answer it: then it is new."""
    contact = command.contact
    if contact.pool != state.pool or contact.contact_id in state.contacts:
        return []
    running = state.interactions.get(state.threads.get((contact.channel, contact.thread), ""))
    if running is not None and running.state.phase is not Phase.WRAP_UP:
        attached = ContactAttached(**_by_policy(state, command, running.stream), contact_id=contact.contact_id)
        return _of(running, [attached])
    requirement = state.classifier.classify(contact)
    queued = InteractionQueued(
        **_by_policy(state, command, command.interaction_id),
        pool=state.pool,
        queue=requirement.queue,
        contact_id=contact.contact_id,
        customer_id=command.customer_id,
        channel=contact.channel,
        thread=contact.thread,
        service=contact.service,
        priority=requirement.priority,
        skills=dict(requirement.skills),
        languages=requirement.languages,
        units=requirement.units,
        policy=state.policy.version,
        reasons=requirement.reasons,
    )
    return [Decided(command.interaction_id, 1, queued)]


def _accept(state: PoolState, command: Accept) -> list[Decided]:
    interaction = _offered(state, command.offer_id)
    meta = _meta(command, interaction.stream)
    return _of(interaction, interaction_rules.accept(interaction.state, command.offer_id, command.agent_id, **meta))


def _decline(state: PoolState, command: Decline) -> list[Decided]:
    interaction = _offered(state, command.offer_id)
    meta = _meta(command, interaction.stream)
    return _of(
        interaction,
        interaction_rules.decline(interaction.state, command.offer_id, command.agent_id, command.reason, **meta),
    )


def _end(state: PoolState, command: End) -> list[Decided]:
    interaction = _open(state, command.interaction_id)
    meta = _meta(command, interaction.stream)
    return _of(interaction, interaction_rules.end(interaction.state, command.agent_id, **meta))


def _complete_wrap_up(state: PoolState, command: CompleteWrapUp) -> list[Decided]:
    interaction = _open(state, command.interaction_id)
    codes = state.policy.queue(interaction.work.line.queue).wrap_up
    if codes and command.code not in codes:
        raise InvalidError(
            f"{command.code!r} is no wrap-up code of queue {interaction.work.line.queue}: use {', '.join(codes)}",
            "code",
        )
    meta = _meta(command, interaction.stream)
    return _of(
        interaction, interaction_rules.complete_wrap_up(interaction.state, command.agent_id, command.code, **meta)
    )


def _customer_left(state: PoolState, command: CustomerLeft) -> list[Decided]:
    stream = state.threads.get((command.channel, command.thread))
    if stream is None:
        raise NotFoundError(f"no conversation is open on thread {command.thread!r} of {command.channel}")
    interaction = state.interactions[stream]
    return _of(interaction, interaction_rules.customer_left(interaction.state, **_meta(command, stream)))


def _sign_on(state: PoolState, command: SignOn) -> list[Decided]:
    agent_id = command.agent_id
    agent = state.agents.get(agent_id)
    held = sum(interaction.units for interaction in agent.holds.values()) if agent else 0
    if command.capacity < held:
        raise RefusedError(f"agent {agent_id} holds work of {held} units: finish it before signing on with less")
    signed_on = agent_rules.sign_on(
        agent.state if agent else Agent(),
        agent_id,
        pool=state.pool,
        name=command.name,
        skills=command.skills,
        languages=command.languages,
        capacity=command.capacity,
        **_meta(command),
    )
    return _numbered(agent_stream(agent_id), agent.version if agent else 0, signed_on)


def _change_state(state: PoolState, command: ChangeState) -> list[Decided]:
    agent = _known(state, command.agent_id)
    if command.state is AgentState.NOT_ANSWERING:
        raise InvalidError("the hub alone says that an agent is not answering: use ready or away", "state")
    changed = agent_rules.change_state(agent.state, agent.id, command.state, command.reason, **_meta(command))
    if not changed or command.state is AgentState.READY:
        return _of(agent, changed)
    return [*_rescind_offers(agent, f"agent is {command.state.value}", command), *_of(agent, changed)]


def _sign_off(state: PoolState, command: SignOff) -> list[Decided]:
    """Offers go to somebody else; who still has a conversation or a wrap-up can't leave it behind."""
    agent = _known(state, command.agent_id)
    kept = [held.stream for held in agent.holds.values() if held.state.phase is not Phase.OFFERED]
    if kept:
        raise RefusedError(f"agent {agent.id} can't sign off yet: first end and wrap up {', '.join(kept)}")
    signed_off = agent_rules.sign_off(agent.state, agent.id, command.reason, **_meta(command))
    return [*_rescind_offers(agent, "agent signed off", command), *_of(agent, signed_off)]


def _rescind_offers(
    agent: KnownAgent, reason: str, command: Command, but: OpenInteraction | None = None
) -> list[Decided]:
    decided: list[Decided] = []
    for held in agent.holds.values():
        if held is not but:
            decided += _of(held, interaction_rules.rescind(held.state, reason, **_meta(command, held.stream)))
    return decided


def _offered(state: PoolState, offer: str) -> OpenInteraction:
    interaction = state.interactions.get(interaction_of_offer(offer))
    if interaction is None:
        raise NotFoundError(f"there is no open offer {offer!r}")
    return interaction


def _open(state: PoolState, stream: str) -> OpenInteraction:
    interaction = state.interactions.get(stream)
    if interaction is None:
        raise NotFoundError(f"there is no open interaction {stream!r}")
    return interaction


def _known(state: PoolState, agent_id: str) -> KnownAgent:
    agent = state.agents.get(agent_id)
    if agent is None:
        raise NotFoundError(f"agent {agent_id!r} is not known here: sign on first")
    return agent


def _of(owner: OpenInteraction | KnownAgent, events: Iterable[Event]) -> list[Decided]:
    return _numbered(owner.stream, owner.version, events)


def _numbered(stream: str, after: int, events: Iterable[Event]) -> list[Decided]:
    return [Decided(stream, version, event) for version, event in enumerate(events, after + 1)]


def _meta(command: Command, correlation: str = "") -> dict[str, Any]:
    return {
        "at": command.at,
        "recorded_at": command.at,
        "causation": command.id,
        "correlation": correlation,
        "actor": command.actor,
    }


def _by_policy(state: PoolState, command: Command, correlation: str) -> dict[str, Any]:
    return {**_meta(command, correlation), "actor": state.actor}


_DECIDE: dict[type[Command], Callable[[PoolState, Any], list[Decided]]] = {
    TakeUp: _take_up,
    Accept: _accept,
    Decline: _decline,
    End: _end,
    CompleteWrapUp: _complete_wrap_up,
    CustomerLeft: _customer_left,
    SignOn: _sign_on,
    ChangeState: _change_state,
    SignOff: _sign_off,
}
