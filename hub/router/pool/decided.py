"""The small words deciding is written in: who did it, why, and at which place of its stream."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from hub.domain.agent.events import AgentState
from hub.domain.errors import NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.ids import interaction_of_offer, routing_stream
from hub.domain.interaction.placement import RequirementStep
from hub.domain.interaction.two_ends import has_two_ends
from hub.router.policy.requirement import Requirement
from hub.router.pool.commands import Command
from hub.router.pool.state import Decided, KnownAgent, OpenInteraction, PoolState

AWAY_FROM_WORK = (AgentState.SIGNED_OFF, AgentState.GONE)
"""States of agents nobody waits for."""


def of(owner: OpenInteraction | KnownAgent, events: Iterable[Event]) -> list[Decided]:
    """These events of an interaction or an agent, next in its stream."""
    return numbered(owner.stream, owner.version, events)


def of_pool(state: PoolState, events: Iterable[Event]) -> list[Decided]:
    """These events of the whole pool."""
    return numbered(routing_stream(state.pool), state.version, events)


def numbered(stream: str, after: int, events: Iterable[Event]) -> list[Decided]:
    """These events of a stream, after this version."""
    return [Decided(stream, version, event) for version, event in enumerate(events, after + 1)]


def meta(command: Command, correlation: str = "") -> dict[str, Any]:
    """What every event carries, when it is whoever asked who did it."""
    return {
        "at": command.at,
        "recorded_at": command.at,
        "causation": command.id,
        "correlation": correlation,
        "actor": command.actor,
    }


def by_policy(state: PoolState, command: Command, correlation: str = "") -> dict[str, Any]:
    """The same, when it is the policy that decided."""
    return {**meta(command, correlation), "actor": state.actor}


def open_interaction(state: PoolState, stream: str) -> OpenInteraction:
    """The interaction. Raises NotFoundError when it is over, or never was."""
    interaction = state.interactions.get(stream)
    if interaction is None:
        raise NotFoundError(f"there is no open interaction {stream!r}")
    return interaction


def open_to_others(state: PoolState, stream: str) -> OpenInteraction:
    """The interaction. Raises RefusedError where it is a call that nobody else can be put on."""
    interaction = open_interaction(state, stream)
    if has_two_ends(interaction.queued.channel, interaction.queued.thread):
        raise RefusedError(
            "this call goes straight from the customer's line to the agent's phone: "
            "hold it, give it away or let others in by the phone's own keys"
        )
    return interaction


def offered(state: PoolState, offer: str) -> OpenInteraction:
    """The interaction an open offer is of. Raises NotFoundError."""
    interaction = state.interactions.get(interaction_of_offer(offer))
    if interaction is None:
        raise NotFoundError(f"there is no open offer {offer!r}")
    return interaction


def known_agent(state: PoolState, agent_id: str) -> KnownAgent:
    """The agent. Raises NotFoundError."""
    agent = state.agents.get(agent_id)
    if agent is None:
        raise NotFoundError(f"agent {agent_id!r} is not known here: sign on first")
    return agent


def here(state: PoolState, agent_id: str) -> KnownAgent:
    """The agent, who is signed on. Raises NotFoundError, RefusedError."""
    agent = known_agent(state, agent_id)
    if agent.state.state in AWAY_FROM_WORK:
        raise RefusedError(
            f"agent {agent_id} is {agent.state.state.value.replace('_', ' ')}: nothing can be given to them"
        )
    return agent


def in_words(interaction: OpenInteraction, reason: str) -> dict[str, Any]:
    """What a person says of it, and under whose key that is stored."""
    return {"reason": reason, "customer_id": interaction.queued.customer_id if reason else ""}


def require_queue(state: PoolState, queue: str, field: str = "queue") -> None:
    """Raises NotFoundError for a queue the policy does not have."""
    if queue not in state.policy.queues:
        known = ", ".join(sorted(state.policy.queues))
        raise NotFoundError(f"{field}: there is no queue {queue!r} in the policy; there are {known}")


def placement(
    state: PoolState,
    requirement: Requirement,
    *,
    since: datetime | None = None,
    agent: tuple[str, str, datetime | None] = ("", "", None),
    reasons: tuple[str, ...] | None = None,
) -> dict[str, Any]:
    """The fields of Placement for a requirement; `agent`: who may have it first, why, and until when. `reasons`: in
    place of the requirement's own."""
    return {
        "queue": requirement.queue,
        "priority": requirement.priority,
        "skills": dict(requirement.skills),
        "languages": requirement.languages,
        "attributes": dict(requirement.attributes),
        "steps": tuple(
            RequirementStep(
                after_seconds=step.after_seconds,
                skills=dict(step.skills),
                languages=step.languages,
                attributes=dict(step.attributes),
                priority=step.priority,
            )
            for step in requirement.steps[1:]
        ),
        "units": requirement.units,
        "since": since,
        "known_agent": agent[0],
        "known_reason": agent[1],
        "known_until": agent[2],
        "policy": state.policy.version,
        "reasons": requirement.reasons if reasons is None else reasons,
    }


def same_placement(
    state: PoolState, interaction: OpenInteraction, agent: tuple[str, str, datetime | None], reason: str
) -> dict[str, Any]:
    """The fields of Placement for work that stays where it is, but is meant for this agent first."""
    now = interaction.placement
    return {
        "queue": now.queue,
        "priority": now.priority,
        "skills": now.skills,
        "languages": now.languages,
        "attributes": now.attributes,
        "steps": now.steps,
        "units": now.units,
        "known_agent": agent[0],
        "known_reason": agent[1],
        "known_until": agent[2],
        "policy": state.policy.version,
        "reasons": (reason,),
    }


def meant_for(state: PoolState, command: Command, agent_id: str, reason: str) -> tuple[str, str, datetime | None]:
    """Work is for this agent first, as long as the policy says."""
    return agent_id, reason, command.at + timedelta(seconds=state.policy.agents.known_agent_seconds)
