"""Why it was decided so: each decision of the log computed again from what the pool knew just before it."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from hub.domain.event import Event
from hub.domain.interaction.events import (
    InteractionMoved,
    InteractionOffered,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    RequirementRelaxed,
)
from hub.ports import Recorded
from hub.router.candidates import AgentCandidate, WorkCandidate, candidates, choices
from hub.router.classify import Traits, traits_kept
from hub.router.joining import find_place
from hub.router.policy_fields import Action
from hub.router.state import PoolState

SHOWN = 50
"""Candidates told of one decision, unless all are asked for: those who may, then the others."""

DECISIONS: tuple[type[Event], ...] = (
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionOffered,
    InteractionMoved,
    RequirementRelaxed,
)
"""Facts the policy decides on."""


def is_decision(recorded: Recorded) -> bool:
    """Whether the pool's policy decided this, and not a person."""
    event = recorded.event
    return isinstance(event, DECISIONS) and event.actor.startswith("policy:")


def recompute(state: PoolState, recorded: Recorded) -> dict[str, Any] | None:
    """What the production rules decide in this state at the time of the event, in the words of `decided_by`; None: a
    decision that is not computed again, because a person asked for it or time alone brought it."""
    event = recorded.event
    if not is_decision(recorded):
        return None
    if isinstance(event, InteractionOffered):
        return _next_offer(state, recorded.stream, event)
    if isinstance(event, InteractionQueued) and event.contact_id and event.policy == state.policy.version:
        return _place(state, traits_kept(event), event)
    return None


def decided(recorded: Recorded) -> dict[str, Any]:
    """What the log says was decided, in the words of `recompute`."""
    event = recorded.event
    if isinstance(event, InteractionOffered):
        return {"interaction_id": recorded.stream, "agent_id": event.agent_id}
    if isinstance(event, InteractionQueued):
        return {name: getattr(event, name) for name in _PLACED}
    return {}


_PLACED = ("queue", "priority", "skills", "languages", "attributes", "units")


def explain(state: PoolState, recorded: Recorded, shown: int | None = SHOWN) -> dict[str, Any]:
    """A decision with everything it was decided on; `state` is what the pool knew just before. `shown`: how many
    candidates are told, None: all."""
    event = recorded.event
    told: dict[str, Any] = {
        "position": recorded.position,
        "at": event.at,
        "type": type(event).__name__,
        "actor": event.actor,
        "causation": event.causation,
        "policy": getattr(event, "policy", "") or state.policy.version,
        "reasons": list(getattr(event, "reasons", ())),
    }
    again = recompute(state, recorded)
    if again is not None:
        was = decided(recorded)
        told |= {"decided": was, "recomputed": again, "same": again == was}
    more = _EXPLAIN.get(type(event))
    return told | (more(state, recorded, shown) if more else {})


def _next_offer(state: PoolState, stream: str, event: InteractionOffered) -> dict[str, Any]:
    now = event.at.timestamp()
    interaction = state.interactions.get(stream)
    if interaction is not None and interaction.state.open_offers:
        another = state.matcher.another(interaction.work, now)
        return {"interaction_id": stream, "agent_id": another.agent_id if another else ""}
    match = state.matcher.next(now)
    return {
        "interaction_id": match[0].id if match else "",
        "agent_id": match[1].agent_id if match else "",
    }


def _place(state: PoolState, traits: Traits, event: InteractionQueued) -> dict[str, Any]:
    place = find_place(state, state.classifier.classify_traits(traits), traits.channel, event.at)
    requirement = place.requirement
    return {
        "queue": requirement.queue,
        "priority": requirement.priority,
        "skills": dict(requirement.skills),
        "languages": requirement.languages,
        "attributes": dict(requirement.attributes),
        "units": requirement.units,
    } | ({"refused": place.obstacle} if place.action is Action.REFUSE else {})


def _explain_queued(state: PoolState, recorded: Recorded, _: int | None) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, InteractionQueued)
    if not event.contact_id:
        return {}
    traits = traits_kept(event)
    rules = [check._asdict() for check in state.classifier.explain_traits(traits)]
    return {
        "traits": traits._asdict(),
        "rules": rules,
        "known_agent": {"agent_id": event.known_agent, "reason": event.known_reason, "until": event.known_until}
        if event.known_agent
        else None,
        "steps": [step.model_dump() for step in event.steps],
        "place": event.place,
        "estimated_wait_seconds": event.estimated_wait_seconds,
        "waiting_in_queue": state.waiting_in.get(event.queue, 0),
    }


def _explain_offered(state: PoolState, recorded: Recorded, shown: int | None) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, InteractionOffered)
    interaction = state.interactions.get(recorded.stream)
    if interaction is None:
        return {}
    now, work = event.at.timestamp(), interaction.work
    agents = candidates(state.matcher, work, now)
    works = choices(state.matcher, state.agent(event.agent_id).seat, now)
    return {
        "offer_id": event.offer_id,
        "agent_id": event.agent_id,
        "order": state.matcher.order.value,
        "agent_choice": work.need.choice.value,
        "work": {
            "queue": work.line.queue,
            "priority": work.line.priority,
            "age": now - work.since,
            "credit": work.credit,
            "step": interaction.step,
            "skills": dict(work.need.skills),
            "languages": list(work.need.languages),
            "attributes": dict(work.need.attributes),
            "channel": work.need.channel,
            "units": work.need.units,
            "only_for": work.bound.agent_id if work.bound else None,
        },
        "agents": _told(agents, shown),
        "agents_by_rule": dict(Counter(one.rule.value for one in agents)),
        "interactions": _told(works, shown),
        "interactions_by_rule": dict(Counter(one.rule.value for one in works)),
    }


def _explain_relaxed(state: PoolState, recorded: Recorded, _: int | None) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, RequirementRelaxed)
    interaction = state.interactions.get(recorded.stream)
    if interaction is None:
        return {}
    return {
        "reason": event.reason,
        "step": event.step,
        "age": event.at.timestamp() - interaction.since,
        "signed_on_who_fit": interaction.work.need.signed_on,
    }


def _explain_refused(state: PoolState, recorded: Recorded, _: int | None) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, InteractionRefused)
    return {
        "queue": event.queue,
        "reason": event.reason,
        "opens_at": event.opens_at,
        "waiting_in_queue": state.waiting_in.get(event.queue, 0),
    }


def _explain_moved(_: PoolState, recorded: Recorded, __: int | None) -> dict[str, Any]:
    event = recorded.event
    assert isinstance(event, InteractionMoved)
    return {"from_queue": event.from_queue, "queue": event.queue, "reason": event.reason}


def _told(found: Sequence[AgentCandidate] | Sequence[WorkCandidate], shown: int | None) -> list[dict[str, Any]]:
    return [_candidate(one) for one in (found if shown is None else found[:shown])]


def _candidate(one: AgentCandidate | WorkCandidate) -> dict[str, Any]:
    who = (
        {"agent_id": one.agent_id}
        if isinstance(one, AgentCandidate)
        else {"interaction_id": one.work_id, "queue": one.queue}
    )
    return {**who, "rule": one.rule.value, "rank": one.rank, "inputs": dict(one.inputs)}


_EXPLAIN: dict[type[Event], Callable[[PoolState, Recorded, int | None], dict[str, Any]]] = {
    InteractionQueued: _explain_queued,
    InteractionOffered: _explain_offered,
    RequirementRelaxed: _explain_relaxed,
    InteractionRefused: _explain_refused,
    InteractionMoved: _explain_moved,
}
